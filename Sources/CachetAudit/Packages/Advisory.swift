/// A known hole in a package.
struct Advisory: Sendable, Equatable {
  /// CVE-…, or what its source calls it.
  let id: String
  /// In small letters.
  let package: String
  /// `nil` where the source names them in a way that is not understood: then nothing is told by it.
  let affected: AffectedVersions?
  /// High where its source does not say.
  let severity: Severity
  /// It is known to be used.
  let isExploited: Bool

  static func severity(_ word: String?) -> Severity {
    switch word?.lowercased() {
    case "critical": .critical
    case "medium", "moderate": .medium
    case "low": .low
    default: .high
    }
  }
}
