import OTP
import Store
import Verifier

extension PolicyKey {
  /// What `Policy.eachEntry` shows beside `name`, as a policy spells it.
  func spelled(detail: Span<UInt8>, of name: Span<UInt8>) -> String {
    switch self {
    case .door: Door(rawValue: detail[0]).map { "\($0.name)" } ?? ""
    case .session: "\(bigEndian(detail))"
    case .enrollByGroup: lastDay(Int64(truncatingIfNeeded: bigEndian(detail)))
    case .brokerAllow: "\(rulePeer(detail)) : \(text(name)) : \(ruleGroup(detail))"
    case .exemptUsers, .exemptGroups: text(detail)
    case .requiredGroups, .selfServices, .digits, .window, .unenrolled, .enrollBy, .firstEnroll,
      .throttleAfter, .throttleFirst, .throttleLongest, .lockAfter, .unprovenAccountLimit:
      ""
    }
  }
}

/// The account that a `broker-allow` names.
func rulePeer(_ detail: Span<UInt8>) -> String {
  text(detail.extracting(BrokerRule.Names(detail).peer))
}

/// The group that a `broker-allow` names.
func ruleGroup(_ detail: Span<UInt8>) -> String {
  text(detail.extracting(BrokerRule.Names(detail).group))
}

/// The day before the second at which a grace ends.
func lastDay(_ end: Int64) -> String { String(Times.utc(end - 1).prefix(10)) }
