/// The trail for a person: what it comes to first, then day by day. As the end is known last, the
/// days wait in a file without a name.
final class TextTrail: TrailSink {
  private let output: ByteStream
  private let days: ByteStream
  private let title: String
  /// Of the summary, in columns; a line of a day stays one line.
  private let width: Int
  private var day = ""
  /// The last event, and how many like it came right behind one another.
  private var pending: (first: TrailEvent, last: TrailEvent, count: Int)?

  init(_ output: ByteStream, title: String, width: Int = 80) throws(Obstacle) {
    self.output = output
    self.width = width
    self.title = title
    days = try ByteStream(scratch: ())
  }

  func take(_ entry: TrailEntry) throws(Obstacle) {
    switch entry {
    case .event(let event):
      if let pending, pending.first.isLike(event) {
        self.pending = (pending.first, event, pending.count + 1)
      } else {
        try tellPending()
        pending = (event, event, 1)
      }
    case .alert(let alert):
      try tellPending()
      let name = alert.rule.severity.rawValue
      try tell(
        "! \(alert.signal.time.clock)  \(Paragraph.padded(name, to: 19))\(alert.rule.id): \(alert.signal.message)\n",
        at: alert.signal.time)
    }
  }

  func end(_ summary: TrailSummary) throws(Obstacle) {
    try tellPending()
    var head = ["\(title)", Self.tally(summary)]
    for count in summary.counts {
      let severity = Paragraph.padded(count.rule.severity.rawValue, to: 9)
      head += ["", "  \(severity) \(count.rule.id): \(count.rule.title)"]
      head += count.messages.flatMap { item($0) }
      if count.count > count.messages.count {
        head += item("and \(count.count - count.messages.count) more")
      }
      head += item("do: \(count.rule.response)")
    }
    head.append("")
    head += summary.sources.flatMap { name, tally in
      note(
        "read: \(Printable.text(name.utf8, limit: 200)), \(tally.records.counted("record")), "
          + tally.events.counted("event"))
    }
    head += summary.allNotes.flatMap { note("note: \($0)") }
    head += (summary.obstacles + summary.damaged).flatMap { note("could not read: \($0.words)") }
    try output.write(head.joined(separator: "\n") + "\n")
    try output.copy(days)
    try output.finish()
  }

  private static func tally(_ summary: TrailSummary) -> String {
    var words = Severity.allCases.reversed().compactMap { severity -> String? in
      let count = summary.counts.filter { $0.rule.severity == severity }.reduce(0) { $0 + $1.count }
      return count == 0 ? nil : "\(count) \(severity.rawValue)"
    }
    if words.isEmpty {
      words = [
        summary.obstacles.isEmpty && summary.damaged.isEmpty
          ? "no rule was met" : "no rule was met in what was read"
      ]
    }
    words.append(summary.events.counted("event"))
    let period = summary.first.flatMap { first in summary.last.map { " from \(first) to \($0)" } }
    return words.joined(separator: ", ") + (period ?? "") + "."
  }

  /// A line below a rule.
  private func item(_ words: String) -> [String] {
    Paragraph.lines(
      behind: String(repeating: " ", count: 12), words, indent: 16, width: width)
  }

  /// A line about what was read.
  private func note(_ words: String) -> [String] {
    Paragraph.lines(behind: "", words, indent: 6, width: width)
  }

  private func tellPending() throws(Obstacle) {
    guard let (first, last, count) = pending else { return }
    pending = nil
    let occurrence = first.occurrence
    let who = occurrence.who
    var line = "  \(occurrence.time.clock)  \(Paragraph.padded(occurrence.kind.rawValue, to: 19))"
    line += who.isEmpty ? "" : "\(who): "
    line += "\(occurrence.detail) (\(first.place))"
    if count > 1 { line += ", and \(count - 1) more until \(last.occurrence.time.clock)" }
    try tell(line + "\n", at: occurrence.time)
  }

  private func tell(_ line: String, at time: Moment) throws(Obstacle) {
    if time.day != day {
      day = time.day
      try days.write("\n\(day)\n")
    }
    try days.write(line)
  }
}

extension TrailEvent {
  /// Nothing is lost where two such are told as one.
  fileprivate func isLike(_ other: TrailEvent) -> Bool {
    let (one, another) = (occurrence, other.occurrence)
    return source == other.source && one.kind == another.kind && one.user == another.user
      && one.address == another.address && one.detail == another.detail
      && one.time.day == another.time.day
  }
}
