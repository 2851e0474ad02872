public import OTP

/// What an enrolment left in the store.
public struct Enrolled: Sendable {
  public let id: FactorID
  public let name: FactorName
  /// An invitation was withdrawn: whoever has a factor needs none.
  public let withdrewInvitation: Bool
}

extension Store {
  /// Recovery codes of a set.
  public static var recoveryCodes: Int { 10 }

  /// Enrols `account` with one more factor, called `name` or else by a free name, and shows
  /// recovery codes, as text, to `show` where the user had none.
  ///
  /// Throws as `Credentials.add` does; nothing has changed then.
  public borrowing func enroll(
    _ account: AccountName, uid: UInt32, as name: FactorName?, _ parameters: Parameters,
    secret: Span<UInt8>, confirmed: Step?, now: Int64, show: (Span<UInt8>) -> Void
  ) throws(StoreFailure) -> Enrolled {
    try edit(account, uid: uid) {
      (credentials: inout Credentials, state: borrowing StatePage, keys: borrowing KeyRing)
        throws(StoreFailure) -> Enrolled in
      try credentials.enroll(
        name, parameters, secret: secret, confirmed: confirmed, now: now, state: state,
        under: keys, show: show)
    }
  }

  /// The same with a factor that was pending. Throws `lapsed` where what allowed it holds no more.
  public borrowing func enroll(
    _ account: AccountName, uid: UInt32, as name: FactorName?, _ factor: PendingFactor,
    secret: Span<UInt8>, confirmed: Step, now: Int64, show: (Span<UInt8>) -> Void
  ) throws(StoreFailure) -> Enrolled {
    try edit(account, uid: uid) {
      (credentials: inout Credentials, state: borrowing StatePage, keys: borrowing KeyRing)
        throws(StoreFailure) -> Enrolled in
      try credentials.mustStillAllow(factor, secret)
      return try credentials.enroll(
        name, factor.parameters, secret: secret, confirmed: confirmed, now: now, state: state,
        under: keys, show: show)
    }
  }

  /// Gives the factor called `old` another name; `nil` where there is none.
  ///
  /// Works without the key. Throws `nameTaken`.
  public borrowing func rename(
    _ old: FactorName, to new: FactorName, of account: AccountName, uid: UInt32
  ) throws(StoreFailure) -> FactorID? {
    guard let record = try record(of: account, uid: uid),
      record.credentials.index(named: old) != nil
    else { return nil }
    return try editWithoutKey(account, uid: uid) {
      (credentials: inout Credentials, state: borrowing StatePage) throws(StoreFailure) in
      guard let index = credentials.index(named: old) else { return nil }
      try credentials.rename(at: index, to: new)
      try state.post(.factorRenamed)
      return credentials.factors[index]?.id
    }
  }

  /// Makes new recovery codes and shows each, as text, to `show`; `false` for who is not enrolled.
  ///
  /// Works without the key: they are the way in when it is lost.
  public borrowing func renewRecoveryCodes(
    of account: AccountName, uid: UInt32, now: Int64, show: (Span<UInt8>) -> Void
  ) throws(StoreFailure) -> Bool {
    guard let record = try record(of: account, uid: uid), record.credentials.isEnrolled else {
      return false
    }
    try editWithoutKey(account, uid: uid) {
      (credentials: inout Credentials, state: borrowing StatePage) throws(StoreFailure) in
      try credentials.renew(
        .recovery, count: Store.recoveryCodes, expires: 0, now: now, state: state, show: show)
    }
    return true
  }

  /// Removes the factor called `name`, or with nil every factor and one-time secret of `account`.
  ///
  /// With the last factor the recovery codes go too. Where the key is lost, the ids alone are kept,
  /// and the answer is `false`: the secrets would not be recognised if they came back.
  ///
  /// Throws `lastFactor` where one has to be left, and none would be.
  public borrowing func remove(
    _ name: FactorName?, of account: AccountName, uid: UInt32, leavingOne: Bool = false, now: Int64
  ) throws(StoreFailure) -> Bool {
    if try isKeyLost() {
      try editWithoutKey(account, uid: uid) {
        (credentials: inout Credentials, state: borrowing StatePage) throws(StoreFailure) in
        try credentials.mustOutlive(name, leavingOne: leavingOne)
        while let index = credentials.next(toRemove: name) {
          try credentials.removeUnopened(at: index, now: now, state: state)
          if name != nil { break }
        }
        credentials.dropSets(all: name == nil)
      }
      return false
    }
    try edit(account, uid: uid) {
      (credentials: inout Credentials, state: borrowing StatePage, keys: borrowing KeyRing)
        throws(StoreFailure) in
      try credentials.mustOutlive(name, leavingOne: leavingOne)
      while let index = credentials.next(toRemove: name) {
        try credentials.remove(at: index, now: now, state: state, under: keys)
        if name != nil { break }
      }
      credentials.dropSets(all: name == nil)
    }
    return true
  }

