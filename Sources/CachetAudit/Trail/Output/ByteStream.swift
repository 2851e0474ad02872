import FoundationEssentials
import Glibc

/// A file that is written to, a piece at a time.
final class ByteStream {
  private let path: String
  private let file: Int32
  private let isOwn: Bool
  /// What `file` is the draft of.
  private let replacement: FileReplacement?
  private var piece: [UInt8] = []

  /// What is open already.
  init(standardOutput: ()) { (path, file, isOwn, replacement) = ("standard output", 1, false, nil) }

  /// Replaces the file at `path` in the end, for its owner alone; a device or a pipe is written to.
  init(path: String) throws(Obstacle) {
    self.path = path
    let replacement = try FileReplacement(of: path)
    (file, isOwn, self.replacement) = (replacement.file, false, replacement)
  }

  /// A file without a name, to be copied later.
  init(scratch: ()) throws(Obstacle) {
    let folder = FileManager.default.temporaryDirectory.path
    var template = Array("\(folder)/cachet-mfa-audit-XXXXXX".utf8CString)
    let file = unsafe mkstemp(&template)
    guard file >= 0 else { throw .unwritable(path: folder, errno: errno) }
    unsafe unlink(template)
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    (path, self.file, isOwn, replacement) = (folder, file, true, nil)
  }

  deinit { if isOwn { close(file) } }

  func write(_ text: String) throws(Obstacle) {
    piece.append(contentsOf: text.utf8)
    if piece.count >= 64 << 10 { try flush() }
  }

  /// Nothing follows.
  func finish() throws(Obstacle) {
    try flush()
    try replacement?.finish()
  }

  private func flush() throws(Obstacle) {
    try FileReplacement.write(piece, to: file, named: path)
    piece.removeAll(keepingCapacity: true)
  }

  /// Writes all that is in `other`, from its beginning.
  func copy(_ other: ByteStream) throws(Obstacle) {
    try other.flush()
    try flush()
    guard lseek(other.file, 0, SEEK_SET) == 0 else {
      throw .unreadable(path: other.path, errno: errno)
    }
    var room = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe read(other.file, &room, room.count)
      guard count >= 0 else {
        if errno == EINTR { continue }
        throw .unreadable(path: other.path, errno: errno)
      }
      guard count > 0 else { return }
      piece.append(contentsOf: room[..<count])
      try flush()
    }
  }
}
