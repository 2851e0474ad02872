/// What is known of a stranger's request, by the names of nginx's variables.
struct NginxVariables {
  let request: WebRequest
  let isEncrypted: Bool
  let host: String?
  /// What the server's name, where it is an expression, takes from the host.
  private let hostGroups: [String: String]
  /// `map` and `geo`, by the variable that they make.
  private let made: [String: ServerDirective]

  init(
    _ request: WebRequest, isEncrypted: Bool, host: String?, hostGroups: [String: String] = [:],
    http: [ServerDirective]
  ) {
    (self.request, self.isEncrypted, self.host) = (request, isEncrypted, host)
    self.hostGroups = hostGroups
    var made: [String: ServerDirective] = [:]
    for block in http.named("map", "geo") { made[block.arguments.last ?? ""] = block }
    self.made = made
  }

  /// `text` with values in place of variables; `nil` where one is not known.
  func expand(_ text: String, _ state: NginxState, depth: Int = 0) -> String? {
    var result = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "$") {
      result += rest[..<start]
      rest = rest[start...].dropFirst()
      let isBraced = rest.first == "{"
      if isBraced { rest = rest.dropFirst() }
      let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
      rest = rest.dropFirst(name.count)
      if isBraced { rest = rest.dropFirst() }
      guard !name.isEmpty else {
        result += "$"
        continue
      }
      guard let value = value(String(name), state, depth) else { return nil }
      result += value
    }
    return result + rest
  }

  private func value(_ name: String, _ state: NginxState, _ depth: Int) -> String? {
    if let index = Int(name) {
      return state.captures.indices.contains(index) ? state.captures[index] : ""
    }
    if let set = state.variables[name] { return set }
    if let part = hostGroups[name] { return part }
    if let block = made["$" + name] { return depth < 10 ? made(by: block, state, depth + 1) : nil }
    return switch name {
    case "request_method": request.method
    case "request_uri": request.uri
    case "request": request.line
    case "content_type": request.contentType
    case "uri", "document_uri": state.uri
    case "args", "query_string": state.query
    case "is_args": state.query.isEmpty ? "" : "?"
    case "scheme": isEncrypted ? "https" : "http"
    case "https": isEncrypted ? "on" : ""
    case "server_port": isEncrypted ? "443" : "80"
    case "remote_addr", "binary_remote_addr", "realip_remote_addr": WebRequest.stranger
    case "remote_user", "http_service_worker": ""
    case "host", "http_host", "server_name": host
    case "document_root" where depth < 10: root(state, depth: depth)
    case "request_filename" where depth < 10: file(of: state.uri, state, depth: depth)
    case "fastcgi_script_name": script(state).name
    case "fastcgi_path_info": script(state).rest
    default: nil
    }
  }

  private func made(by block: ServerDirective, _ state: NginxState, _ depth: Int) -> String? {
    let entries = block.block ?? []
    let chosen: ServerDirective?
    if block.name == "geo" {
      // A stranger is in nobody's networks.
      chosen = entries.first { $0.name == "0.0.0.0/0" } ?? entries.last("default")
    } else {
      guard let source = expand(block.value, state, depth: depth) else { return nil }
      chosen = entry(of: entries, for: source)
      if Self.hasHostNames(entries), chosen?.name.lowercased() != source.lowercased() { return nil }
    }
    return chosen.map { expand($0.value, state, depth: depth) } ?? ""
  }

  private func entry(of entries: [ServerDirective], for source: String) -> ServerDirective? {
    if let exact = entries.first(where: { $0.name.lowercased() == source.lowercased() }) {
      return exact
    }
    let matching = entries.first { entry in
      guard entry.name.hasPrefix("~") else { return false }
      let ignoresCase = entry.name.hasPrefix("~*")
      return Pattern.matches(
        source, String(entry.name.dropFirst(ignoresCase ? 2 : 1)), ignoringCase: ignoresCase)
        == .yes
    }
    return matching ?? entries.last("default")
  }

  /// Whether a block has patterns of host names, which are not read.
  private static func hasHostNames(_ entries: [ServerDirective]) -> Bool {
    entries.contains { $0.name == "hostnames" }
  }

  /// The condition of an `if`.
  func holds(
    _ arguments: [String], _ state: NginxState, isFile: (String, Character) -> Truth
  ) -> Truth {
    var words = arguments
    if let first = words.first, first.hasPrefix("(") { words[0] = String(first.dropFirst()) }
    if let last = words.last, last.hasSuffix(")") {
      words[words.count - 1] = String(last.dropLast())
    }
    words.removeAll(where: \.isEmpty)
    guard let first = words.first else { return .unclear }
    if words.count == 2, let kind = first.last, first.hasSuffix("-\(kind)") {
      let truth = expand(words[1], state).map { isFile($0, kind) } ?? .unclear
      return first.hasPrefix("!") ? !truth : truth
    }
    guard let text = expand(first, state) else { return .unclear }
    guard words.count == 3 else {
      return words.count == 1 ? Truth(text != "" && text != "0") : .unclear
    }
    switch words[1] {
    case "=": return Truth(expand(words[2], state).map { $0 == text })
    case "!=": return Truth(expand(words[2], state).map { $0 != text })
    case "~": return Pattern.matches(text, words[2])
    case "~*": return Pattern.matches(text, words[2], ignoringCase: true)
    case "!~": return !Pattern.matches(text, words[2])
    case "!~*": return !Pattern.matches(text, words[2], ignoringCase: true)
    default: return .unclear
    }
  }
}
