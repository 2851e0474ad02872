import Glibc

/// A file that this program writes. A regular file is replaced as a whole: a reader finds the old one
/// or the new one, never half of it. A device or a pipe is written to, and stays what it is.
final class FileReplacement {
  private let path: String
  /// What is renamed to what in the end; `nil` where nothing is replaced.
  private let draft: (path: String, target: String)?
  let file: Int32
  private var isDone = false

  /// `mode` is what a new file has from its first moment on, whatever the old one had.
  init(of path: String, mode: mode_t = 0o600) throws(Obstacle) {
    self.path = path
    switch try OutputPath(path) {
    case .open(let descriptor):
      file = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
      draft = nil
    case .stream(let target):
      file = try Self.stream(target, named: path)
      draft = nil
    case .replaced(let target):
      let name = "\(target).\(getpid()).new"
      let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
      var new = unsafe open(name, flags, mode)
      if new < 0, errno == EEXIST {
        // A run with this process number has ended without removing it.
        unsafe unlink(name)
        new = unsafe open(name, flags, mode)
      }
      file = new
      draft = (name, target)
    }
    guard file >= 0 else { throw .unwritable(path: path, errno: errno) }
  }

  deinit {
    guard file >= 0 else { return }
    close(file)
    if !isDone, let draft { unsafe unlink(draft.path) }
  }

  /// What is open must still be what was looked at.
  private static func stream(_ target: String, named path: String) throws(Obstacle) -> Int32 {
    let file = unsafe open(target, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW)
    guard file >= 0 else { throw .unwritable(path: path, errno: errno) }
    var facts = stat()
    guard unsafe fstat(file, &facts) == 0,
      [S_IFCHR, S_IFIFO].contains(facts.st_mode & S_IFMT)
    else {
      close(file)
      throw .notRegular(path: path)
    }
    return file
  }

  /// Puts it in place, for good: it survives a machine that stops at this moment.
  func finish() throws(Obstacle) {
    guard let draft else { return }
    guard fsync(file) == 0, unsafe rename(draft.path, draft.target) == 0 else {
      throw .unwritable(path: path, errno: errno)
    }
    isDone = true
    let slash = draft.target.lastIndex(of: "/")
    let name =
      slash.map { $0 == draft.target.startIndex ? "/" : String(draft.target[..<$0]) } ?? "."
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
