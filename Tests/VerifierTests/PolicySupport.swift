import Foundation
import OTP
import Store
import Verifier

/// The scalar answers of a policy, which as such cannot leave the function that made it.
struct PolicyFacts: Equatable {
  var digits = 6
  var window = 1
  var unenrolledAllowed = false
  var firstEnroll = FirstEnrolment.invitation
  var enrollBy: Int64?
  var throttle = [5, 30, 900, 100, 50]
  var entries: [String] = []
}

/// Reads a policy; answers what `question` makes of it.
func withPolicy<R>(
  _ bytes: [UInt8], _ question: (borrowing Policy) throws -> R
) throws -> R {
  let policy = try Policy(checking: bytes.span)
  return try question(policy)
}

func withPolicy<R>(_ text: String, _ question: (borrowing Policy) throws -> R) throws -> R {
  try withPolicy(Array(text.utf8), question)
}

func facts(_ policy: borrowing Policy) -> PolicyFacts {
  let rules = policy.throttle
  return PolicyFacts(
    digits: policy.digits, window: policy.window, unenrolledAllowed: policy.unenrolledAllowed,
    firstEnroll: policy.firstEnroll, enrollBy: policy.enrollBy,
    throttle: [
      rules.after, rules.first, rules.longest, rules.lockAfter, rules.unprovenAccountLimit,
    ],
    entries: entries(policy))
}

func facts(of text: String) throws -> PolicyFacts { try withPolicy(text) { facts($0) } }

/// Every list entry as `key name: detail`.
func entries(_ policy: borrowing Policy) -> [String] {
  let keys: [PolicyKey] = [
    .requiredGroups, .exemptUsers, .exemptGroups, .door, .enrollByGroup, .selfServices, .session,
    .brokerAllow,
  ]
  var all: [String] = []
  for key in keys {
    policy.eachEntry(of: key) { (name, detail) in
      all.append("\(key.name) \(string(name)): \(spelled(detail, of: key))")
      return true
    }
  }
  return all
}

/// The detail of an entry, in words.
private func spelled(_ detail: Span<UInt8>, of key: PolicyKey) -> String {
  switch key {
  case .door: Door(rawValue: detail[0]).map { "\($0.name)" } ?? "?"
  case .enrollByGroup:
    // The last second of the day that the text names.
    Date(timeIntervalSince1970: Double(bigEndian(detail)) - 1).formatted(
      .iso8601.year().month().day())
  case .session: "\(bigEndian(detail))"
  case .brokerAllow:
    string(detail.extracting(BrokerRule.Names(detail).peer)) + " "
      + string(detail.extracting(BrokerRule.Names(detail).group))
  default: string(detail)
  }
}

/// What sign-ins read of a policy.
func form(of text: String) throws -> [UInt8] {
  try withPolicy(text) { policy in
    policy.withForm { (bytes: Span<UInt8>) in bytes.indices.map { bytes[$0] } }
  }
}

/// The failure of a text as `line: words`; "fine" when there is none.
func failure(of bytes: [UInt8]) -> String {
  do throws(PolicyFailure) {
    _ = try Policy(checking: bytes.span)
    return "fine"
  } catch {
    return words(error)
  }
}

func failure(of text: String) -> String { failure(of: Array(text.utf8)) }

func words(_ failure: PolicyFailure) -> String {
  let kind =
    switch failure.kind {
    case .tooLarge: "too large"
    case .tooLong: "too long"
    case .carriageReturn: "carriage return"
    case .controlCharacter(let byte): "control character \(byte)"
    case .badUTF8: "bad UTF-8"
    case .badLine(let text): "bad line '\(string(text))'"
    case .unknownKey(let text): "unknown key '\(string(text))'"
    case .repeatedKey(let text): "repeated key '\(string(text))'"
    case .badValue(let key, let text): "bad value of \(key.name) '\(string(text))'"
    case .badName(let key, let text): "bad name in \(key.name) '\(string(text))'"
    case .nameTooLong(let key): "name too long in \(key.name)"
    case .repeatedName(let key, let text): "repeated name in \(key.name) '\(string(text))'"
    case .missingReason(let text): "missing reason of '\(string(text))'"
    case .reasonTooLong(let text): "reason too long of '\(string(text))'"
    case .unterminatedQuote: "unterminated quote"
    case .badEscape: "bad escape"
    case .tooMany(let key): "too many in \(key.name)"
    case .longestBelowFirst: "longest below first"
    case .graceWithoutEnd(let key): "grace without end by \(key.name)"
    case .groupAfterEveryone(let text): "later than everyone '\(string(text))'"
    case .notApplied: "not applied"
    case .changedSinceApplied: "changed since applied"
    case .crypto: "crypto"
    case .noRoom: "no room"
    }
  return "\(failure.line): \(kind)"
}

func string(_ quoted: Quoted) -> String {
  quoted.withBytes { (bytes: Span<UInt8>) in string(bytes) }
}

func string(_ bytes: Span<UInt8>) -> String {
  String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
}
