internal import OTP

/// A name or a reason as it is meant, without quotes and backslashes.
struct PolicyWord {
  static var longest: Int { 255 }

  private var room = InlineArray<255, UInt8>(repeating: 0)
  private(set) var count = 0

  /// Appends a byte; `false` when there is no room.
  mutating func append(_ byte: UInt8) -> Bool {
    guard count < PolicyWord.longest else { return false }
    room[count] = byte
    count += 1
    return true
  }

  func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    try body(room.span.extracting(0..<count))
  }

  var quoted: Quoted { withBytes { (bytes: Span<UInt8>) in Quoted(bytes) } }

  /// Whether nothing but blanks is in it.
  var isBlank: Bool {
    withBytes { (bytes: Span<UInt8>) in trimmed(bytes, 0..<bytes.count).isEmpty }
  }

  /// Whether `byte` may stand in a name without quotes.
  static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
      UInt8(ascii: "@"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}

/// Reads a list value entry by entry: `NAME, "NAME"`, or `NAME "reason"` where the key asks for one.
struct PolicyEntries {
  static var longestReason: Int { 200 }

  /// What stands where an entry should.
  enum Mistake: Error {
    case badName, nameTooLong, missingReason, reasonTooLong, unterminatedQuote, badEscape
  }

  private let takesReasons: Bool
  let end: Int
  /// How far it was read.
  private(set) var position: Int
  private var isFirst = true
  /// Where the current entry begins.
  private(set) var start: Int
  private(set) var name = PolicyWord()
  private(set) var reason = PolicyWord()

  init(of line: PolicyLine) {
    takesReasons = line.key.takesReasons
    position = line.value.lowerBound
    start = position
    end = line.value.upperBound
  }

  /// Reads the next entry into `name` and `reason`; `false` after the last one.
  @inline(never)
  mutating func next(in text: Span<UInt8>) throws(Mistake) -> Bool {
    skipBlanks(in: text)
    if !isFirst {
      guard position < end else { return false }
      guard text[position] == UInt8(ascii: ",") else { throw .badName }
      position += 1
      skipBlanks(in: text)
    }
    isFirst = false
    start = position
    try readName(in: text)
    if takesReasons { try readReason(in: text) }
    return true
  }

  private mutating func readName(in text: Span<UInt8>) throws(Mistake) {
    name = PolicyWord()
    if isQuote(at: position, in: text) {
      guard let word = try readQuoted(in: text, atMost: PolicyWord.longest) else {
        throw .nameTooLong
      }
      name = word
    } else {
      while position < end, PolicyWord.isPlain(text[position]) {
        guard name.append(text[position]) else {
          throw .nameTooLong
        }
        position += 1
      }
    }
    guard name.count > 0 else { throw .badName }
  }

  private mutating func readReason(in text: Span<UInt8>) throws(Mistake) {
    let nameEnd = position
    skipBlanks(in: text)
    guard isQuote(at: position, in: text) else {
      throw .missingReason
    }
    guard position > nameEnd else { throw .badName }
    guard let word = try readQuoted(in: text, atMost: PolicyEntries.longestReason) else {
      throw .reasonTooLong
    }
    guard !word.isBlank else { throw .missingReason }
    reason = word
  }

  /// Reads from the quote at `position` to behind the one that ends it; nil when the word is longer
  /// than `limit`. `\"` and `\\` are the only escapes.
  private mutating func readQuoted(
    in text: Span<UInt8>, atMost limit: Int
  ) throws(Mistake) -> PolicyWord? {
    var word = PolicyWord()
    var fits = true
    position += 1
    while position < end {
      var byte = text[position]
      position += 1
      if byte == UInt8(ascii: "\"") { return fits ? word : nil }
      if byte == UInt8(ascii: "\\") {
        guard position < end else { break }
        byte = text[position]
        position += 1
        guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
          throw .badEscape
        }
      }
      fits = fits && word.count < limit && word.append(byte)
    }
    throw .unterminatedQuote
  }

  private mutating func skipBlanks(in text: Span<UInt8>) {
    while position < end, isBlank(text[position]) { position += 1 }
  }

  private func isQuote(at place: Int, in text: Span<UInt8>) -> Bool {
    place < end && text[place] == UInt8(ascii: "\"")
  }
}
