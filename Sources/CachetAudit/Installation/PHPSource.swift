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

  /// By what stands before it in its line.
  private static func isInComment(behind text: ArraySlice<UInt8>) -> Bool {
    text.place(of: "//") != nil || text.place(of: UInt8(ascii: "#")) != nil
      || text.first { !PHPText.isSpace($0) } == UInt8(ascii: "*")
  }
}
