/// Words that stand where a secret should be, and those that everybody tries first.
enum Placeholder {
  private static let words = [
    "somerandomstring", "yoursecret", "yourpassword", "changethis", "changeme", "replaceme",
    "placeholder", "homestead", "passwort", "password", "supersecret", "topsecret", "database",
    "postgres", "welcome", "default", "example", "cachet", "laravel", "letmein", "qwerty",
    "azerty", "secret", "random", "admin", "mysql", "mariadb", "change", "hunter", "master",
    "login", "status", "server", "hello", "dragon", "monkey", "test", "root", "user", "pass",
    "chars", "characters", "string", "here", "your",
  ]
  /// What stands between them, and tells nothing alone.
  private static let fillers = ["key", "app", "min", "my"]

  /// Whether little is left of the letters when these words are taken out, digits read as the letters
  /// that they are put for or not.
  static func isMadeOfWords(_ bytes: [UInt8]) -> Bool {
    let text = bytes.map { $0 | ($0.isLetter ? 0x20 : 0) }
    return [text.filter(\.isLetter), text.compactMap(letter)].contains { letters in
      var rest = letters
      for word in words { rest = rest.without(word) }
      guard rest.count < letters.count else { return false }
      for word in fillers { rest = rest.without(word) }
      return rest.count < 6
    }
  }

  /// Whether it holds one of the longer of these words, which by chance nothing does.
  static func holdsWord(_ bytes: [UInt8]) -> Bool {
    let text = bytes.map { $0 | ($0.isLetter ? 0x20 : 0) }
    return words.contains { $0.utf8.count >= 6 && text[...].place(of: $0) != nil }
  }

  private static func letter(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0"): UInt8(ascii: "o")
    case UInt8(ascii: "1"), UInt8(ascii: "!"): UInt8(ascii: "i")
    case UInt8(ascii: "3"): UInt8(ascii: "e")
    case UInt8(ascii: "4"), UInt8(ascii: "@"): UInt8(ascii: "a")
    case UInt8(ascii: "5"), UInt8(ascii: "$"): UInt8(ascii: "s")
    case UInt8(ascii: "7"): UInt8(ascii: "t")
    default: byte.isLetter ? byte : nil
    }
  }
}
