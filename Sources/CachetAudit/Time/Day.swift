import FoundationEssentials

/// A day of the Gregorian calendar, in UTC.
struct Day: Sendable, Equatable, CustomStringConvertible {
  /// Days since 1970-01-01.
  let number: Int

  /// From `YYYY-MM-DD`.
  init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.map(\.count) == [4, 2, 2],
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
    else { return nil }
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let components = DateComponents(year: year, month: month, day: day)
    guard components.isValidDate(in: calendar), let date = calendar.date(from: components) else {
      return nil
    }
    number = Int((date.timeIntervalSince1970 / 86_400).rounded(.down))
  }

  init(secondsSince1970 seconds: Int) { number = seconds / 86_400 }

  /// As `YYYY-MM-DD`.
  var description: String {
    let date = Date(timeIntervalSince1970: Double(number) * 86_400)
    return date.formatted(.iso8601.year().month().day())
  }

  static var today: Day { Day(secondsSince1970: Int(Date().timeIntervalSince1970)) }
}
