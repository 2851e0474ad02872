/// The words of a line of SHOW GRANTS.
struct GrantScanner {
  private var rest: Substring

  init(_ text: String) { rest = text[...] }

  private mutating func skipBlanks() { rest = rest.drop(while: \.isWhitespace) }

  var isAtQuote: Bool { rest.drop(while: \.isWhitespace).first.map(Self.isQuote) ?? false }

  private static func isQuote(_ character: Character) -> Bool {
    character == "`" || character == "'" || character == "\""
  }

  private static func isName(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_" || character == "$"
  }

  mutating func skip(_ mark: Character) -> Bool {
    skipBlanks()
    guard rest.first == mark else { return false }
    rest.removeFirst()
    return true
  }

  /// A word without quotes, in capitals.
  mutating func word() -> String? {
    skipBlanks()
    let word = rest.prefix(while: Self.isName)
    rest = rest[word.endIndex...]
    return word.isEmpty ? nil : word.uppercased()
  }

  private mutating func skip(word: String) {
    var ahead = self
    if ahead.word() == word { self = ahead }
  }

  /// A list of columns.
  mutating func skipParentheses() -> Bool {
    guard skip("(") else { return false }
    while let next = rest.first, next != ")" {
      if Self.isQuote(next) {
        guard (try? quoted()) != nil else { return false }
      } else {
        rest.removeFirst()
      }
    }
    return skip(")")
  }

  /// What stands in quotes; a quote that is part of it is written twice.
  private mutating func quoted() throws(Grant.Refusal) -> String {
    skipBlanks()
    guard let quote = rest.popFirst(), Self.isQuote(quote) else { throw Grant.Refusal() }
    var text = ""
    while let character = rest.popFirst() {
      if character == quote {
        guard rest.first == quote else { return text }
        rest.removeFirst()
      }
      text.append(character)
    }
    throw Grant.Refusal()
  }

  private mutating func name() throws(Grant.Refusal) -> String {
    if isAtQuote { return try quoted() }
    let name = rest.prefix(while: Self.isName)
    guard !name.isEmpty else { throw Grant.Refusal() }
    rest = rest[name.endIndex...]
    return String(name)
  }

  /// A user or a role, with its host where it has one.
  mutating func account() throws(Grant.Refusal) -> (text: String, host: String?) {
    let user = try name()
    return (user, skip("@") ? try name() : nil)
  }

  mutating func object() throws(Grant.Refusal) -> Grant.Object {
    for kind in ["TABLE", "FUNCTION", "PROCEDURE", "PACKAGE", "BODY"] { skip(word: kind) }
    if skip("*") {
      guard skip("."), skip("*") else { throw Grant.Refusal() }
      return .everything
    }
    let database = try name()
    guard skip(".") else { throw Grant.Refusal() }
    if skip("*") { return .database(DatabasePattern(database)) }
    return .part(database: database, name: try name())
  }

  /// Whether the rest says so, outside of all quotes.
  mutating func saysGrantOption() throws(Grant.Refusal) -> Bool {
    var last: String?
    while !rest.isEmpty {
      if isAtQuote {
        _ = try quoted()
        last = nil
      } else if let word = word() {
        if last == "GRANT", word == "OPTION" { return true }
        last = word
      } else {
        rest = rest.dropFirst()
      }
    }
    return false
  }
}
