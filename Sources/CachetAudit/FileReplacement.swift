import Glibc

/// A file that is replaced as a whole: whoever reads it finds the old one or the new one, and never
/// half of it. What this program keeps it writes in this way.
final class FileReplacement {
  private let path: String
  private let draft: String
  let file: Int32
  private var isDone = false

  /// `mode` is what the new one has from its first moment on, whatever the old one had.
  init(of path: String, mode: mode_t = 0o600) throws(Obstacle) {
    self.path = path
    draft = "\(path).\(getpid()).new"
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    var file = unsafe open(draft, flags, mode)
    if file < 0, errno == EEXIST {
      // Of a run that was ended, long ago: no other has this number now.
      unsafe unlink(draft)
      file = unsafe open(draft, flags, mode)
    }
    self.file = file
    guard file >= 0 else { throw .unwritable(path: path, errno: errno) }
  }

  deinit {
    guard file >= 0 else { return }
    close(file)
    if !isDone { unsafe unlink(draft) }
  }

  /// Puts it in place, for good: it survives a machine that stops at this moment.
  func finish() throws(Obstacle) {
    guard fsync(file) == 0, unsafe rename(draft, path) == 0 else {
      throw .unwritable(path: path, errno: errno)
    }
    isDone = true
    let slash = path.lastIndex(of: "/")
    let name = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let folder = unsafe open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw .unwritable(path: name, errno: errno) }
    defer { close(folder) }
    // Some file systems cannot, and need not.
    guard fsync(folder) == 0 || errno == EINVAL else {
      throw .unwritable(path: name, errno: errno)
    }
  }

  static func write(
    _ bytes: some Collection<UInt8>, to path: String, mode: mode_t = 0o600
  ) throws(Obstacle) {
    let new = try FileReplacement(of: path, mode: mode)
    try write(bytes, to: new.file, named: path)
    try new.finish()
  }

  /// All of `bytes`, however often it takes.
  static func write(
    _ bytes: some Collection<UInt8>, to file: Int32, named path: String
  ) throws(Obstacle) {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
      guard count >= 0 || errno == EINTR else { throw .unwritable(path: path, errno: errno) }
      rest = rest.dropFirst(max(0, count))
    }
  }
}
