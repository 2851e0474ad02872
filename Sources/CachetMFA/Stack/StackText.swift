import OTP

/// A file of /etc/pam.d as libpam reads it: lines, whatever number of the file's own they take, and
/// the words of a line.
struct StackText {
  struct Line {
    /// Where it begins, counted from 1.
    let number: Int
    var text: String
  }

  private(set) var lines: [Line] = []
  /// Lines that go on over a blank line or a comment: libpam 1.7 ends them there, older ones do not.
  private(set) var unclear: [Int] = []
  /// The line that the file ends in the middle of: for libpam an error, not a line.
  private(set) var unfinished: Int?
  /// Lines that libpam 1.5 does not read in one piece.
  private(set) var long: [Int] = []
  /// Bytes of the longest line that it does.
  private static let longest = 1_022

  init(_ text: String) {
    var open: Line?
    let all = Array(text.utf8).split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, part) in all.enumerated() where index + 1 < all.count || !part.isEmpty {
      let plain = part.prefix { $0 != UInt8(ascii: "#") }
      let trimmed = plain.drop(while: isBlank)
      let end = trimmed.lastIndex { !isBlank($0) }
      // A backslash before a comment is none that continues.
      let goesOn = plain.count == part.count && end.map { trimmed[$0] } == UInt8(ascii: "\\")
      if open != nil, end == nil { unclear.append(index + 1) }
      var line = open ?? Line(number: index + 1, text: "")
      if part.count > Self.longest { long.append(index + 1) }
      line.text += String(decoding: goesOn ? trimmed[..<(end ?? 0)] : trimmed, as: UTF8.self)
      if goesOn { line.text += " " }
      if line.text.utf8.count > Self.longest, long.last != index + 1 { long.append(index + 1) }
      open = goesOn ? line : nil
      if !goesOn, !line.text.isEmpty { lines.append(line) }
    }
    unfinished = open?.number
  }
}

/// The words of a line, one after the other: blanks part them, brackets hold together.
struct StackTokens {
  private var rest: Substring

  init(_ text: String) { rest = Substring(text) }

  /// The next word without its brackets; `nil` at the end.
  mutating func next() -> String? {
    rest = rest.drop(while: Self.isBlank)
    guard rest.first == "[" else {
      let word = rest.prefix { !Self.isBlank($0) }
      guard !word.isEmpty else { return nil }
      rest = rest.dropFirst(word.count + 1)
      return String(word)
    }
    rest = rest.dropFirst()
    var word = ""
    while let first = rest.first, first != "]" {
      // "\]" is the bracket itself.
      if first == "\\", rest.dropFirst().first == "]" { rest = rest.dropFirst() }
      word.append(rest.removeFirst())
    }
    rest = rest.dropFirst()
    return word
  }

  private static func isBlank(_ character: Character) -> Bool {
    character == " " || character == "\t"
  }
}
