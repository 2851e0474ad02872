/// A second in time, UTC. Made without Foundation: a million of them are read in a few seconds.
struct Moment: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Since 1970-01-01T00:00:00Z.
  let seconds: Int

  static func < (one: Moment, other: Moment) -> Bool { one.seconds < other.seconds }

  func later(by seconds: Int) -> Moment { Moment(seconds: self.seconds + seconds) }

  /// `YYYY-MM-DDTHH:MM:SSZ`.
  var description: String { "\(day)T\(clock)Z" }

  /// `YYYY-MM-DD`.
  var day: String {
    let (year, month, day) = Self.civil(days)
    return "\(Self.padded(year, to: 4))-\(Self.padded(month))-\(Self.padded(day))"
  }

  /// `HH:MM:SS`.
  var clock: String {
    let rest = seconds - days * 86_400
    return [rest / 3600, rest / 60 % 60, rest % 60].map { Self.padded($0) }.joined(separator: ":")
  }

  private var days: Int { Int((Double(seconds) / 86_400).rounded(.down)) }

  private static func padded(_ number: Int, to width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// The day of the Gregorian calendar that is `days` after 1970-01-01 (Hinnant, `civil_from_days`).
  private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * ofYear + 2) / 153
    let january = month < 10 ? month + 3 : month - 9
    return (
      yearOfEra + era * 400 + (january <= 2 ? 1 : 0), january, ofYear - (153 * month + 2) / 5 + 1
    )
  }
}

extension Moment: Codable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    var cursor = Cursor(Array(text.utf8)[...])
    guard let moment = LocalTime(&cursor)?.inUTC, moment.description == text else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "is no moment")
    }
    self = moment
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
