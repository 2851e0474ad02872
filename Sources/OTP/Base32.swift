/// Base 32 of RFC 4648 §6, the text form of a secret in otpauth URIs and on paper.
///
/// Symbols are computed, not looked up: a table indexed by a secret tells it through the cache.
public enum Base32 {
  /// Characters that `count` bytes become, without padding.
  public static func encodedLength(of count: Int) -> Int { (count * 8 + 4) / 5 }

  /// Writes `bytes` in upper case and without padding into `text`, from `start` on; returns how many
  /// characters that were. Throws `malformed` where `text` has no room for them.
  @discardableResult
  public static func encode(
    _ bytes: Span<UInt8>, into text: inout MutableSpan<UInt8>, at start: Int = 0
  ) throws(OTPFailure) -> Int {
    let length = encodedLength(of: bytes.count)
    guard start >= 0, start <= text.count, text.count - start >= length else { throw .malformed }
    var bits: UInt32 = 0
    var held = 0
    var next = 0
    var written = 0
    while written < length {
      if held < 5 {
        let byte = next < bytes.count ? bytes[next] : 0
        next += 1
        bits = (bits & 0xf) << 8 | UInt32(byte)
        held += 8
      }
      held -= 5
      text[start + written] = symbol(UInt8(truncatingIfNeeded: bits >> UInt32(held)) & 31)
      written += 1
    }
    return length
  }

  /// How many bytes `text` stands for. Lower case, blanks, dashes and missing padding are accepted.
  ///
  /// Throws `malformed` for any other character, a length that no bytes have, padding that is
  /// incomplete, too long or followed by a symbol, and for trailing bits that are not zero: two texts
  /// of one secret would differ by more than its writing.
  public static func decodedLength(of text: Span<UInt8>) throws(OTPFailure) -> Int {
    var symbols = 0
    var padding = 0
    var lastValue: UInt8 = 0
    var bad: UInt8 = 0
    var i = 0
    while i < text.count {
      let byte = text[i]
      i += 1
      if isSeparator(byte) { continue }
      if byte == UInt8(ascii: "=") {
        padding += 1
        continue
      }
      guard padding == 0 else { throw .malformed }
      lastValue = value(of: byte)
      bad |= lastValue
      symbols += 1
    }
    let length: (padding: Int, unusedBits: UInt8)
    switch symbols % 8 {
    case 0: length = (0, 0)
    case 2: length = (6, 0b11)
    case 4: length = (4, 0b1111)
    case 5: length = (3, 0b1)
    case 7: length = (1, 0b111)
    default: throw .malformed
    }
    guard bad & invalid == 0, padding == 0 || padding == length.padding,
      lastValue & length.unusedBits == 0
    else { throw .malformed }
    return symbols * 5 / 8
  }

  /// Reads `text` into the front of `bytes`; returns how many bytes that were.
  ///
  /// Throws `malformed` as `decodedLength` does, and where `bytes` has no room for them; nothing is
  /// written then.
  @discardableResult
  public static func decode(
    _ text: Span<UInt8>, into bytes: inout MutableSpan<UInt8>
  ) throws(OTPFailure) -> Int {
    let length = try decodedLength(of: text)
    guard bytes.count >= length else { throw .malformed }
    var bits: UInt32 = 0
    var held = 0
    var written = 0
    var i = 0
    while i < text.count, written < length {
      let byte = text[i]
      i += 1
      if isSeparator(byte) { continue }
      bits = (bits & 0x7f) << 5 | UInt32(value(of: byte))
      held += 5
      if held >= 8 {
        held -= 8
        bytes[written] = UInt8(truncatingIfNeeded: bits >> UInt32(held))
        written += 1
      }
    }
    return length
  }

  private static func isSeparator(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "-")
  }

  /// The bit that no value has.
  private static let invalid: UInt8 = 0x80

  /// `A`…`Z` for 0…25, `2`…`7` for 26…31.
  private static func symbol(_ value: UInt8) -> UInt8 {
    let digit = 0 &- (value &+ (128 &- 26)) >> 7
    let shift = UInt8(ascii: "A") &- (UInt8(ascii: "2") &- 26)
    return value &+ UInt8(ascii: "A") &- shift & digit
  }

  /// 0…31 for a symbol of either case, `invalid` for any other byte.
  private static func value(of byte: UInt8) -> UInt8 {
    let letter = (byte | 0x20) &- UInt8(ascii: "a")
    let digit = byte &- UInt8(ascii: "2")
    let isLetter = below(letter, 26)
    let isDigit = below(digit, 6)
    return letter & isLetter | (digit &+ 26) & isDigit | invalid & ~(isLetter | isDigit)
  }

  /// All ones where `value` is below `bound`, zero otherwise, without a branch.
  private static func below(_ value: UInt8, _ bound: UInt8) -> UInt8 {
    UInt8(truncatingIfNeeded: (Int16(value) &- Int16(bound)) >> 8)
  }
}
