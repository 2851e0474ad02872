internal import OTP
internal import Store

/// A request, and all that is known before asking: whom it is about, under which policy, at which
/// door.
struct Subject: ~Copyable {
  let request: Request
  /// Where the store is.
  let location: StoreLocation
  let policy: Policy
  let door: Door
  /// Whether a first factor is proven.
  let isProven: Bool
  /// `nil` for a name that no account has.
  let account: Account?
  let scope: Scope

  /// Reads the policy and what it says of the account.
  init(_ request: Request, at location: StoreLocation) throws(Obstacle) {
    let policy = try Policy.applied(at: location)
    let account = try request.account.known()
    door =
      request.ownDoor
      ?? request.service.withBytes { (name: Span<UInt8>) in policy.door(of: name) }
    isProven = request.isProven(at: door)
    scope = account.map { policy.scope(of: $0) } ?? .enforced
    self.request = request
    self.location = location
    self.account = account
    self.policy = policy
  }

  /// The decision that needs no answer: policy, positively read, asks for no second factor.
  ///
  /// Behind "ignored" another module has its say. Where the password is ours to verify there is
  /// none, and a password alone opens nothing.
  ///
  /// Who is asked for no second factor has to show one for a change of it even so.
  func decisionOfPolicy() -> Decision? {
    guard case .signIn = request.purpose else { return nil }
    let outcome = request.verifiesPassword ? Decision.Outcome.refused : .ignored
    return switch scope {
    case .enforced: nil
    case .exempt(.user): Decision(outcome, .exemptUser)
    case .exempt(.group): Decision(outcome, .exemptGroup)
    case .outOfScope: Decision(outcome, .outOfScope)
    }
  }

  /// Whether line and policy let `account` still pass at `now`, if it is positively not enrolled.
  func mayPassUnenrolled(at now: Int64) -> Bool {
    guard request.allowsUnenrolled, !request.verifiesPassword, policy.unenrolledAllowed,
      now >= Release.time, let account,
      let end = policy.graceEnds(of: account)
    else { return false }
    return now < end
  }
}

extension Policy {
  /// Reads the applied policy; what keeps it from being read keeps a decision from being made.
  static func applied(at location: StoreLocation) throws(Obstacle) -> Policy {
    do throws(NoPolicy) { return try Policy(at: location) } catch {
      switch error {
      case .file(let failure): throw .store(failure)
      case .form(let failure): throw .policy(line: Int32(truncatingIfNeeded: failure.line))
      }
    }
  }
}

extension AccountLookup {
  /// The account, `nil` where there is none; without an answer no decision can be made.
  func known() throws(Obstacle) -> Account? {
    switch self {
    case .found(let account): return account
    case .unknown: return nil
    case .oversized: throw .accountLookup(0)
    case .failed(let code): throw .accountLookup(code)
    }
  }
}
