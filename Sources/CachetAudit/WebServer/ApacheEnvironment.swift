/// The variables that Apache sets from the request, as a stranger's request has them when access
/// is decided: those of `SetEnvIf` and its like, not those of `SetEnv`, which come later.
struct ApacheEnvironment {
  /// `.some(nil)` where it is not known; no entry for one that is not set.
  private var values: [String: String?] = [:]
  private let request: WebRequest
  /// In an internal redirect.
  private let isRedirected: Bool
  /// What headers of the client's take away.
  private let taken: Set<String>

  /// `directives`: the server's own, in order; `inner`: those in its sections.
  init(
    _ request: WebRequest, isRedirected: Bool, taken: Set<String>,
    directives: [ServerDirective], inner: [ServerDirective]
  ) {
    (self.request, self.isRedirected) = (request, isRedirected)
    self.taken = taken
    for directive in directives { note(directive) }
    // These depend on the section, and on when it is looked at.
    for directive in inner {
      for word in Self.names(of: directive) { values[word.name] = .some(nil) }
    }
  }

  /// What a condition sees when the request is at `uri` and `file`.
  func facts(uri: String, file: String) -> ApacheExpression.Facts {
    ApacheExpression.Facts(
      variable: { variable($0, uri: uri, file: file) }, environment: { values[$0] ?? "" })
  }

  private func variable(_ name: String, uri: String, file: String) -> String? {
    switch name.uppercased() {
    case "THE_REQUEST": request.line
    case "REQUEST_METHOD": request.method
    case "REQUEST_URI": uri
    case "QUERY_STRING": request.query
    case "HTTPS": request.isEncrypted ? "on" : "off"
    case "REQUEST_SCHEME": request.isEncrypted ? "https" : "http"
    case "SERVER_PORT": request.isEncrypted ? "443" : "80"
    case "REMOTE_ADDR": WebRequest.stranger
    case "REMOTE_USER", "HTTP:SERVICE-WORKER": ""
    case "ENV:REDIRECT_STATUS": isRedirected ? "200" : ""
    case "REQUEST_FILENAME", "SCRIPT_FILENAME": file
    default: nil
    }
  }

  private static func names(
    of directive: ServerDirective
  ) -> [(name: String, value: String?)] {
    let words: ArraySlice<String>
    switch directive.name {
    case "setenvif", "setenvifnocase": words = directive.arguments.dropFirst(2)
    case "setenvifexpr", "browsermatch", "browsermatchnocase":
      words = directive.arguments.dropFirst()
    case "rewriterule":
      let flags = directive.arguments.dropFirst(2).first ?? ""
      words =
        flags.trimmingPrefix("[").split(separator: ",").filter { $0.hasPrefix("E=") }
        .map { String($0.dropFirst(2).prefix { $0 != ":" && $0 != "]" }) }[...]
    default: words = []
    }
    return words.map { word in
      if word.hasPrefix("!") { return (String(word.dropFirst()), nil) }
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      return (parts.first ?? word, parts.count > 1 ? parts[1] : "1")
    }
  }

  private mutating func note(_ directive: ServerDirective) {
    let names = Self.names(of: directive)
    guard !names.isEmpty else { return }
    let truth = truth(of: directive)
    for (name, value) in names {
      switch truth {
      case .yes: values[name] = value.map { .some($0) }
      case .no: continue
      // What was never there cannot be taken away.
      case .unclear where value == nil && values[name] == nil: continue
      case .unclear where value == nil && asksHeaders(directive):
        if taken.contains(name) { values[name] = nil }
      case .unclear: values[name] = .some(nil)
      }
    }
  }

  /// The variables that may be gone behind it.
  static func taken(by directive: ServerDirective) -> [String] {
    names(of: directive).filter { $0.value == nil }.map(\.name)
  }

  /// Whether the condition is about headers of the client's.
  private func asksHeaders(_ directive: ServerDirective) -> Bool {
    switch directive.name {
    case "setenvif", "setenvifnocase": values[directive.value] == nil
    case "setenvifexpr": directive.value.uppercased().contains("%{HTTP")
    default: false
    }
  }

  private func truth(of directive: ServerDirective) -> Truth {
    let arguments = directive.arguments
    switch directive.name {
    case "setenvifexpr":
      return ApacheExpression.holds(directive.value, facts(uri: request.path, file: ""))
    case "setenvif", "setenvifnocase":
      guard arguments.count > 1, let text = attribute(arguments[0]) else { return .unclear }
      return Pattern.matches(
        text, arguments[1], ignoringCase: directive.name == "setenvifnocase")
    default: return .unclear
    }
  }

  private func attribute(_ name: String) -> String? {
    switch name.lowercased() {
    case "request_uri": request.path
    case "request_method": request.method
    case "request_protocol": "HTTP/1.1"
    case "remote_addr": WebRequest.stranger
    default: values[name] ?? nil
    }
  }
}
