/// The ways from addresses to files that one of nginx's servers has.
extension NginxSite {
  var ways: [FileWay] {
    let around = server.last("root") ?? http.last("root")
    let root =
      around.map { FileWay("", template($0.value), at: $0.place) }
      ?? FileWay("", PathTemplate(NginxVariables.prefix + "/html"), at: place)
    return [root] + ways(in: server, of: nil)
  }

  /// Those of the blocks in `block`, which is in `location`.
  private func ways(in block: [ServerDirective], of location: ServerDirective?) -> [FileWay] {
    block.flatMap { directive -> [FileWay] in
      guard let inner = directive.block, ["location", "if"].contains(directive.name) else {
        return []
      }
      let own = directive.name == "location" ? directive : location
      let roots = inner.named("root").map { FileWay("", template($0.value), at: $0.place) }
      let aliases = inner.named("alias").compactMap { way(of: $0, in: own, inside: block) }
      return roots + aliases + ways(in: inner, of: own)
    }
  }

  private func way(
    of alias: ServerDirective, in location: ServerDirective?, inside block: [ServerDirective]
  ) -> FileWay? {
    guard let location else { return nil }
    guard let (expression, ignoresCase) = NginxLocations.expression(of: location) else {
      return FileWay(location.arguments.last ?? "", template(alias.value), at: alias.place)
    }
    let folder = NginxVariables.absolute(String(alias.value.prefix { $0 != "$" }))
    let isWhole = folder.count == NginxVariables.absolute(alias.value).count
    return FileWay(
      expression: (ignoresCase ? "(?i)" : "") + expression,
      to: NginxVariables.absolute(alias.value),
      PathTemplate(isWhole ? folder : folder.parentPath), at: alias.place)
  }

  var changes: [AddressChange] {
    server.everything.named("rewrite").compactMap { line in
      guard line.arguments.count > 1, !line.arguments[1].contains("://") else { return nil }
      return AddressChange(
        expression: line.value, target: String(line.arguments[1].prefix { $0 != "?" }))
    }
  }

  /// A path with what is not known, before a request comes, as unknown.
  func template(_ text: String) -> PathTemplate {
    let request = WebRequest("GET", "/")
    var state = NginxState(uri: "/", query: "", frames: [http, server], place: place)
    let variables = variables(for: request)
    for line in server.named("set") {
      state.variables[String(line.value.dropFirst())] = .some(
        variables.expand(line.arguments.dropFirst().first ?? "", state))
    }
    if let known = variables.expand(text, state), !Self.dependsOnRequest(text) {
      return PathTemplate(NginxVariables.absolute(known))
    }
    var parts: [PathTemplate.Part] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "$") {
      parts.append(.text(String(rest[..<start])))
      rest = rest[start...].dropFirst()
      let isBraced = rest.first == "{"
      if isBraced { rest = rest.dropFirst() }
      let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
      rest = rest.dropFirst(name.count + (isBraced ? 1 : 0))
      if let known = variables.expand("${\(name)}", state), !Self.dependsOnRequest("$\(name)") {
        parts.append(.text(known))
      } else {
        parts.append(.unknown(mayHoldSlashes: !isOfHost(name)))
      }
    }
    parts.append(.text(String(rest)))
    return PathTemplate(parts)
  }

  /// A host has no slash, nor has what an expression of a name takes from it.
  private func isOfHost(_ name: Substring) -> Bool {
    ["host", "http_host", "server_name", "ssl_server_name"].contains(name)
      || names.contains { $0.hasPrefix("~") && $0.contains("<\(name)>") }
  }

  /// Groups and the address are another with each request.
  private static func dependsOnRequest(_ text: String) -> Bool {
    text.firstMatch(of: /\$\{?([0-9]|uri|request_uri|document_uri|args|arg_|request_filename)/)
      != nil
  }
}
