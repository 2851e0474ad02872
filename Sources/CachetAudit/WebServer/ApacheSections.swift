import Glibc

/// Which sections apply to a path, and to the file that it means.
extension ApacheSite {
  /// The file that a path means, and the deepest folder of it that is there.
  func filename(of path: String, in root: String) -> (path: String, folder: String) {
    var folder = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root
    for part in path.split(separator: "/") {
      let next = "\(folder)/\(part)"
      guard (try? files.isFolder(next)) ?? false else { return (next, folder) }
      folder = next
    }
    return (folder, folder)
  }

  func folderSections(_ folder: String, _ file: String) -> [[ServerDirective]] {
    let plain = all.named("directory").filter { $0.value != "~" }
    var sections = plain.sorted(by: Self.isShallower)
      .filter { Self.isBelow(folder, $0.value) }.map { $0.block ?? [] }
    if !htaccess.isEmpty { sections.append(htaccess) }
    let matching = all.filter { section in
      guard let pattern = Self.pattern(of: section, "directory") else { return false }
      return Pattern.matches(file, pattern) == .yes
    }
    return sections + matching.map { $0.block ?? [] }
  }

  var proxySections: [[ServerDirective]] {
    all.named("proxy").filter { $0.value == "*" }.map { $0.block ?? [] }
  }

  static func isShallower(_ one: ServerDirective, _ other: ServerDirective) -> Bool {
    func depth(_ section: ServerDirective) -> Int { section.value.split(separator: "/").count }
    return depth(one) < depth(other)
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

  /// A path, or one below it.
  static func covers(_ prefix: String, _ path: String) -> Bool {
    path.hasPrefix(prefix)
      && (prefix.hasSuffix("/") || path.count == prefix.count
        || path.dropFirst(prefix.count).hasPrefix("/"))
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
