/// The rules of mod_rewrite in one place, for one request.
struct ApacheRewriting {
  enum Outcome: Equatable {
    case nothing
    /// Another path, as the rules write it. `isEnd`: no folder's rules are asked any more.
    case rewritten(String, isEnd: Bool, Place)
    case proxied
    /// `status`: of the answer.
    case closed(Passage.Bar, status: String, Place)
    case unclear(Place)
  }

  /// What conditions may ask for.
  struct Facts {
    let expression: ApacheExpression.Facts
    let isFile: (String, Character) -> Truth
  }

  private let directives: [ServerDirective]
  private let isOfFolder: Bool
  private let facts: Facts
  /// The groups of the rule's own expression, and of the last condition that matched.
  private var groups: [String] = []
  private var conditionGroups: [String] = []

  private init(_ directives: [ServerDirective], isOfFolder: Bool, _ facts: Facts) {
    (self.directives, self.isOfFolder, self.facts) = (directives, isOfFolder, facts)
  }

  /// What `directives` make of `path`, which begins with a slash in a server's rules and without one
  /// in a folder's.
  static func outcome(
    of directives: [ServerDirective], for path: String, isOfFolder: Bool, _ facts: Facts
  ) -> Outcome {
    guard directives.last("rewriteengine")?.says("on") ?? false else { return .nothing }
    var rules = ApacheRewriting(directives, isOfFolder: isOfFolder, facts)
    return rules.outcome(for: path)
  }

  private mutating func outcome(for path: String) -> Outcome {
    var path = path
    var outcome = Outcome.nothing
    var conditions: [ServerDirective] = []
    for directive in directives.named("rewritecond", "rewriterule") {
      guard directive.name == "rewriterule" else {
        conditions.append(directive)
        continue
      }
      let flags = Flags(directive.arguments.dropFirst(2).first)
      (groups, conditionGroups) = ([], [])
      var truth = match(
        path, directive.value, ignoringCase: flags.has("NC", "NOCASE"), into: \.groups)
      if truth != .no { truth = truth && holds(conditions) }
      conditions = []
      guard truth != .no else { continue }
      // Of a folder's rules the result is always handed on.
      let handsOn = !isOfFolder && flags.has("PT", "PASSTHROUGH")
      guard !handsOn, !flags.has("C", "CHAIN", "N", "NEXT", "S", "SKIP") else {
        return .unclear(directive.place)
      }
      let target = directive.arguments.dropFirst().first ?? "-"
      if let end = end(of: directive, target, flags) {
        // A way out that may not be taken is none.
        if truth == .yes { return end }
        continue
      }
      if target != "-" {
        guard truth == .yes, let made = expanded(target) else { return .unclear(directive.place) }
        path = String(made.prefix { $0 != "?" })
        outcome = .rewritten(path, isEnd: flags.has("END"), directive.place)
      } else if truth != .yes {
        continue
      }
      if flags.has("L", "LAST", "END") { return outcome }
    }
    return outcome
  }

  private func end(of rule: ServerDirective, _ target: String, _ flags: Flags) -> Outcome? {
    if flags.has("F", "FORBIDDEN") { return .closed(.refused, status: "403", rule.place) }
    if flags.has("G", "GONE") { return .closed(.refused, status: "410", rule.place) }
    if flags.has("P", "PROXY") { return .proxied }
    if flags.has("R", "REDIRECT") || target.contains("://") {
      return .closed(.answered, status: flags.value(of: "R", "REDIRECT") ?? "302", rule.place)
    }
    return nil
  }

  private struct Flags {
    let values: [String: String]

    init(_ text: String?) {
      guard let text, text.hasPrefix("["), text.hasSuffix("]") else {
        values = [:]
        return
      }
      let words = text.dropFirst().dropLast().split(separator: ",").map { flag in
        String(flag).trimmed.split(separator: "=", maxSplits: 1).map(String.init)
      }
      values = Dictionary(
        words.map { (($0.first ?? "").uppercased(), $0.count > 1 ? $0[1] : "") },
        uniquingKeysWith: { $1 })
    }

    func has(_ names: String...) -> Bool { names.contains { values[$0] != nil } }

    /// Behind an equals sign.
    func value(of names: String...) -> String? {
      names.lazy.compactMap { values[$0] }.first { !$0.isEmpty }
    }
  }

  private mutating func holds(_ conditions: [ServerDirective]) -> Truth {
    var all = Truth.yes
    var alternatives = Truth.no
    for condition in conditions where condition.arguments.count > 1 {
      let flags = Flags(condition.arguments.dropFirst(2).first)
      let truth = holds(condition, ignoringCase: flags.has("NC", "NOCASE"))
      if flags.has("OR", "ORNEXT") {
        alternatives = alternatives || truth
      } else {
        all = all && (alternatives || truth)
        alternatives = .no
      }
    }
    return all
  }

  private mutating func holds(_ condition: ServerDirective, ignoringCase: Bool) -> Truth {
    let pattern = condition.arguments[1]
    if condition.says("expr") { return ApacheExpression.holds(pattern, facts.expression) }
    guard let text = expanded(condition.value) else { return .unclear }
    let bare = pattern.hasPrefix("!") ? String(pattern.dropFirst()) : pattern
    if let letter = bare.dropFirst().first, bare == "-f" || bare == "-d" {
      let truth = facts.isFile(text, letter)
      return bare == pattern ? truth : !truth
    }
    if bare.hasPrefix("-") || bare.hasPrefix("<") || bare.hasPrefix(">") { return .unclear }
    return match(text, pattern, ignoringCase: ignoringCase, into: \.conditionGroups)
  }

  private mutating func match(
    _ text: String, _ pattern: String, ignoringCase: Bool,
    into groups: WritableKeyPath<Self, [String]>
  ) -> Truth {
    if pattern.hasPrefix("!") {
      let inner = String(pattern.dropFirst())
      if inner.hasPrefix("=") { return Truth(text != inner.dropFirst()) }
      return !Pattern.matches(text, inner, ignoringCase: ignoringCase)
    }
    if pattern.hasPrefix("=") { return Truth(text == pattern.dropFirst()) }
    guard let expression = Pattern(pattern, ignoringCase: ignoringCase) else { return .unclear }
    guard let found = expression.groups(in: text) else { return .no }
    self[keyPath: groups] = found
    return .yes
  }

  /// `text` with `$1`, `%1` and `%{NAME}` in it replaced; `nil` where one is not known.
  private func expanded(_ text: String) -> String? {
    var result = ""
    var rest = text[...]
    while let first = rest.popFirst() {
      if first == "\\", let next = rest.popFirst() {
        result.append(next)
      } else if first == "$" || first == "%", let digit = rest.first?.wholeNumberValue {
        rest = rest.dropFirst()
        let groups = first == "$" ? groups : conditionGroups
        result += groups.indices.contains(digit) ? groups[digit] : ""
      } else if first == "%", rest.hasPrefix("{"), let end = rest.firstIndex(of: "}") {
        guard let value = facts.expression.variable(String(rest[..<end].dropFirst())) else {
          return nil
        }
        result += value
        rest = rest[end...].dropFirst()
      } else if first == "$", rest.hasPrefix("{") {
        // A map.
        return nil
      } else {
        result.append(first)
      }
    }
    return result
  }
}
