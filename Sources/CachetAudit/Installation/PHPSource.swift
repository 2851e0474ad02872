/// What lines of PHP say, as far as that can be told without PHP.
extension SourceFile {
  /// The first line with `text` outside of a comment, counted from 1.
  func line(uncommented text: String) -> Int? {
    uncommented[...].place(of: text).map(line(at:))
  }

  /// The strings of `'key' => 'a'`, or of `'key' => ['a', 'b']` over any lines, with their lines;
  /// `nil` where anything else stands there, or nothing.
  func literals(of key: String) -> [(text: String, line: Int)]? {
    let source = uncommented
    var rest = source[...]
    while let place = rest.place(of: "'\(key)'") {
      rest = rest[(place + key.utf8.count + 2)...]
      var words = PHPWords(rest)
      guard words.take("=>") else { continue }
      let isList = words.take("[") || words.take("array(")
      var found: [(text: String, line: Int)] = []
      while true {
        if let (text, start) = words.literal() {
          found.append((text, line(at: start)))
          if !isList { return words.isAtEnd ? found : nil }
        } else if words.take("]") || words.take(")") {
          return isList ? found : nil
        } else if !words.take(",") {
          return nil
        }
      }
    }
    return nil
  }

  /// The bytes, with blanks in the place of comments.
  private var uncommented: [UInt8] {
    var source = bytes
    var state = State.code
    var index = 0
    while index < source.count {
      let byte = source[index]
      let next = index + 1 < source.count ? source[index + 1] : 0
      switch state {
      case .code:
        switch (byte, next) {
        case (UInt8(ascii: "'"), _), (UInt8(ascii: "\""), _): state = .string(byte)
        case (UInt8(ascii: "/"), UInt8(ascii: "/")): state = .line
        case (UInt8(ascii: "/"), UInt8(ascii: "*")):
          state = .block
          source[index] = 0x20
          index += 1
        // An attribute is code.
        case (UInt8(ascii: "#"), _) where next != UInt8(ascii: "["): state = .line
        default: break
        }
      case .string(let quote):
        if byte == UInt8(ascii: "\\") { index += 1 } else if byte == quote { state = .code }
      case .line:
        if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { state = .code }
      case .block:
        if byte == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
          source[index] = 0x20
          index += 1
          source[index] = 0x20
          state = .code
          index += 1
          continue
        }
      }
      switch state {
      case .line, .block:
        if byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") { source[index] = 0x20 }
      case .code, .string: break
      }
      index += 1
    }
    return source
  }

  private enum State: Equatable { case code, string(UInt8), line, block }
}

/// PHP without comments, word by word, as far as lists of strings need it.
private struct PHPWords {
  private var rest: ArraySlice<UInt8>

  init(_ source: ArraySlice<UInt8>) { rest = source }

  /// A value ends here.
  var isAtEnd: Bool {
    let next = rest.first { !PHPText.isSpace($0) }
    return next == nil || next == UInt8(ascii: ",") || next == UInt8(ascii: "]")
      || next == UInt8(ascii: ")")
  }

  mutating func take(_ text: String) -> Bool {
    rest = rest.drop(while: PHPText.isSpace)
    guard rest.starts(with: text.utf8) else { return false }
    rest = rest.dropFirst(text.utf8.count)
    return true
  }

  /// A string without anything that a backslash or a dollar sign would change, and where it begins.
  mutating func literal() -> (text: String, start: Int)? {
    rest = rest.drop(while: PHPText.isSpace)
    guard let quote = rest.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      return nil
    }
    let text = rest.dropFirst().prefix { $0 != quote }
    guard text.endIndex < rest.endIndex,
      !text.contains(UInt8(ascii: "\\")), !text.contains(UInt8(ascii: "$"))
    else { return nil }
    let start = rest.startIndex
    rest = rest[(text.endIndex + 1)...]
    return (String(decoding: text, as: UTF8.self), start)
  }
}
