/// A condition in Apache's language of expressions (`<If>`, `SetEnvIfExpr`, `Require expr`). What is
/// beyond the parts that guards are made of comes out unclear.
struct ApacheExpression {
  /// What a condition may ask for; `nil` where that is not known of a stranger's request.
  struct Facts {
    let variable: (String) -> String?
    let environment: (String) -> String?
  }

  private var rest: Substring
  private let facts: Facts
  private var depth = 0

  /// Conditions stand in .htaccess too, which PHP may write.
  private static let depthLimit = 50

  private init(rest: Substring, facts: Facts) { (self.rest, self.facts) = (rest, facts) }

  static func holds(_ text: String, _ facts: Facts) -> Truth {
    var expression = ApacheExpression(rest: text[...], facts: facts)
    guard let truth = expression.anyOf(), expression.isAtEnd else { return .unclear }
    return truth
  }

  private var isAtEnd: Bool { rest.allSatisfy(\.isWhitespace) }

  private mutating func take(_ text: String) -> Bool {
    rest = rest.drop(while: \.isWhitespace)
    guard rest.hasPrefix(text) else { return false }
    rest = rest.dropFirst(text.count)
    return true
  }

  private mutating func anyOf() -> Truth? {
    guard var truth = allOf() else { return nil }
    while take("||") {
      guard let next = allOf() else { return nil }
      truth = truth || next
    }
    return truth
  }

  private mutating func allOf() -> Truth? {
    guard var truth = single() else { return nil }
    while take("&&") {
      guard let next = single() else { return nil }
      truth = truth && next
    }
    return truth
  }

  private mutating func single() -> Truth? {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else { return nil }
    if take("!") { return single().map { !$0 } }
    if take("(") {
      guard let truth = anyOf(), take(")") else { return nil }
      return truth
    }
    rest = rest.drop(while: \.isWhitespace)
    if rest.first == "-", let letter = rest.dropFirst().first, letter.isLetter {
      return unary()
    }
    return comparison()
  }

  /// `-z word` and its like.
  private mutating func unary() -> Truth? {
    let name = rest.dropFirst().prefix(while: \.isLetter)
    rest = rest.dropFirst(1 + name.count)
    guard let word = word() else { return nil }
    switch name {
    case "z": return Truth(word.text.map(\.isEmpty))
    case "n": return Truth(word.text.map { !$0.isEmpty })
    case "T":
      return Truth(
        word.text.map { !["", "0", "off", "false", "no"].contains($0.lowercased()) })
    // A stranger has no address that anybody knows.
    case "R": return Truth(word.text.map { $0.hasSuffix("/0") })
    default: return .unclear
    }
  }

  private mutating func comparison() -> Truth? {
    guard let left = word() else { return nil }
    for symbol in ["=~", "!~"] where take(symbol) {
      rest = rest.drop(while: \.isWhitespace)
      guard let (pattern, ignoringCase) = pattern() else { return nil }
      let truth =
        left.text.map { Pattern.matches($0, pattern, ignoringCase: ignoringCase) } ?? .unclear
      return symbol == "=~" ? truth : !truth
    }
    for symbol in ["==", "!=", "="] where take(symbol) {
      guard let right = word() else { return nil }
      guard let one = left.text, let other = right.text else { return .unclear }
      return Truth((one == other) == (symbol != "!="))
    }
    if rest.drop(while: \.isWhitespace).hasPrefix("-") {
      rest = rest.drop(while: \.isWhitespace).dropFirst().drop(while: \.isLetter)
      return word().map { _ in .unclear }
    }
    switch left.text {
    case "true": return .yes
    case "false": return .no
    default: return nil
    }
  }

  private struct Word { let text: String? }

  private mutating func word() -> Word? {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else { return nil }
    rest = rest.drop(while: \.isWhitespace)
    guard let first = rest.first else { return nil }
    if first == "'" || first == "\"" { return quoted(by: first) }
    if rest.hasPrefix("%{") { return Word(text: reference()) }
    let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
    guard !name.isEmpty else { return nil }
    rest = rest.dropFirst(name.count)
    guard take("(") else { return Word(text: String(name)) }
    guard let argument = word() else { return nil }
    while take(",") { guard word() != nil else { return nil } }
    guard take(")") else { return nil }
    switch name {
    case "reqenv", "v": return Word(text: argument.text.flatMap(facts.environment))
    case "tolower": return Word(text: argument.text?.lowercased())
    case "toupper": return Word(text: argument.text?.uppercased())
    default: return Word(text: nil)
    }
  }

  private mutating func quoted(by quote: Character) -> Word? {
    rest = rest.dropFirst()
    var text: String? = ""
    while let character = rest.first {
      if character == quote {
        rest = rest.dropFirst()
        return Word(text: text)
      }
      if rest.hasPrefix("%{") {
        let part = reference()
        text = text.flatMap { known in part.map { known + $0 } }
        continue
      }
      rest = rest.dropFirst()
      if character == "\\", let next = rest.popFirst() {
        text?.append(next)
      } else {
        text?.append(character)
      }
    }
    return nil
  }

  /// `%{NAME}` or `%{NAME:part}`.
  private mutating func reference() -> String? {
    let name = rest.dropFirst(2).prefix { $0 != "}" }
    rest = rest.dropFirst(2 + name.count).dropFirst()
    if name.lowercased().hasPrefix("reqenv:") {
      return facts.environment(String(name.dropFirst(7)))
    }
    return facts.variable(String(name))
  }

  /// `/text/i` or `m#text#i`.
  private mutating func pattern() -> (text: String, ignoringCase: Bool)? {
    if rest.first == "m" { rest = rest.dropFirst() }
    guard let mark = rest.popFirst(), !mark.isLetter, !mark.isWhitespace else { return nil }
    var text = ""
    while let character = rest.popFirst() {
      if character == mark {
        let flags = rest.prefix(while: \.isLetter)
        rest = rest.dropFirst(flags.count)
        return (text, flags.contains("i"))
      }
      text.append(character)
      if character == "\\", let next = rest.popFirst() { text.append(next) }
    }
    return nil
  }
}
