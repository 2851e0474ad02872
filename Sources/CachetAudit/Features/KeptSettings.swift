/// A PHP array as `var_export` writes it, one entry in a line.
struct KeptSettings: Sendable {
  let file: SourceFile

  /// `nil` where the key is not there. PHP writes each once; of two, somebody has written one.
  func isOn(_ key: String) throws(Obstacle) -> Bool? {
    var found: (line: Int, isOn: Bool)?
    let lines = String(decoding: file.bytes, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      let words = line.split(separator: " ", maxSplits: 2)
      guard words.count == 3, words[0] == "'\(key)'", words[1] == "=>" else { continue }
      if let found {
        throw .damaged(
          path: file.path, what: "'\(key)' is set in line \(found.line) and in line \(index + 1)")
      }
      let value = words[2].hasSuffix(",") ? words[2].dropLast() : words[2]
      found = (index + 1, !["''", "'0'", "0", "false", "NULL"].contains(String(value)))
    }
    return found?.isOn
  }
}
