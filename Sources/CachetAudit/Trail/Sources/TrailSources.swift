import FoundationEssentials
import Glibc

/// The sources of one review. What cannot be opened is kept, and the others are read all the same.
struct TrailSources {
  /// `nil` where the second factor of this host alone is reviewed.
  private let installation: Installation?
  private let clock: TrailClock
  private let hostClock: TrailClock
  private let since: Moment?
  private let before: TrailMark?
  private let now: Moment

  private(set) var sources: [any TrailSource] = []
  private(set) var notes: [String] = []
  private(set) var obstacles: [Obstacle] = []
  private var keys: [String] = []
  /// What needs no mark: logs of a day that was over when it was reviewed, and that Laravel has thrown
  /// away since; a log under the name that it had before it was packed or rotated.
  private var forgotten: [String] = []

  init(
    of installation: Installation?, clock: TrailClock, hostClock: TrailClock, since: Moment?,
    before: TrailMark?, now: Moment
  ) {
    (self.installation, self.clock, self.hostClock) = (installation, clock, hostClock)
    (self.since, self.before, self.now) = (since, before, now)
  }

  /// Where the next review begins, also for files of the last one that were not given now.
  func marks() throws(Obstacle) -> [String: SourceMark] {
    var marks = before?.sources ?? [:]
    for (key, source) in zip(keys, sources) {
      marks[key] = try source.mark()
    }
    for key in forgotten { marks[key] = nil }
    return marks
  }

  /// A folder that cannot be read is told, and keeps nobody from reading the others. `omitted`: names of
  /// files to leave out, each with the reason.
  mutating func addLaravelLogs(omitting omitted: [String: String] = [:]) {
    guard let installation else { return }
    do throws(Obstacle) { try findLaravelLogs(of: installation, omitted) } catch {
      obstacles.append(error)
    }
  }

  private mutating func findLaravelLogs(
    of installation: Installation, _ omitted: [String: String]
  ) throws(Obstacle) {
    let folder = "storage/logs"
    let names = try installation.folder.names(in: folder)
    for (name, reason) in omitted.sorted(by: { $0.key < $1.key }) {
      let shown = "\(folder)/\(Printable.text(name.utf8, limit: 100))"
      notes.append(
        names.contains(name)
          ? "\(shown) was left out: \(Printable.text(reason.utf8, limit: 200))"
          : "\(shown) is not there to be left out")
    }
    for name in names where omitted[name] == nil {
      let path = "\(folder)/\(name)"
      guard name.hasSuffix(".log") || name.hasSuffix(".log.gz") else { continue }
      // Nothing was written to it since.
      if let since, let status = try installation.folder.status(path),
        status.changed < since.seconds
      {
        continue
      }
      addLaravelLog(installation.folder.absolute(path))
    }
    // Those that are there no more.
    let place = whole(installation.folder.absolute(folder)) + "/"
    for key in (before?.sources.keys.sorted() ?? []) where key.hasPrefix(place) {
      let name = String(key.dropFirst(place.count))
      if names.contains(name) || names.contains(name + ".gz") || omitted[name] != nil { continue }
      if isOver(name) { forgotten.append(key) } else { addLaravelLog(key, mayBeGone: true) }
    }
  }

  private mutating func addLaravelLog(_ path: String, mayBeGone: Bool = false) {
    let clock = clock
    add(path, LaravelReader { clock.moment(of: $0) }, mayBeGone: mayBeGone)
  }

  /// `laravel-2026-10-01.log`, of a day that was over in every zone when it was reviewed.
  private func isOver(_ name: String) -> Bool {
    let day = String(name.split(separator: ".", maxSplits: 1)[0].suffix(10))
    guard let day = Day(day), let before else { return false }
    return day.begin.later(by: 3 * 86_400) < before.reviewed
  }

  mutating func addAccessLogs(_ paths: [String], below configuration: Configuration) {
    if paths.isEmpty {
      notes.append("no log of the web server was read: give it with --access-log")
      return
    }
    do throws(Obstacle) {
      guard let own = try CachetPaths(configuration) else {
        throw .damaged(
          path: "config/cachet.php",
          what:
            "is not there, nor that of the core, so that Cachet's path is not known; set CACHET_PATH"
        )
      }
      let reader = AccessReader(prefix: Array(own.base.utf8), dashboard: own.dashboard)
      for path in paths where isToBeRead(path, beside: paths) { add(path, reader) }
    } catch {
      obstacles.append(error)
    }
  }

  mutating func addAuthLogs(_ paths: [String]) {
    if paths.isEmpty {
      notes.append("no lines of this host's second factor were read: give them with --auth-log")
    }
    for path in paths where isToBeRead(path, beside: paths) { addAuthLog(path) }
  }

  /// Whether a log is no older part of one that is given too, and continued from its mark. The next
  /// review finds it there: it has no mark of its own.
  private mutating func isToBeRead(_ path: String, beside paths: [String]) -> Bool {
    guard let newest = RotatedLogs.newest(of: path, among: paths) else { return true }
    forgotten.append(whole(path))
    guard before?.sources[whole(newest)] != nil else { return true }
    notes.append("\(path) is read with \(newest), as far as that was not reviewed")
    return false
  }

  private mutating func addAuthLog(_ path: String) {
    let year = Int(now.day.prefix(4)) ?? 1970
    let clock = hostClock
    let reader = AuthReader(clock: { clock.moment(of: $0) }, now: now, thisYear: year)
    do throws(Obstacle) {
      guard try JournalExport.isOne(path) else { return add(path, reader) }
      let key = whole(path)
      sources.append(
        try JournalExport(path: path, reader: reader, from: before?.sources[key], noticed: now))
      keys.append(key)
    } catch {
      obstacles.append(error)
    }
  }

  mutating func addActions(_ path: String) {
    do throws(Obstacle) { addActions(try ActionTable.printed(at: path)) } catch {
      obstacles.append(error)
    }
  }

  mutating func addActions(of settings: DatabaseSettings) {
    guard hasActions, let installation else { return }
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

  private var hasActions: Bool {
    installation?.line == .two4 || installation?.line == .two5
  }

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
        from: before?.sources[key], noticed: now, clock: { clock.moment(of: $0) }, pages: pages))
    keys.append(key)
  }

  private func whole(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  private mutating func add(_ path: String, _ reader: some LineReader, mayBeGone: Bool = false) {
    let key = whole(path)
    var mark = before?.sources[key]
    if mark == nil, path.hasSuffix(".gz"), unsafe access(String(path.dropLast(3)), F_OK) != 0 {
      // What was packed since is the same log.
      let bare = String(key.dropLast(3))
      mark = before?.sources[bare]
      if mark != nil { forgotten.append(bare) }
    }
    do throws(Obstacle) {
      sources.append(
        try LogSource(
          path: path, reader: reader, from: mark, mayBeGone: mayBeGone, noticed: now))
      keys.append(key)
    } catch {
      obstacles.append(error)
    }
  }
}
