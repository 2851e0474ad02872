/// Whether `bytes` are exactly the bytes of `text`, so that a `switch` reads words.
@inline(never)
public func ~= (text: StaticString, bytes: Span<UInt8>) -> Bool {
  guard text.hasPointerRepresentation, text.utf8CodeUnitCount == bytes.count else { return false }
  var i = 0
  while i < bytes.count {
    guard unsafe text.utf8Start[i] == bytes[i] else { return false }
    i += 1
  }
  return true
}

/// Whether two runs of bytes are the same. Stops at the first difference: not for secrets.
@inline(never)
public func equal(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
  guard a.count == b.count else { return false }
  var i = 0
  while i < a.count {
    guard a[i] == b[i] else { return false }
    i += 1
  }
  return true
}

/// A decimal number from 0 to `greatest`: ASCII digits only, no sign, no blank, no leading zero.
@inline(never)
public func number(_ bytes: Span<UInt8>, atMost greatest: Int) -> Int? {
  guard bytes.count > 0, bytes.count == 1 || bytes[0] != UInt8(ascii: "0") else { return nil }
  var value = 0
  var i = 0
  while i < bytes.count {
    guard bytes[i] >= UInt8(ascii: "0"), bytes[i] <= UInt8(ascii: "9") else { return nil }
    let (tens, over) = value.multipliedReportingOverflow(by: 10)
    let (next, overToo) = tens.addingReportingOverflow(Int(bytes[i] &- UInt8(ascii: "0")))
    guard !over, !overToo, next <= greatest else { return nil }
    value = next
    i += 1
  }
  return value
}

/// The number whose bytes are `bytes`, the most significant first; of more than 8 the last ones count.
@inline(never)
public func bigEndian(_ bytes: Span<UInt8>) -> UInt64 {
  var value: UInt64 = 0
  var i = 0
  while i < bytes.count {
    value = value << 8 | UInt64(bytes[i])
    i += 1
  }
  return value
}

/// Whether `byte` separates words on a line: space and tab.
public func isBlank(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}

/// The part of `range` in `bytes` that is left without blanks at either end.
///
/// `range` must lie within `bytes`.
public func trimmed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
  var start = range.lowerBound
  var end = range.upperBound
  while start < end, isBlank(bytes[start]) { start += 1 }
  while end > start, isBlank(bytes[end - 1]) { end -= 1 }
  return start..<end
}

/// What an error quotes from outside: the first 64 bytes, each that is not printable ASCII as `?`.
public struct Quoted: Sendable {
  public private(set) var bytes = InlineArray<64, UInt8>(repeating: 0)
  public private(set) var count = 0

  @inline(never)
  public init(_ text: Span<UInt8>) {
    while count < text.count, count < bytes.count {
      let printable = text[count] >= 0x20 && text[count] < 0x7f
      bytes[count] = printable ? text[count] : UInt8(ascii: "?")
      count += 1
    }
  }

  public init(_ text: StaticString) {
    self.init(unsafe Span(_unsafeStart: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Lends the quotation.
  public func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    try body(bytes.span.extracting(0..<count))
  }
}