  /// Whether the key of this store is gone: there is none, or another one is in its place. What
  /// cannot be read, or is damaged, may come back, and is a failure.
  private borrowing func isKeyLost() throws(StoreFailure) -> Bool {
    do throws(StoreFailure) { try mustBeTrusted() } catch {
      switch (error.part, error.defect) {
      case (.hostKey, .missing), (.storeID, .otherKey): return true
      default: throw error
      }
    }
    return false
  }
}

extension Credentials {
  fileprivate mutating func enroll(
    _ name: FactorName?, _ parameters: Parameters, secret: Span<UInt8>, confirmed: Step?,
    now: Int64, state: borrowing StatePage, under keys: borrowing KeyRing,
    show: (Span<UInt8>) -> Void
  ) throws(StoreFailure) -> Enrolled {
    guard let name = name ?? freeName("authenticator") else {
      throw StoreFailure(.credentials, .full)
    }
    try add(
      name, parameters, secret: secret, confirmed: confirmed, now: now, state: state, under: keys)
    guard let added = factors[factors.count - 1] else { throw StoreFailure(.credentials, .full) }
    let invited = set(of: .invitation) != nil
    drop(.invitation)
    if set(of: .recovery) == nil {
      try renew(
        .recovery, count: Store.recoveryCodes, expires: 0, now: now, state: state, show: show)
    }
    return Enrolled(id: added.id, name: name, withdrewInvitation: invited)
  }

  fileprivate func mustOutlive(
    _ removed: FactorName?, leavingOne: Bool
  ) throws(StoreFailure) {
    guard !leavingOne || removed != nil && factors.count > 1 else {
      throw StoreFailure(.credentials, .lastFactor)
    }
  }

  fileprivate func next(toRemove name: FactorName?) -> Int? {
    if let name { return index(named: name) }
    return factors.count > 0 ? factors.count - 1 : nil
  }

  fileprivate mutating func dropSets(all: Bool) {
    if all || !isEnrolled { drop(.recovery) }
    if all { drop(.invitation) }
  }
}

extension Store {
  /// Keeps `account` out from `now` on, whatever is shown; makes a record where there is none.
  ///
  /// Works without the key for whoever has a record. Returns since when the user has been disabled
  /// already; 0 where that is new.
  public borrowing func disable(
    _ account: AccountName, uid: UInt32, now: Int64
  ) throws(StoreFailure) -> Int64 {
    let known: Bool
    switch try record(of: account, uid: uid) {
    case .some: known = true
    case .none: known = false
    }
    guard known else {
      return try edit(account, uid: uid) {
        (credentials: inout Credentials, _: borrowing StatePage, _: borrowing KeyRing)
          throws(StoreFailure) in credentials.disable(now)
      }
    }
    return try editWithoutKey(account, uid: uid) {
      (credentials: inout Credentials, _: borrowing StatePage) throws(StoreFailure) in
      credentials.disable(now)
    }
  }

  /// Undoes `disable`; `false` where there was nothing to undo.
  public borrowing func enable(
    _ account: AccountName, uid: UInt32
  ) throws(StoreFailure) -> Bool {
    guard let record = try record(of: account, uid: uid), record.credentials.disabledAt != 0 else {
      return false
    }
    try editWithoutKey(account, uid: uid) {
      (credentials: inout Credentials, _: borrowing StatePage) throws(StoreFailure) in
      credentials.disabledAt = 0
    }
    return true
  }
}

extension Credentials {
  fileprivate mutating func disable(_ now: Int64) -> Int64 {
    let before = disabledAt
    if before == 0 { disabledAt = max(1, now) }
    return before
  }
}

extension Store {
  /// Opens every factor of `account`; returns how many there are, and throws what is wrong.
  public borrowing func check(_ account: AccountName) throws(StoreFailure) -> Int {
    guard let record = try record(of: account) else { return 0 }
    return try withKeys { (keys: borrowing KeyRing) throws(StoreFailure) in
      var count = 0
      while let factor = record.credentials.factors[count] {
        try factor.withSecret(in: record.credentials, under: keys) {
          (_: Span<UInt8>) throws(StoreFailure) in
        }
        count += 1
      }
      return count
    }
  }
}
