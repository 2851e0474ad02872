/// Reads a PHP file that returns an array as `var_export` writes it, and nothing else: nested arrays,
/// flattened to names with dots.
///
/// Source: php-src `ext/standard/var.c` (`php_var_export_ex`).
struct ExportReader {
  struct Entry: Sendable {
    /// As it is: no `env()` stands behind it any more.
    let value: EnvironmentValue
    /// Counted from 1.
    let line: Int
  }

  struct Refusal: Error { let line: Int }

  static func entries(of bytes: [UInt8]) throws(Refusal) -> [String: Entry] {
    var reader = ExportReader(bytes)
    try reader.readFile()
    return reader.entries
  }

  private var entries: [String: Entry] = [:]
  private var rest: ArraySlice<UInt8>
  private var line = 1
  /// The names of the arrays that are open.
  private var path: [String] = []

  // A configuration has some two thousand entries; whoever may write the file must not make this
  // program grow with names that repeat.
  private static let depthLimit = 64
  private static let entryLimit = 50_000
  private static let nameLimit = 256

  private init(_ bytes: [UInt8]) { rest = bytes[...] }

  private mutating func readFile() throws(Refusal) {
    try expect("<?php")
    try expect("return")
    try readValue()
    try expect(";")
    guard !skipBlanks() else { throw refusal }
  }

  private mutating func readValue() throws(Refusal) {
    _ = skipBlanks()
    let start = line
    if accept("array") {
      try readArray()
    } else if accept("(object)") {
      try expect("array")
      try readArray()
    } else if rest.first == UInt8(ascii: "\\") {
      try readObject()
    } else if rest.first == UInt8(ascii: "'") {
      try note(.text(HiddenValue(try string())), at: start)
    } else {
      try note(try bareValue(), at: start)
    }
  }

  private mutating func readArray() throws(Refusal) {
    try expect("(")
    guard path.count < Self.depthLimit else { throw refusal }
    var keys: Set<String> = []
    while true {
      guard skipBlanks() else { throw refusal }
      if accept(")") { return }
      let key = String(
        decoding: rest.first == UInt8(ascii: "'") ? try string() : try integer(), as: UTF8.self)
      // PHP has either once: of what is written twice the last counts, all of it.
      guard keys.insert(key).inserted else { throw refusal }
      // Laravel takes 'app.debug' for the entry itself, and no file of the configuration has such a
      // name. Deeper, it stands for nothing that is asked for.
      guard !path.isEmpty || !key.contains(".") else { throw refusal }
      try expect("=>")
      path.append(key.replacing(".", with: "\\."))
      try readValue()
      path.removeLast()
      try expect(",")
    }
  }

  /// `\Name::__set_state(array(…))`, or a case of an enumeration. A configuration has none of its
  /// own that is asked for here.
  private mutating func readObject() throws(Refusal) {
    rest = rest.drop { $0 == UInt8(ascii: "\\") || Self.isNameByte($0) }
    try expect("::")
    guard accept("__set_state(") else {
      rest = rest.drop(while: Self.isNameByte)
      return
    }
    try expect("array")
    try readArray()
    try expect(")")
  }

  private mutating func bareValue() throws(Refusal) -> EnvironmentValue {
    if rest.first.map(Self.isNameByte) == true, rest.first?.isDigit == false {
      let word = rest.prefix(while: Self.isNameByte)
      rest = rest[word.endIndex...]
      switch String(decoding: word, as: UTF8.self).lowercased() {
      case "true": return .bool(true)
      case "false": return .bool(false)
      case "null": return .null
      case "nan", "inf": return .text(HiddenValue(word))
      default: throw refusal
      }
    }
    let text = try number()
    // Whatever way zero is written, it is false; the text '0.0' would not be.
    let isZero = Double(String(decoding: text, as: UTF8.self)) == 0
    return .text(HiddenValue(isZero ? Array("0".utf8) : text))
  }

  /// The least integer, which PHP has no literal for.
  private static let least: StaticString = "-9223372036854775807-1"

  /// `12`, `-1.5`, `1.0E+25`: no sum, which PHP would work out.
  private mutating func number() throws(Refusal) -> [UInt8] {
    let start = rest
    _ = try integer()
    if accept("."), !dropDigits() { throw refusal }
    if accept("E") {
      _ = accept("+") || accept("-")
      guard dropDigits() else { throw refusal }
    }
    return Array(start[..<rest.startIndex])
  }

  private mutating func integer() throws(Refusal) -> [UInt8] {
    let start = rest
    if accept(Self.least) { return Array(Self.least.description.utf8) }
    _ = accept("-")
    // With a zero in front PHP would read octal digits.
    let isZero = rest.first == UInt8(ascii: "0")
    let digits = rest.prefix(while: \.isDigit)
    guard dropDigits(), !isZero || digits.count == 1 else { throw refusal }
    return Array(start[..<rest.startIndex])
  }

  /// Whether there were any.
  private mutating func dropDigits() -> Bool {
    let digits = rest.prefix(while: \.isDigit)
    rest = rest[digits.endIndex...]
    return !digits.isEmpty
  }

  /// In single quotes, where `\` stands before itself and the quote; a NUL is written as
  /// `' . "\0" . '`.
  private mutating func string() throws(Refusal) -> [UInt8] {
    var value: [UInt8] = []
    try expect("'")
    while true {
      guard let byte = rest.popFirst() else { throw refusal }
      if byte == UInt8(ascii: "\n") { line += 1 }
      if byte == UInt8(ascii: "'") {
        guard accept(" . \"\\0\" . '") else { return value }
        value.append(0)
      } else if byte == UInt8(ascii: "\\"), let next = rest.first,
        next == UInt8(ascii: "\\") || next == UInt8(ascii: "'")
      {
        value.append(next)
        rest = rest.dropFirst()
      } else {
        value.append(byte)
      }
    }
  }

  // MARK: - Steps

  private mutating func note(_ value: EnvironmentValue, at line: Int) throws(Refusal) {
    guard path.reduce(0, { $0 + $1.utf8.count + 1 }) <= Self.nameLimit else { return }
    guard entries.count < Self.entryLimit else { throw refusal }
    entries[path.joined(separator: ".")] = Entry(value: value, line: line)
  }

  private mutating func expect(_ text: StaticString) throws(Refusal) {
    guard skipBlanks(), accept(text) else { throw refusal }
  }

  private mutating func accept(_ text: StaticString) -> Bool {
    let bytes = Array(text.description.utf8)
    guard rest.starts(with: bytes) else { return false }
    rest = rest.dropFirst(bytes.count)
    return true
  }

  /// Whether anything is left behind them.
  private mutating func skipBlanks() -> Bool {
    while let byte = rest.first, PHPText.isSpace(byte) {
      if byte == UInt8(ascii: "\n") { line += 1 }
      rest = rest.dropFirst()
    }
    return !rest.isEmpty
  }

  private var refusal: Refusal { Refusal(line: line) }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    byte.isDigit || byte.isLetter || byte == UInt8(ascii: "_") || byte >= 0x80
  }
}
