import FoundationEssentials

/// The report for programs: every check with its outcome, in the order of the checks.
struct JSONReport: Encodable {
  struct Entry: Encodable {
    let id: String
    let family: String
    let severity: Severity
    let title: String
    let outcome: String
    let reason: String?
    let findings: [FindingEntry]?
  }

  struct FindingEntry: Encodable {
    let file: String
    let line: Int?
    let about: String
    let message: String
    let fix: String
    let accepted: String?
  }

  struct InstallationEntry: Encodable {
    let path: String
    /// Neither where nothing could be judged.
    let version: String?
    let line: String?
  }

  let installation: InstallationEntry
  let checks: [Entry]

  init(_ audit: Audit, of installation: Installation?, in folder: Folder) {
    self.installation = InstallationEntry(
      path: folder.root, version: installation?.version, line: installation?.line.rawValue)
    checks = audit.results.map { result in
      let check = result.check
      func entry(_ outcome: String, reason: String? = nil, _ findings: [Finding]? = nil) -> Entry {
        Entry(
          id: check.id, family: check.family.rawValue, severity: check.severity,
          title: check.title, outcome: outcome, reason: reason,
          findings: findings?.map { FindingEntry($0) })
      }
      return switch result.outcome {
      case .held: entry("held")
      case .found(let findings): entry("found", findings)
      case .notApplicable(let why): entry("not-applicable", reason: why)
      case .notAsked(let why): entry("not-asked", reason: why)
      case .failed(let obstacle): entry("failed", reason: obstacle.words)
      }
    }
  }

  func text() throws -> String { try JSONText.of(self) }
}

extension JSONReport.FindingEntry {
  init(_ finding: Finding) {
    self.init(
      file: finding.evidence.place.path, line: finding.evidence.place.line,
      about: finding.evidence.about, message: finding.evidence.message, fix: finding.check.fix,
      accepted: finding.accepted)
  }
}
