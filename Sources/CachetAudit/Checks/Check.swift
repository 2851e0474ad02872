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
