/// An occurrence, and where that is written.
struct TrailEvent: Sendable, Equatable {
  let occurrence: Occurrence
  /// As reports name the source.
  let source: String
  /// The line, or the row's id; 0 where it is about the source as a whole.
  let record: Int
  /// Read again for what the rules remember; it was told at the last review.
  var isKnown = false

  var place: String {
    Printable.text(source.utf8, limit: 200) + (record == 0 ? "" : ":\(record)")
  }
}

/// What a source tells, one after the other.
protocol TrailSource: AnyObject {
  var name: String { get }
  var tally: SourceTally { get }
  /// Where the next review begins; `nil` for what cannot be read again. Asked for at the end.
  func mark() throws(Obstacle) -> SourceMark?
  func next() throws(Obstacle) -> TrailEvent?
}

/// How much a source held.
struct SourceTally: Sendable {
  /// Lines or rows.
  var records = 0
  var events = 0
  /// Lines that are not what this source is made of, and those that are, whatever they tell.
  var unreadable = 0
  var understood = 0
  /// The first of them.
  var firstUnreadable: Obstacle?
  /// Longer than is kept; their front counts.
  var cut = 0

  /// There was something, and none of it was what this source is made of: nobody has reviewed it.
  var isUnread: Bool { understood == 0 && unreadable > 0 }

  mutating func note(_ line: LogFile.Line) {
    records += 1
    if line.isCut { cut += 1 }
  }

  mutating func note(unreadable obstacle: @autoclosure () -> Obstacle) {
    unreadable += 1
    firstUnreadable = firstUnreadable ?? obstacle()
  }
}
