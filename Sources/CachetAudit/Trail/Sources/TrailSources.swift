import FoundationEssentials

/// The sources of one review. What cannot be opened is kept, and the others are read all the same.
struct TrailSources {
  private let installation: Installation
  private let clock: TrailClock
  private let hostClock: TrailClock
  private let since: Moment?
  private let before: TrailMark?
  private let now: Moment

  private(set) var sources: [any TrailSource] = []
  private(set) var notes: [String] = []
  private(set) var obstacles: [Obstacle] = []
  private var keys: [String] = []

  init(
    of installation: Installation, clock: TrailClock, hostClock: TrailClock, since: Moment?,
    before: TrailMark?, now: Moment
  ) {
    (self.installation, self.clock, self.hostClock) = (installation, clock, hostClock)
    (self.since, self.before, self.now) = (since, before, now)
  }

  /// Where the next review begins, also for files of the last one that were not given now.
  func marks() throws(Obstacle) -> [String: SourceMark] {
    var marks = before?.sources ?? [:]
    for (key, source) in zip(keys, sources) {
      if let mark = try source.mark() { marks[key] = mark }
    }
    return marks
  }

  mutating func addLaravelLogs() throws(Obstacle) {
    let folder = "storage/logs"
    for name in try installation.folder.names(in: folder) {
      let path = "\(folder)/\(name)"
      guard name.hasSuffix(".log") || name.hasSuffix(".log.gz") else { continue }
      // Nothing was written to it since.
      if let since, let status = try installation.folder.status(path),
        status.changed < since.seconds
      {
        continue
      }
      let clock = clock
      add(
        installation.folder.absolute(path), LaravelReader { clock.moment(of: $0) })
    }
  }

  mutating func addAccessLog(_ path: String, below configuration: Configuration) {
    var prefix: [UInt8] = []
    if installation.line == .three, let path = configuration.setting("CACHET_PATH").value.text {
      let bare = path.bytes.split(separator: UInt8(ascii: "/"))
      prefix = Array(bare.map { [UInt8(ascii: "/")] + $0 }.joined())
    }
    add(path, AccessReader(prefix: prefix))
  }

  mutating func addAuthLog(_ path: String) {
    let year = Int(now.day.prefix(4)) ?? 1970
    let clock = hostClock
    add(path, AuthReader(clock: { clock.moment(of: $0) }, now: now, thisYear: year))
  }

  mutating func addActions(_ path: String) {
    do throws(Obstacle) { addActions(try ActionTable.printed(at: path)) } catch {
      obstacles.append(error)
    }
  }

  mutating func addActions(of settings: DatabaseSettings) {
    guard hasActions else { return }
    CachetTables.forgetVariables()
    do throws(Obstacle) {
      let tables = try CachetTables(of: installation, settings)
      addActions { (after, limit) throws(Obstacle) in
        try tables.actions(after: after, limit: limit)
      }
    } catch {
      obstacles.append(error)
    }
  }

  private var hasActions: Bool { installation.line == .two4 || installation.line == .two5 }

  /// Where the release has that table, and nobody gives it.
  mutating func missActions() {
    guard hasActions else { return }
    notes.append("the table 'actions' was not read: ask for --database, or give it with --actions")
  }

  /// The table itself, by `pages` of it.
  mutating func addActions(_ pages: @escaping ActionTable.Pages) {
    let (key, clock) = ("actions", clock)
    sources.append(
      ActionTable(
        from: before?.sources[key], clock: { clock.moment(of: $0) }, pages: pages))
    keys.append(key)
  }

  private mutating func add(_ path: String, _ reader: some LineReader) {
    let whole =
      path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    // What was packed since is the same log.
    let bare = whole.hasSuffix(".gz") ? String(whole.dropLast(3)) : whole
    let mark = before?.sources[whole] ?? before?.sources[bare]
    do throws(Obstacle) {
      sources.append(try LogSource(path: path, reader: reader, from: mark, noticed: now))
      keys.append(whole)
    } catch {
      obstacles.append(error)
    }
  }
}
