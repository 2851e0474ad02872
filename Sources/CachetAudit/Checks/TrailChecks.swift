extension Check {
  static let trail: [Check] = [
    Check(
      id: "trail-review", family: .trail, severity: .medium,
      title: "somebody has reviewed the audit trail not long ago",
      rationale: "Cachet tells nobody of a sign-in by a stranger: who does not look does not know",
      fix: "run 'cachet-mfa audit log DIR --mark FILE', act on it, then again with --reviewed-by",
      reference: "docs/audit.md, 'Reviewing the trail'; policy: 7 days",
      look: { subject in
        guard let (path, mark) = subject.options.trail else {
          return .notAsked("give the file that 'audit log' keeps with --mark")
        }
        func evidence(_ message: String) -> Verdict {
          .broken(Evidence(place: Place(path: path), about: "review", message: message))
        }
        guard let mark else {
          return evidence("nobody has reviewed it yet")
        }
        let days = mark.age(at: subject.options.now) / 86_400
        guard days >= 0 else { return evidence("the review lies in the future") }
        return days > subject.options.trailDays
          ? evidence("the last review is \(days) days old") : .holds
      })
  ]
}
