import FoundationEssentials

/// The report as SARIF 2.1.0 (OASIS), as code-scanning services read it. Every check that was
/// looked at is a rule; what somebody has accepted is a suppressed result.
struct SARIFReport: Encodable {
  struct Text: Encodable { let text: String }

  struct Run: Encodable {
    let tool: Tool
    let results: [Result]
    let invocations: [Invocation]
    let columnKind = "utf16CodeUnits"
  }

  struct Tool: Encodable { let driver: Driver }

  struct Driver: Encodable {
    let name = "cachet-mfa-audit"
    let semanticVersion: String
    let rules: [Rule]
  }

  struct Rule: Encodable {
    struct Configuration: Encodable { let level: String }
    struct Properties: Encodable {
      let tags: [String]
      let severity: String

      enum CodingKeys: String, CodingKey {
        case tags
        case severity = "security-severity"
      }
    }
    let id: String
    let shortDescription: Text
    let fullDescription: Text
    let help: Text
    let defaultConfiguration: Configuration
    let properties: Properties
  }

  struct Result: Encodable {
    struct Suppression: Encodable {
      let kind = "external"
      let justification: String
    }
    let ruleId: String
    let ruleIndex: Int
    let level: String
    let message: Text
    let locations: [Location]
    let partialFingerprints: [String: String]
    let suppressions: [Suppression]?
  }

  struct Location: Encodable {
    struct Physical: Encodable {
      let artifactLocation: Artifact
      let region: Region?
    }
    struct Artifact: Encodable { let uri: String }
    struct Region: Encodable { let startLine: Int }
    let physicalLocation: Physical
  }

  struct Invocation: Encodable {
    struct Notification: Encodable {
      struct Descriptor: Encodable { let id: String }
      let level = "error"
      let message: Text
      /// None where every check failed for one reason.
      let associatedRule: Descriptor?
    }
    let executionSuccessful: Bool
    let toolExecutionNotifications: [Notification]
  }

  let schema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
  let version = "2.1.0"
  let runs: [Run]

  enum CodingKeys: String, CodingKey {
    case schema = "$schema"
    case version, runs
  }

  init(_ audit: Audit) {
    let checks = audit.results.map(\.check)
    let results = audit.results.enumerated().flatMap { index, result -> [Result] in
      guard case .found(let findings) = result.outcome else { return [] }
      return findings.map { Result($0, index: index) }
    }
    let invocation = Invocation(
      executionSuccessful: audit.failures.isEmpty,
      toolExecutionNotifications: Self.notifications(of: audit))
    let driver = Driver(semanticVersion: CachetAudit.release, rules: checks.map(Rule.init))
    runs = [Run(tool: Tool(driver: driver), results: results, invocations: [invocation])]
  }

  private static func notifications(of audit: Audit) -> [Invocation.Notification] {
    let failures = audit.failures
    if failures.count > 1, failures.count == audit.results.count, let first = failures.first,
      failures.allSatisfy({ $0.obstacle == first.obstacle })
    {
      return [
        Invocation.Notification(
          message: Text(text: "could not check anything: \(first.obstacle.words)"),
          associatedRule: nil)
      ]
    }
    return failures.map { check, obstacle in
      Invocation.Notification(
        message: Text(text: "could not check \(check.id): \(obstacle.words)"),
        associatedRule: .init(id: check.id))
    }
  }

  func text() throws -> String { try JSONText.of(self) }
}

extension SARIFReport.Rule {
  init(_ check: Check) {
    id = check.id
    shortDescription = .init(text: check.title)
    fullDescription = .init(text: check.rationale)
    help = .init(text: "\(check.fix). (\(check.reference))")
    defaultConfiguration = Configuration(level: check.severity.sarifLevel)
    properties = Properties(
      tags: ["security", check.family.rawValue], severity: check.severity.sarifScore)
  }
}

extension SARIFReport.Result {
  init(_ finding: Finding, index: Int) {
    ruleId = finding.check.id
    ruleIndex = index
    level = finding.check.severity.sarifLevel
    message = .init(text: finding.evidence.message)
    let place = finding.evidence.place
    locations = [
      .init(
        physicalLocation: .init(
          artifactLocation: .init(uri: place.path.uriReference),
          region: place.line.map { .init(startLine: $0) }))
    ]
    partialFingerprints = ["cachetAudit/v1": finding.fingerprint]
    suppressions = finding.accepted.map { [Suppression(justification: $0)] }
  }
}

extension Severity {
  var sarifLevel: String {
    switch self {
    case .critical, .high: "error"
    case .medium: "warning"
    case .low, .info: "note"
    }
  }

  /// In the bands that code scanning sorts by: 9 critical, 7 high, 4 medium, below low.
  var sarifScore: String {
    switch self {
    case .critical: "9.5"
    case .high: "8.0"
    case .medium: "5.5"
    case .low: "2.5"
    case .info: "0.1"
    }
  }
}

extension String {
  /// A path as a URI reference: a whole one names its scheme, another one is relative to the
  /// installation.
  var uriReference: String { (hasPrefix("/") ? "file://" : "") + uriPath }

  /// A path as it may stand in a URI.
  var uriPath: String {
    utf8.map { byte in
      byte.isLetter || byte.isDigit || "/-._~".utf8.contains(byte)
        ? String(UnicodeScalar(byte))
        : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }
}
