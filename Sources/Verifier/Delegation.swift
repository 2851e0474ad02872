internal import CPlatform
public import Store

/// What policy lets the broker do for a peer that is not root.
public enum Delegation: Sendable {
  /// Some `broker-allow` lets the peer ask, or `self-services` lets it ask about itself; `session`
  /// are the seconds for which an answer that was right is good there again, `nil` where it is not.
  case allowed(session: Int64?)
  /// Why not; `session` as above, so that a refusal takes the same way.
  case refused(Decision, session: Int64?)

  /// Seconds for which an answer that was right is good at the service again.
  public var session: Int64? {
    switch self {
    case .allowed(let session), .refused(_, let session): session
    }
  }

  /// Why not; `nil` where it is allowed.
  public var refusal: Decision? {
    switch self {
    case .allowed: nil
    case .refused(let decision, _): decision
    }
  }

  /// The user whom the kernel names for those that it cannot name here.
  private static let overflow: UInt32 = 65_534

  /// Whether the user `uid` may ask at all: root decides for itself, and whoever has no number of
  /// their own is nobody.
  public static func mayAsk(_ uid: UInt32) -> Bool { uid != 0 && uid != overflow }

  /// Whether the user `peer` may have `request` decided; who says to be the account has to be it.
  @inline(never)
  public init(of request: Request, by peer: UInt32, at location: StoreLocation) {
    var session: Int64?
    self = .refused(Decision(.refused, .notAllowed), session: nil)
    guard Delegation.mayAsk(peer) else { return }
    do throws(Obstacle) {
      guard let asker = try Account.find(uid: peer).known() else { return }
      let policy = try Policy.applied(at: location)
      if !request.isByAccount { session = policy.session(at: request.service) }
      self = .refused(Decision(.refused, .notAllowed), session: session)
      guard let account = try request.account.known() else { return }
      if request.isByAccount {
        guard account.uid == peer, policy.allowsOneself(at: request.service) else { return }
        self = .allowed(session: nil)
        return
      }
      switch policy.membership(of: account, among: asker.name, at: request.service) {
      case .member: self = .allowed(session: session)
      case .notMember: return
      case .doubt: throw .accountLookup(EIO)
      }
    } catch {
      self = .refused(error.decision, session: session)
    }
  }
}
