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

  /// What is at `path`, links followed; `nil` where nothing is, or nothing that can be seen.
  func kind(of path: String) -> mode_t? {
    var facts = stat()
    guard unsafe stat(root + path, &facts) == 0 else { return nil }
    return facts.st_mode & S_IFMT
  }

  /// The first link on the way from `folder` down to `path`, the folder itself aside: where it is, and
  /// whether what it leads to has the same owner.
  func link(from folder: String, to path: String) -> (path: String, hasSameOwner: Bool)? {
    let base = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    guard path.hasPrefix(base + "/") else { return nil }
    var own = base
    for part in path.dropFirst(base.count).split(separator: "/") {
      own += "/" + part
      var facts = stat()
      guard unsafe lstat(root + own, &facts) == 0 else { return nil }
      guard facts.st_mode & S_IFMT == S_IFLNK else { continue }
      let owner = facts.st_uid
      guard unsafe stat(root + own, &facts) == 0 else { return nil }
      return (own, facts.st_uid == owner)
    }
    return nil
  }

  /// The links below `folder`, each with where it leads; nothing that is at or below `own` is looked at.
  /// `nil` where there are more names than `budget` has left. `unread`: a folder that could not be opened.
  func links(
    below folder: String, besides own: String, _ budget: inout Int
  ) -> (found: [(path: String, target: String)], unread: String?)? {
    var found: [(path: String, target: String)] = []
    var unread: String?
    var waiting = [folder]
    while let path = waiting.popLast() {
      if resolved(path) == own { continue }
      guard let entries = unsafe opendir(root + path) else {
        if errno != ENOENT, errno != ENOTDIR { unread = unread ?? path }
        continue
      }
      defer { unsafe closedir(entries) }
      while let entry = unsafe readdir(entries) {
        let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
          unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name == "." || name == ".." { continue }
        budget -= 1
        guard budget > 0 else { return nil }
        let whole = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
        switch unsafe Int(entry.pointee.d_type) {
        case DT_DIR: waiting.append(whole)
        case DT_LNK: if let target = resolved(whole) { found.append((whole, target)) }
        case DT_UNKNOWN:
          var facts = stat()
          guard unsafe lstat(root + whole, &facts) == 0 else { continue }
          if facts.st_mode & S_IFMT == S_IFDIR { waiting.append(whole) }
          if facts.st_mode & S_IFMT == S_IFLNK, let target = resolved(whole) {
            found.append((whole, target))
          }
        default: continue
        }
      }
    }
    return (found, unread)
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
    var paths: [String] = []
    for path in try matches(of: pattern, for: origin) {
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

  /// What is there and fits a pattern, sorted.
  func matches(of pattern: String, for origin: Place) throws(Obstacle) -> [String] {
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
      paths.append(String(unsafe String(cString: name).dropFirst(root.count)))
    }
    return paths
  }

  /// Where `path` is when all links are followed; `nil` where nothing is there.
  func resolved(_ path: String) -> String? { Folder.real(root + path) }
}

extension String {
  /// Of a path: without `.`, `..` and slashes that repeat, as the system would walk it; it begins with
  /// a slash. One that leads above the root stays there.
  var normalisedPath: String {
    var parts: [Substring] = []
    for part in split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/") + (hasSuffix("/") && !parts.isEmpty ? "/" : "")
  }

  /// As a part of an address: what is no plain character is written as `%41`.
  var percentEncoded: String {
    var text = ""
    for byte in utf8 {
      let isPlain =
        byte.isDigit || byte.isLetter
        || [0x2D, 0x2E, 0x2F, 0x5F, 0x7E].contains(byte)
      if isPlain {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        text += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
      }
    }
    return text
  }

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
