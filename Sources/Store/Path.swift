internal import OTP

/// A path of at most 1023 bytes, NUL-terminated in place.
public struct Path: Sendable {
  private var bytes = InlineArray<1024, UInt8>(repeating: 0)
  public private(set) var count = 0

  public init(_ text: StaticString) {
    append(text)
  }

  /// `nil` where the text is empty, too long or holds a NUL.
  @inline(never)
  public init?(_ text: Span<UInt8>) {
    guard text.count > 0, text.count < 1024 else { return nil }
    var i = 0
    while i < text.count {
      guard text[i] != 0 else { return nil }
      bytes[i] = text[i]
      i += 1
    }
    count = text.count
  }

  /// Appends what fits; paths of ours are far below the limit.
  @inline(never)
  public mutating func append(_ text: StaticString) {
    var i = 0
    while i < text.utf8CodeUnitCount, count < 1023 {
      bytes[count] = unsafe text.utf8Start[i]
      count += 1
      i += 1
    }
  }

  public func appending(_ text: StaticString) -> Path {
    var longer = self
    longer.append(text)
    return longer
  }

  /// The first component that begins at `start` or behind it.
  @inline(never)
  func component(from start: Int) -> Range<Int>? {
    var start = start
    while self[start] == UInt8(ascii: "/") { start += 1 }
    var end = start
    while end < count, self[end] != UInt8(ascii: "/") { end += 1 }
    return end > start ? start..<end : nil
  }

  public subscript(index: Int) -> UInt8 { index >= 0 && index < count ? bytes[index] : 0 }

  public func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    let span = bytes.span
    return try body(span.extracting(0..<count))
  }
}

/// One component of a path, at most 255 bytes, NUL-terminated in place.
public struct FileName: Sendable {
  private var bytes = InlineArray<256, UInt8>(repeating: 0)
  public private(set) var count = 0

  @inline(never)
  public init(_ text: StaticString) {
    append(text)
  }

  /// Appends what fits.
  private mutating func append(_ text: StaticString) {
    var i = 0
    while i < text.utf8CodeUnitCount, count < 255 {
      bytes[count] = unsafe text.utf8Start[i]
      count += 1
      i += 1
    }
  }

  /// The name with `suffix` behind it, where that fits.
  public func withSuffix(_ suffix: StaticString) -> FileName? {
    guard count + suffix.utf8CodeUnitCount < 256 else { return nil }
    var longer = self
    longer.append(suffix)
    return longer
  }

  /// `nil` where the text is empty, too long, or holds a slash or a NUL.
  @inline(never)
  public init?(_ text: Span<UInt8>) {
    guard text.count > 0, text.count < 256 else { return nil }
    var i = 0
    while i < text.count {
      guard text[i] != 0, text[i] != UInt8(ascii: "/") else { return nil }
      bytes[i] = text[i]
      i += 1
    }
    count = text.count
  }

  /// `prefix` with 16 random-looking hex digits behind it.
  public init(_ prefix: StaticString, unique number: UInt64) {
    self.init(prefix)
    var i = 0
    while i < 16, count < 255 {
      let digit = UInt8(truncatingIfNeeded: number >> UInt64(60 &- 4 &* i)) & 15
      bytes[count] = lowerHexDigit(digit)
      count += 1
      i += 1
    }
  }

  @safe public func withCString<R>(_ body: (UnsafePointer<CChar>) -> R) -> R {
    let span = bytes.span
    return unsafe span.withUnsafeBufferPointer { room in
      // SAFETY: `bytes` is never empty, so the buffer has a base; its last byte is always NUL.
      unsafe body(
        UnsafeRawPointer(room.baseAddress.unsafelyUnwrapped).assumingMemoryBound(to: CChar.self))
    }
  }

  public func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    let span = bytes.span
    return try body(span.extracting(0..<count))
  }
}
