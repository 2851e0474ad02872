import Glibc

/// Which sections apply to a path, and to the file that it means.
extension ApacheSite {
  /// A file, or a folder without its last slash, the deepest folder on the way that is there, and what
  /// of the address is left behind.
  struct FilePlace {
    let path: String
    let folder: String
    let rest: String
  }

  /// What the configuration names is taken as there: it may be that of another machine.
  func place(of target: FileTarget) -> FilePlace {
    if files.kind(of: target.base) == S_IFREG {
      return FilePlace(
        path: target.base, folder: target.base.parentPath,
        rest: String(target.path.dropFirst(target.base.count)))
    }
    var folder = target.base
    guard target.path.hasPrefix(folder == "/" ? "/" : folder + "/") || target.path == folder else {
      // Dots led out of it.
      return place(of: FileTarget(path: target.path, base: "/", prefix: ""))
    }
    var rest = target.path.dropFirst(folder == "/" ? 0 : folder.count)
    while true {
      rest = rest.drop { $0 == "/" }
      guard !rest.isEmpty else { return FilePlace(path: folder, folder: folder, rest: "") }
      let part = rest.prefix { $0 != "/" }
      let next = folder == "/" ? "/\(part)" : "\(folder)/\(part)"
      rest = rest.dropFirst(part.count)
      guard files.kind(of: next) == S_IFDIR else {
        return FilePlace(path: next, folder: folder, rest: String(rest))
      }
      folder = next
    }
  }

  /// `<DirectoryMatch>`, and `<Directory ~ …>`, which are merged behind the plain ones.
  func folderMatches(of file: String) -> [[ServerDirective]] {
    all.filter { section in
      guard let pattern = Self.pattern(of: section, "directory") else { return false }
      return Pattern.matches(file, pattern) == .yes
    }.map { $0.block ?? [] }
  }

  var proxySections: [[ServerDirective]] {
    all.named("proxy").filter { $0.value == "*" }.map { $0.block ?? [] }
  }

  /// The address that an internal redirect goes to when a folder's rule made `path`.
  func address(
    of path: String, from folders: [ApacheFolders.Block], _ target: FileTarget
  ) -> String? {
    guard let block = folders.last(where: { $0.directives.contains { $0.name == "rewriterule" } })
    else { return nil }
    func below(_ root: String, _ whole: String) -> String? {
      let root = root.hasSuffix("/") ? root : root + "/"
      return whole.hasPrefix(root) ? String(whole.dropFirst(root.count - 1)) : nil
    }
    if path.hasPrefix("/") {
      return below(documentRoot?.path.known ?? defaultRoot, path) ?? path
    }
    if let base = block.directives.last("rewritebase")?.value {
      return ((base.hasSuffix("/") ? base : base + "/") + path).normalisedPath
    }
    let whole = (block.folder.hasSuffix("/") ? block.folder : block.folder + "/") + path
    if let inside = below(target.base, whole.normalisedPath) {
      let prefix = target.prefix.hasSuffix("/") ? String(target.prefix.dropLast()) : target.prefix
      return (prefix + inside).normalisedPath
    }
    return below(documentRoot?.path.known ?? defaultRoot, whole.normalisedPath)
  }

  /// `folder` is the one that `pattern` names, or below it.
  static func isBelow(_ folder: String, _ pattern: String) -> Bool {
    let wanted = pattern.split(separator: "/")
    let parts = folder.split(separator: "/")
    return wanted.count <= parts.count
      && zip(wanted, parts).allSatisfy { isLike(String($0), String($1)) }
  }

  /// A pattern with `*`, `?` and `[…]`, none of which means a slash.
  static func isLike(_ pattern: String, _ text: String) -> Bool {
    unsafe fnmatch(pattern, text, FNM_PATHNAME) == 0
  }

  func isFile(_ section: ServerDirective, _ name: String) -> Bool {
    if let pattern = Self.pattern(of: section, "files") {
      return Pattern.matches(name, pattern) == .yes
    }
    return section.name == "files" && Self.isLike(section.value, name)
  }

  func isLocation(_ section: ServerDirective, _ path: String) -> Bool {
    if let pattern = Self.pattern(of: section, "location") {
      return Pattern.matches(path, pattern) == .yes
    }
    guard section.name == "location" else { return false }
    if section.value.contains(where: { "*?[".contains($0) }) {
      return Self.isLike(section.value, path)
    }
    return Self.covers(section.value, path)
  }

  /// Where `block` sends a path, and with which status.
  func redirect(_ block: [ServerDirective], _ path: String) -> (place: Place, status: String)? {
    for line in block {
      let words = line.arguments.filter { $0.contains("/") || $0.hasPrefix("^") }
      let first = words.first ?? ""
      switch line.name {
      case "redirect", "redirectpermanent", "redirecttemp":
        // In a section the path is that of the section.
        guard words.isEmpty || first.contains("://") || Self.covers(first, path) else { continue }
      case "redirectmatch":
        guard Pattern.matches(path, first) == .yes else { continue }
      default: continue
      }
      return (line.place, Self.status(of: line))
    }
    return nil
  }

  private static func status(of redirect: ServerDirective) -> String {
    switch redirect.value.lowercased() {
    case "gone": "410"
    case let word where word.count == 3 && word.allSatisfy(\.isNumber): word
    default: "302"
    }
  }

  /// A path, or one below it.
  static func covers(_ prefix: String, _ path: String) -> Bool {
    path.hasPrefix(prefix)
      && (prefix.hasSuffix("/") || path.count == prefix.count
        || path.dropFirst(prefix.count).hasPrefix("/"))
  }

  static func isPrefix(_ prefix: String, _ path: String) -> Bool {
    prefix.hasSuffix("/") ? path.hasPrefix(prefix) : covers(prefix, path)
  }

  /// Of `<…Match pattern>` and `<… ~ pattern>`.
  static func pattern(of section: ServerDirective, _ kind: String) -> String? {
    if section.name == kind + "match" { return section.value }
    guard section.name == kind, section.value == "~" else { return nil }
    return section.arguments.dropFirst().first
  }

  /// `<If>` with the `<ElseIf>` and `<Else>` behind it.
  func conditions(in blocks: [[ServerDirective]]) -> [[ServerDirective]] {
    var chains: [[ServerDirective]] = []
    for section in blocks.flatMap({ $0 }).named("if", "elseif", "else") {
      if section.name == "if" { chains.append([]) }
      guard !chains.isEmpty else { continue }
      chains[chains.count - 1].append(section)
    }
    return chains
  }
}
