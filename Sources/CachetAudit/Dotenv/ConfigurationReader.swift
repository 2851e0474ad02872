/// Reads a file of Laravel's configuration as people write it: `return [ … ];` with nested arrays, and
/// says of each entry whether it is a value, a variable of the environment, or something that only PHP
/// works out. Nothing is run.
struct ConfigurationReader {
  indirect enum Expression: Sendable {
    case value(EnvironmentValue)
    /// `env('NAME', otherwise)`.
    case variable(String, otherwise: Expression?)
    /// Only PHP knows.
    case unknown
  }

  struct Entry: Sendable {
    let expression: Expression
    /// Counted from 1.
    let line: Int
  }

  struct Refusal: Error { let line: Int }

  /// The entries by their names, joined with dots; an array has one only where what is in it is not known.
  /// Throws for what is no such file, or returns anything
  /// but one array.
  static func entries(of bytes: [UInt8]) throws(Refusal) -> [String: Entry] {
    var reader = ConfigurationReader(bytes)
    try reader.readFile()
    return reader.entries
  }

  private var entries: [String: Entry] = [:]
  private var words: PHPTokens
  /// The names of the arrays that are open; `nil` where one is not known.
  private var path: [String?] = []

  // Some hundreds of entries are usual; whoever may write the file must not make this program grow.
  private static let depthLimit = 64
  private static let entryLimit = 20_000
  private static let nameLimit = 256

  private init(_ bytes: [UInt8]) { words = PHPTokens(bytes) }

  private mutating func readFile() throws(Refusal) {
    guard words.takeOpening() else { throw refusal }
    // Up to the one 'return' that is in no block.
    var depth = 0
    while let word = try words.next() {
      switch word {
      case .sign("{"), .sign("("), .sign("["): depth += 1
      case .sign("}"), .sign(")"), .sign("]"): depth -= 1
      case .name("return"):
        guard depth == 0 else { throw refusal }
        guard try readArray() else { throw refusal }
        guard case .sign(";")? = try words.next() else { throw refusal }
        // What follows is not run.
        return
      // With these the file may be another each time.
      case .name("if"), .name("switch"), .name("match"), .name("foreach"), .name("for"),
        .name("while"), .name("include"), .name("require"), .name("goto"):
        throw refusal
      default: continue
      }
    }
    throw refusal
  }

  /// `[ … ]` or `array( … )`, if that is what follows.
  private mutating func readArray() throws(Refusal) -> Bool {
    let before = words
    guard let first = try words.next() else { return false }
    let end: String
    switch first {
    case .sign("["): end = "]"
    case .name("array"):
      guard case .sign("(")? = try words.next() else {
        words = before
        return false
      }
      end = ")"
    default:
      words = before
      return false
    }
    guard path.count < Self.depthLimit else { throw refusal }
    var keys: Set<String> = []
    while true {
      if try take(end) { return true }
      try readElement(upTo: end, &keys)
      guard try take(",") else {
        guard try take(end) else { throw refusal }
        return true
      }
    }
  }

  private mutating func readElement(
    upTo end: String, _ keys: inout Set<String>
  ) throws(Refusal) {
    let start = words
    var name: String?
    if try take(".") {
      // Of the array that it is in each entry may be another's.
      guard !path.isEmpty else { throw refusal }
      try note(.unknown, at: words.nextLine())
      try skip(upTo: [",", end])
      return
    }
    if case .text(let text)? = try words.next(), try take("=>") {
      let key = String(decoding: text, as: UTF8.self).replacing(".", with: "\\.")
      // Of what is written twice the last counts, all of it.
      guard keys.insert(key).inserted else { throw refusal }
      name = key
    } else {
      words = start
      // A key that is no text, or none; the value behind it is nobody's.
      if try skip(upTo: [",", end, "=>"]) == "=>" { _ = try take("=>") } else { words = start }
    }
    path.append(name)
    defer { path.removeLast() }
    let line = try words.nextLine()
    if try isArray(upTo: end), try readArray() { return }
    try note(try readExpression(upTo: end), at: line)
  }

  /// Whether an array follows, and nothing behind it that makes something else of it.
  private mutating func isArray(upTo end: String) throws(Refusal) -> Bool {
    let before = words
    defer { words = before }
    switch try words.next() {
    case .sign("["): try skip(upTo: ["]"])
    case .name("array"):
      guard try take("(") else { return false }
      try skip(upTo: [")"])
    default: return false
    }
    _ = try words.next()
    return try peek(",", end)
  }

