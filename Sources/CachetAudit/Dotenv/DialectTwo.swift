/// phpdotenv 2.6: line by line, and what is set once stays.
struct DialectTwo {
  let acceptsUnclosedQuotes: Bool
  let environment: [String: HiddenValue]

  func read(_ bytes: [UInt8]) throws(Dotenv.Refusal) -> [Dotenv.Entry] {
    try Self.entries(of: bytes, environment: environment, isNameByte: Interpolation.isNameByte) {
      (text) throws(Dotenv.Refusal.Cause) in try value(in: text)
    }
  }

  /// The entries of all of phpdotenv 2, whose values `value` reads.
  static func entries(
    of bytes: [UInt8], environment: [String: HiddenValue], isNameByte: (UInt8) -> Bool,
    _ value: (ArraySlice<UInt8>) throws(Dotenv.Refusal.Cause) -> (
      text: [UInt8], misreading: Dotenv.Misreading?
    )
  ) throws(Dotenv.Refusal) -> [Dotenv.Entry] {
    var entries: [Dotenv.Entry] = []
    var known: [String: [UInt8]] = [:]
    var room = Interpolation.room
    for (index, line) in lines(of: bytes).enumerated() {
      let isComment = PHPText.leftTrimmed(line).first == UInt8(ascii: "#")
      guard !isComment, let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let written = PHPText.trimmed(line[(equals + 1)...])
      let name = name(in: PHPText.trimmed(line[..<equals]))
      do {
        let parsed = try value(written)
        let resolved = try Interpolation.once(
          parsed.text, within: room, isNameByte: isNameByte
        ) {
          environment[$0]?.bytes ?? known[$0]
        }
        room -= resolved.text.count
        if known[name] == nil { known[name] = resolved.text }
        entries.append(
          Dotenv.Entry(
            name: name, value: HiddenValue(resolved.text), line: index + 1,
            references: resolved.names, misreading: parsed.misreading))
      } catch {
        throw Dotenv.Refusal(cause: error, line: index + 1)
      }
    }
    return entries
  }

  /// PHP's `file()` with `auto_detect_line_endings`: the first end of a line decides for the file.
  private static func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    let feed = bytes.firstIndex(of: UInt8(ascii: "\n"))
    let carriage = bytes.firstIndex(of: UInt8(ascii: "\r"))
    var end = UInt8(ascii: "\n")
    if let carriage, feed.map({ $0 > carriage + 1 }) ?? true { end = UInt8(ascii: "\r") }
    return bytes.split(separator: end, omittingEmptySubsequences: false)
  }

  /// Whatever is between the quotes, and the quotes away: no name is refused.
  static func name(in text: ArraySlice<UInt8>) -> String {
    let bare = Array(text).without("export ").without("'").without("\"")
    return String(decoding: PHPText.trimmed(bare[...]), as: UTF8.self)
  }

  private func value(
    in text: ArraySlice<UInt8>
  ) throws(Dotenv.Refusal.Cause) -> (text: [UInt8], misreading: Dotenv.Misreading?) {
    guard let first = text.first else { return ([], nil) }
    if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
      return try quoted(text.dropFirst(), by: first)
    }
    return (try unquoted(text), nil)
  }

  private enum State { case inside, escaped, behind, comment }

  /// Both quotes alike: `\` takes the quote and itself, and stays in front of all else.
  private func quoted(
    _ text: ArraySlice<UInt8>, by quote: UInt8
  ) throws(Dotenv.Refusal.Cause) -> (text: [UInt8], misreading: Dotenv.Misreading?) {
    let backslash = UInt8(ascii: "\\")
    var value: [UInt8] = []
    var state = State.inside
    for byte in text {
      switch state {
      case .inside:
        if byte == quote {
          state = .behind
        } else if byte == backslash {
          state = .escaped
        } else {
          value.append(byte)
        }
      case .escaped:
        if byte != quote && byte != backslash { value.append(backslash) }
        value.append(byte)
        state = .inside
      case .behind:
        if byte == UInt8(ascii: "#") {
          state = .comment
        } else if !PHPText.isSpace(byte) {
          throw .textBehindQuote
        }
      case .comment: break
      }
    }
    var misreading: Dotenv.Misreading?
    switch state {
    case .inside, .escaped:
      guard acceptsUnclosedQuotes else { throw .unclosedQuote }
      misreading = .unclosedQuote
    case .behind, .comment: break
    }
    return (Array(PHPText.trimmed(value[...])), misreading)
  }

  private func unquoted(
    _ text: ArraySlice<UInt8>
  ) throws(Dotenv.Refusal.Cause) -> [UInt8] {
    let comment = text.place(of: " #")
    let value = PHPText.trimmed(text[..<(comment ?? text.endIndex)])
    guard value.contains(where: PHPText.isSpace) else { return Array(value) }
    guard value.first == UInt8(ascii: "#") else { throw .spaceUnquoted }
    return []
  }
}
