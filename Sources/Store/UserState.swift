public import OTP

/// What a user's state page says, in the words of the domain. Places: docs/formats.md.
extension StatePage {
  enum Place {
    static let newest = 1
    static let lastUse = 2
    static let notices = 3
    static let attempts = 4
    static let fingerprint = 8
    static let lastRefusal = 12
    static let lastSignIn = 16
    static let invitationOpened = 20
    static let oneTime = 24
    static let factors = 32

    static func of(_ id: FactorID) -> Int { factors + Int(id.rawValue) - 1 }
  }

  // MARK: replay

  /// Accepts `step` for the factor `id` if it, and no later one, was accepted before.
  ///
  /// The word is swapped before this returns `true`; `sync` puts it on disk, and success must not
  /// be told before that.
  @inline(never)
  public func accept(
    _ step: Step, of id: FactorID, _ parameters: Parameters
  ) throws(StoreFailure) -> Bool {
    // Its end must fit in a word; a step counted down from the first one wraps far beyond.
    guard step.rawValue < StateWord.valueBits / UInt64(parameters.period) else { return false }
    let start = parameters.start(of: step)
    let end = start &+ UInt64(parameters.period)
    let accepted = try update(Place.of(id)) { notBefore in start >= notBefore ? end : nil }
    if accepted { try raise(Place.newest, to: start) }
    return accepted
  }

  /// Whether `step` was accepted already, or lies before one that was.
  public func isUsed(
    _ step: Step, of id: FactorID, _ parameters: Parameters
  ) throws(StoreFailure) -> Bool {
    try value(at: Place.of(id)) > parameters.start(of: step)
  }

  /// Start of the last accepted step of the factor `id`, in seconds since the epoch; 0 where none
  /// was. A factor that took the id over from a removed one finds that one's.
  public func lastAccepted(
    of id: FactorID, _ parameters: Parameters
  ) throws(StoreFailure) -> Int64 {
    max(0, Int64(truncatingIfNeeded: try value(at: Place.of(id))) - Int64(parameters.period))
  }

  /// Start of the newest accepted step, in seconds since the epoch; 0 where none was.
  public func newest() throws(StoreFailure) -> Int64 {
    Int64(truncatingIfNeeded: try value(at: Place.newest))
  }

  /// Forgets every step that lies after `time`: the clock was ahead, and an administrator says so.
  public func forgetSteps(after time: Int64) throws(StoreFailure) {
    let limit = UInt64(max(0, time))
    try update(Place.newest) { $0 > limit ? limit : nil }
    var place = Place.factors
    while place < StatePage.used {
      try update(place) { $0 > limit ? limit : nil }
      place += 1
    }
  }

  private func raise(_ place: Int, to value: UInt64) throws(StoreFailure) {
    try update(place) { $0 < value ? value : nil }
  }

  // MARK: one-time secrets

  /// Uses the `index`-th secret of `set`; `false` where it was used, or the set is no longer current.
  @inline(never)
  public func use(_ index: Int, of set: OneTimeSet) throws(StoreFailure) -> Bool {
    guard index >= 0, index < 32 else { return false }
    let bit = UInt64(1) << UInt64(index)
    return try update(Place.oneTime + set.place) { value in
      value >> 32 == UInt64(set.generation) && value & bit == 0 ? value | bit : nil
    }
  }

  /// Which secrets of `set` were used, one bit each; `nil` where the set is no longer current.
  public func used(of set: OneTimeSet) throws(StoreFailure) -> UInt32? {
    let value = try value(at: Place.oneTime + set.place)
    guard value >> 32 == UInt64(set.generation) else { return nil }
    return UInt32(truncatingIfNeeded: value)
  }

  /// Prepares `place` for a set of `generation`, nothing of it used.
  func prepare(place: Int, generation: UInt16) throws(StoreFailure) {
    try update(Place.oneTime + place) { _ in UInt64(generation) << 32 }
  }

  /// The generation that `place` holds.
  func generation(at place: Int) throws(StoreFailure) -> UInt16 {
    UInt16(truncatingIfNeeded: try value(at: Place.oneTime + place) >> 32)
  }

  /// When an invitation last opened a sign-in, in seconds since the epoch; 0 for never.
  public func invitationOpened() throws(StoreFailure) -> Int64 {
    Int64(truncatingIfNeeded: try value(at: Place.invitationOpened))
  }

  // MARK: attempts with a proven first factor

  /// Asks to evaluate an answer at `door`; a reservation must be settled.
  @inline(never)
  public func reserve(
    at door: Door, now: Int64, _ limits: AttemptLimits
  ) throws(StoreFailure) -> AttemptAdmission {
    var admission = AttemptAdmission.crowded
    try update(Place.attempts + Int(door.rawValue)) { (value: UInt64) -> UInt64? in
      let counter = AttemptCounter(stateValue: value)
      switch counter.admission(at: now, limits) {
      case .reserved(let next):
        admission = .reserved(found: counter.time)
        return next.stateValue
      case .crowded: admission = .crowded
      case .wait(let seconds): admission = .wait(seconds)
      case .locked: admission = .locked
      }
      return nil
    }
    return admission
  }

