public import Store

/// What policy lets the broker do for a peer that is not root.
public enum Delegation {
  /// The user whom the kernel names for those that it cannot name here.
  private static let overflow: UInt32 = 65_534

  /// Whether the user `uid` may ask at all: root decides for itself, and whoever has no number of
  /// their own is nobody.
  public static func mayAsk(_ uid: UInt32) -> Bool { uid != 0 && uid != overflow }

  /// Why `request`, which the user `peer` makes, is none of theirs; `nil` where some `broker-allow`
  /// lets them.
  @inline(never)
  public static func refusal(
    of request: Request, by peer: UInt32, at location: StoreLocation
  ) -> Decision? {
    let notAllowed = Decision(.refused, .notAllowed)
    guard mayAsk(peer), case .found(let asker) = Account.find(uid: peer) else { return notAllowed }
    switch request.account {
    case .unknown: return notAllowed
    case .oversized: return Obstacle.accountLookup(0).decision
    case .failed(let code): return Obstacle.accountLookup(code).decision
    case .found(let account):
      do throws(Obstacle) {
        let policy = try Policy.applied(at: location)
        return policy.allows(asker.name, toAskAbout: account, at: request.service)
          ? nil : notAllowed
      } catch {
        return error.decision
      }
    }
  }
}
