/// Text that is written byte by byte. What happens where it does not fit is each writer's own.
public protocol TextWriter: ~Copyable {
  mutating func append(_ byte: UInt8)
}

extension TextWriter where Self: ~Copyable {
  public mutating func append(_ text: StaticString) {
    append(unsafe Span(_unsafeStart: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Appends the bytes as they are.
  @inline(never)
  public mutating func append(_ bytes: Span<UInt8>) {
    var i = 0
    while i < bytes.count {
      append(bytes[i])
      i += 1
    }
  }

  /// Appends two lower-case digits for each byte.
  @inline(never)
  public mutating func append(hex bytes: Span<UInt8>) {
    var i = 0
    while i < bytes.count {
      append(lowerHexDigit(bytes[i] >> 4))
      append(lowerHexDigit(bytes[i] & 15))
      i += 1
    }
  }

  /// Appends 16 lower-case digits.
  public mutating func append(hex number: UInt64) {
    var i = 0
    while i < 16 {
      append(lowerHexDigit(UInt8(truncatingIfNeeded: number >> UInt64(60 &- 4 &* i)) & 15))
      i += 1
    }
  }

  @inline(never)
  public mutating func append(decimal number: Int64) {
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var used = 0
    var rest = number.magnitude
    if number < 0 { append(UInt8(ascii: "-")) }
    repeat {
      digits[used] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
      used += 1
    } while rest > 0 && used < 20
    while used > 0 {
      used -= 1
      append(digits[used])
    }
  }
}
