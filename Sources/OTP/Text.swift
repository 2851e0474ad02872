/// Whether `bytes` are exactly the bytes of `text`, so that a `switch` reads words.
public func ~= (text: StaticString, bytes: Span<UInt8>) -> Bool {
  equal(unsafe Span(_unsafeStart: text.utf8Start, count: text.utf8CodeUnitCount), bytes)
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

/// Bytes of the UTF-8 scalar at the start of `range` (Unicode, table 3-7); 0 when there is none.
@inline(never)
public func scalarLength(_ text: Span<UInt8>, _ range: Range<Int>) -> Int {
  let start = range.lowerBound
  let length: Int
  var least: UInt8 = 0x80
  var most: UInt8 = 0xbf
  switch text[start] {
  case 0x00...0x7f: return 1
  case 0xc2...0xdf: length = 2
  case 0xe0: (length, least) = (3, 0xa0)
  case 0xed: (length, most) = (3, 0x9f)
  case 0xe1...0xef: length = 3
  case 0xf0: (length, least) = (4, 0x90)
  case 0xf1...0xf3: length = 4
  case 0xf4: (length, most) = (4, 0x8f)
  default: return 0
  }
  guard range.count >= length, text[start + 1] >= least, text[start + 1] <= most else { return 0 }
  var i = start + 2
  while i < start + length {
    guard text[i] >= 0x80, text[i] <= 0xbf else { return 0 }
    i += 1
  }
  return length
}

/// Whether `text` is UTF-8 without control characters (C0, DEL, C1).
@inline(never)
public func isPlainText(_ text: Span<UInt8>) -> Bool {
  var i = 0
  while i < text.count {
    let length = scalarLength(text, i..<text.count)
    guard length > 0, text[i] >= 0x20, text[i] != 0x7f, text[i] != 0xc2 || text[i + 1] >= 0xa0
    else { return false }
    i += length
  }
  return true
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

/// Writes `value` into the bytes of `range`, the most significant first.
@inline(never)
public func writeBigEndian(
  _ value: UInt64, to room: inout MutableSpan<UInt8>, _ range: Range<Int>
) {
  var rest = value
  var i = range.upperBound
  while i > range.lowerBound {
    i -= 1
    room[i] = UInt8(truncatingIfNeeded: rest)
    rest >>= 8
  }
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
