import Glibc

/// How files are opened that somebody else may have put there. To open is already to act: of a
/// watchdog's device it starts the watchdog, of a tape it winds, of a pipe it lets the writer go on.
enum RegularFile {
  /// O_PATH of asm-generic/fcntl.h, which Glibc hides without _GNU_SOURCE.
  private static let asPath: Int32 = 0o10_000_000

  /// Opens what is at `path`, links followed, if that is a file; `name` is what reports call it.
  static func open(
    _ path: String, named name: String
  ) throws(Obstacle) -> (file: Int32, facts: stat) {
    // It names the file, and opens nothing.
    let place = unsafe Glibc.open(path, asPath | O_CLOEXEC)
    guard place >= 0 else { throw .unreadable(path: name, errno: errno) }
    defer { close(place) }
    var facts = stat()
    guard unsafe fstat(place, &facts) == 0 else { throw .unreadable(path: name, errno: errno) }
    guard facts.st_mode & S_IFMT == S_IFREG else { throw .notRegular(path: name) }
    // The same file, whatever is at `path` by now. Some in /proc would wait.
    let file = unsafe Glibc.open("/proc/self/fd/\(place)", O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      guard errno != ENOENT else {
        throw .damaged(path: name, what: "is not read without /proc: mount it")
      }
      throw .unreadable(path: name, errno: errno)
    }
    return (file, facts)
  }
}
