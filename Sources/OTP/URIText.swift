/// Percent-encoding (RFC 3986 §2.1) and words, on bytes.
enum URIText {
  /// Refuses bytes that no URI without fragment holds, and escapes without two hexadecimal digits.
  static func check(_ text: Span<UInt8>) throws(URIFailure) {
    var i = 0
    while i < text.count {
      let byte = text[i]
      if byte == UInt8(ascii: "%") {
        guard text.count - i > 2, hexValue(text[i + 1]) != nil, hexValue(text[i + 2]) != nil else {
          throw .malformedEscape
        }
      } else if !isUnreserved(byte) && !isDelimiter(byte) {
        throw .foreignByte
      }
      i += 1
    }
  }

  /// The byte that begins at `index`, decoded; `index` moves past it. The text has passed `check`.
  static func next(_ text: Span<UInt8>, at index: inout Int) -> UInt8 {
    let byte = text[index]
    index += 1
    guard byte == UInt8(ascii: "%"), text.count - index > 1,
      let high = hexValue(text[index]), let low = hexValue(text[index + 1])
    else { return byte }
    index += 2
    return high << 4 | low
  }

  /// Whether `range` of `text` reads as `word` (lower case) once decoded, in either case.
  static func reads(_ text: Span<UInt8>, _ range: Range<Int>, _ word: StaticString) -> Bool {
    var index = range.lowerBound
    var i = 0
    while index < range.upperBound, i < word.utf8CodeUnitCount {
      let expected = unsafe word.utf8Start[i]
      guard lowercase(next(text, at: &index)) == expected else { return false }
      i += 1
    }
    return index == range.upperBound && i == word.utf8CodeUnitCount
  }

  /// The number of one to three digits and no leading zero that `range` of `text` reads as.
  static func number(_ text: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var index = range.lowerBound
    var value = 0
    var digits = 0
    while index < range.upperBound {
      let byte = next(text, at: &index)
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), digits < 3 else { return nil }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
      digits += 1
      if value == 0 { return nil }
    }
    return digits == 0 ? nil : value
  }

  /// Where `byte` first stands in `range`, or the end of it.
  static func find(_ byte: UInt8, in text: Span<UInt8>, _ range: Range<Int>) -> Int {
    var i = range.lowerBound
    while i < range.upperBound, text[i] != byte { i += 1 }
    return i
  }

  static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  /// What RFC 3986 allows in path and query besides: `/ ? : @` and the sub-delims.
  private static func isDelimiter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: "@"),
      UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"),
      UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"),
      UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "="):
      true
    default: false
    }
  }

  private static func lowercase(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
  }
}

extension OtpauthURI {
  /// An account or an issuer: UTF-8 that a terminal shows as what it is, without a colon.
  public struct Name: Sendable {
    public static let capacity = 128

    private var bytes = InlineArray<128, UInt8>(repeating: 0)
    public private(set) var count = 0

    public var isEmpty: Bool { count == 0 }

    public init(_ text: Span<UInt8>) throws(URIFailure) {
      var i = 0
      while i < text.count {
        try append(text[i])
        i += 1
      }
      try checkText()
    }

    /// Decodes `range` of a URI that has passed `URIText.check`.
    init(decoding text: Span<UInt8>, _ range: Range<Int>) throws(URIFailure) {
      var index = range.lowerBound
      while index < range.upperBound { try append(URIText.next(text, at: &index)) }
      try checkText()
    }

    subscript(index: Int) -> UInt8 { bytes[index] }

    /// Lends the bytes for the length of `body`.
    public func withBytes<R: ~Copyable, E: Error>(
      _ body: (Span<UInt8>) throws(E) -> R
    ) throws(E) -> R {
      try body(bytes.span.extracting(0..<count))
    }

    private mutating func append(_ byte: UInt8) throws(URIFailure) {
      guard count < Name.capacity else { throw .nameTooLong }
      guard byte != UInt8(ascii: ":") else { throw .colonInName }
      bytes[count] = byte
      count += 1
    }

    /// Plain text without line separators and direction controls, which would show as what it is not.
    private func checkText() throws(URIFailure) {
      guard isPlainText(bytes.span.extracting(0..<count)) else { throw .nameNotText }
      var i = 0
      while i + 2 < count {
        // U+200E, U+200F, U+2028 to U+202E and U+2066 to U+2069.
        switch (bytes[i], bytes[i + 1], bytes[i + 2]) {
        case (0xe2, 0x80, 0x8e...0x8f), (0xe2, 0x80, 0xa8...0xae), (0xe2, 0x81, 0xa6...0xa9):
          throw .nameNotText
        default: i += 1
        }
      }
    }
  }
}
