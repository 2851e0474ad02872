/// What a look gave.
enum Verdict: Sendable {
  case holds
  case broken([Evidence])
  /// There is nothing to look at here; the words say why.
  case notApplicable(String)
  /// It cannot be told from what was given; the words say what to give.
  case notAsked(String)

  static func broken(_ evidence: Evidence) -> Verdict { .broken([evidence]) }

  /// Broken where there is any evidence.
  init(_ evidence: [Evidence]) { self = evidence.isEmpty ? .holds : .broken(evidence) }
}
