import FoundationEssentials
import Glibc

/// The folder of an installation, and what is read from it.
struct Folder: Sendable {
  let root: String

  static let sizeLimit = 8 << 20
  static let workingDirectory = Folder(root: ".")

  /// The file at `path` below the root; `nil` where there is none. What is opened is what is judged:
  /// the accounts that own parts of an installation may put a pipe in a file's place meanwhile.
  func read(_ path: String) throws(Obstacle) -> SourceFile? {
    let file = unsafe open(absolute(path), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard file >= 0 else {
      let code = errno
      guard code == ENOENT || code == ENOTDIR else { throw .unreadable(path: path, errno: code) }
      return nil
    }
    defer { close(file) }
    var facts = stat()
    guard unsafe fstat(file, &facts) == 0 else { throw .unreadable(path: path, errno: errno) }
    guard facts.st_mode & S_IFMT == S_IFREG else { throw .notRegular(path: path) }
    var bytes: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe Glibc.read(file, &room, room.count)
      if count < 0 {
        guard errno == EINTR else { throw .unreadable(path: path, errno: errno) }
        continue
      }
      guard count > 0 else {
        let isOwn = facts.st_uid == 0 || facts.st_uid == geteuid()
        return SourceFile(
          path: path, bytes: bytes, isWritableByOthers: !isOwn || facts.st_mode & 0o022 != 0)
      }
      bytes += room[..<count]
      guard bytes.count <= Self.sizeLimit else {
        throw .tooLarge(path: path, limit: Self.sizeLimit)
      }
    }
  }

  struct Status: Sendable {
    let kind: mode_t
    /// The permission bits alone.
    let mode: mode_t
    let owner: uid_t
    let group: gid_t
    let size: Int
    let changed: Int
    /// Whom else it names; `nil` where it has no ACL.
    let access: AccessList?

    var octal: String { String(mode, radix: 8) }
    var isReadableByOthers: Bool { mode & 0o004 != 0 }
    var isWritableByOthers: Bool { mode & 0o002 != 0 }
  }

  /// Links are followed, as the web server and PHP follow them. `nil` where there is nothing.
  func status(_ path: String) throws(Obstacle) -> Status? {
    var facts = stat()
    guard unsafe stat(absolute(path), &facts) == 0 else {
      let code = errno
      guard code == ENOENT || code == ENOTDIR else {
        throw .unreadable(path: path, errno: code)
      }
      return nil
    }
    return Status(
      kind: facts.st_mode & S_IFMT, mode: facts.st_mode & 0o7777, owner: facts.st_uid,
      group: facts.st_gid, size: Int(facts.st_size), changed: facts.st_mtim.tv_sec,
      access: try AccessList(of: absolute(path), named: path))
  }

  /// As `status`, for a whole path that is meant below this root, which tests make elsewhere.
  func status(below path: String) throws(Obstacle) -> Status? {
    try Folder(root: "").status(root == "/" ? path : root + path)
  }

  /// Whether accounts that nothing names get as far as `path`, of the folders that are ours to judge:
  /// from the root on, or the one that a file elsewhere lies in.
  func isOpenOnTheWay(to path: String) throws(Obstacle) -> Bool {
    let whole = absolute(path)
    var above = String(whole.prefix(upTo: whole.lastIndex(of: "/") ?? whole.startIndex))
    while true {
      if let folder = try status(above), folder.mode & 0o001 == 0 { return false }
      guard above.hasPrefix(root + "/"), let end = above.lastIndex(of: "/") else { return true }
      above = String(above[..<end])
    }
  }

  func names(below path: String) throws(Obstacle) -> [String] {
    try Folder(root: "").names(in: root == "/" ? path : root + path)
  }

  /// The names in the folder at `path`, sorted; none where there is no such folder.
  func names(in path: String) throws(Obstacle) -> [String] {
    guard try status(path)?.kind == S_IFDIR else { return [] }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: absolute(path)).sorted()
    } catch {
      throw .unreadable(path: path, errno: EACCES)
    }
  }

  /// Where the link at `path` leads in the end, or would; `nil` where it is none.
  func target(ofLink path: String) -> String? {
    var facts = stat()
    guard unsafe lstat(absolute(path), &facts) == 0, facts.st_mode & S_IFMT == S_IFLNK else {
      return nil
    }
    return Self.real(absolute(path)) ?? ""
  }

  /// The file or folder at `path` without links; `nil` where there is none.
  func real(_ path: String) -> String? { Self.real(absolute(path)) }

  /// The root without links; itself where it cannot be told.
  var resolved: String { Self.real(root) ?? root }

  /// The same for a path that is below nothing.
  static func real(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// As reports name what lies below the root.
  func relative(_ path: String) -> String {
    path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : path
  }

  func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : path.isEmpty || path == "." ? root : "\(root)/\(path)"
  }
}
