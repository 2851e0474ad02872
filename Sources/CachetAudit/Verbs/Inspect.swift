import ArgumentParser
import FoundationEssentials
import Glibc

/// `cachet-mfa audit DIR`: the checks.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Checks the secure configuration of a Cachet installation.",
    usage: CachetAudit.usage,
    discussion: """
      DIR is the folder with 'artisan'. The verb 'check' may be left out; 'features' prints the \
      features to review, 'log' reviews the trail, each with a --help of its own. \
      cachet-mfa-audit(8) tells more.
      """, helpNames: CachetAudit.helpNames)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, sarif, junit }

  @Argument(
    help: ArgumentHelp(
      "The folder of the installation, the one with 'artisan'.", valueName: "dir"),
    completion: .directory)
  var directory: String?

  @OptionGroup var process: ProcessOptions

  @Option(help: "The report: text, json, sarif or junit.")
  var format = Format.text

  @Option(
    help: ArgumentHelp("Reviewed features, as 'audit features' lists them.", valueName: "file"),
    completion: .file())
  var features: String?

  @Option(help: ArgumentHelp("How old a review of a feature may be.", valueName: "days"))
  var reviewDays = 180

  @Flag(help: "Ask the database too, with Cachet's own account, and change nothing in it.")
  var database = false

  @Option(help: ArgumentHelp("The account that PHP runs as.", valueName: "name"))
  var webUser = "www-data"

  @Option(
    help: ArgumentHelp(
      "The main file of Apache's or nginx's configuration (repeatable; else Debian's).",
      valueName: "file"),
    completion: .file())
  var webServer: [String] = []

  @Option(help: ArgumentHelp("How long passwords have to be.", valueName: "characters"))
  var passwordLength = 16

  @Option(help: ArgumentHelp("How many classes of characters they need.", valueName: "1-4"))
  var passwordClasses = 4

  @Option(
    help: ArgumentHelp(
      "Keep here since when each secret is known, as keyed fingerprints.", valueName: "file"),
    completion: .file())
  var state: String?

  @Option(help: ArgumentHelp("How old a secret may be.", valueName: "days"))
  var rotationDays = 90

  @Option(
    help: ArgumentHelp("The mark that 'audit log' keeps of reviews.", valueName: "file"),
    completion: .file())
  var mark: String?

  @Option(help: ArgumentHelp("How old the last review of the trail may be.", valueName: "days"))
  var trailDays = 7

  @Option(
    help: ArgumentHelp(
      "A newer list of known holes in packages: OSV's JSON, or 'composer audit --format=json' (repeatable).",
      valueName: "file"),
    completion: .file())
  var advisories: [String] = []

  @Option(help: ArgumentHelp("How old the list of known holes may be.", valueName: "days"))
  var advisoryDays = 180

  @Option(
    help: ArgumentHelp(
      "The PHP that serves Cachet (else those below /etc/php).", valueName: "version"))
  var php: String?

  @Option(
    help: ArgumentHelp("Accept the findings of an earlier run.", valueName: "file"),
    completion: .file())
  var baseline: String?

  @Option(
    help: ArgumentHelp("Write the findings of this run for --baseline.", valueName: "file"),
    completion: .file())
  var writeBaseline: String?

  @Option(
    help: ArgumentHelp("From which severity on a finding fails the run.", valueName: "severity"))
  var failOn = Severity.high

  @Option(
    help: ArgumentHelp("Run this check alone (repeatable).", valueName: "id"),
    completion: .list(Check.all.map(\.id)))
  var only: [String] = []

  @Option(
    help: ArgumentHelp("Leave this check out (repeatable).", valueName: "id"),
    completion: .list(Check.all.map(\.id)))
  var skip: [String] = []

  @Flag(help: "List all checks, and end.")
  var listChecks = false

  @Option(
    help: ArgumentHelp("Explain a check, and end.", valueName: "id"),
    completion: .list(Check.all.map(\.id)))
  var explain: String?

  func validate() throws {
    let known = Check.all.map(\.id)
    for id in only + skip + (explain.map { [$0] } ?? []) where !known.contains(id) {
      throw ValidationError("there is no check '\(id)'; '--list-checks' lists them")
    }
    for (option, number, range) in [
      ("--password-length", passwordLength, 1...1024),
      ("--password-classes", passwordClasses, 1...4),
      ("--review-days", reviewDays, 1...36_500), ("--rotation-days", rotationDays, 1...36_500),
      ("--trail-days", trailDays, 1...36_500), ("--advisory-days", advisoryDays, 1...36_500),
    ] where !range.contains(number) {
      throw ValidationError(
        "\(option): \(range.lowerBound) to \(range.upperBound) is wanted, not \(number)")
    }
    if let php, ComposerVersion(php) == nil {
      throw ValidationError("--php: '\(php)' is no version, as 8.2 or 8.2.28 is")
    }
    guard !selected.isEmpty else {
      throw ValidationError("--only and --skip leave no check to make")
    }
    guard directory != nil || listChecks || explain != nil else {
      throw ValidationError("which folder? name the one with 'artisan'")
    }
  }

  /// Seconds.
  static let longest: UInt32 = 300

  func run() throws {
    if listChecks { return try Console.write(CheckPages(width: Console.width).list) }
    if let check = Check.all.first(where: { $0.id == explain }) {
      return try Console.write(CheckPages(width: Console.width).page(of: check))
    }
    // An expression that somebody put into .htaccess, or a server that never answers, must not hold
    // the run up for ever; ended by the alarm it is no clean one.
    alarm(Self.longest)
    let start = ContinuousClock.now
    let folder = Folder(root: directory ?? ".")
    let environment = try orReport(in: nil) { () throws(Obstacle) in try process.read() }
    var (subject, acceptance) = try orReport(in: folder) { () throws(Obstacle) in
      let installation = try Installation(folder)
      let configuration = try Configuration(of: installation, environment: environment)
      return (
        Subject(installation: installation, configuration: configuration),
        try Acceptance(in: configuration.file)
      )
    }
    try orReport(in: nil) { () throws(Obstacle) in
      subject.options = try options(for: subject.configuration)
      if let baseline {
        acceptance.baseline = Set(try Baseline(path: baseline, webUser: webUser).findings)
      }
    }
    if database { subject.askDatabase() }
    let audit = Audit(of: subject, checks: selected, accepting: acceptance)
    if format == .text {
      let report = TextReport(
        audit: audit, installation: subject.installation, inColour: Console.showsColour,
        width: Console.width, elapsed: start.duration(to: .now))
      try Console.write(report.text())
    } else {
      try write(audit, of: folder, subject.installation)
    }
    if let writeBaseline {
      try Console.orComplain { () throws(Obstacle) in try Baseline(audit).write(to: writeBaseline) }
    }
    if !audit.failures.isEmpty { throw Exit.notChecked }
    if let worst = audit.worst, worst >= failOn { throw Exit.findings }
  }

  /// What is for programs; without an installation nothing could be judged.
  private func write(_ audit: Audit, of folder: Folder, _ installation: Installation?) throws {
    switch format {
    case .text: break
    case .json: try Console.write(JSONReport(audit, of: installation, in: folder).text())
    case .sarif: try Console.write(SARIFReport(audit).text())
    case .junit: try Console.write(JUnitReport(audit: audit, failOn: failOn).text())
    }
  }

  /// What stands in the way of every check ends the run. It is also in the report for programs: one
  /// that is empty, or not there, is taken for a clean one.
  private func orReport<Value>(
    in folder: Folder?, _ body: () throws(Obstacle) -> Value
  ) throws -> Value {
    do throws(Obstacle) { return try body() } catch {
      try write(
        Audit(checks: selected, stoppedBy: error), of: Folder(root: directory ?? "."), nil)
      Console.complain(folder.map { error.words(in: $0) } ?? error.words, hint: error.hint)
      throw Exit.notChecked
    }
  }

  /// What the command line says, and the files that it names.
  private func options(for configuration: Configuration) throws(Obstacle) -> Subject.Options {
    var options = Subject.Options()
    options.passwordRule = PasswordRule(length: passwordLength, classes: passwordClasses)
    options.webUser = webUser
    options.reviewDays = reviewDays
    options.rotationDays = rotationDays
    options.trailDays = trailDays
    options.advisoryDays = advisoryDays
    options.php = php
    var known = try Advisories.bundled()
    for path in advisories { try known.add(path, webUser: webUser) }
    options.advisories = .success(known)
    options.trail = try mark.map { (path) throws(Obstacle) in (path, try TrailMark.read(path)) }
    options.features = try features.map { (path) throws(Obstacle) in
      try FeatureReview(path: path, webUser: webUser)
    }
    options.webServer = configuredServer()
    if let state {
      var ages = try SecretAges(path: state)
      ages.note(configuration.secrets)
      try ages.write(to: state)
      options.ages = ages
    }
    return options
  }

  /// What stands in its way is for its own checks to tell.
  private func configuredServer() -> Result<WebServer, Obstacle>? {
    do throws(Obstacle) {
      let server = webServer.isEmpty ? try WebServer.usual() : try WebServer(webServer)
      return server.map { .success($0) }
    } catch {
      return .failure(error)
    }
  }

  private var selected: [Check] {
    Check.all.filter { check in
      (only.isEmpty || only.contains(check.id)) && !skip.contains(check.id)
    }
  }
}

extension Severity: ExpressibleByArgument {}
