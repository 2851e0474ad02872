/// What PHP means by white space and by trimming: bytes, whatever the locale.
enum PHPText {
  /// `ctype_space`, and `\s` of PCRE.
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte)
  }

  /// `trim`: it takes NUL away as well, and leaves form feeds.
  static func isTrimmed(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (0x09...0x0B).contains(byte) || byte == 0x0D || byte == 0
  }

  static func leftTrimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    text.drop(while: isTrimmed)
  }

  static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = leftTrimmed(text)
    while let last = rest.last, isTrimmed(last) { rest.removeLast() }
    return rest
  }
}

extension ArraySlice<UInt8> {
  /// Where `pattern` begins first, if anywhere.
  func position(of pattern: StaticString) -> Int? {
    let wanted = pattern.withUTF8Buffer { unsafe Array($0) }
    guard count >= wanted.count else { return nil }
    return (startIndex...(endIndex - wanted.count)).first { self[$0...].starts(with: wanted) }
  }
}

extension [UInt8] {
  /// Every `pattern` replaced by nothing, from left to right, as `str_replace` does.
  func without(_ pattern: StaticString) -> [UInt8] {
    var rest = self[...]
    var kept: [UInt8] = []
    while let found = rest.position(of: pattern) {
      kept += rest[..<found]
      rest = rest[(found + pattern.utf8CodeUnitCount)...]
    }
    return kept + rest
  }
}
