internal import OTP

/// A text file being written: 16 KiB in place, never more.
public struct TextRoom: ~Copyable {
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

  public mutating func append(_ text: StaticString) {
    var i = 0
    while i < text.utf8CodeUnitCount {
      append(unsafe text.utf8Start[i])
      i += 1
    }
  }

  public mutating func append(_ text: Span<UInt8>) {
    var i = 0
    while i < text.count {
      append(text[i])
      i += 1
    }
  }

  public mutating func append(hex bytes: Span<UInt8>) {
    var i = 0
    while i < bytes.count {
      append(lowerHexDigit(bytes[i] >> 4))
      append(lowerHexDigit(bytes[i] & 15))
      i += 1
    }
  }

  public mutating func append(hex number: UInt64) {
    var i = 0
    while i < 16 {
      append(lowerHexDigit(UInt8(truncatingIfNeeded: number >> UInt64(60 &- 4 &* i)) & 15))
      i += 1
    }
  }

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

/// Reads a text file word by word; the text itself is lent with each call.
struct TextCursor {
  private var position = 0
  /// The line being read, counted from 1.
  private(set) var line = 1
  let part: StoreFailure.Part

  init(part: StoreFailure.Part) { self.part = part }

  var start: Int { position }

  var malformed: StoreFailure {
    StoreFailure(part, .malformed(line: Int32(truncatingIfNeeded: line)))
  }

  func isAtEnd(of text: Span<UInt8>) -> Bool { position >= text.count }

  /// Whether the line at hand begins with `word` and a blank; goes behind both if so.
  @inline(never)
  mutating func takes(_ word: StaticString, in text: Span<UInt8>) -> Bool {
    let end = position + word.utf8CodeUnitCount
    guard end < text.count, text[end] == UInt8(ascii: " "),
      word ~= text.extracting(position..<end)
    else { return false }
    position = end + 1
    return true
  }

  /// The whole line must be `literal`.
  @inline(never)
  mutating func expect(_ literal: StaticString, in text: Span<UInt8>) throws(StoreFailure) {
    let end = position + literal.utf8CodeUnitCount
    guard end < text.count, literal ~= text.extracting(position..<end) else { throw malformed }
    position = end
    try endLine(text)
  }

  /// The line must begin with `word` and a blank.
  mutating func expectWord(_ word: StaticString, in text: Span<UInt8>) throws(StoreFailure) {
    guard takes(word, in: text) else { throw malformed }
  }

  /// The next field: the bytes up to a blank or the line's end, never none; goes behind the blank.
  @inline(never)
  mutating func field(_ text: Span<UInt8>) throws(StoreFailure) -> Range<Int> {
    let begin = position
    while position < text.count, text[position] != UInt8(ascii: " "),
      text[position] != UInt8(ascii: "\n")
    {
      position += 1
    }
    let end = position
    guard end > begin, end < text.count else { throw malformed }
    if text[end] == UInt8(ascii: " ") { position += 1 }
    return begin..<end
  }

  /// Everything up to the line's end, never nothing.
  mutating func rest(_ text: Span<UInt8>) throws(StoreFailure) -> Range<Int> {
    let begin = position
    while position < text.count, text[position] != UInt8(ascii: "\n") { position += 1 }
    guard position > begin, position < text.count else { throw malformed }
    return begin..<position
  }

  @inline(never)
  mutating func number(_ text: Span<UInt8>, _ allowed: ClosedRange<Int>) throws(StoreFailure) -> Int
  {
    let range = try field(text)
    guard let value = OTP.number(text.extracting(range), atMost: allowed.upperBound),
      value >= allowed.lowerBound
    else { throw malformed }
    return value
  }

  /// Hex of exactly `count` bytes into the front of `bytes`.
  @inline(never)
  mutating func hex(
    _ text: Span<UInt8>, count: Int, into bytes: inout MutableSpan<UInt8>
  ) throws(StoreFailure) {
    let range = try field(text)
    guard range.count == 2 * count, readHex(text.extracting(range), into: &bytes) else {
      throw malformed
    }
  }

  mutating func word64(_ text: Span<UInt8>) throws(StoreFailure) -> UInt64 {
    var bytes = InlineArray<8, UInt8>(repeating: 0)
    var room = bytes.mutableSpan
    try hex(text, count: 8, into: &room)
    var value: UInt64 = 0
    var i = 0
    while i < 8 {
      value = value << 8 | UInt64(bytes[i])
      i += 1
    }
    return value
  }

  /// The line ends here: a newline, and no blank before it.
  @inline(never)
  mutating func endLine(_ text: Span<UInt8>) throws(StoreFailure) {
    guard position < text.count, text[position] == UInt8(ascii: "\n"),
      position == 0 || text[position - 1] != UInt8(ascii: " ")
    else { throw malformed }
    position += 1
    line += 1
  }
}
