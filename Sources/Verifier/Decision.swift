public import OTP
public import Store

/// What the verifier decided, and everything that may be told about it.
public struct Decision: Sendable {
  /// The numbers are what the broker sends.
  public enum Outcome: UInt8, Sendable {
    /// The second factor was shown.
    case accepted = 1
    /// Policy, positively read, asks for none.
    case ignored
    case refused
    /// Refused, and the host should stop asking.
    case exhausted
    /// Nothing could be decided: something is missing, unreadable or damaged.
    case unavailable

    public var name: StaticString {
      switch self {
      case .accepted: "accepted"
      case .ignored: "ignored"
      case .refused: "refused"
      case .exhausted: "refused"
      case .unavailable: "unavailable"
      }
    }
  }

  public let outcome: Outcome
  public let reason: Reason
  public var use: Use?
  /// The step of the code that was accepted.
  public internal(set) var step: Step?
  /// Wrong answers so far, where they were counted.
  public var attempts: Int32?
  /// Seconds until another answer is evaluated.
  public var wait: Int32?
  /// Steps by which a refused code was off.
  public var offset: Int32?
  /// Digits of the code that was recognised, for the split.
  var codeDigits: Int?
  /// The password was right too.
  var provesPassword = false

  @inline(never)
  public init(_ outcome: Outcome, _ reason: Reason) {
    self.outcome = outcome
    self.reason = reason
  }

  /// What was accepted, or recognised and refused.
  public enum Use: Sendable {
    case totp(FactorID)
    case recoveryCode(UInt8)
    case invitation
  }
}

/// Why: one word for the journal.
public enum Reason: Sendable {
  // accepted
  case code, recoveryCode, invitation
  // ignored
  case exemptUser, exemptGroup, outOfScope, grace
  // refused
  case wrongCode, staleCode, usedCode
  case wrongOneTimeSecret, usedOneTimeSecret, expiredInvitation
  case notACode, noAnswer, samePassword, placeholder, repeated
  case unknownUser, notEnrolled, disabled, noFirstFactor
  case throttled, locked
  case wrongPassword, accountShut, notAllowed, sessionOver
  case conversation, badOption, optionConflict, noUser
  // account phase
  case enrolled, invited
  // unavailable
  case store(StoreFailure)
  case policy(line: Int32)
  case accountLookup(Int32)
  case clock
  case password
  case broker(errno: Int32)

  public var name: StaticString {
    switch self {
    case .code: "code"
    case .recoveryCode: "recovery-code"
    case .invitation: "invitation"
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
    case .enrolled: "enrolled"
    case .invited: "invited"
    case .store: "store"
    case .policy: "policy"
    case .accountLookup: "account-lookup"
    case .clock: "clock"
    case .password: "password-service"
    case .broker: "broker"
    }
  }
}

/// What keeps a decision from being made.
enum Obstacle: Error {
  case store(StoreFailure)
  case policy(line: Int32)
  case accountLookup(Int32)
  case clock

  var decision: Decision {
    switch self {
    case .store(let failure): Decision(.unavailable, .store(failure))
    case .policy(let line): Decision(.unavailable, .policy(line: line))
    case .accountLookup(let code): Decision(.unavailable, .accountLookup(code))
    case .clock: Decision(.unavailable, .clock)
    }
  }
}

/// Runs `body`, which nothing was counted in where it fails; what the store throws becomes an
/// obstacle.
func obstructed<R: ~Copyable>(
  _ body: () throws(StoreFailure) -> R
) throws(Obstacle) -> R {
  do throws(StoreFailure) { return try despiteRotation(body) } catch { throw .store(error) }
}
