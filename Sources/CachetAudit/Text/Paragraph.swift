/// Words in lines that fit a terminal.
enum Paragraph {
  /// `lead` and `words`, in lines of at most `width` columns as far as blanks allow; from the second
  /// on they begin at column `indent`.
  static func lines(behind lead: String, _ words: String, indent: Int, width: Int) -> [String] {
    var lines: [String] = []
    var line = lead
    var isFresh = true
    for word in words.split(separator: " ") {
      if !isFresh, line.count + 1 + word.count > width {
        lines.append(line)
        line = String(repeating: " ", count: indent)
        isFresh = true
      }
      line += (isFresh ? "" : " ") + word
      isFresh = false
    }
    return lines + [line]
  }

  static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}
