/// A PHP array as `var_export` writes it, one entry in a line.
struct KeptSettings: Sendable {
  let file: SourceFile

  /// `nil` where the key is not there.
  func isOn(_ key: String) -> Bool? {
    for line in String(decoding: file.bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let words = line.split(separator: " ", maxSplits: 2)
      guard words.count == 3, words[0] == "'\(key)'", words[1] == "=>" else { continue }
      let value = words[2].hasSuffix(",") ? words[2].dropLast() : words[2]
      return !["''", "'0'", "0", "false", "NULL"].contains(String(value))
    }
    return nil
  }
}
