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
    // Nobody has reviewed what nobody could read.
    summary.obstacles += sources.filter(\.tally.isUnread).map { source in
      .damaged(
        path: source.name,
        what:
          "none of its \(source.tally.unreadable.counted("line")) could be read: is it a log of another kind?"
      )
    }
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
