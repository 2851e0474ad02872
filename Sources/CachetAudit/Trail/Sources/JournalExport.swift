/// An export of the journal, made anew for each review: where the last one ended is found by the entry
/// that was the last. What was reviewed is read again for what the rules remember.
final class JournalExport: TrailSource {
  let name: String
  private(set) var tally = SourceTally()
  private let reader: AuthReader
  private let file: LogFile
  /// So many lines of it were reviewed.
  private let known: Int
  private var rupture: TrailEvent?
  private var last: SourceMark?

  /// Whether the file at `path` is one. Lines of syslog begin with a date.
  static func isOne(_ path: String) throws(Obstacle) -> Bool {
    guard path != LogBytes.standardInput else { return false }
    return try LogFile(path: path).next()?.text.first == UInt8(ascii: "{")
  }

  init(
    path: String, reader: AuthReader, from mark: SourceMark? = nil, noticed now: Moment = .now
  ) throws(Obstacle) {
    self.reader = reader
    file = try LogFile(path: path)
    name = file.path
    let reviewed = mark.flatMap { $0.offset == nil ? $0.digest : nil }
    let place = try reviewed.flatMap { (digest) throws(Obstacle) in
      try Self.line(of: digest, in: path)
    }
    known = place ?? 0
    guard reviewed != nil, place == nil else { return }
    rupture = TrailEvent(
      occurrence: Occurrence(
        time: now, kind: .logGap,
        detail: "the last entry that was reviewed is not in it; all are read: export more days"),
      source: name, record: 0)
  }

  func mark() -> SourceMark? { last }

  func next() throws(Obstacle) -> TrailEvent? {
    if let event = rupture {
      rupture = nil
      return event
    }
    while let line = try file.next() {
      tally.note(line)
      let entry = JournalEntry(line.text)
      if let digest = entry?.digest { last = SourceMark(record: line.number, digest: digest) }
      switch entry.map({ reader.read($0) }) ?? AuthReader.noEntry {
      case .nothing: tally.understood += 1
      case .unreadable(let what):
        tally.note(unreadable: .damaged(path: "\(name):\(line.number)", what: what))
      case .occurrence(let occurrence):
        tally.understood += 1
        tally.events += 1
        return TrailEvent(
          occurrence: occurrence, source: name, record: line.number,
          isKnown: line.number <= known)
      }
    }
    return nil
  }

  private static func line(of digest: String, in path: String) throws(Obstacle) -> Int? {
    let file = try LogFile(path: path)
    while let line = try file.next() {
      if JournalEntry(line.text)?.digest == digest { return line.number }
    }
    return nil
  }
}

extension JournalEntry {
  /// Of what the journal calls this entry, and no other.
  fileprivate var digest: String? { self[.cursor].flatMap { SourceMark.digest(of: Array($0)) } }
}
