/// Where Apache looks for what an address means, its modules asked in their order.
extension ApacheSite {
  /// A path of the file system, which need not be there.
  struct FileTarget {
    let path: String
    /// What of it the configuration names, and the address that stands for that.
    let base: String
    let prefix: String
    /// Files there are run, not shown.
    var isProgram = false
  }

  enum Target {
    case file(FileTarget)
    case redirected(Place, status: String)
    case unclear(Place, why: String)
  }

  func target(of path: String) -> Target {
    if let sent = redirect(all, path) { return .redirected(sent.place, status: sent.status) }
    if let target = locationAlias(for: path) { return target }
    for line in own + main {
      guard let target = alias(line, for: path) else { continue }
      return target
    }
    if let target = userFolder(for: path) { return target }
    guard let root = documentRoot else { return .file(below(defaultRoot, path)) }
    guard let known = root.path.known else {
      return .unclear(root.place, why: "the document root is not known")
    }
    return .file(below(known, path))
  }

  private func below(_ root: String, _ path: String) -> FileTarget {
    let base = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root
    return FileTarget(path: (base == "/" ? "" : base) + path, base: base, prefix: "")
  }

  // MARK: - Alias

  /// Of a `<Location>`: the path as it is, whatever follows in the address.
  private func locationAlias(for path: String) -> Target? {
    let sections = all.filter { isLocation($0, path) }
    guard let section = sections.last(where: { $0.block?.last("alias") != nil }),
      let line = section.block?.last("alias")
    else { return nil }
    guard let base = fileTemplate(line.value).known, !line.value.contains("%{") else {
      return .unclear(line.place, why: "where this Alias leads is not known")
    }
    let keeps = sections.compactMap { $0.block?.last("aliaspreservepath") }.last?.says("on")
    let prefix = Self.pattern(of: section, "location") == nil ? section.value : ""
    let rest = keeps ?? false ? String(path.dropFirst(prefix.count)) : ""
    return .file(FileTarget(path: (base + rest).normalisedPath, base: base, prefix: prefix))
  }

  private func alias(_ line: ServerDirective, for path: String) -> Target? {
    guard line.arguments.count > 1 else { return nil }
    let (from, to) = (line.value, line.arguments[1])
    let isProgram = line.name.hasPrefix("script")
    switch line.name {
    case "alias", "scriptalias":
      guard Self.isPrefix(from, path) else { return nil }
      guard let base = fileTemplate(to).known else {
        return .unclear(line.place, why: "where this Alias leads is not known")
      }
      let whole = base + path.dropFirst(from.count)
      return .file(
        FileTarget(path: whole.normalisedPath, base: base, prefix: from, isProgram: isProgram))
    case "aliasmatch", "scriptaliasmatch":
      guard let expression = Pattern(from) else {
        return .unclear(line.place, why: "the expression is not understood")
      }
      guard let groups = expression.groups(in: path) else { return nil }
      guard let whole = fileTemplate(Self.filled(to, groups)).known else {
        return .unclear(line.place, why: "where this AliasMatch leads is not known")
      }
      return .file(
        FileTarget(
          path: whole.normalisedPath, base: Self.fixedFolder(of: to), prefix: "",
          isProgram: isProgram))
    default: return nil
    }
  }

  /// Groups of an expression in place of `$1` and `&`.
  static func filled(_ text: String, _ groups: [String]) -> String {
    var result = ""
    var rest = text[...]
    while let first = rest.popFirst() {
      if first == "\\", let next = rest.first, next == "$" || next == "&" {
        result.append(next)
        rest = rest.dropFirst()
      } else if first == "$", let digit = rest.first?.wholeNumberValue {
        rest = rest.dropFirst()
        result += groups.indices.contains(digit) ? groups[digit] : ""
      } else if first == "&" {
        result += groups.first ?? ""
      } else {
        result.append(first)
      }
    }
    return result
  }

  /// Of a path with groups in it: the folder in front of the first.
  static func fixedFolder(of text: String) -> String {
    let head = text.prefix { $0 != "$" && $0 != "&" && $0 != "%" }
    return head.count == text.count ? text : String(head).parentPath
  }

  // MARK: - Roots

  /// Where a main server without a document root has it.
  var defaultRoot: String { "\(serverRoot)/htdocs" }

  var serverRoot: String { main.last("serverroot")?.value ?? "/etc/apache2" }

  var documentRoot: (path: PathTemplate, place: Place)? { Self.root(main, own, host) }

  static func root(
    _ main: [ServerDirective], _ own: [ServerDirective], _ host: String?
  ) -> (path: PathTemplate, place: Place)? {
    let all = main + own
    if let byIP = all.last("virtualdocumentrootip"), !byIP.says("none") {
      return (VirtualRoot.template(byIP.value, host: nil), byIP.place)
    }
    if let byName = all.last("virtualdocumentroot"), !byName.says("none") {
      return (VirtualRoot.template(byName.value, host: host), byName.place)
    }
    let serverRoot = main.last("serverroot")?.value ?? "/etc/apache2"
    return all.last("documentroot").map { (template($0.value, below: serverRoot), $0.place) }
  }

  /// A path with what nobody has defined in it (`${NAME}`) as unknown.
  func fileTemplate(_ text: String) -> PathTemplate { Self.template(text, below: serverRoot) }

  private static func template(_ text: String, below serverRoot: String) -> PathTemplate {
    var parts: [PathTemplate.Part] = []
    if !text.hasPrefix("/"), !text.hasPrefix("${") { parts.append(.text(serverRoot + "/")) }
    var rest = text[...]
    while let start = rest.firstRange(of: "${"),
      let end = rest[start.upperBound...].firstIndex(of: "}")
    {
      parts += [.text(String(rest[..<start.lowerBound])), .unknown(mayHoldSlashes: true)]
      rest = rest[end...].dropFirst()
    }
    return PathTemplate(parts + [.text(String(rest))])
  }
}
