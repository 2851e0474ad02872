internal import OTP

/// One `key = value` of a policy: places in the text, since no span can be kept.
struct PolicyLine {
  /// Bytes of a line without its LF.
  static var longest: Int { 512 }

  let key: PolicyKey
  /// What the key names behind its dot: SERVICE or GROUP; empty for other keys.
  let part: Range<Int>
  /// The key as written, `part` included.
  let word: Range<Int>
  /// The value without blanks at its ends.
  let value: Range<Int>

  /// Where the line that begins at `start` ends: its LF, or the end of the text.
  static func end(in text: Span<UInt8>, from start: Int) -> Int {
    var end = start
    while end < text.count, text[end] != UInt8(ascii: "\n") { end += 1 }
    return end
  }

  /// What a line is instead, and where it says so.
  enum Mistake: Error {
    case badLine(Range<Int>)
    case unknownKey(Range<Int>)
  }

  /// Reads the line at `range`; nil when it is blank or a comment.
  ///
  /// Looks at the key's name only, not at its value.
  static func read(
    _ text: Span<UInt8>, _ range: Range<Int>
  ) throws(Mistake) -> PolicyLine? {
    let all = trimmed(text, range)
    guard !all.isEmpty, text[all.lowerBound] != UInt8(ascii: "#") else { return nil }
    var sign = all.lowerBound
    while sign < all.upperBound, text[sign] != UInt8(ascii: "=") { sign += 1 }
    let word = trimmed(text, all.lowerBound..<sign)
    guard sign < all.upperBound, !word.isEmpty else {
      throw .badLine(all)
    }
    let value = trimmed(text, (sign + 1)..<all.upperBound)
    if let key = PolicyKey(word: text.extracting(word)) {
      let none = word.upperBound..<word.upperBound
      return PolicyLine(key: key, part: none, word: word, value: value)
    }
    if let part = named(by: .door, text, word) {
      return PolicyLine(key: .door, part: part, word: word, value: value)
    }
    if let part = named(by: .enrollByGroup, text, word) {
      return PolicyLine(key: .enrollByGroup, part: part, word: word, value: value)
    }
    if let part = named(by: .session, text, word) {
      return PolicyLine(key: .session, part: part, word: word, value: value)
    }
    throw .unknownKey(word)
  }

  /// The name that follows the prefix of `key` in `word`.
  private static func named(
    by key: PolicyKey, _ text: Span<UInt8>, _ word: Range<Int>
  ) -> Range<Int>? {
    let length = key.name.utf8CodeUnitCount
    guard word.count > length, word.count - length <= PolicyWord.longest else { return nil }
    let start = word.lowerBound + length
    guard key.name ~= text.extracting(word.lowerBound..<start) else { return nil }
    var i = start
    while i < word.upperBound {
      guard PolicyWord.isPlain(text[i]) else { return nil }
      i += 1
    }
    return start..<word.upperBound
  }
}
