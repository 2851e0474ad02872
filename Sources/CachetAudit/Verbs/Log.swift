import ArgumentParser
import Glibc

/// `cachet-mfa audit log DIR`: the review of the trail.
struct Log: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Reviews what an installation, its web server and this host have written down.",
    usage: """
      cachet-mfa audit log DIR [OPTIONS]
      cachet-mfa audit log --auth-log FILE [OPTIONS]
      """,
    discussion: """
      storage/logs is always read. Without DIR the second factor of this host alone is reviewed. '--mark FILE' begins where the last review ended, and with \
      '--reviewed-by NAME' writes down that this one is done.
      """, helpNames: CachetAudit.helpNames)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, jsonl, syslog }

  @Argument(
    help: ArgumentHelp("The folder of the installation.", valueName: "dir"),
    completion: .directory)
  var directory: String?

  @OptionGroup var process: ProcessOptions

  @Option(
    help: ArgumentHelp(
      "Tell nothing older: 7d, 24h, 2026-10-01 or 2026-10-01T12:00:00Z.", valueName: "when"))
  var since: String?

  @Option(
    help: ArgumentHelp(
      "The web server's log, in the combined format or as JSON; '-' is standard input (repeatable).",
      valueName: "file"), completion: .file())
  var accessLog: [String] = []

  @Option(
    help: ArgumentHelp(
      "The second factor's lines: 'journalctl -o json', or a file of syslog (repeatable).",
      valueName: "file"), completion: .file())
  var authLog: [String] = []

  @Option(
    help: ArgumentHelp(
      "Leave this file of storage/logs out, and say why (repeatable).", valueName: "name=reason"))
  var leaveOut: [String] = []

  @Option(
    help: ArgumentHelp(
      "The table 'actions' as a database's client prints it, tabs between the columns.",
      valueName: "file"), completion: .file())
  var actions: String?

  @Flag(help: "Read that table in the database, with Cachet's own account.")
  var database = false

  @Option(help: "The trail: text, jsonl or syslog (RFC 5424).")
  var format = Format.text

  @Option(
    help: ArgumentHelp("Write it here instead of to standard output.", valueName: "file"),
    completion: .file())
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Send it to a collector too: unix:/PATH, udp:HOST:PORT or tcp:HOST:PORT.",
      valueName: "where"))
  var syslog: String?

  @Option(
    help: ArgumentHelp("Begin where the last review ended.", valueName: "file"),
    completion: .file())
  var mark: String?

  @Option(
    help: ArgumentHelp("This review is done: write that to --mark.", valueName: "name"))
  var reviewedBy: String?

  @Option(
    help: ArgumentHelp(
      "From which severity on a rule that is met fails the run.", valueName: "severity"))
  var failOn = Severity.high

  @Option(
    help: ArgumentHelp(
      "From how many on a rule is met (repeatable): \(TrailThresholds.rules.joined(separator: ", ")); no-sign-in in minutes.",
      valueName: "rule=n"))
  var threshold: [String] = []

  func validate() throws {
    _ = try thresholds()
    if let since, Since.moment(since, now: .now) == nil {
      throw ValidationError(
        "--since: '\(since)' is none of 7d, 24h, 2026-10-01, 2026-10-01T12:00:00Z")
    }
    if let syslog, SyslogSocket.Destination(syslog) == nil {
      throw ValidationError(
        "--syslog: '\(syslog)' is none of unix:/PATH, udp:HOST:PORT, tcp:HOST:PORT")
    }
    if let reviewedBy {
      guard mark != nil else { throw ValidationError("--reviewed-by needs --mark") }
      guard TrailMark.isName(reviewedBy) else {
        throw ValidationError("--reviewed-by: letters, digits and . _ @ - are wanted")
      }
    }
    if let text = leaveOut.first(where: { Self.omission($0) == nil }) {
      throw ValidationError("--leave-out: '\(text)' is no NAME=REASON of a file in storage/logs")
    }
    if directory == nil {
      guard !authLog.isEmpty else {
        throw ValidationError("which folder? name the one with 'artisan', or give --auth-log alone")
      }
      guard accessLog.isEmpty, leaveOut.isEmpty, actions == nil, !database else {
        throw ValidationError("without a folder --auth-log alone is read")
      }
    }
    guard actions == nil || !database else {
      throw ValidationError("--actions and --database are the same table")
    }
    let files = accessLog + authLog + (actions.map { [$0] } ?? [])
    guard files.count == Set(files).count else {
      throw ValidationError("a file is given twice, and would count twice")
    }
  }

  /// Seconds: some hundred million lines. A small file of gzip can unpack to more than anybody reads.
  private static let longest: UInt32 = 3600

  func run() throws {
    alarm(Self.longest)
    let thresholds = try thresholds()
    let environment = try Console.orComplain { () throws(Obstacle) in try process.read() }
    let subject = try directory.map { directory in
      let folder = Folder(root: directory)
      return try Console.orComplain(in: folder) { () throws(Obstacle) in
        let installation = try Installation(folder)
        return (installation, try Configuration(of: installation, environment: environment))
      }
    }
    let (summary, sources) = try Console.orComplain { () throws(Obstacle) in
      try review(subject, thresholds)
    }
    for obstacle in summary.obstacles + summary.damaged {
      Console.complain(obstacle.words, hint: obstacle.hint)
    }
    if let mark, let reviewedBy {
      guard summary.obstacles.isEmpty else {
        Console.complain("no mark was written: not everything could be read", hint: nil)
        throw Exit.notChecked
      }
      try Console.orComplain { () throws(Obstacle) in
        try TrailMark(
          reviewed: .now, by: reviewedBy, sources: try sources.marks()
        ).write(to: mark)
      }
      if format == .text {
        Console.remark("reviewed by \(reviewedBy): the next run with this --mark begins here")
      }
    }
    if !summary.obstacles.isEmpty || !summary.damaged.isEmpty { throw Exit.notChecked }
    if let worst = summary.worst, worst >= failOn { throw Exit.findings }
  }

  private func thresholds() throws -> TrailThresholds {
    var thresholds = TrailThresholds()
    for text in threshold where !thresholds.set(text) {
      let range = TrailThresholds.range
      throw ValidationError(
        "--threshold: '\(text)' is no RULE=N, of \(TrailThresholds.rules.joined(separator: ", ")), from \(range.lowerBound) to \(range.upperBound)"
      )
    }
    return thresholds
  }

  /// A file's name, and why it is left out.
  private static func omission(_ text: String) -> (name: String, reason: String)? {
    let parts = text.split(separator: "=", maxSplits: 1).map { String($0).trimmed }
    guard parts.count == 2, let name = parts.first?.trimmingPrefix("storage/logs/"),
      !name.isEmpty, !name.contains("/"), !parts[1].isEmpty
    else { return nil }
    return (String(name), parts[1])
  }

  private func review(
    _ subject: (Installation, Configuration)?, _ thresholds: TrailThresholds
  ) throws(Obstacle) -> (TrailSummary, TrailSources) {
    let now = Moment.now
    let hostClock = TrailClock.ofHost()
    let before = try mark.flatMap { (path) throws(Obstacle) in try TrailMark.read(path) }
    let since = since.flatMap { Since.moment($0, now: now) }
    let clock = try subject.map { (own) throws(Obstacle) in
      try TrailClock(of: own.1, line: own.0.line)
    }
    var sources = TrailSources(
      of: subject?.0, clock: clock ?? .utc, hostClock: hostClock, since: since, before: before,
      now: now)
    let sinks = try sinks(for: subject?.0)
    if let (_, configuration) = subject {
      sources.addAccessLogs(accessLog, below: configuration)
    }
    sources.addAuthLogs(authLog)
    if let actions {
      sources.addActions(actions)
    } else if database, let (_, configuration) = subject {
      sources.addActions(of: DatabaseSettings(configuration))
    } else {
      sources.missActions()
    }
    // Last: with many of them whoever may write there could use up what can be open at once.
    sources.addLaravelLogs(
      omitting: Dictionary(
        leaveOut.compactMap(Self.omission).map { ($0.name, $0.reason) }, uniquingKeysWith: { $1 }))
    var summary = try TrailReview(since: since, thresholds: thresholds).run(
      sources.sources, into: sinks)
    summary.notes = (subject?.0.line.notRecorded ?? []) + sources.notes
    if let before {
      let name = Printable.name(before.by.utf8)
      summary.notes.append("reviewed last by \(name), \(before.reviewed); what came since is told")
    }
    summary.obstacles = sources.obstacles + summary.obstacles
    for sink in sinks { try sink.end(summary) }
    return (summary, sources)
  }

  private func sinks(for installation: Installation?) throws(Obstacle) -> [any TrailSink] {
    let stream =
      try output.map { (path) throws(Obstacle) in try ByteStream(path: path) }
      ?? ByteStream(standardOutput: ())
    var sinks: [any TrailSink] =
      switch format {
      case .text:
        [
          try TextTrail(
            stream, title: "Trail of \(installation?.words ?? "the second factor of this host")",
            width: output == nil ? Console.width : 80)
        ]
      case .jsonl: [JSONTrail(stream)]
      case .syslog: [SyslogTrail(.lines(stream))]
      }
    if let destination = syslog.flatMap({ SyslogSocket.Destination($0) }) {
      sinks.append(SyslogTrail(.socket(try SyslogSocket(destination))))
    }
    return sinks
  }
}
