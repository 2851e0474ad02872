import FoundationEssentials
import Glibc

/// A file that is written to, a piece at a time.
final class ByteStream {
  private let path: String
  private let file: Int32
  private let isOwn: Bool
  private var piece: [UInt8] = []

  /// What is open already.
  init(standardOutput: ()) { (path, file, isOwn) = ("standard output", 1, false) }

  /// Replaces what is at `path`, for its owner alone.
  init(path: String) throws(Obstacle) {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .unreadable(path: path, errno: errno) }
    (self.path, self.file, isOwn) = (path, file, true)
  }

  /// A file without a name, to be copied later.
  init(scratch: ()) throws(Obstacle) {
    let folder = FileManager.default.temporaryDirectory.path
    var template = Array("\(folder)/cachet-mfa-audit-XXXXXX".utf8CString)
    let file = unsafe mkstemp(&template)
    guard file >= 0 else { throw .unreadable(path: folder, errno: errno) }
    unsafe unlink(template)
    (path, self.file, isOwn) = (folder, file, true)
  }

  deinit { if isOwn { close(file) } }

  func write(_ text: String) throws(Obstacle) {
    piece.append(contentsOf: text.utf8)
    if piece.count >= 64 << 10 { try flush() }
  }

  func flush() throws(Obstacle) {
    var rest = piece[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
      guard count >= 0 || errno == EINTR else { throw .unreadable(path: path, errno: errno) }
      rest = rest.dropFirst(max(0, count))
    }
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
      guard count >= 0 else { throw .unreadable(path: other.path, errno: errno) }
      guard count > 0 else { return }
      piece.append(contentsOf: room[..<count])
      try flush()
    }
  }
}
