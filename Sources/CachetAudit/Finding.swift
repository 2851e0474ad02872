/// A check that did not hold, at one place.
struct Finding: Sendable {
  let check: Check
  let evidence: Evidence
  /// Why it does not count, where somebody has said so.
  let accepted: String?

  init(check: Check, evidence: Evidence, acceptance: Acceptance) {
    self.check = check
    self.evidence = evidence
    accepted = acceptance.reason(for: check.id, evidence)
  }

  /// The same from run to run while the finding is the same, whatever lines move.
  var fingerprint: String { "\(check.id) \(evidence.place.path) \(evidence.about)" }
}
