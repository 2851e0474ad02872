/// One run over all sources: what it tells, in order, and what it comes to.
struct TrailReview {
  /// Nothing older is told; the rules see it all the same.
  var since: Moment?
  var thresholds = TrailThresholds()

  /// Reads `sources` to their ends. What hinders one hinders no other.
  func run(_ sources: [any TrailSource], into sinks: [any TrailSink]) throws(Obstacle)
    -> TrailSummary
  {
    var timeline = Timeline(sources)
    var watch = Watch(thresholds: thresholds)
    var summary = TrailSummary()
    while let event = timeline.next() {
      let alerts = watch.see(event)
      // The day that these are about ended with the event before.
      let (closing, others) = (
        alerts.filter { $0.isBefore(event) }, alerts.filter { !$0.isBefore(event) }
      )
      try tell(closing, into: sinks, &summary)
      if isNew(event), !event.occurrence.kind.isContext {
        summary.note(event)
        for sink in sinks { try sink.take(.event(event)) }
      }
      try tell(others, into: sinks, &summary)
    }
    try tell(watch.end(), into: sinks, &summary)
    summary.sources = sources.map { ($0.name, $0.tally) }
    summary.late = timeline.late
    summary.obstacles += timeline.obstacles
    summary.damaged = sources.compactMap(\.tally.firstUnreadable)
    return summary
  }

  private func isNew(_ event: TrailEvent) -> Bool {
    !event.isKnown && since.map { event.occurrence.time >= $0 } ?? true
  }

  private func tell(
    _ alerts: [TrailAlert], into sinks: [any TrailSink], _ summary: inout TrailSummary
  ) throws(Obstacle) {
    for alert in alerts where isNew(alert.signal.event) {
      summary.note(alert)
      for sink in sinks { try sink.take(.alert(alert)) }
    }
  }
}

extension TrailAlert {
  fileprivate func isBefore(_ event: TrailEvent) -> Bool { signal.event != event }
}

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
