/// What lines of PHP say, as far as that can be told without PHP.
extension SourceFile {
  private var lines: [Substring] {
    String(decoding: bytes, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
  }

  /// The first line with `text` outside of a `//` comment, counted from 1.
  func line(uncommented text: String) -> Int? {
    lines.firstIndex { line in
      guard let found = line.firstRange(of: text) else { return false }
      let before = line[..<found.lowerBound]
      return !before.contains("//") && !before.contains("#")
        && !before.drop(while: \.isWhitespace).hasPrefix("*")
    }.map { $0 + 1 }
  }
}
