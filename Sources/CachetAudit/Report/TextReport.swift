/// The report for a person: what it comes to first, then what to do, worst first.
struct TextReport {
  let audit: Audit
  let installation: Installation
  let inColour: Bool
  /// In columns.
  var width = 80
  /// How long the look took.
  var elapsed: Duration?

  /// Findings of one check. The journal takes so many lines of a run and no more: whoever can plant
  /// the one must not drown the others.
  static let most = 100

  func text() -> String {
    var lines = head()
    for family in Family.allCases { lines += group(family) }
    lines += foot()
    return lines.joined(separator: "\n") + "\n"
  }

  private func head() -> [String] {
    [
      bold(installation.words),
      "Rating: \(paint(rating, ratedAs))\(bound) (\(tally.joined(separator: ", ")))",
      "\(audit.results.count.counted("check")): " + counts.joined(separator: ", ")
        + (elapsed.map { "; \($0.milliseconds) ms" } ?? ""),
    ] + overview
  }

  /// Where the findings are, if that is in more than one place.
  private var overview: [String] {
    let families = Family.allCases.compactMap { family -> (Family, [Finding])? in
      let findings = audit.open.filter { $0.check.family == family }
      return findings.isEmpty ? nil : (family, findings)
    }
    guard families.count > 1 else { return [] }
    return [""]
      + families.map { family, findings in
        "  " + Paragraph.padded(family.rawValue, to: 32)
          + counted(findings).joined(separator: ", ")
      }
  }

  /// How many there are of each severity, worst first.
  private func counted(_ findings: [Finding]) -> [String] {
    Severity.allCases.reversed().compactMap { severity in
      let count = findings.count { $0.check.severity == severity }
      return count == 0 ? nil : paint("\(count) \(severity.rawValue)", severity)
    }
  }

  /// One word for the worst that was found.
  private var rating: String {
    if !audit.failures.isEmpty { return "unknown" }
    switch audit.worst {
    case nil: return audit.findings.isEmpty ? "clean" : "nothing new"
    case .info, .low: return "good"
    case .medium: return "fair"
    case .high: return "poor"
    case .critical: return "dangerous"
    }
  }

  private var ratedAs: Severity? {
    audit.failures.isEmpty ? audit.worst : audit.worst ?? .medium
  }

  /// Praise reaches no further than the look; what is bad is bad, whatever else there is.
  private var bound: String {
    let isPraise = audit.failures.isEmpty && (audit.worst ?? .info) < .medium
    return isPraise && audit.unmade > 0 ? " as far as checked" : ""
  }

  /// What was found, worst first, and how much was not looked at.
  private var tally: [String] {
    var tally = counted(audit.open)
    let accepted = audit.findings.count - audit.open.count
    if accepted > 0 { tally.append("\(accepted) accepted") }
    if tally.isEmpty { tally.append(bold("nothing found")) }
    if !audit.failures.isEmpty {
      tally.append("\(audit.failures.count.counted("check")) could not be made")
    } else if !bound.isEmpty {
      tally.append("\(audit.unmade.counted("check")) not made")
    }
    return tally
  }

  /// What became of the checks.
  private var counts: [String] {
    var (held, broken, besides, unasked, failed) = (0, 0, 0, 0, 0)
    for result in audit.results {
      switch result.outcome {
      case .held: held += 1
      case .found: broken += 1
      case .notApplicable: besides += 1
      case .notAsked: unasked += 1
      case .failed: failed += 1
      }
    }
    return [
      (held, "holds", "hold"), (broken, "does not hold", "do not hold"),
      (besides, "does not apply", "do not apply"),
      (failed, "could not be made", "could not be made"),
      (unasked, "was not made", "were not made"),
      (Check.all.count - audit.results.count, "left out", "left out"),
    ].compactMap { count, one, many in count == 0 ? nil : "\(count) \(count == 1 ? one : many)" }
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
      let own = findings.filter { $0.check.id == check.id }
      for words in told(own.prefix(Self.most).map(\.evidence)) { lines += item(words) }
      if own.count > Self.most {
        lines += item("and \(own.count - Self.most) more; '--format json' tells all")
      }
      lines += item("why: \(check.rationale)") + item("fix: \(check.fix)")
    }
    return lines
  }

  /// Those that share a place and what they begin with are told in one.
  private func told(_ evidence: [Evidence]) -> [String] {
    var told: [String] = []
    var last: Evidence?
    for one in evidence {
      if let lead = one.lead, lead == last?.lead, one.place == last?.place {
        told[told.count - 1] += ", " + one.message.dropFirst(lead.count)
      } else {
        told.append(one.words)
      }
      last = one
    }
    return told
  }

  /// What no finding is made of.
  private func foot() -> [String] {
    let failures = gathered(audit.failures.map { ($0.obstacle, $0.check.id) })
    let unasked = gathered(
      audit.results.compactMap { result -> (String, String)? in
        if case .notAsked(let why) = result.outcome { (why, result.check.id) } else { nil }
      })
    let accepted = audit.findings.compactMap { finding in finding.accepted.map { (finding, $0) } }
    return table(
      "Could not be made",
      failures.flatMap { obstacle, checks in
        let which = checks.count == 1 ? "" : " (\(checks.joined(separator: ", ")))"
        return [(named(checks), obstacle.words + which)]
          + (obstacle.hint.map { [("", "hint: \($0)")] } ?? [])
      })
      + table("Not made", unasked.map { (named($1), Printable.text($0.utf8, limit: 1_000)) })
      + table(
        "Accepted",
        accepted.map { finding, reason in
          let words = Printable.text(reason.utf8, limit: 1_000)
          return (finding.check.id, "\(finding.evidence.place.words), \(words)")
        })
  }

  private func table(_ title: String, _ rows: [(name: String, words: String)]) -> [String] {
    guard !rows.isEmpty else { return [] }
    return ["", bold(title)]
      + rows.flatMap { name, words in
        Paragraph.lines(
          behind: "  " + Paragraph.padded(name, to: 25), words, indent: 27, width: width)
      }
  }

  private func named(_ checks: [String]) -> String {
    checks.count == 1 ? checks[0] : checks.count.counted("check")
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
