/// What a clock on the wall shows: a log that names no time zone has nothing more.
struct LocalTime: Sendable, Equatable {
  let year, month, day, hour, minute, second: Int

  /// `nil` for a day or an hour that there is not.
  init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
    guard (1970...9999).contains(year), (1...12).contains(month),
      (1...Self.length(of: month, in: year)).contains(day), (0...23).contains(hour),
      (0...59).contains(minute), (0...60).contains(second)
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
    (self.hour, self.minute, self.second) = (hour, minute, second)
  }

  /// `YYYY-MM-DD HH:MM:SS`, or with a `T`.
  init?(_ cursor: inout Cursor) {
    guard let year = cursor.number(digits: 4), cursor.take("-"),
      let month = cursor.number(digits: 2), cursor.take("-"), let day = cursor.number(digits: 2),
      cursor.take(" ") || cursor.take("T"), let time = Self.clock(&cursor)
    else { return nil }
    self.init(
      year: year, month: month, day: day, hour: time.hour, minute: time.minute, second: time.second)
  }

  static func clock(_ cursor: inout Cursor) -> (hour: Int, minute: Int, second: Int)? {
    guard let hour = cursor.number(digits: 2), cursor.take(":"),
      let minute = cursor.number(digits: 2), cursor.take(":"), let second = cursor.number(digits: 2)
    else { return nil }
    return (hour, minute, second)
  }

  /// Where the clock on the wall shows UTC (Hinnant, `days_from_civil`).
  var inUTC: Moment {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear - 719_468
    return Moment(seconds: days * 86_400 + hour * 3600 + minute * 60 + second)
  }

  private static func length(of month: Int, in year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
