/// Which location a path is in, by nginx's rules.
enum NginxLocations {
  /// From the outermost to the innermost; none where the server itself answers.
  static func chain(for uri: String, in block: [ServerDirective]) -> [ServerDirective] {
    find(uri, in: block).chain
  }

  /// `isFinal`: no expression of the blocks around it is asked any more.
  private static func find(
    _ uri: String, in block: [ServerDirective]
  ) -> (chain: [ServerDirective], isFinal: Bool) {
    let locations = block.named("location")
    if let exact = locations.first(where: { $0.arguments == ["=", uri] }) {
      return ([exact], true)
    }
    let prefixes = locations.filter { location in
      prefix(of: location).map { uri.hasPrefix($0) } ?? false
    }
    let longest = prefixes.max { $0.arguments.last?.count ?? 0 < $1.arguments.last?.count ?? 0 }
    var chain: [ServerDirective] = []
    if let longest {
      let nested = find(uri, in: longest.block ?? [])
      chain = [longest] + nested.chain
      if nested.isFinal { return (chain, true) }
      if longest.value == "^~" { return (chain, false) }
    }
    for location in locations where groups(of: location, for: uri) != nil {
      return ([location] + find(uri, in: location.block ?? []).chain, true)
    }
    return (chain, false)
  }

  static func named(_ name: String, in block: [ServerDirective]) -> ServerDirective? {
    block.named("location").first { $0.arguments == [name] }
  }

  /// The address without its last slash is sent to the one with it, where a backend answers there.
  static func slashIsAdded(to uri: String, in block: [ServerDirective]) -> ServerDirective? {
    guard !block.contains(where: { $0.arguments == ["=", uri] }) else { return nil }
    return block.named("location").first { location in
      prefix(of: location) == uri + "/"
        && (location.block ?? []).contains { NginxSite.handlers.contains($0.name) }
    }
  }

  static func prefix(of location: ServerDirective) -> String? {
    if location.arguments.count == 1, !location.value.hasPrefix("@") { return location.value }
    return location.value == "^~" ? location.arguments.last : nil
  }

  /// The expression of a location, and whether letters' case does not matter to it.
  static func expression(of location: ServerDirective) -> (text: String, ignoresCase: Bool)? {
    guard location.value.hasPrefix("~"), let last = location.arguments.last else { return nil }
    // "~^/a" may be one word.
    let ignoresCase = location.value.hasPrefix("~*")
    let text =
      location.arguments.count > 1 ? last : String(last.dropFirst(ignoresCase ? 2 : 1))
    return (text, ignoresCase)
  }

  /// What the expression of a location takes from a path; `nil` where it does not match.
  static func groups(of location: ServerDirective, for uri: String) -> [String]? {
    guard let (text, ignoresCase) = expression(of: location) else { return nil }
    return Pattern(text, ignoringCase: ignoresCase)?.groups(in: uri)
  }

  /// The same by the names of the groups.
  static func namedGroups(of location: ServerDirective, for uri: String) -> [String: String] {
    guard let (text, ignoresCase) = expression(of: location) else { return [:] }
    return Pattern(text, ignoringCase: ignoresCase)?.namedGroups(in: uri) ?? [:]
  }
}
