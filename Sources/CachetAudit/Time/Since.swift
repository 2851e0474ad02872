import Glibc

/// From when on: `7d`, `24h`, `2026-10-01` or `2026-10-01T12:00:00Z`.
enum Since {
  static func moment(_ text: String, now: Moment) -> Moment? {
    let bytes = Array(text.utf8)
    if let unit = bytes.last, bytes.count <= 6,
      let count = Int(text.dropLast()), count > 0, text.first != "+"
    {
      switch unit {
      case UInt8(ascii: "d"): return now.later(by: -count * 86_400)
      case UInt8(ascii: "h"): return now.later(by: -count * 3600)
      default: return nil
      }
    }
    if let day = Day(text) { return day.begin }
    var cursor = Cursor(bytes[...])
    guard let local = LocalTime(&cursor), let offset = cursor.offset(), cursor.rest.isEmpty else {
      return nil
    }
    return local.inUTC.later(by: -offset)
  }
}

extension Moment {
  static var now: Moment { Moment(seconds: time(nil)) }
}
