/// The report for a person: what it comes to first, then what to do, worst first.
struct TextReport {
  let audit: Audit
  let installation: Installation
  let inColour: Bool
  /// How long the look took.
  var elapsed: Duration?

  func text() -> String {
    var lines = head()
    for family in Family.allCases { lines += group(family) }
    lines += foot()
    return lines.joined(separator: "\n") + "\n"
  }

  private func head() -> [String] {
    let found = Severity.allCases.reversed().compactMap { severity -> String? in
      let count = audit.open.count { $0.check.severity == severity }
      return count == 0 ? nil : paint("\(count) \(severity.rawValue)", severity)
    }
    let accepted = audit.findings.count - audit.open.count
    var tally = found.isEmpty ? [bold("nothing found")] : found
    if accepted > 0 { tally.append("\(accepted) accepted") }
    var held = 0
    var besides = 0
    var unasked = 0
    for result in audit.results {
      switch result.outcome {
      case .held: held += 1
      case .notApplicable: besides += 1
      case .notAsked, .failed: unasked += 1
      case .found: break
      }
    }
    return [
      bold("Cachet \(installation.version)") + " in \(installation.folder.root)",
      "Rating: " + paint(rating, audit.worst) + ". " + tally.joined(separator: ", ") + ".",
      "\(held) of \(audit.results.count) checks hold, \(besides) do not apply, "
        + "\(unasked) were not made" + (elapsed.map { "; \($0.milliseconds) ms" } ?? "") + ".",
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
    lines += unasked()
    for finding in audit.findings {
      if let reason = finding.accepted {
        lines.append(
          "accepted: \(finding.check.id) at \(finding.evidence.place.words), \(reason)")
      }
    }
    return lines.isEmpty ? [] : [""] + lines
  }

  /// What was not asked for, one line for what is to be given.
  private func unasked() -> [String] {
    var reasons: [(why: String, checks: [String])] = []
    for result in audit.results {
      guard case .notAsked(let why) = result.outcome else { continue }
      if let index = reasons.firstIndex(where: { $0.why == why }) {
        reasons[index].checks.append(result.check.id)
      } else {
        reasons.append((why, [result.check.id]))
      }
    }
    return reasons.map { reason in
      let count = reason.checks.count
      let what = count == 1 ? reason.checks[0] : "\(count) checks"
      return "not checked: \(what); \(reason.why)"
    }
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

extension Duration {
  fileprivate var milliseconds: Int64 {
    components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
  }
}

extension Place {
  var words: String {
    let path = Printable.text(path.utf8, limit: 400)
    return line.map { "\(path):\($0)" } ?? path
  }
}
