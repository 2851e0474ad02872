/// Laravel's own log:
///
///     [2026-10-01 12:00:00] production.ERROR: Allowed memory exhausted {"exception":"[object] (App\\Trouble(code: 0): …"}
///     [stacktrace]
///     #0 …
///
/// A message may hold anything, a mail or a query with its values too. What is shown of one is its
/// level, the class of the exception, and of its first words those that cannot be a value.
struct LaravelReader: LineReader {
  let clock: @Sendable (LocalTime) -> Moment
  private var isInside = false

  init(clock: @escaping @Sendable (LocalTime) -> Moment) { self.clock = clock }

  mutating func read(_ line: ArraySlice<UInt8>) -> LineReading {
    guard let head = Head(line) else {
      // What follows an entry is part of it: the stack, or the rest of a message.
      return isInside || line.isEmpty ? .nothing : .unreadable("is no entry of Laravel's log")
    }
    isInside = true
    guard Self.severe.contains(head.level) else { return .nothing }
    let told = [head.level, Self.exception(in: head.message), Self.words(of: head.message)]
    return .occurrence(
      Occurrence(
        time: clock(head.time), kind: .failure,
        detail: told.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " ")))
  }

  /// Below these, a message is what somebody wanted to read while building.
  private static let severe: Set<String> = ["WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY"]

  private struct Head {
    let time: LocalTime
    let level: String
    let message: ArraySlice<UInt8>

    init?(_ line: ArraySlice<UInt8>) {
      var cursor = Cursor(line)
      guard cursor.take("["), let time = LocalTime(&cursor), cursor.take("] "),
        let channel = cursor.until(UInt8(ascii: ".")), channel.count <= 64,
        let level = cursor.until(UInt8(ascii: ":")), (1...16).contains(level.count),
        level.allSatisfy({ (0x41...0x5A).contains($0) })
      else { return nil }
      self.time = time
      self.level = String(decoding: level, as: UTF8.self)
      _ = cursor.take(" ")
      message = cursor.rest.prefix(4096)
    }
  }

  /// As Laravel 5.7 and later write it, or as 5.2 does: a class in front of everything.
  private static func exception(in message: ArraySlice<UInt8>) -> String? {
    var name = message.prefix(while: isOfClass)
    for marker in ["[object] (", "exception '"] {
      guard let place = message.place(of: marker) else { continue }
      name = message[(place + marker.utf8.count)...].prefix(while: isOfClass)
      break
    }
    // A class of a name space, and no word of a sentence.
    guard name.contains(UInt8(ascii: "\\")), name.count <= 200 else { return nil }
    return String(decoding: name, as: UTF8.self).split(separator: "\\").last.map {
      Printable.text($0.utf8, limit: 60)
    }
  }

  private static func isOfClass(_ byte: UInt8) -> Bool {
    byte.isLetter || byte.isDigit || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "_")
  }

  /// Up to six words of letters alone; the first one that holds anything else ends them, and so does
  /// one behind which a secret may follow.
  private static func words(of message: ArraySlice<UInt8>) -> String? {
    var words: [String] = []
    for word in message.prefix(200).split(separator: UInt8(ascii: " ")).prefix(6) {
      guard word.count <= 16, word.allSatisfy(\.isLetter) else { break }
      let text = String(decoding: word, as: UTF8.self)
      words.append(text)
      if beforeSecrets.contains(text.lowercased()) { break }
    }
    return words.isEmpty ? nil : words.joined(separator: " ")
  }

  private static let beforeSecrets: Set<String> = [
    "password", "passwd", "passphrase", "token", "secret", "key", "code", "authorization", "bearer",
    "basic", "cookie", "session", "login", "user", "credentials", "for", "with", "is", "was",
  ]
}
