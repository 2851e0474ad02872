/// The tokens of a file of PHP, without blanks and comments.
struct PHPTokens {
  enum Kind: Equatable {
    /// A string in quotes, as it is.
    case text([UInt8])
    /// A string with a variable in it, or in another form that is not read here.
    case otherText
    case number(String)
    /// A name, in small letters where it is a word of the language.
    case name(String)
    /// `=>`, `::`, or one character.
    case sign(String)
  }

  private let bytes: [UInt8]
  private var place = 0
  /// Ends of lines in front of a place that was asked for.
  private var counted = (place: 0, lines: 0)

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The line that is reached, counted from 1.
  mutating func line() -> Int {
    let new = bytes[counted.place..<place].count { $0 == UInt8(ascii: "\n") }
    counted = (place, counted.lines + new)
    return 1 + counted.lines
  }

  /// The line of the next word.
  mutating func nextLine() throws(ConfigurationReader.Refusal) -> Int {
    try skipBlanks()
    return line()
  }

  /// `<?php`
  mutating func takeOpening() -> Bool {
    let opening = Array("<?php".utf8)
    guard bytes.starts(with: opening) else { return false }
    place = opening.count
    return true
  }

  mutating func next() throws(ConfigurationReader.Refusal) -> Kind? {
    try skipBlanks()
    guard place < bytes.count else { return nil }
    let byte = bytes[place]
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return try text()
    case UInt8(ascii: "<") where starts(with: "<<<"): throw refusal
    case UInt8(ascii: "?") where starts(with: "?>"): throw refusal
    case UInt8(ascii: "="), UInt8(ascii: ":"):
      let pair = byte == UInt8(ascii: "=") ? "=>" : "::"
      let isPair = starts(with: pair)
      place += isPair ? 2 : 1
      return .sign(isPair ? pair : String(UnicodeScalar(byte)))
    case let digit where digit.isDigit: return .number(number())
    case let letter where Self.isOfName(letter): return .name(name())
    default:
      place += 1
      return .sign(String(UnicodeScalar(byte)))
    }
  }

  private func starts(with text: String) -> Bool { bytes[place...].starts(with: text.utf8) }

  private mutating func skipBlanks() throws(ConfigurationReader.Refusal) {
    while place < bytes.count {
      if PHPText.isSpace(bytes[place]) {
        place += 1
      } else if starts(with: "/*") {
        guard let end = bytes[(place + 2)...].place(of: "*/") else { throw refusal }
        place = end + 2
      } else if starts(with: "//") || starts(with: "#") && !starts(with: "#[") {
        let end = bytes[place...].firstIndex {
          $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
        }
        let comment = bytes[place..<(end ?? bytes.count)]
        // With it PHP ends, in a comment too.
        if let closing = comment.place(of: "?>") {
          place = closing
          throw refusal
        }
        place = comment.endIndex
      } else {
        return
      }
    }
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    byte.isLetter || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "\\") || byte >= 0x80
  }

  private mutating func name() -> String {
    let start = place
    while place < bytes.count, Self.isOfName(bytes[place]) || bytes[place].isDigit { place += 1 }
    return String(decoding: bytes[start..<place], as: UTF8.self).lowercased()
  }

  private mutating func number() -> String {
    let start = place
    while place < bytes.count,
      bytes[place].isDigit || bytes[place].isLetter || bytes[place] == UInt8(ascii: ".")
        || bytes[place] == UInt8(ascii: "_")
    {
      place += 1
    }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private mutating func text() throws(ConfigurationReader.Refusal) -> Kind {
    let quote = bytes[place]
    let isDouble = quote == UInt8(ascii: "\"")
    place += 1
    var value: [UInt8] = []
    var isPlain = true
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte == quote { return isPlain ? .text(value) : .otherText }
      // What double quotes make of a dollar sign or a backslash is left to PHP.
      if isDouble, byte == UInt8(ascii: "$") || byte == UInt8(ascii: "\\") { isPlain = false }
      if byte == UInt8(ascii: "\\"), place < bytes.count {
        let next = bytes[place]
        place += 1
        if isDouble || next != quote && next != byte { value.append(byte) }
        value.append(next)
      } else {
        value.append(byte)
      }
    }
    throw refusal
  }

  private var refusal: ConfigurationReader.Refusal {
    var here = self
    return .init(line: here.line())
  }
}
