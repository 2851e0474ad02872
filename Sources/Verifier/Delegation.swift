public import Store

/// What policy lets the broker do for a peer that is not root.
public enum Delegation: Sendable {
  /// Some `broker-allow` lets the peer ask, or `self-services` lets it ask about itself; `session`
  /// are the seconds for which an answer that was right is good there again, `nil` where it is not.
  case allowed(session: Int64?)
  /// Why not.
  case refused(Decision)

  /// The user whom the kernel names for those that it cannot name here.
  private static let overflow: UInt32 = 65_534

  /// Whether the user `uid` may ask at all: root decides for itself, and whoever has no number of
  /// their own is nobody.
  public static func mayAsk(_ uid: UInt32) -> Bool { uid != 0 && uid != overflow }

  /// Whether the user `peer` may have `request` decided; at the account's own door the peer is the
  /// account.
  @inline(never)
  public init(of request: Request, by peer: UInt32, at location: StoreLocation) {
    self = .refused(Decision(.refused, .notAllowed))
    guard Delegation.mayAsk(peer), case .found(let asker) = Account.find(uid: peer) else { return }
    switch request.account {
    case .unknown: return
    case .oversized: self = .refused(Obstacle.accountLookup(0).decision)
    case .failed(let code): self = .refused(Obstacle.accountLookup(code).decision)
    case .found(let account):
      do throws(Obstacle) {
        let policy = try Policy.applied(at: location)
        if request.ownDoor != nil {
          guard account.uid == peer, policy.allowsOneself(at: request.service) else { return }
          self = .allowed(session: nil)
        } else if policy.allows(asker.name, toAskAbout: account, at: request.service) {
          self = .allowed(session: policy.session(at: request.service))
        }
      } catch {
        self = .refused(error.decision)
      }
    }
  }
}
