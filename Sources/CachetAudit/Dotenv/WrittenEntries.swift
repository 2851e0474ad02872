/// The entries of a file as phpdotenv 3 and 5 take them apart: one that opens a value by `="` goes on
/// until a line closes the quote.
enum WrittenEntries {
  typealias Entry = (text: [UInt8], line: Int)

  /// Each with its first line, without comments and blank lines; and where one begins that nothing
  /// closes. With `startsInside` a line that opens a value does not close the one it is in (3.6).
  static func read(
    _ text: [UInt8], startsInside: Bool
  ) -> (entries: [Entry], lostFrom: Int?) {
    var entries: [Entry] = []
    var open: Entry?
    for (index, line) in lines(of: text).enumerated() {
      var whole = (text: Array(line), line: index + 1)
      let opens =
        (open == nil || startsInside) && line.place(of: "=\"") != nil
        && !closes(line, alsoOpens: true)
      if open != nil {
        // In its place: the rest of the file may be in it.
        open?.text.append(UInt8(ascii: "\n"))
        open?.text += line
        guard !opens, closes(line, alsoOpens: false), let closed = open else { continue }
        whole = closed
        open = nil
      } else if opens {
        open = whole
        continue
      }
      let bare = PHPText.trimmed(whole.text[...])
      if let first = bare.first, first != UInt8(ascii: "#") { entries.append(whole) }
    }
    return (entries, open?.line)
  }

  /// `\r\n`, `\n` and `\r` alike.
  private static func lines(of text: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var start = text.startIndex
    var next = start
    while next < text.endIndex {
      let byte = text[next]
      next += 1
      guard byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") else { continue }
      lines.append(text[start..<(next - 1)])
      if byte == UInt8(ascii: "\r"), next < text.endIndex, text[next] == UInt8(ascii: "\n") {
        next += 1
      }
      start = next
    }
    lines.append(text[start...])
    return lines
  }

  /// Whether a quote ends in this line: quotes that a backslash stands before do not count, nor
  /// does one at the line's very start, unless it is all there is.
  private static func closes(_ line: ArraySlice<UInt8>, alsoOpens: Bool) -> Bool {
    let quote = UInt8(ascii: "\"")
    if line.elementsEqual([quote]) { return true }
    let bare = Array(line).without("\\\\")
    let quotes = zip(bare, bare.dropFirst()).count { $0 != UInt8(ascii: "\\") && $1 == quote }
    return alsoOpens ? quotes > 1 : quotes >= 1
  }
}
