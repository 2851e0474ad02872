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
    let file: Int32
    let facts: stat
    do throws(Obstacle) {
      (file, facts) = try RegularFile.open(absolute(path), named: path)
    } catch .unreadable(_, ENOENT), .unreadable(_, ENOTDIR) {
      return nil
    }
    defer { close(file) }
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
        let isOpenToWrite = facts.st_mode & 0o022 != 0
        return SourceFile(
          path: path, bytes: bytes, isWritableByOthers: !isOwn || isOpenToWrite,
          owner: facts.st_uid, isOpenToWrite: isOpenToWrite)
      }
      bytes += room[..<count]
      guard bytes.count <= Self.sizeLimit else {
        throw .tooLarge(path: path, limit: Self.sizeLimit)
      }
    }
  }

  /// The first of these files that is there.
  func first(of paths: [String]) throws(Obstacle) -> SourceFile? {
    for path in paths {
      if let file = try read(path) { return file }
    }
    return nil
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

  /// Whether they get to what is at `path` when links are followed, by that way or by its own: what
  /// several releases share lies elsewhere.
  func isOpen(_ path: String) throws(Obstacle) -> Bool {
    if try isOpenOnTheWay(to: path) { return true }
    guard !path.hasPrefix("/"), let real = real(path), !real.hasPrefix(resolved + "/") else {
      return false
    }
    return try Folder(root: "").isOpenOnTheWay(to: real)
  }

  func names(below path: String) throws(Obstacle) -> [String] {
    try Folder(root: "").names(in: root == "/" ? path : root + path)
  }

  /// More than a folder of an installation or of a host's configuration holds.
  static let nameLimit = 100_000

  /// The names in the folder at `path`, sorted; none where there is no such folder. One that is no
  /// UTF-8 names nothing here that could be looked at.
  func names(in path: String) throws(Obstacle) -> [String] {
    guard let folder = unsafe opendir(absolute(path)) else {
      let code = errno
      guard code == ENOENT || code == ENOTDIR else { throw .unreadable(path: path, errno: code) }
      return []
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(folder) else {
        guard errno == 0 else { throw .unreadable(path: path, errno: errno) }
        return names.sorted()
      }
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let name else {
        throw .damaged(path: path, what: "holds a name that is no UTF-8, which is not looked at")
      }
      if name == "." || name == ".." { continue }
      names.append(name)
      guard names.count <= Self.nameLimit else {
        throw .damaged(path: path, what: "holds more than is looked at")
      }
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
