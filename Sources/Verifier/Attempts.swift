internal import CPlatform
internal import OTP
internal import Store

/// Counting one attempt, before it is evaluated and after.
///
/// With a proven first factor it counts against account and door, in the state page. Without, it
/// counts against (account, origin) and a ceiling per account, in the volatile table; the door's
/// own wait and lock hold for it too. At the account's own door there is one origin, the account,
/// and no ceiling: it would delay the account at the doors of others.
struct Attempts: ~Copyable {
  /// What was found while reserving, to be given back.
  struct Ticket {
    fileprivate var first: Int64 = 0
    fileprivate var second: Int64 = 0
  }

  enum Admission {
    case admitted(Ticket)
    /// Seconds to wait.
    case wait(Int64)
    case locked
  }

  private let isProven: Bool
  private let door: Door
  /// The account; what was typed where there is none.
  private let account: AccountName?
  private let typed: Quoted
  private let origin: AttemptTable.Origin
  private let proven: AttemptLimits
  private let perOrigin: AttemptLimits
  private let ceiling: AttemptLimits?
  private let table: AttemptTable?

  /// Longest time to wait for attempts that are being decided: longer than their patience.
  private static let longestCrowdMilliseconds = 7_000
  private static let lookMilliseconds = 10

  init(_ subject: borrowing Subject) throws(StoreFailure) {
    isProven = subject.isProven
    door = subject.door
    account = subject.account?.name
    typed = subject.request.user
    origin = subject.request.origin
    proven = subject.policy.throttle.proven
    perOrigin = subject.policy.throttle.perOrigin
    ceiling = subject.request.ownDoor == nil ? subject.policy.throttle.ceiling : nil
    table =
      subject.isProven
      ? nil
      : try AttemptTable(in: Store.makePath(subject.location.run, subject.location.owners))
  }

  /// Asks to evaluate an answer for a user who has a record.
  @inline(never)
  func reserve(_ state: borrowing StatePage, now: Int64) throws(StoreFailure) -> Admission {
    guard isProven else {
      switch try state.attempts(at: door, now: now, proven).wait {
      case .none: return .locked
      case .some(0): return try reserveWithoutRecord(now: now)
      case .some(let seconds): return .wait(seconds)
      }
    }
    return try Attempts.patiently { (waited: Int64) throws(StoreFailure) in
      try state.reserve(at: door, now: now &+ waited, proven)
    }
  }

  /// Asks to evaluate an answer for somebody who has none.
  @inline(never)
  func reserveWithoutRecord(now: Int64) throws(StoreFailure) -> Admission {
    let first = try reserve(from: origin, now: now, perOrigin)
    guard case .admitted(var ticket) = first, let ceiling else { return first }
    let second = try reserve(from: .anywhere, now: now, ceiling)
    guard case .admitted(let other) = second else {
      try settle(.givenBack, from: origin, now: now, found: ticket.first)
      return second
    }
    ticket.second = other.first
    return .admitted(ticket)
  }

  /// Says how an admitted attempt went.
  @inline(never)
  func settle(
    _ outcome: Settlement, _ ticket: Ticket, _ state: borrowing StatePage, now: Int64
  ) throws(StoreFailure) {
    if isProven {
      try state.settle(outcome, at: door, now: now, found: ticket.first)
    } else {
      try settleWithoutRecord(outcome, ticket, now: now)
    }
  }

  @inline(never)
  func settleWithoutRecord(
    _ outcome: Settlement, _ ticket: Ticket, now: Int64
  ) throws(StoreFailure) {
    try settle(outcome, from: origin, now: now, found: ticket.first)
    guard ceiling != nil else { return }
    // One good sign-in says nothing about the attempts of others.
    let forAll = if case .succeeded = outcome { Settlement.givenBack } else { outcome }
    try settle(forAll, from: .anywhere, now: now, found: ticket.second)
  }

  /// Wrong answers so far, for the journal.
  func refused(_ state: borrowing StatePage, now: Int64) throws(StoreFailure) -> Int {
    isProven
      ? try state.attempts(at: door, now: now, proven).refused
      : try refusedWithoutRecord(now: now) ?? 0
  }

  func refusedWithoutRecord(now: Int64) throws(StoreFailure) -> Int? {
    switch table {
    case .none: return nil
    case .some(let table):
      return try named { (user: Span<UInt8>) throws(StoreFailure) in
        try table.refused(user, from: origin, now: now)
      }
    }
  }

  /// Seconds until the next answer is evaluated with a proven first factor; `nil` for locked.
  static func wait(
    _ state: borrowing StatePage, _ subject: borrowing Subject, now: Int64
  ) throws(StoreFailure) -> Int64? {
    try state.attempts(at: subject.door, now: now, subject.policy.throttle.proven).wait
  }

  // MARK: the table

  /// Asks the table, if attempts are counted there.
  @inline(never)
  private func reserve(
    from origin: AttemptTable.Origin, now: Int64, _ limits: AttemptLimits
  ) throws(StoreFailure) -> Admission {
    switch table {
    case .none: return .admitted(Ticket())
    case .some(let table):
      return try Attempts.patiently { (waited: Int64) throws(StoreFailure) in
        try named { (user: Span<UInt8>) throws(StoreFailure) in
          try table.reserve(user, from: origin, now: now &+ waited, limits)
        }
      }
    }
  }

  @inline(never)
  private func settle(
    _ outcome: Settlement, from origin: AttemptTable.Origin, now: Int64, found: Int64
  ) throws(StoreFailure) {
    switch table {
    case .none: return
    case .some(let table):
      try named { (user: Span<UInt8>) throws(StoreFailure) in
        try table.settle(outcome, user, from: origin, now: now, found: found)
      }
    }
  }

  /// Asks again while others are being decided; each of them is, or is abandoned, within seconds.
  private static func patiently(
    _ reserve: (Int64) throws(StoreFailure) -> AttemptAdmission
  ) throws(StoreFailure) -> Admission {
    var waited = 0
    while true {
      switch try reserve(Int64(waited / 1000)) {
      case .reserved(let found): return .admitted(Ticket(first: found))
      case .wait(let seconds): return .wait(seconds)
      case .locked: return .locked
      case .crowded:
        guard waited < Attempts.longestCrowdMilliseconds else { return .wait(1) }
        pause_milliseconds(Attempts.lookMilliseconds)
        waited += Attempts.lookMilliseconds
      }
    }
  }

  /// Lends the name under which attempts are counted.
  private func named<R>(
    _ body: (Span<UInt8>) throws(StoreFailure) -> R
  ) throws(StoreFailure) -> R {
    if let account {
      try account.withBytes { (bytes: Span<UInt8>) throws(StoreFailure) in try body(bytes) }
    } else {
      try typed.withBytes { (bytes: Span<UInt8>) throws(StoreFailure) in try body(bytes) }
    }
  }
}
