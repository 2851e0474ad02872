import FoundationEssentials
import Glibc

/// Findings that were there before, by their fingerprints. A run that reads it reports what is new.
struct Baseline: Codable {
  var findings: [String]

  init(_ audit: Audit) { findings = audit.findings.map(\.fingerprint).sorted() }

  init(path: String) throws(Obstacle) {
    guard let file = try Folder.workingDirectory.read(path) else {
      throw .unreadable(path: path, errno: ENOENT)
    }
    do {
      self = try JSONDecoder().decode(Baseline.self, from: Data(file.bytes))
    } catch {
      throw .damaged(path: path, what: "is no baseline")
    }
  }

  func write(to path: String) throws {
    try Data(JSONText.of(self).utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  }
}
