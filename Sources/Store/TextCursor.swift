internal import OTP

/// Reads a text file word by word; the text itself is lent with each call.
///
/// The first thing wrong stops the cursor: it takes nothing more, reads the least value allowed or
/// none, and `finish` throws. What was read may be believed only after that.
struct TextCursor {
  /// Where the next word begins.
  private(set) var position = 0
  /// The line being read, counted from 1.
  private var line = 1
  private var isSound = true
  private let part: StoreFailure.Part

  init(part: StoreFailure.Part) { self.part = part }

  /// Finds the text broken at the line at hand.
  mutating func reject() { isSound = false }

  /// Throws unless everything was read, without a mistake, to the end of `text`.
  func finish(_ text: Span<UInt8>) throws(StoreFailure) {
    guard isSound, position == text.count else {
      throw StoreFailure(part, .malformed(line: Int32(truncatingIfNeeded: line)))
    }
  }

  /// Whether the line at hand begins with `word` and a blank; goes behind both if so.
  @inline(never)
  mutating func takes(_ word: StaticString, in text: Span<UInt8>) -> Bool {
    let end = position + word.utf8CodeUnitCount
    guard isSound, end < text.count, text[end] == UInt8(ascii: " "),
      word ~= text.extracting(position..<end)
    else { return false }
    position = end + 1
    return true
  }

  /// The line must begin with `word` and a blank.
  @inline(never)
  mutating func expect(_ word: StaticString, in text: Span<UInt8>) {
    if !takes(word, in: text) { reject() }
  }

  /// The whole line must be `literal`.
  mutating func expect(line literal: StaticString, in text: Span<UInt8>) {
    let end = position + literal.utf8CodeUnitCount
    guard isSound, end < text.count, literal ~= text.extracting(position..<end) else {
      return reject()
    }
    position = end
    endLine(text)
  }

  /// The next field: the bytes up to a blank or the line's end, never none; goes behind the blank.
  @inline(never)
  mutating func field(_ text: Span<UInt8>) -> Range<Int> {
    let range = run(text, upTo: UInt8(ascii: " "))
    if isSound, text[position] == UInt8(ascii: " ") { position += 1 }
    return range
  }

  /// Everything up to the line's end, never nothing.
  mutating func rest(_ text: Span<UInt8>) -> Range<Int> { run(text, upTo: UInt8(ascii: "\n")) }

  /// The bytes up to `byte` or the line's end, never none.
  @inline(never)
  private mutating func run(_ text: Span<UInt8>, upTo byte: UInt8) -> Range<Int> {
    let begin = position
    while isSound, position < text.count, text[position] != byte,
      text[position] != UInt8(ascii: "\n")
    {
      position += 1
    }
    if position == begin || position == text.count { reject() }
    return begin..<position
  }

  @inline(never)
  mutating func number(_ text: Span<UInt8>, _ allowed: ClosedRange<Int>) -> Int {
    let range = field(text)
    guard isSound, let value = OTP.number(text.extracting(range), atMost: allowed.upperBound),
      value >= allowed.lowerBound
    else {
      reject()
      return allowed.lowerBound
    }
    return value
  }

  /// Hex of as many bytes as `bytes` has.
  @inline(never)
  mutating func hex(_ text: Span<UInt8>, into bytes: inout MutableSpan<UInt8>) {
    let range = field(text)
    guard isSound, range.count == 2 * bytes.count, readHex(text.extracting(range), into: &bytes)
    else { return reject() }
  }

  /// 16 hex digits.
  @inline(never)
  mutating func word64(_ text: Span<UInt8>) -> UInt64 {
    var bytes = InlineArray<8, UInt8>(repeating: 0)
    var room = bytes.mutableSpan
    hex(text, into: &room)
    return bigEndian(bytes.span)
  }

  /// The line ends here: a newline, and no blank before it.
  @inline(never)
  mutating func endLine(_ text: Span<UInt8>) {
    guard isSound, position < text.count, text[position] == UInt8(ascii: "\n"),
      position == 0 || text[position - 1] != UInt8(ascii: " ")
    else { return reject() }
    position += 1
    line += 1
  }
}
