/// What `Require` lines ask for, as mod_authz_core joins them.
indirect enum ApacheRequirement: Sendable {
  /// `methods`: those that a `<Limit>` around it names; for others it lets everybody in.
  case line(ServerDirective, methods: ApacheMethods?)
  case all([ApacheRequirement], Place)
  case any([ApacheRequirement], Place)
  case none([ApacheRequirement], Place)

  enum Answer: Sendable, Equatable { case granted, denied, neutral, unclear }

  /// The lines and containers in a block; `nil` where it has none.
  static func any(in block: [ServerDirective]) -> ApacheRequirement? {
    let parts = parts(of: block, methods: nil)
    guard let first = parts.first else { return nil }
    return .any(parts, first.place)
  }

  private static func parts(
    of block: [ServerDirective], methods: ApacheMethods?
  ) -> [ApacheRequirement] {
    block.flatMap { directive -> [ApacheRequirement] in
      let inner = directive.block ?? []
      switch directive.name {
      case "require": return [.line(directive, methods: methods)]
      case "requireall": return [.all(parts(of: inner, methods: methods), directive.place)]
      case "requireany": return [.any(parts(of: inner, methods: methods), directive.place)]
      case "requirenone": return [.none(parts(of: inner, methods: methods), directive.place)]
      case "limit", "limitexcept": return parts(of: inner, methods: ApacheMethods(directive))
      default: return []
      }
    }
  }

  /// Where its last line is.
  var place: Place {
    switch self {
    case .line(let directive, _): directive.place
    case .all(let parts, let own), .any(let parts, let own), .none(let parts, let own):
      parts.last?.place ?? own
    }
  }

  /// Whether somebody who has not signed in, from an address that nobody knows, is let in.
  func answer(_ method: String, _ facts: ApacheExpression.Facts) -> Answer {
    switch self {
    case .line(let directive, let methods):
      if let methods, !methods.include(method) { return .granted }
      return Self.answer(directive.arguments, method, facts)
    case .all(let parts, _):
      let answers = parts.map { $0.answer(method, facts) }
      if answers.contains(.denied) { return .denied }
      if answers.contains(.unclear) { return .unclear }
      return answers.contains(.granted) ? .granted : .neutral
    case .any(let parts, _):
      let answers = parts.map { $0.answer(method, facts) }
      for answer in [Answer.granted, .unclear, .denied] where answers.contains(answer) {
        return answer
      }
      return .neutral
    case .none(let parts, _):
      let answers = parts.map { $0.answer(method, facts) }
      if answers.contains(.granted) { return .denied }
      return answers.contains(.unclear) ? .unclear : .neutral
    }
  }

  /// All that it takes is who somebody is: no `all`, no address.
  var asksWho: Bool {
    switch self {
    case .line(let directive, _): Self.persons.contains(directive.value.lowercased())
    case .all(let parts, _), .any(let parts, _), .none(let parts, _):
      parts.contains(where: \.asksWho)
    }
  }

  private static let persons: Set<String> = [
    "valid-user", "user", "group", "pam-account", "file-owner", "file-group", "dbm-group",
    "dbd-group", "valid-ldap-user", "ldap-user", "ldap-group", "ldap-dn", "ldap-attribute",
    "ldap-filter", "claim",
  ]

  private static func answer(
    _ words: [String], _ method: String, _ facts: ApacheExpression.Facts
  ) -> Answer {
    let kind = words.first?.lowercased() ?? ""
    let values = Array(words.dropFirst())
    switch kind {
    case "not":
      switch answer(values, method, facts) {
      case .granted: return .denied
      case .unclear: return .unclear
      case .denied, .neutral: return .neutral
      }
    case "all": return values.first?.lowercased() == "granted" ? .granted : .denied
    case "method": return values.contains(method) ? .granted : .denied
    case "ip": return values.contains { $0.hasSuffix("/0") } ? .granted : .denied
    case "host", "local", "forward-dns": return .denied
    case "expr": return Answer(ApacheExpression.holds(values.joined(separator: " "), facts))
    case "env":
      let known = values.map { facts.environment($0).map { !$0.isEmpty } }
      return Answer(known.reduce(.no) { $0 || Truth($1) })
    default: return persons.contains(kind) ? .denied : .unclear
    }
  }
}

extension ApacheRequirement.Answer {
  init(_ truth: Truth) {
    switch truth {
    case .yes: self = .granted
    case .no: self = .denied
    case .unclear: self = .unclear
    }
  }
}
