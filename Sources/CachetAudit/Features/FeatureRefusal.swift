extension FeatureReview {
  /// Why a line is refused. The whole file then is.
  struct Refusal: Error, Equatable {
    enum Cause: Equatable {
      case unknownFeature(String)
      case twice(String)
      case noState
      case noDate
      case noReason
    }
    let cause: Cause
    let line: Int
  }
}

extension FeatureReview.Refusal.Cause {
  var words: String {
    switch self {
    case .unknownFeature(let name): "there is no feature '\(name)'"
    case .twice(let name): "\(name) is named twice"
    case .noState: "'on' or 'off' is wanted behind the feature"
    case .noDate: "the day of the review is wanted behind the state, as 2026-10-01"
    case .noReason: "a reason is wanted behind the day"
    }
  }
}
