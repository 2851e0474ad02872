/// The lines of a log that matter, in its order. One that was rotated since its last review is
/// continued under its old name first.
final class LogSource<Reader: LineReader>: TrailSource {
  let name: String
  private(set) var tally = SourceTally()
  private var reader: Reader
  /// The oldest first.
  private var files: ArraySlice<LogFile>
  /// Of those that are read, the newest with a line in it.
  private var last: LogFile?
  /// What `mark` and these files say of one another, told before their lines.
  private var rupture: TrailEvent?
  /// Of a file that could not be looked at, or read to its end; the others are read all the same.
  private var obstacle: Obstacle?

  init(
    path: String, reader: Reader, from mark: SourceMark? = nil, mayBeGone: Bool = false,
    noticed now: Moment = .now
  ) throws(Obstacle) {
    self.reader = reader
    let chain = try LogChain(path: path, from: mark, mayBeGone: mayBeGone)
    files = chain.files[...]
    if chain.goesOn { self.reader.resume() }
    obstacle = chain.obstacle
    name = files.last?.path ?? path
    rupture = chain.rupture.map {
      TrailEvent(
        occurrence: $0.occurrence(behind: mark?.record ?? 0, at: now), source: $0.path ?? name,
        record: 0)
    }
  }

  func mark() throws(Obstacle) -> SourceMark? { try last?.mark() }

  func next() throws(Obstacle) -> TrailEvent? {
    if let event = rupture {
      rupture = nil
      return event
    }
    while let file = files.first {
      do throws(Obstacle) {
        if let event = try next(of: file) { return event }
      } catch {
        obstacle = obstacle ?? error
      }
      if last == nil || !file.isEmpty { last = file }
      files.removeFirst()
    }
    if let obstacle {
      self.obstacle = nil
      throw obstacle
    }
    return nil
  }

  private func next(of file: LogFile) throws(Obstacle) -> TrailEvent? {
    while let line = try file.next() {
      tally.note(line)
      switch reader.read(line.text) {
      case .nothing:
        if !line.text.isEmpty { tally.understood += 1 }
      case .unreadable(let what):
        tally.note(unreadable: .damaged(path: "\(file.path):\(line.number)", what: what))
      case .occurrence(let occurrence):
        tally.understood += 1
        tally.events += 1
        return TrailEvent(occurrence: occurrence, source: file.path, record: line.number)
      }
    }
    return nil
  }
}

extension LogChain.Break {
  fileprivate var path: String? {
    switch self {
    case .cut(let path): path
    case .gap: nil
    }
  }

  /// When it came about nobody knows: it is told when it is noticed.
  fileprivate func occurrence(behind line: Int, at now: Moment) -> Occurrence {
    switch self {
    case .cut:
      Occurrence(
        time: now, kind: .logCut,
        detail: "does not hold what was reviewed up to line \(line); read from its beginning")
    case .gap:
      Occurrence(
        time: now, kind: .logGap,
        detail:
          "the file that was reviewed up to line \(line) is not there any more; all that were found are read"
      )
    }
  }
}
