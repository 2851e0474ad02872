/// The trail for programs: an object in a line, the summary in the last.
final class JSONTrail: TrailSink {
  private let output: ByteStream

  init(_ output: ByteStream) { self.output = output }

  func take(_ entry: TrailEntry) throws(Obstacle) {
    switch entry {
    case .event(let event):
      let occurrence = event.occurrence
      try write([
        ("type", .text("event")), ("time", .text(occurrence.time.description)),
        ("kind", .text(occurrence.kind.rawValue)), ("user", occurrence.user.map { .text($0) }),
        ("address", occurrence.address.map { .text($0) }), ("detail", .text(occurrence.detail)),
        ("source", .text(event.source)), ("record", .number(event.record)),
      ])
    case .alert(let alert):
      try write([
        ("type", .text("alert")), ("time", .text(alert.signal.time.description)),
        ("rule", .text(alert.rule.id)), ("severity", .text(alert.rule.severity.rawValue)),
        ("message", .text(alert.signal.message)), ("response", .text(alert.rule.response)),
        ("source", .text(alert.signal.event.source)),
        ("record", .number(alert.signal.event.record)),
      ])
    }
  }

  func end(_ summary: TrailSummary) throws(Obstacle) {
    try write([
      ("type", .text("summary")), ("from", summary.first.map { .text($0.description) }),
      ("to", summary.last.map { .text($0.description) }), ("events", .number(summary.events)),
      ("alerts", .object(summary.counts.map { ($0.rule.id, .number($0.count)) })),
      (
        "sources",
        .list(
          summary.sources.map { name, tally in
            .object([
              ("name", .text(name)), ("records", .number(tally.records)),
              ("events", .number(tally.events)), ("unreadable", .number(tally.unreadable)),
            ])
          })
      ),
      ("notes", .list(summary.allNotes.map { .text($0) })),
      ("errors", .list((summary.obstacles + summary.damaged).map { .text($0.words) })),
    ])
    try output.finish()
  }

  private func write(_ members: [(String, JSON?)]) throws(Obstacle) {
    try output.write(JSON.object(members).text + "\n")
  }
}
