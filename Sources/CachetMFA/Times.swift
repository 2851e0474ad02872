import CPlatform
import CTerminal

/// Times as people and programs read them.
enum Times {
  static var now: Int64 { clock_seconds() }

  /// `YYYY-MM-DD HH:MM` in the local time zone.
  static func local(_ time: Int64) -> String { format(time, utc: false) }

  /// RFC 3339 in UTC.
  static func utc(_ time: Int64) -> String { format(time, utc: true) }

  /// A length as people say it: the two largest units, rounded down.
  static func length(_ seconds: Int64) -> String {
    let units: [(Int64, String)] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")]
    var rest = seconds
    var words: [String] = []
    for (size, name) in units where rest >= size && words.count < 2 {
      words.append("\(rest / size) \(name)")
      rest %= size
    }
    return words.isEmpty ? "0 s" : words.joined(separator: " ")
  }

  private static func format(_ time: Int64, utc: Bool) -> String {
    var room = [CChar](repeating: 0, count: 64)
    guard unsafe format_time(time, utc, &room, room.count) else { return String(time) }
    return text(ofC: room)
  }
}
