/// What a review came to.
struct TrailSummary {
  struct Count {
    let rule: Rule
    var count = 0
    /// The first of them.
    var messages: [String] = []
  }

  static let shown = 10

  private(set) var alerts: [String: Count] = [:]
  private(set) var kinds: [Occurrence.Kind: Int] = [:]
  private(set) var first: Moment?
  private(set) var last: Moment?
  var sources: [(name: String, tally: SourceTally)] = []
  var late = 0
  /// What a reader has to know of how this came about.
  var notes: [String] = []
  /// What could not be read: with any, nothing here means that there was nothing.
  var obstacles: [Obstacle] = []
  /// Of each source the first line that was not understood.
  var damaged: [Obstacle] = []

  var worst: Severity? { alerts.values.map(\.rule.severity).max() }

  var events: Int { kinds.values.reduce(0, +) }

  /// Worst first.
  var counts: [Count] {
    Rule.all.compactMap { alerts[$0.id] }.enumerated().sorted {
      ($1.element.rule.severity, $0.offset) < ($0.element.rule.severity, $1.offset)
    }.map(\.element)
  }

  mutating func note(_ event: TrailEvent) {
    let time = event.occurrence.time
    kinds[event.occurrence.kind, default: 0] += 1
    first = min(first ?? time, time)
    last = max(last ?? time, time)
  }

  mutating func note(_ alert: TrailAlert) {
    var count = alerts[alert.rule.id] ?? Count(rule: alert.rule)
    count.count += 1
    if count.messages.count < Self.shown {
      count.messages.append(
        "\(alert.signal.time) \(alert.signal.message) (\(alert.signal.event.place))")
    }
    alerts[alert.rule.id] = count
  }

  /// All notes, those that the sources give too.
  var allNotes: [String] {
    var all = notes
    for (name, tally) in sources {
      let name = Printable.text(name.utf8, limit: 200)
      if tally.cut > 0 { all.append("\(name): \(tally.cut) lines were longer than is kept") }
      if tally.unreadable > 1 {
        all.append("\(name): \(tally.unreadable) lines were not understood; the first is named")
      }
    }
    if late > 0 { all.append("\(late) events were written down late, and stand out of order") }
    return all
  }
}
