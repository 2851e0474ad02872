/// How bad it is if a check does not hold.
enum Severity: String, Sendable, CaseIterable, Comparable, Codable {
  case info, low, medium, high, critical

  static func < (one: Severity, other: Severity) -> Bool { one.rank < other.rank }

  private var rank: Int {
    switch self {
    case .info: 0
    case .low: 1
    case .medium: 2
    case .high: 3
    case .critical: 4
    }
  }
}

/// The groups of a report, in its order.
enum Family: String, Sendable, CaseIterable {
  case production = "Production mode"
  case database = "Database"
  case features = "Unused features"
  case accounts = "Accounts and native two-factor"
  case exposure = "Exposure"
  case advisories = "Known vulnerabilities"
  case webServer = "Web server"
  case trail = "Audit trail"
}

/// One thing that is looked at, with all that is said about it, and the look itself.
struct Check: Sendable {
  /// Stable: baselines, ignores and pipelines name it.
  let id: String
  let family: Family
  let severity: Severity
  /// A sentence that is true when the check holds.
  let title: String
  /// What goes wrong where it does not.
  let rationale: String
  /// What to do, in one step or two.
  let fix: String
  /// Where the fact is from.
  let reference: String
  let look: @Sendable (Subject) throws(Obstacle) -> Verdict
}

/// What a look gave.
enum Verdict: Sendable {
  case holds
  case broken([Evidence])
  /// There is nothing to look at here; the words say why.
  case notApplicable(String)
  /// It cannot be told from what was given; the words say what to give.
  case notAsked(String)

  static func broken(_ evidence: Evidence) -> Verdict { .broken([evidence]) }

  /// Broken where there is any evidence.
  init(_ evidence: [Evidence]) { self = evidence.isEmpty ? .holds : .broken(evidence) }
}

/// What was seen, where.
struct Evidence: Sendable {
  let place: Place
  /// What it is about, as baselines name it: a variable, a file, an account. No line numbers, which
  /// move, and no secrets.
  let about: String
  let message: String

  /// Names of files, of variables and in tables are whatever somebody wrote.
  init(place: Place, about: String, message: String) {
    self.place = place
    self.about = Printable.text(about.utf8, limit: 400)
    self.message = Printable.text(message.utf8, limit: 400)
  }

  /// About a file or folder as a whole.
  init(_ path: String, _ message: String) {
    self.init(place: Place(path: path), about: path, message: message)
  }

  /// A file that every account of this host may write or read.
  init(_ path: String, openToAll file: Folder.Status) {
    let verb = file.isWritableByOthers ? "write" : "read"
    self.init(path, "everybody on this host can \(verb) it (mode \(file.octal))")
  }
}

/// All that a look may see.
struct Subject: Sendable {
  let installation: Installation
  let configuration: Configuration
  var options = Options()

  /// What a run may be told beside the folder.
  struct Options: Sendable {
    var passwordRule = PasswordRule()
    /// The account of the PHP processes.
    var webUser = "www-data"
    /// The host whose logs are looked at.
    var hostRoot = "/"
    /// Reviewed features; `nil` where there is no such file.
    var features: FeatureReview?
    /// How old a review may be, in days.
    var reviewDays = 180
    /// Since when each secret is known; `nil` where nobody keeps that.
    var ages: SecretAges?
    /// How old a secret may be, in days.
    var rotationDays = 90
    /// What the database says; `nil` where it is not asked.
    var database: Result<LiveDatabase, Obstacle>?
    /// The file of the last review of the trail, and what it says; `nil` where there is none.
    var trailMark: String?
    var trail: TrailMark?
    /// How old that review may be, in days.
    var trailDays = 7
    var now = Moment.now
    /// The configuration of the web server; `nil` where none was found or given.
    var webServer: Result<WebServer, Obstacle>?
  }

  var folder: Folder { installation.folder }

  func setting(_ names: String...) -> Setting { configuration.setting(anyOf: names) }
}
