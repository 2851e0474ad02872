extension String {
  /// As reports show what comes from outside, a name in a database or a server's words: one line of
  /// at most `limit` characters, in which nothing moves the cursor or turns the writing round.
  func printable(limit: Int = 64) -> String {
    var text = ""
    var count = 0
    for scalar in unicodeScalars {
      guard count < limit else { return text + "…" }
      switch scalar.properties.generalCategory {
      case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
        .paragraphSeparator:
        text += "\\u{" + String(scalar.value, radix: 16) + "}"
      default: text.unicodeScalars.append(scalar)
      }
      count += 1
    }
    return text
  }
}
