/// One run of the checks over one installation.
struct Audit: Sendable {
  struct Result: Sendable {
    enum Outcome: Sendable {
      case held
      case found([Finding])
      case notApplicable(String)
      case notAsked(String)
      /// It could not be looked at: never clean.
      case failed(Obstacle)
    }
    let check: Check
    let outcome: Outcome
  }

  let results: [Result]

  init(results: [Result]) { self.results = results }

  /// Nothing could be judged.
  init(checks: [Check], stoppedBy obstacle: Obstacle) {
    results = checks.map { Result(check: $0, outcome: .failed(obstacle)) }
  }

  init(of subject: Subject, checks: [Check], accepting acceptance: Acceptance) {
    results = checks.map { check in
      do throws(Obstacle) {
        _ = subject.configuration.doubts.take()
        let verdict = try check.look(subject)
        let doubt = subject.configuration.doubts.take()
        switch verdict {
        case .holds where doubt != nil, .notApplicable where doubt != nil:
          return Result(check: check, outcome: .notAsked(doubt ?? ""))
        case .holds: return Result(check: check, outcome: .held)
        case .notApplicable(let why): return Result(check: check, outcome: .notApplicable(why))
        case .notAsked(let why): return Result(check: check, outcome: .notAsked(why))
        case .broken(let evidence):
          let findings = evidence.map {
            Finding(check: check, evidence: $0, acceptance: acceptance)
          }
          return Result(check: check, outcome: .found(findings))
        }
      } catch {
        return Result(check: check, outcome: .failed(error))
      }
    }
  }

  var findings: [Finding] {
    results.flatMap { result -> [Finding] in
      if case .found(let findings) = result.outcome { findings } else { [] }
    }
  }

  /// Those that nobody has accepted.
  var open: [Finding] { findings.filter { $0.accepted == nil } }

  var worst: Severity? { open.map(\.check.severity).max() }

  /// How many checks nobody made: they could not be, had nothing to go by, or were left out.
  var unmade: Int {
    Check.all.count
      - results.count { result in
        switch result.outcome {
        case .held, .found, .notApplicable: true
        case .notAsked, .failed: false
        }
      }
  }

  var failures: [(check: Check, obstacle: Obstacle)] {
    results.compactMap { result -> (check: Check, obstacle: Obstacle)? in
      if case .failed(let obstacle) = result.outcome { (result.check, obstacle) } else { nil }
    }
  }
}