  private mutating func readExpression(upTo end: String) throws(Refusal) -> Expression {
    let start = words
    let expression = try readTerm(depth: 0)
    if let expression, try peek(",", end) { return expression }
    words = start
    _ = try skip(upTo: [",", end])
    return .unknown
  }

  /// A value or a variable, with a cast in front of it; `nil` for anything else.
  private mutating func readTerm(depth: Int) throws(Refusal) -> Expression? {
    guard depth <= Self.depthLimit, let word = try words.next() else { return nil }
    switch word {
    case .text(let bytes): return .value(.text(HiddenValue(bytes)))
    case .number(let digits): return Self.whole(digits).map { .value(.text($0)) }
    case .sign("-"):
      guard case .number(let digits)? = try words.next(), digits != "0" else { return nil }
      return Self.whole(digits, sign: "-").map { .value(.text($0)) }
    case .sign("("):
      // A cast changes nothing that is asked here.
      guard case .name(let type)? = try words.next(), Self.casts.contains(type),
        try take(")")
      else { return nil }
      return try readTerm(depth: depth + 1)
    case .name("true"): return .value(.bool(true))
    case .name("false"): return .value(.bool(false))
    case .name("null"): return .value(.null)
    case .name("env"), .name("\\env"): return try readVariable(depth: depth)
    default: return nil
    }
  }

  /// A whole number as PHP would write it too; `nil` for any other, in the forms that only PHP reads.
  private static func whole(_ digits: String, sign: String = "") -> HiddenValue? {
    guard digits == "0" || digits.first != "0", digits.utf8.count <= 18,
      digits.utf8.allSatisfy(\.isDigit)
    else { return nil }
    return HiddenValue(Array((sign + digits).utf8))
  }

  private static let casts: Set<String> = [
    "bool", "boolean", "float", "int", "integer", "string",
  ]

  /// Behind `env`.
  private mutating func readVariable(depth: Int) throws(Refusal) -> Expression? {
    guard try take("("), case .text(let name)? = try words.next() else { return nil }
    let text = String(decoding: name, as: UTF8.self)
    if try take(")") { return .variable(text, otherwise: nil) }
    guard try take(",") else { return nil }
    if try take(")") { return .variable(text, otherwise: nil) }
    let start = words
    let otherwise = try readTerm(depth: depth + 1)
    let isWhole = try peek(",", ")")
    if otherwise == nil || !isWhole {
      words = start
      _ = try skip(upTo: [",", ")"])
    }
    _ = try take(",")
    guard try take(")") else { return nil }
    return .variable(text, otherwise: isWhole ? otherwise ?? .unknown : .unknown)
  }

  // MARK: - Steps

  private mutating func take(_ sign: String) throws(Refusal) -> Bool {
    let before = words
    if case .sign(sign)? = try words.next() { return true }
    words = before
    return false
  }

  private mutating func peek(_ signs: String...) throws(Refusal) -> Bool {
    let before = words
    defer { words = before }
    guard case .sign(let sign)? = try words.next() else { return false }
    return signs.contains(sign)
  }

  /// Over whole brackets, up to one of `signs`, which is not taken.
  @discardableResult
  private mutating func skip(upTo signs: [String]) throws(Refusal) -> String {
    var depth = 0
    while true {
      let before = words
      guard let word = try words.next() else { throw refusal }
      guard case .sign(let sign) = word else { continue }
      if depth == 0, signs.contains(sign) {
        words = before
        return sign
      }
      switch sign {
      case "(", "[", "{": depth += 1
      case ")", "]", "}": depth -= 1
      default: continue
      }
      guard (0...Self.depthLimit).contains(depth) else { throw refusal }
    }
  }

  private var name: String? {
    let names = path.compactMap { $0 }
    guard names.count == path.count else { return nil }
    let whole = names.joined(separator: ".")
    return whole.utf8.count <= Self.nameLimit ? whole : nil
  }

  private mutating func note(_ expression: Expression, at line: Int) throws(Refusal) {
    guard let name else { return }
    guard entries.count < Self.entryLimit else { throw refusal }
    entries[name] = Entry(expression: expression, line: line)
  }

  private var refusal: Refusal {
    var here = words
    return Refusal(line: here.line())
  }
}
