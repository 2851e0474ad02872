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
  /// What the reason alone does not say.
  public let detail: Detail?
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
  public init(_ outcome: Outcome, _ reason: Reason, _ detail: Detail? = nil) {
    self.outcome = outcome
    self.reason = reason
    self.detail = detail
  }

  /// Nothing could be decided, since the store gave no answer.
  public init(_ failure: StoreFailure) { self.init(.unavailable, .store, .store(failure)) }

  public enum Detail: Sendable {
    /// Of `store`: which part, and what is wrong with it.
    case store(StoreFailure)
    /// Of `policy`: counted from 1, 0 for none.
    case line(Int32)
    /// Of `accountLookup` and `broker`: an error number.
    case errno(Int32)
  }

  /// What was accepted, or recognised and refused.
  public enum Use: Sendable {
    case totp(FactorID)
    case recoveryCode(UInt8)
    case invitation
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
    case .store(let failure): Decision(failure)
    case .policy(let line): Decision(.unavailable, .policy, .line(line))
    case .accountLookup(let code): Decision(.unavailable, .accountLookup, .errno(code))
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
