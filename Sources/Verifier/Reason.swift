internal import OTP

/// Why: one word, for the journal, for self-service's replies, and for the words that people read.
public enum Reason: UInt8, Sendable {
  // accepted
  case code, recoveryCode, invitation
  // accepted, of a removal: without the host key what was removed is not remembered
  case unmarked
  // ignored
  case exemptUser, exemptGroup, outOfScope, grace
  // refused
  case wrongCode, staleCode, usedCode, wrongOneTimeSecret, usedOneTimeSecret
  case expiredInvitation, notACode, noAnswer, samePassword, placeholder, repeated
  case unknownUser, notEnrolled, disabled, noFirstFactor, throttled, locked, wrongPassword
  case accountShut, notAllowed, sessionOver, conversation, badOption, optionConflict, noUser
  // refused by self-service
  case badName, noFactor, notConsecutive, notConfirmed, full, nameTaken, sameSecret
  case stepUsed, lastFactor, lapsed
  // account phase; refused where the line needs proof of a second factor
  case enrolled, invited, noSecondFactor
  // unavailable
  case store, policy, accountLookup, clock, password, broker
  // unavailable, by the broker: too much is asked at once, or the answer would come too late
  case busy, tooLate
  // of a web session: too many answers that were none of it
  case guessed

  public var name: StaticString {
    switch self {
    case .code: "code"
    case .recoveryCode: "recovery-code"
    case .invitation: "invitation"
    case .unmarked: "unmarked"
    case .exemptUser: "exempt-user"
    case .exemptGroup: "exempt-group"
    case .outOfScope: "out-of-scope"
    case .grace: "grace"
    case .wrongCode: "wrong-code"
    case .staleCode: "stale-code"
    case .usedCode: "used-code"
    case .wrongOneTimeSecret: "wrong-one-time-secret"
    case .usedOneTimeSecret: "used-one-time-secret"
    case .expiredInvitation: "expired-invitation"
    case .notACode: "not-a-code"
    case .noAnswer: "no-answer"
    case .samePassword: "password-repeated"
    case .placeholder: "sshd-placeholder"
    case .repeated: "answer-repeated"
    case .unknownUser: "unknown-user"
    case .notEnrolled: "not-enrolled"
    case .disabled: "disabled"
    case .noFirstFactor: "no-first-factor"
    case .throttled: "throttled"
    case .locked: "locked"
    case .wrongPassword: "wrong-password"
    case .accountShut: "account-shut"
    case .notAllowed: "not-allowed"
    case .sessionOver: "session-over"
    case .conversation: "no-conversation"
    case .badOption: "bad-option"
    case .optionConflict: "option-conflict"
    case .noUser: "no-user"
    case .badName: "bad-name"
    case .noFactor: "no-factor"
    case .notConsecutive: "not-consecutive"
    case .notConfirmed: "not-confirmed"
    case .full: "full"
    case .nameTaken: "name-taken"
    case .sameSecret: "same-secret"
    case .stepUsed: "step-used"
    case .lastFactor: "last-factor"
    case .lapsed: "lapsed"
    case .enrolled: "enrolled"
    case .invited: "invited"
    case .noSecondFactor: "no-second-factor"
    case .store: "store"
    case .policy: "policy"
    case .accountLookup: "account-lookup"
    case .clock: "clock"
    case .password: "password-service"
    case .broker: "broker"
    case .busy: "busy"
    case .tooLate: "too-late"
    case .guessed: "guessed"
    }
  }

  /// The reason that is called so.
  public init?(name: Span<UInt8>) {
    var number: UInt8 = 0
    while let reason = Reason(rawValue: number) {
      if reason.name ~= name {
        self = reason
        return
      }
      number += 1
    }
    return nil
  }
}
