public import OTP

/// A line of text being built in place: a prompt, an audit line. What does not fit is cut.
public struct TextLine: TextWriter, Sendable {
  private var bytes = InlineArray<1024, UInt8>(repeating: 0)
  public private(set) var count = 0

  public init() {}

  /// Lends the line.
  public func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    let span = bytes.span
    return try body(span.extracting(0..<count))
  }

  /// Lends the line as C takes it; there is always a NUL behind it.
  @safe public func withCString<R>(_ body: (UnsafePointer<CChar>) -> R) -> R {
    let span = bytes.span
    return unsafe span.withUnsafeBufferPointer { room in
      // SAFETY: `bytes` is never empty, so there is a base; `append` leaves its last byte NUL.
      unsafe body(
        UnsafeRawPointer(room.baseAddress.unsafelyUnwrapped).assumingMemoryBound(to: CChar.self))
    }
  }

  @inline(never)
  public mutating func append(_ byte: UInt8) {
    guard count < 1023 else { return }
    bytes[count] = byte
    count += 1
  }

  /// Appends printable ASCII as it is, anything else as `?`.
  @inline(never)
  public mutating func append(printable text: Span<UInt8>) {
    var i = 0
    while i < text.count {
      append(text[i] >= 0x20 && text[i] < 0x7f ? text[i] : UInt8(ascii: "?"))
      i += 1
    }
  }
}
