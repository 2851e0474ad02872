/// The report for a person: what it comes to first, then what to do, worst first.
struct TextReport {
  let audit: Audit
  let installation: Installation
  let inColour: Bool

  func text() -> String {
    var lines = head()
    for family in Family.allCases { lines += group(family) }
    lines += foot()
    return lines.joined(separator: "\n") + "\n"
  }

  private func head() -> [String] {
    let held = audit.results.count { if case .held = $0.outcome { true } else { false } }
    let counts = Severity.allCases.reversed().compactMap { severity -> String? in
      let count = audit.open.count { $0.check.severity == severity }
      return count == 0 ? nil : paint("\(count) \(severity.rawValue)", severity)
    }
    let accepted = audit.findings.count - audit.open.count
    var tally = counts.isEmpty ? [bold("nothing found")] : counts
    tally.append("\(held) of \(audit.results.count) checks held")
    if accepted > 0 { tally.append("\(accepted) accepted") }
    return [
      bold("Cachet \(installation.version)") + " in \(installation.folder.root)",
      "Rating: " + paint(rating, audit.worst) + ". " + tally.joined(separator: ", ") + ".",
    ]
  }

  /// One word for the worst that was found.
  private var rating: String {
    if !audit.failures.isEmpty { return "unknown" }
    switch audit.worst {
    case nil: return "clean"
    case .info, .low: return "good"
    case .medium: return "fair"
    case .high: return "poor"
    case .critical: return "dangerous"
    }
  }

  private func group(_ family: Family) -> [String] {
    let findings = audit.open.filter { $0.check.family == family }
    guard !findings.isEmpty else { return [] }
    var lines = ["", bold(family.rawValue)]
    let checks = audit.results.map(\.check).filter { check in
      findings.contains { $0.check.id == check.id }
    }
    for check in checks.sorted(by: { $0.severity > $1.severity }) {
      let name = check.severity.rawValue
      lines.append(
        "  " + paint(name, check.severity) + String(repeating: " ", count: 10 - name.count)
          + bold(check.id))
      for finding in findings where finding.check.id == check.id {
        lines.append("            \(finding.evidence.place.words): \(finding.evidence.message)")
      }
      lines += wrapped(check.rationale, label: "why")
      lines += wrapped(check.fix, label: "fix")
    }
    return lines
  }

  private func foot() -> [String] {
    var lines: [String] = []
    for (check, obstacle) in audit.failures {
      lines.append("could not check \(check.id): \(obstacle.words)")
    }
    for result in audit.results {
      if case .notAsked(let why) = result.outcome {
        lines.append("not checked: \(result.check.id), \(why)")
      }
    }
    for finding in audit.findings {
      if let reason = finding.accepted {
        lines.append(
          "accepted: \(finding.check.id) at \(finding.evidence.place.words), \(reason)")
      }
    }
    return lines.isEmpty ? [] : [""] + lines
  }

  /// Words behind a label, in lines of at most 100 columns.
  private func wrapped(_ words: String, label: String) -> [String] {
    let indent = String(repeating: " ", count: 17)
    var lines: [String] = []
    var line = "            \(label): "
    for word in words.split(separator: " ") {
      if line.count + word.count > 100 {
        lines.append(line)
        line = indent
      }
      line += (line.hasSuffix(" ") ? "" : " ") + word
    }
    return lines + [line]
  }

  private func bold(_ text: String) -> String { inColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

  private func paint(_ text: String, _ severity: Severity?) -> String {
    guard inColour else { return text }
    let colour =
      switch severity {
      case .critical, .high: "31"
      case .medium: "33"
      case .low, .info: "36"
      case nil: "32"
      }
    return "\u{1B}[\(colour)m\(text)\u{1B}[0m"
  }
}

extension Place {
  var words: String { line.map { "\(path):\($0)" } ?? path }
}
