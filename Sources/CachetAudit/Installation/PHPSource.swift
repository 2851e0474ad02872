/// What lines of PHP say, as far as that can be told without PHP.
extension SourceFile {
  /// The first line with `text` outside of a comment, counted from 1.
  func line(uncommented text: String) -> Int? {
    let feed = UInt8(ascii: "\n")
    var rest = bytes[...]
    while let place = rest.place(of: text) {
      let start = rest[..<place].lastIndex(of: feed).map { $0 + 1 } ?? rest.startIndex
      if !Self.isInComment(behind: rest[start..<place]) { return line(at: place) }
      guard let end = rest[place...].place(of: feed) else { return nil }
      rest = rest[(end + 1)...]
    }
    return nil
  }

  /// The strings of `'key' => 'a'`, or of `'key' => ['a', 'b']` over any lines, with their lines;
  /// `nil` where anything else stands there, or nothing.
  func literals(of key: String) -> [(text: String, line: Int)]? {
    guard let start = line(uncommented: "'\(key)'") else { return nil }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .dropFirst(start - 1)
    var found: [(text: String, line: Int)] = []
    var isList = false
    for (index, line) in lines.enumerated() {
      var words = PHPWords(line)
      if index == 0 {
        guard words.skip(to: "'\(key)'"), words.take("=>") else { return nil }
        isList = words.take("[") || words.take("array(")
      }
      while !words.isAtEnd {
        if let text = words.literal() {
          found.append((text, start + index))
          if !isList { return words.take(",") || words.isAtEnd ? found : nil }
        } else if words.take("]") || words.take(")") {
          return isList ? found : nil
        } else if !words.take(",") {
          return nil
        }
      }
    }
    return nil
  }

  /// By what stands before it in its line.
  private static func isInComment(behind text: ArraySlice<UInt8>) -> Bool {
    text.place(of: "//") != nil || text.place(of: UInt8(ascii: "#")) != nil
      || text.first { !PHPText.isSpace($0) } == UInt8(ascii: "*")
  }
}

/// A line of PHP, word by word, as far as lists of strings need it.
private struct PHPWords {
  private var rest: ArraySlice<UInt8>

  init(_ line: ArraySlice<UInt8>) { rest = line }

  /// Nothing but blanks and a comment is left.
  var isAtEnd: Bool {
    mutating get {
      rest = rest.drop(while: PHPText.isSpace)
      return rest.isEmpty || rest.starts(with: "//".utf8) || rest.starts(with: "#".utf8)
        || rest.starts(with: "*".utf8) || rest.starts(with: "/*".utf8)
    }
  }

  mutating func skip(to text: String) -> Bool {
    guard let place = rest.place(of: text) else { return false }
    rest = rest[(place + text.utf8.count)...]
    return true
  }

  mutating func take(_ text: String) -> Bool {
    rest = rest.drop(while: PHPText.isSpace)
    guard rest.starts(with: text.utf8) else { return false }
    rest = rest.dropFirst(text.utf8.count)
    return true
  }

  /// A string without anything that a backslash or a dollar sign would change.
  mutating func literal() -> String? {
    rest = rest.drop(while: PHPText.isSpace)
    guard let quote = rest.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      return nil
    }
    let text = rest.dropFirst().prefix { $0 != quote }
    guard text.endIndex < rest.endIndex,
      !text.contains(UInt8(ascii: "\\")), !text.contains(UInt8(ascii: "$"))
    else { return nil }
    rest = rest[(text.endIndex + 1)...]
    return String(decoding: text, as: UTF8.self)
  }
}
