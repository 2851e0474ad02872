/// A day of the Gregorian calendar, in UTC, from 1970 on.
struct Day: Sendable, Equatable, CustomStringConvertible {
  /// Days since 1970-01-01.
  let number: Int

  /// From `YYYY-MM-DD`.
  init?(_ text: String) {
    var cursor = Cursor(Array("\(text)T00:00:00".utf8)[...])
    guard let local = LocalTime(&cursor), cursor.rest.isEmpty else { return nil }
    self.init(of: local.inUTC)
  }

  init(of moment: Moment) { number = moment.seconds / 86_400 }

  var begin: Moment { Moment(seconds: number * 86_400) }

  /// As `YYYY-MM-DD`.
  var description: String { begin.day }

  static var today: Day { Day(of: .now) }
}
