internal import OTP
internal import Store

/// Whether an account has to show a second factor. Any doubt enforces.
public enum Scope: Equatable, Sendable {
  case enforced
  /// Positively named by `exempt-users`, or positively in a group of `exempt-groups`.
  case exempt(Exemption)
  /// `required-groups` stands, and the account is positively in none of them.
  case outOfScope

  public var name: StaticString {
    switch self {
    case .enforced: "enforced"
    case .exempt(.user): "exempt-user"
    case .exempt(.group): "exempt-group"
    case .outOfScope: "out-of-scope"
    }
  }
}

/// Which list exempts.
public enum Exemption: Sendable {
  case user
  case group
}

extension Policy {
  /// Whether `account` has to show a second factor: `exempt-users` is asked first, then
  /// `exempt-groups`, then `required-groups`.
  public borrowing func scope(of account: Account) -> Scope {
    if exempts(account.name) { return .exempt(.user) }
    guard has(.exemptGroups) || has(.requiredGroups) else { return .enforced }
    let groups = Groups(of: account)
    if exempts(groups) { return .exempt(.group) }
    return has(.requiredGroups) && isOutside(groups) ? .outOfScope : .enforced
  }

  /// The second at which the grace of `account` ends: the earliest of `enroll-by` and of each
  /// `enroll-by.GROUP` whose member it is; nil when no date applies.
  ///
  /// A doubt about a group counts as membership: it can only end the grace earlier.
  public borrowing func graceEnds(of account: Account) -> Int64? {
    guard has(.enrollByGroup) else { return enrollBy }
    var earliest = enrollBy
    let groups = Groups(of: account)
    eachEntry(of: .enrollByGroup) { (name, date) in
      let end = Int64(truncatingIfNeeded: bigEndian(date))
      guard end < earliest ?? .max else { return true }
      if groups.membership(in: name) != .notMember { earliest = end }
      return true
    }
    return earliest
  }

  private borrowing func exempts(_ account: AccountName) -> Bool {
    var named = false
    eachEntry(of: .exemptUsers) { (name, _) in
      named = account.withBytes { (own: Span<UInt8>) in equal(own, name) }
      return !named
    }
    return named
  }

  private borrowing func exempts(_ groups: borrowing Groups) -> Bool {
    var inOne = false
    eachEntry(of: .exemptGroups) { (name, _) in
      inOne = groups.contain(name)
      return !inOne
    }
    return inOne
  }

  private borrowing func isOutside(_ groups: borrowing Groups) -> Bool {
    var outside = false
    eachEntry(of: .requiredGroups) { (name, _) in
      outside = groups.membership(in: name) == .notMember
      return outside
    }
    return outside
  }
}
