/// What is asked of a server, and how long it is waited for.
struct DatabaseLimit: Sendable {
  var connectSeconds = 5
  var statementSeconds = 10
  var rows = 10_000
  var bytes = 8 << 20

  static let usual = DatabaseLimit()

  static let tooMuch = Obstacle.database("a longer answer than is looked at")

  var late: Obstacle { .database("no answer within \(statementSeconds.counted("second"))") }
}

/// Rows as they come in, counted.
struct BoundedRows {
  let limit: DatabaseLimit
  private(set) var rows: [[String?]] = []
  private var bytes = 0

  init(_ limit: DatabaseLimit) { self.limit = limit }

  /// An obstacle where it is one too many.
  mutating func append(_ row: [String?]) throws(Obstacle) {
    // What holds a value takes room of its own, also where that is NULL.
    bytes += row.reduce(0) { $0 + 16 + ($1?.utf8.count ?? 0) }
    guard rows.count < limit.rows, bytes <= limit.bytes else { throw DatabaseLimit.tooMuch }
    rows.append(row)
  }
}

/// A moment that nothing waits beyond.
struct Deadline {
  private let end: ContinuousClock.Instant

  init(seconds: Int) { end = .now + .seconds(seconds) }

  /// How long there is, at least one; `nil` behind it.
  var milliseconds: Int32? {
    let left = ContinuousClock.now.duration(to: end)
    return left > .zero ? max(1, Int32(left / .milliseconds(1))) : nil
  }
}
