import Glibc

/// The files of a web server's configuration, read within bounds.
struct ServerFiles: Sendable {
  /// Where absolute paths begin: empty, or the folder that another system lies in.
  let root: String
  private var count = 0

  static let fileLimit = 2000
  static let depthLimit = 20

  init(root: String = "") { self.root = root }

  func exists(_ path: String) throws(Obstacle) -> Bool {
    try Folder.workingDirectory.status(root + path) != nil
  }

  func isFolder(_ path: String) throws(Obstacle) -> Bool {
    try Folder.workingDirectory.status(root + path)?.kind == S_IFDIR
  }

  /// The nearest folder at or above `path` with one of `names` in it, which relative names are below
  /// though a part of the configuration was given; else the folder of `path`.
  func home(of path: String, with names: String...) throws(Obstacle) -> String {
    let own = path.parentPath
    var folder = own
    while folder.count > 1 {
      for name in names where try exists("\(folder)/\(name)") { return folder }
      folder = folder.parentPath
    }
    return own
  }

  /// The file at `path`, which `origin` includes.
  mutating func read(_ path: String, for origin: Place?, depth: Int) throws(Obstacle) -> SourceFile
  {
    count += 1
    guard count <= Self.fileLimit, depth <= Self.depthLimit else {
      throw .damaged(path: (origin ?? Place(path: path)).words, what: "includes too many files")
    }
    guard let file = try Folder.workingDirectory.read(root + path) else {
      guard let origin else { throw .unreadable(path: path, errno: ENOENT) }
      throw .damaged(
        path: origin.words,
        what: "includes \(Printable.text(path.utf8, limit: 120)), which is not there")
    }
    return SourceFile(path: path, bytes: file.bytes)
  }

  /// The paths that a pattern stands for, sorted; of a folder, all files in it.
  func paths(like pattern: String, for origin: Place) throws(Obstacle) -> [String] {
    var found = unsafe glob_t()
    defer { unsafe globfree(&found) }
    let code = unsafe glob(root + pattern, GLOB_ERR, nil, &found)
    guard code != GLOB_NOMATCH else { return [] }
    guard code == 0 else {
      throw .damaged(
        path: origin.words,
        what: "includes \(Printable.text(pattern.utf8, limit: 120)), which is unreadable")
    }
    var paths: [String] = []
    for index in unsafe 0..<Int(found.gl_pathc) {
      guard let name = unsafe found.gl_pathv[index] else { continue }
      let path = String(unsafe String(cString: name).dropFirst(root.count))
      guard try isFolder(path) else {
        paths.append(path)
        continue
      }
      for name in try Folder.workingDirectory.names(in: root + path) {
        paths += try self.paths(like: "\(path)/\(name)", for: origin)
      }
    }
    return paths
  }

  /// Where `path` is when all links are followed; `nil` where nothing is there.
  func resolved(_ path: String) -> String? { Folder.real(root + path) }
}

extension String {
  /// Of a path: without its last part.
  var parentPath: String { lastIndex(of: "/").map { String(self[..<$0]) } ?? "." }

  /// Of a path: its last part.
  var lastPart: String { lastIndex(of: "/").map { String(self[$0...].dropFirst()) } ?? self }

  /// Without blanks at either end.
  var trimmed: String {
    var rest = drop(while: \.isWhitespace)
    while rest.last?.isWhitespace ?? false { rest.removeLast() }
    return String(rest)
  }
}
