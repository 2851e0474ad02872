public import OTP

/// A text file being written: 16 KiB in place, never more.
public struct TextRoom: ~Copyable, TextWriter {
  public static let capacity = 16384

  private var bytes = InlineArray<16384, UInt8>(repeating: 0)
  public private(set) var count = 0
  /// Something did not fit; the text is not to be used.
  public private(set) var overflowed = false

  public init() {}

  public borrowing func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R
  {
    let span = bytes.span
    return try body(span.extracting(0..<count))
  }

  public mutating func append(_ byte: UInt8) {
    guard count < TextRoom.capacity else {
      overflowed = true
      return
    }
    bytes[count] = byte
    count += 1
  }
}
