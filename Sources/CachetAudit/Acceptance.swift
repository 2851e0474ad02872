import FoundationEssentials

/// What somebody has decided to live with: in the file itself, with a reason, or in a baseline.
struct Acceptance: Sendable {
  /// A comment in `.env`: `# cachet-mfa:ignore ID the reason`, which holds for that file.
  struct Ignore: Sendable, Equatable {
    let id: String
    let reason: String
    let line: Int
  }

  var ignores: [Ignore] = []
  /// Fingerprints of findings that were there before.
  var baseline: Set<String> = []

  private var path = Configuration.path

  static let marker = "cachet-mfa:ignore"

  func reason(for id: String, _ evidence: Evidence) -> String? {
    if evidence.place.path == path,
      let ignore = ignores.first(where: { $0.id == id })
    {
      return "ignored in line \(ignore.line): \(Printable.text(ignore.reason.utf8, limit: 200))"
    }
    return baseline.contains("\(id) \(evidence.place.path) \(evidence.about)")
      ? "in the baseline" : nil
  }

  init(baseline: Set<String> = []) { self.baseline = baseline }

  /// The ignores in a file. One that names no check, or no reason, is an error: it accepts nothing,
  /// and whoever wrote it believes that it does.
  init(in file: SourceFile) throws(Obstacle) {
    path = file.path
    let known = Set(Check.all.map(\.id))
    let lines = file.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let bare = PHPText.trimmed(line)
      guard bare.first == UInt8(ascii: "#"), let place = bare.place(of: Self.marker) else {
        continue
      }
      let behind = bare[(place + Self.marker.utf8.count)...]
      let words = String(decoding: behind, as: UTF8.self).split(separator: " ", maxSplits: 1)
      guard let id = words.first else {
        throw .damaged(path: file.path(at: index + 1), what: "\(Self.marker) names no check")
      }
      guard known.contains(String(id)) else {
        let name = Printable.name(id.utf8)
        throw .damaged(
          path: file.path(at: index + 1),
          what: "\(Self.marker) \(name): there is no such check; '--list-checks' lists them")
      }
      // What accepts a finding must not be written by those whom the finding is about.
      guard !file.isWritableByOthers else {
        throw .damaged(
          path: file.path(at: index + 1),
          what: "\(Self.marker) counts only where nobody but root can write; use --baseline")
      }
      guard words.count == 2 else {
        throw .damaged(
          path: file.path(at: index + 1), what: "\(Self.marker) \(id) has no reason behind it")
      }
      ignores.append(Ignore(id: String(id), reason: String(words[1]), line: index + 1))
    }
  }
}
