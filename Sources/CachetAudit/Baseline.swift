import FoundationEssentials

/// Findings that were there before, by their fingerprints. A run that reads it reports what is new.
struct Baseline: Codable {
  var findings: [String]

  init(_ audit: Audit) { findings = audit.findings.map(\.fingerprint).sorted() }

  init(path: String, webUser: String = "www-data") throws(Obstacle) {
    guard let file = try Folder.workingDirectory.read(path) else {
      throw .damaged(path: path, what: "no baseline here; --write-baseline FILE makes one")
    }
    try file.mustBeOurs(webUser: webUser)
    do {
      self = try JSONDecoder().decode(Baseline.self, from: Data(file.bytes))
    } catch {
      throw .damaged(path: path, what: "is no baseline")
    }
  }

  /// It holds no secret, and pipelines hand it on to other accounts.
  func write(to path: String) throws(Obstacle) {
    try JSONText.write(self, to: path, mode: 0o644)
  }
}
