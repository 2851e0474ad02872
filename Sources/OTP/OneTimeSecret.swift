/// A recovery code or an invitation: 80 random bits that open one sign-in.
///
/// Written `XXXX-XXXX-XXXX-XXXX` in Crockford's base 32; the dashes are mandatory, so that no
/// password and no code has this shape by accident. Lower case is accepted, and I, L, O are read as
/// 1, 1, 0, as Crockford asks.
public enum OneTimeSecret {
  /// Characters of the text form.
  public static let textLength = 19
  /// Random bytes behind it.
  public static let byteCount = 10
  /// Bytes of the stored hash.
  public static let hashLength = 32
  /// PBKDF2 iterations of new records; the record states its own.
  public static let iterations = 20_000

  /// Whether `text` has the shape of a one-time secret.
  public static func hasShape(_ text: Span<UInt8>) -> Bool {
    guard text.count == textLength else { return false }
    var fits = true
    var i = 0
    while i < text.count {
      let good = i % 5 == 4 ? text[i] == UInt8(ascii: "-") : value(of: text[i]) != nil
      fits = fits && good
      i += 1
    }
    return fits
  }

  /// Reads the text form into the first 10 bytes of `bytes`; throws `malformed` for other shapes.
  public static func read(
    _ text: Span<UInt8>, into bytes: inout MutableSpan<UInt8>
  ) throws(OTPFailure) {
    guard hasShape(text), bytes.count >= byteCount else { throw .malformed }
    var bits: UInt32 = 0
    var held = 0
    var out = 0
    var i = 0
    while i < textLength {
      if i % 5 != 4 {
        bits = bits << 5 | UInt32(value(of: text[i]) ?? 0)
        held += 5
        if held >= 8 {
          held -= 8
          bytes[out] = UInt8(truncatingIfNeeded: bits >> UInt32(held))
          out += 1
        }
      }
      i += 1
    }
  }

  /// Writes the text form of 10 bytes into the first 19 of `text`.
  public static func write(
    _ bytes: Span<UInt8>, into text: inout MutableSpan<UInt8>
  ) throws(OTPFailure) {
    guard bytes.count >= byteCount, text.count >= textLength else { throw .malformed }
    var bits: UInt32 = 0
    var held = 0
    var next = 0
    var i = 0
    while i < textLength {
      if i % 5 == 4 {
        text[i] = UInt8(ascii: "-")
      } else {
        if held < 5 {
          bits = bits << 8 | UInt32(bytes[next])
          next += 1
          held += 8
        }
        held -= 5
        text[i] = symbol(UInt8(truncatingIfNeeded: bits >> UInt32(held)) & 31)
      }
      i += 1
    }
  }

  /// The hash that is stored: PBKDF2-HMAC-SHA256 of the 10 bytes, 32 bytes into `hash`.
  ///
  /// 80 bits are below the 112 at which SP 800-63B §5.1.2.2 drops the need for a KDF.
  public static func derive(
    _ bytes: Span<UInt8>, salt: Span<UInt8>, iterations: Int, into hash: inout MutableSpan<UInt8>
  ) throws(OTPFailure) {
    guard bytes.count >= byteCount, hash.count == hashLength else { throw .malformed }
    try pbkdf2(
      bytes.extracting(0..<byteCount), salt: salt, iterations: iterations, into: &hash)
  }

  /// Crockford's alphabet has no I, L, O and U. Arithmetic, because `value` is secret: each term is
  /// 1 from its letter on.
  private static func symbol(_ value: UInt8) -> UInt8 {
    UInt8(ascii: "0") &+ value &+ 7 &* reaches(value, 10) &+ reaches(value, 18)
      &+ reaches(value, 20) &+ reaches(value, 22) &+ reaches(value, 27)
  }

  /// 1 where `value` (below 32) is at least `bound`, 0 otherwise, without a branch.
  private static func reaches(_ value: UInt8, _ bound: UInt8) -> UInt8 {
    (value &+ 128 &- bound) >> 7
  }

  private static func value(of byte: UInt8) -> UInt8? {
    let upper =
      byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") ? byte &- 32 : byte
    switch upper {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return upper &- UInt8(ascii: "0")
    case UInt8(ascii: "O"): return 0
    case UInt8(ascii: "I"), UInt8(ascii: "L"): return 1
    case UInt8(ascii: "A")...UInt8(ascii: "H"): return upper &- UInt8(ascii: "A") &+ 10
    case UInt8(ascii: "J")...UInt8(ascii: "K"): return upper &- UInt8(ascii: "J") &+ 18
    case UInt8(ascii: "M")...UInt8(ascii: "N"): return upper &- UInt8(ascii: "M") &+ 20
    case UInt8(ascii: "P")...UInt8(ascii: "T"): return upper &- UInt8(ascii: "P") &+ 22
    case UInt8(ascii: "V")...UInt8(ascii: "Z"): return upper &- UInt8(ascii: "V") &+ 27
    default: return nil
    }
  }
}
