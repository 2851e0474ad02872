/// phpdotenv 2.3 and 2.4: as 2.6, but quotes are judged by a pattern. A value that it does not fit
/// keeps its quotes and is no error, and what stands behind the closing quote is dropped.
struct DialectTwoFour {
  let environment: [String: HiddenValue]

  func read(_ bytes: [UInt8]) throws(Dotenv.Refusal) -> [Dotenv.Entry] {
    try DialectTwo.entries(
      of: bytes, environment: environment, isNameByte: Interpolation.isWordByte
    ) { (text) throws(Dotenv.Refusal.Cause) in try value(in: text) }
  }

  private func value(
    in text: ArraySlice<UInt8>
  ) throws(Dotenv.Refusal.Cause) -> (text: [UInt8], misreading: Dotenv.Misreading?) {
    // PHP's idea of a false text, which is left as it is.
    guard let first = text.first, !text.elementsEqual([UInt8(ascii: "0")]) else {
      return (Array(text), nil)
    }
    guard first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") else {
      return (try unquoted(text), nil)
    }
    var (kept, misreading) = replaced(text, quote: first)
    kept = kept.replacing([UInt8(ascii: "\\"), first], with: [first])
    kept = kept.replacing(Array("\\\\".utf8), with: [UInt8(ascii: "\\")])
    return (Array(PHPText.trimmed(kept[...])), misreading)
  }

  private func unquoted(
    _ text: ArraySlice<UInt8>
  ) throws(Dotenv.Refusal.Cause) -> [UInt8] {
    let value = PHPText.trimmed(text[..<(text.place(of: " #") ?? text.endIndex)])
    guard !value.contains(where: PHPText.isSpace) else { throw .spaceUnquoted }
    return Array(value)
  }

  /// What stands in quotes from the start of a line on takes that line's place, its quotes and what is
  /// behind them gone. A value has several lines only in files whose lines end in `\r`.
  private func replaced(
    _ text: ArraySlice<UInt8>, quote: UInt8
  ) -> (text: [UInt8], misreading: Dotenv.Misreading?) {
    let feed = UInt8(ascii: "\n")
    var kept: [UInt8] = []
    var misreading: Dotenv.Misreading?
    var rest = text
    while !rest.isEmpty {
      if let end = closingQuote(in: rest, quote: quote) {
        kept += rest[(rest.startIndex + 1)..<end]
        let behind = rest[(end + 1)...].prefix { $0 != feed }
        let words = PHPText.trimmed(behind)
        if let first = words.first, first != UInt8(ascii: "#") { misreading = .dropsBehindQuote }
        rest = rest[behind.endIndex...]
      } else if rest.startIndex == text.startIndex {
        misreading = .keepsQuotes
      }
      let line = rest.prefix { $0 != feed }
      kept += line
      rest = rest[line.endIndex...]
      if rest.popFirst() != nil { kept.append(feed) }
    }
    return (kept, misreading)
  }

  /// Where a quote ends that `text` begins with: `nil` where it begins with none, where none ends it,
  /// and where a backslash is before anything but itself and the quote.
  private func closingQuote(in text: ArraySlice<UInt8>, quote: UInt8) -> Int? {
    let backslash = UInt8(ascii: "\\")
    guard text.first == quote else { return nil }
    var place = text.startIndex + 1
    while place < text.endIndex {
      if text[place] == quote { return place }
      if text[place] == backslash {
        guard place + 1 < text.endIndex,
          text[place + 1] == backslash || text[place + 1] == quote
        else { return nil }
        place += 1
      }
      place += 1
    }
    return nil
  }
}
