/// The report for a person: what it comes to first, then what to do, worst first.
struct TextReport {
  let audit: Audit
  let installation: Installation
  let inColour: Bool
  /// In columns.
  var width = 80
  /// How long the look took.
  var elapsed: Duration?

  func text() -> String {
    var lines = head()
    for family in Family.allCases { lines += group(family) }
    lines += foot()
    return lines.joined(separator: "\n") + "\n"
  }

  private func head() -> [String] {
    [
      bold(installation.words),
      "Rating: \(paint(rating, audit.failures.isEmpty ? audit.worst : audit.worst ?? .medium)) (\(tally.joined(separator: ", ")))",
      "\(audit.results.count.counted("check")): " + counts.joined(separator: ", ")
        + (elapsed.map { "; \($0.milliseconds) ms" } ?? ""),
    ]
  }

  /// What was found, worst first.
  private var tally: [String] {
    var tally = Severity.allCases.reversed().compactMap { severity -> String? in
      let count = audit.open.count { $0.check.severity == severity }
      return count == 0 ? nil : paint("\(count) \(severity.rawValue)", severity)
    }
    if tally.isEmpty, audit.failures.isEmpty { tally.append(bold("nothing found")) }
    let accepted = audit.findings.count - audit.open.count
    if accepted > 0 { tally.append("\(accepted) accepted") }
    if !audit.failures.isEmpty { tally.append("\(audit.failures.count) could not be checked") }
    return tally
  }

  /// What became of the checks.
  private var counts: [String] {
    var (held, broken, besides, unmade) = (0, 0, 0, 0)
    for result in audit.results {
      switch result.outcome {
      case .held: held += 1
      case .found: broken += 1
      case .notApplicable: besides += 1
      case .notAsked, .failed: unmade += 1
      }
    }
    return [
      (held, "hold"), (broken, "do not"), (besides, "do not apply"), (unmade, "were not made"),
    ].compactMap { count, words in count == 0 ? nil : "\(count) \(words)" }
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
        lines += item(finding.evidence.words)
      }
      lines += item("why: \(check.rationale)") + item("fix: \(check.fix)")
    }
    return lines
  }

  private func foot() -> [String] {
    var lines: [String] = []
    for (obstacle, checks) in gathered(audit.failures.map { ($0.obstacle, $0.check.id) }) {
      lines += note("could not check \(checks.joined(separator: ", ")): \(obstacle.words)")
      if let hint = obstacle.hint { lines += note("hint: \(hint)") }
    }
    for (why, checks) in gathered(unasked) {
      lines += note(
        "not checked: \(checks.count == 1 ? checks[0] : "\(checks.count) checks"); \(why)")
    }
    for finding in audit.findings {
      if let reason = finding.accepted {
        lines += note(
          "accepted: \(finding.check.id) at \(finding.evidence.place.words), "
            + Printable.text(reason.utf8, limit: 1_000))
      }
    }
    return lines.isEmpty ? [] : [""] + lines
  }

  private var unasked: [(String, String)] {
    audit.results.compactMap { result in
      if case .notAsked(let why) = result.outcome { (why, result.check.id) } else { nil }
    }
  }

  /// The checks that share a reason, in the order of the reasons.
  private func gathered<Reason: Equatable>(
    _ pairs: [(reason: Reason, check: String)]
  ) -> [(reason: Reason, checks: [String])] {
    var gathered: [(reason: Reason, checks: [String])] = []
    for pair in pairs {
      if let index = gathered.firstIndex(where: { $0.reason == pair.reason }) {
        gathered[index].checks.append(pair.check)
      } else {
        gathered.append((pair.reason, [pair.check]))
      }
    }
    return gathered
  }

  /// A line below a check's name.
  private func item(_ words: String) -> [String] {
    Paragraph.lines(
      behind: String(repeating: " ", count: 12), words, indent: 17, width: width)
  }

  /// A line at the foot.
  private func note(_ words: String) -> [String] {
    Paragraph.lines(behind: "", words, indent: 4, width: width)
  }

  private func bold(_ text: String) -> String { inColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

  private func paint(_ text: String, _ severity: Severity?) -> String {
    guard inColour else { return text }
    let colour =
      switch severity {
      case .critical: "1;31"
      case .high: "31"
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
    Printable.text(path.utf8, limit: 1_000) + (line.map { ":\($0)" } ?? "")
  }
}

extension Evidence {
  /// Names of files and accounts in it come from outside.
  var words: String { "\(place.words): " + Printable.text(message.utf8, limit: 1_000) }
}
