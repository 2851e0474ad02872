import FoundationEssentials
import Glibc

/// The folder of an installation, and what is read from it.
struct Folder: Sendable {
  let root: String

  static let sizeLimit = 8 << 20
  static let workingDirectory = Folder(root: ".")

  /// The file at `path` below the root; `nil` where there is none.
  func read(_ path: String) throws(Obstacle) -> SourceFile? {
    guard let facts = try status(path) else { return nil }
    guard facts.kind == S_IFREG else { throw .notRegular(path: path) }
    guard facts.size <= Self.sizeLimit else {
      throw .tooLarge(path: path, limit: Self.sizeLimit)
    }
    guard let file = unsafe fopen(absolute(path), "re") else {
      throw .unreadable(path: path, errno: errno)
    }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: Self.sizeLimit + 1)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    guard unsafe ferror(file) == 0 else { throw .unreadable(path: path, errno: errno) }
    guard count <= Self.sizeLimit else { throw .tooLarge(path: path, limit: Self.sizeLimit) }
    return SourceFile(path: path, bytes: Array(bytes[..<count]))
  }

  struct Status: Sendable {
    let kind: mode_t
    /// The permission bits alone.
    let mode: mode_t
    let owner: uid_t
    let group: gid_t
    let size: Int
    let changed: Int

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
      group: facts.st_gid, size: Int(facts.st_size), changed: facts.st_mtim.tv_sec)
  }

  /// As `status`, for a whole path that is meant below this root, which tests make elsewhere.
  func status(below path: String) throws(Obstacle) -> Status? {
    try Folder(root: "").status(root == "/" ? path : root + path)
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

  /// As reports name what lies below the root.
  func relative(_ path: String) -> String {
    path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : path
  }

  func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : path.isEmpty || path == "." ? root : "\(root)/\(path)"
  }
}
