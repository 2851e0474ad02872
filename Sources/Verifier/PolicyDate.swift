/// The days of `enroll-by`.
enum PolicyDate {
  /// The first second after the day `YYYY-MM-DD` in UTC, counted from the epoch.
  ///
  /// nil for anything but a day of the Gregorian calendar from 1970 to 9999 in exactly that form.
  static func end(of day: Span<UInt8>) -> Int64? {
    guard day.count == 10, day[4] == UInt8(ascii: "-"), day[7] == UInt8(ascii: "-"),
      let year = digits(day, 0..<4), let month = digits(day, 5..<7), let date = digits(day, 8..<10),
      year >= 1970, month >= 1, month <= 12, date >= 1, date <= length(of: month, in: year)
    else { return nil }
    var days = 365 * (year - 1970) + leapYears(before: year) - leapYears(before: 1970)
    var passed = 1
    while passed < month {
      days += length(of: passed, in: year)
      passed += 1
    }
    return Int64(days + date) * 86_400
  }

  private static func digits(_ text: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var value = 0
    var i = range.lowerBound
    while i < range.upperBound {
      guard text[i] >= UInt8(ascii: "0"), text[i] <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int(text[i] - UInt8(ascii: "0"))
      i += 1
    }
    return value
  }

  private static func length(of month: Int, in year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  private static func leapYears(before year: Int) -> Int {
    (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400
  }
}
