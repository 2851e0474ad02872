import Glibc

/// Where a file that this program writes ends up. Links on the way are followed only where no other
/// account can have made them: else it would choose what root overwrites.
enum OutputPath: Equatable {
  /// A descriptor that this process has already: `/dev/stdout` and its like.
  case open(Int32)
  /// A character device or a pipe.
  case stream(String)
  /// A regular file, there or not yet, by its path without links.
  case replaced(String)

  /// As many as the kernel follows (path_resolution(7)).
  private static let mostLinks = 40

  init(_ path: String) throws(Obstacle) {
    if let descriptor = Self.descriptor(path) {
      self = .open(descriptor)
      return
    }
    var walk = Walk(path)
    if let descriptor = try walk.run() {
      self = .open(descriptor)
      return
    }
    var facts = stat()
    guard unsafe lstat(walk.place, &facts) == 0 else {
      guard errno == ENOENT else { throw .unwritable(path: path, errno: errno) }
      self = .replaced(walk.place)
      return
    }
    switch facts.st_mode & S_IFMT {
    case S_IFREG: self = .replaced(walk.place)
    case S_IFCHR, S_IFIFO: self = .stream(walk.place)
    case S_IFDIR: throw .unwritable(path: path, errno: EISDIR)
    default: throw .notRegular(path: path)
    }
  }

  private static func descriptor(_ path: String) -> Int32? {
    switch path {
    case "/dev/stdin": return 0
    case "/dev/stdout": return 1
    case "/dev/stderr": return 2
    default: break
    }
    for folder in ["/dev/fd/", "/proc/self/fd/", "/proc/\(getpid())/fd/", "/proc/thread-self/fd/"]
    where path.hasPrefix(folder) {
      return Int32(path.dropFirst(folder.count))
    }
    return nil
  }

  /// One path, taken a name at a time.
  private struct Walk {
    private let path: String
    /// So far, without links.
    private(set) var place: String
    private var names: [String]
    private var links = 0

    init(_ path: String) {
      self.path = path
      place = path.hasPrefix("/") ? "" : Folder.real(".") ?? "."
      names = Self.names(of: path)
    }

    private static func names(of path: String) -> [String] {
      path.split(separator: "/").reversed().map(String.init)
    }

    /// Goes to the end; a descriptor where a link leads to one.
    mutating func run() throws(Obstacle) -> Int32? {
      while let name = names.popLast() {
        if name == "." { continue }
        if name == ".." {
          place = place.lastIndex(of: "/").map { String(place[..<$0]) } ?? place
          continue
        }
        let next = "\(place)/\(name)"
        guard let target = try target(ofLink: next) else {
          place = next
          continue
        }
        let whole = target.hasPrefix("/") ? target : "\(place)/\(target)"
        if names.isEmpty, let descriptor = OutputPath.descriptor(whole) { return descriptor }
        if target.hasPrefix("/") { place = "" }
        names += Self.names(of: target)
      }
      if place.isEmpty { place = "/" }
      return nil
    }

    private mutating func target(ofLink link: String) throws(Obstacle) -> String? {
      var facts = stat()
      guard unsafe lstat(link, &facts) == 0, facts.st_mode & S_IFMT == S_IFLNK else { return nil }
      links += 1
      guard links <= OutputPath.mostLinks else { throw .unwritable(path: path, errno: ELOOP) }
      guard Self.isOurs(facts), Self.isUnshared(place.isEmpty ? "/" : place) else {
        throw .damaged(
          path: path,
          what: "leads through a link that another account can change: name the file itself")
      }
      var room = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = unsafe readlink(link, &room, room.count)
      guard count > 0, count < room.count else { throw .unwritable(path: path, errno: errno) }
      return String(decoding: room.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func isOurs(_ facts: stat) -> Bool {
      facts.st_uid == 0 || facts.st_uid == geteuid()
    }

    /// No other account can put something else in the place of what lies in the folder, nor in that
    /// of the folder itself.
    private static func isUnshared(_ folder: String) -> Bool {
      var above = folder
      while true {
        var facts = stat()
        // With the sticky bit everybody may add, and change only what is their own.
        guard unsafe lstat(above, &facts) == 0, isOurs(facts),
          facts.st_mode & 0o022 == 0 || facts.st_mode & S_ISVTX != 0
        else { return false }
        guard above != "/", let end = above.lastIndex(of: "/") else { return true }
        above = end == above.startIndex ? "/" : String(above[..<end])
      }
    }
  }
}