  /// Settles a reservation at `door` that had found the time `found`.
  @inline(never)
  public func settle(
    _ outcome: Settlement, at door: Door, now: Int64, found: Int64
  ) throws(StoreFailure) {
    try update(Place.attempts + Int(door.rawValue)) { (value: UInt64) -> UInt64? in
      AttemptCounter(stateValue: value).settled(outcome, now: now, found: found).stateValue
    }
  }

  /// Wrong answers so far at `door`, and the seconds until one is evaluated (`nil`: locked).
  @inline(never)
  public func attempts(
    at door: Door, now: Int64, _ limits: AttemptLimits
  ) throws(StoreFailure) -> (refused: Int, wait: Int64?) {
    let counter = AttemptCounter(stateValue: try value(at: Place.attempts + Int(door.rawValue)))
    return (counter.refused, counter.waiting(at: now, limits))
  }

  /// Forgets the wrong answers at every door.
  public func unlock() throws(StoreFailure) {
    var door = 0
    while door < 4 {
      try update(Place.attempts + door) { _ in 0 }
      try update(Place.fingerprint + door) { _ in 0 }
      try update(Place.lastRefusal + door) { _ in 0 }
      door += 1
    }
  }

  // MARK: the last refusal and sign-in

  /// Remembers why `door` refused last, and a fingerprint of the answer.
  public func remember(
    refusal reason: UInt8, fingerprint: UInt64, at door: Door, now: Int64
  ) throws(StoreFailure) {
    try update(Place.fingerprint + Int(door.rawValue)) { _ in fingerprint }
    try update(Place.lastRefusal + Int(door.rawValue)) { _ in
      UInt64(max(0, now)) << 8 | UInt64(reason)
    }
  }

  /// The last refusal at `door`: when, why, and the fingerprint of the answer.
  @inline(never)
  public func lastRefusal(
    at door: Door
  ) throws(StoreFailure) -> (time: Int64, reason: UInt8, fingerprint: UInt64) {
    let word = try value(at: Place.lastRefusal + Int(door.rawValue))
    return (
      Int64(truncatingIfNeeded: word >> 8), UInt8(truncatingIfNeeded: word),
      try value(at: Place.fingerprint + Int(door.rawValue))
    )
  }

  /// What a sign-in was made with.
  public enum Use: Equatable {
    case factor(FactorID), recoveryCode, invitation

    fileprivate var number: UInt64 {
      switch self {
      case .factor(let id): UInt64(id.rawValue)
      case .recoveryCode: 0
      case .invitation: 255
      }
    }

    fileprivate init?(number: UInt64) {
      switch number {
      case 0: self = .recoveryCode
      case 255: self = .invitation
      default:
        guard let id = FactorID(Int(truncatingIfNeeded: number)) else { return nil }
        self = .factor(id)
      }
    }
  }

  /// Notes a sign-in at `door`; not yet on disk.
  @inline(never)
  public func note(_ use: Use, at door: Door, now: Int64) throws(StoreFailure) {
    let time = UInt64(max(0, now))
    try update(Place.lastUse) { _ in time << 8 | use.number }
    try update(Place.lastSignIn + Int(door.rawValue)) { _ in time }
    try update(Place.lastRefusal + Int(door.rawValue)) { $0 == 0 ? nil : 0 }
    switch use {
    case .factor: break
    case .recoveryCode: try post(.recoveryCodeUsed)
    case .invitation:
      try post(.invitationUsed)
      try update(Place.invitationOpened) { _ in time }
    }
  }

  /// The last sign-in: when, and what with; `nil` where there was none.
  public func lastUse() throws(StoreFailure) -> (time: Int64, use: Use)? {
    let word = try value(at: Place.lastUse)
    guard word >> 8 != 0, let use = Use(number: word & 0xff) else { return nil }
    return (Int64(truncatingIfNeeded: word >> 8), use)
  }

  /// The last sign-in at `door`, in seconds since the epoch; 0 for never.
  public func lastSignIn(at door: Door) throws(StoreFailure) -> Int64 {
    Int64(truncatingIfNeeded: try value(at: Place.lastSignIn + Int(door.rawValue)))
  }

  // MARK: notices

  /// Posts a notice for the next session.
  public func post(_ notice: Notice) throws(StoreFailure) {
    try update(Place.notices) { $0 | notice.bit == $0 ? nil : $0 | notice.bit }
  }

  /// The notices not yet shown.
  public func notices() throws(StoreFailure) -> Notices {
    Notices(rawValue: try value(at: Place.notices))
  }

  /// Takes back the notices that were shown.
  public func clear(_ shown: Notices) throws(StoreFailure) {
    try update(Place.notices) { $0 & shown.rawValue == 0 ? nil : $0 & ~shown.rawValue }
  }
}
