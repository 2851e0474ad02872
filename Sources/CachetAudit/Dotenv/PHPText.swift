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

extension [UInt8] {
  /// Every `pattern` replaced, from left to right, as `str_replace` does.
  func replacing(_ pattern: [UInt8], with other: [UInt8]) -> [UInt8] {
    var rest = self[...]
    var kept: [UInt8] = []
    while let found = rest.place(of: pattern) {
      kept += rest[..<found] + other
      rest = rest[(found + pattern.count)...]
    }
    return kept + rest
  }

  func without(_ pattern: String) -> [UInt8] { replacing(Array(pattern.utf8), with: []) }
}
