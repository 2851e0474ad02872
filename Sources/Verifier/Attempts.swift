internal import CPlatform
internal import OTP
internal import Store

/// Counting one attempt, before it is evaluated and after.
///
/// With a proven first factor it counts against account and door, in the state page. Without, it
/// counts against (account, origin), in the volatile table, and against a ceiling per account unless
/// the account signed in from there not long ago; the door's own wait and lock hold for it too. At
/// the account's own door there is one origin, the account, and no ceiling: it would delay the
/// account at the doors of others.
struct Attempts: ~Copyable {
  /// What was found while reserving, to be given back.
  struct Ticket {
    fileprivate var own: Int64 = 0
    /// `nil` where the ceiling was not asked.
    fileprivate var ceiling: Int64?
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
    ceiling = subject.request.isByAccount ? nil : subject.policy.throttle.ceiling
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
      Admission(try state.reserve(at: door, now: now &+ waited, proven))
    }
  }

  /// Asks to evaluate an answer for somebody who has none.
  @inline(never)
  func reserveWithoutRecord(now: Int64) throws(StoreFailure) -> Admission {
    switch table {
    case .none: return .admitted(Ticket())
    case .some(let table):
      return try named { (user: Span<UInt8>) throws(StoreFailure) in
        let isKnown = try table.remembers(user, from: origin, now: now)
        return try Attempts.patiently { (waited: Int64) throws(StoreFailure) in
          let own = try table.reserve(user, from: origin, now: now &+ waited, perOrigin)
          guard case .reserved(let found) = own, !isKnown, let ceiling else {
            return Admission(own)
          }
          let all = try table.reserve(user, from: .anywhere, now: now &+ waited, ceiling)
          guard case .reserved(let other) = all else {
            // Who waits holds nothing: it would count as refused, were this process ended meanwhile.
            try table.settle(.givenBack, user, from: origin, now: now, found: found)
            return Admission(all)
          }
          return .admitted(Ticket(own: found, ceiling: other))
        }
      }
    }
  }

  /// Says how an admitted attempt went.
  @inline(never)
  func settle(
    _ outcome: Settlement, _ ticket: Ticket, _ state: borrowing StatePage, now: Int64
  ) throws(StoreFailure) {
    if isProven {
      try state.settle(outcome, at: door, now: now, found: ticket.own)
    } else {
      try settleWithoutRecord(outcome, ticket, now: now)
    }
  }

  @inline(never)
  func settleWithoutRecord(
    _ outcome: Settlement, _ ticket: Ticket, now: Int64
  ) throws(StoreFailure) {
    switch table {
    case .none: return
    case .some(let table):
      try named { (user: Span<UInt8>) throws(StoreFailure) in
        try table.settle(outcome, user, from: origin, now: now, found: ticket.own)
        var forAll = outcome
        if case .succeeded = outcome {
          try table.remember(user, from: origin, now: now)
          // One good sign-in says nothing about the attempts of others.
          forAll = .givenBack
        }
        guard let found = ticket.ceiling else { return }
        try table.settle(forAll, user, from: .anywhere, now: now, found: found)
      }
    }
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

  /// Asks again while others are being decided; each of them is, or is abandoned, within seconds.
  private static func patiently(
    _ reserve: (Int64) throws(StoreFailure) -> Admission?
  ) throws(StoreFailure) -> Admission {
    var waited = 0
    while true {
      if let admission = try reserve(Int64(waited / 1000)) { return admission }
      guard waited < Attempts.longestCrowdMilliseconds else { return .wait(1) }
      pause_milliseconds(Attempts.lookMilliseconds)
      waited += Attempts.lookMilliseconds
    }
  }

  /// Lends the name under which attempts are counted.
  @inline(never)
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

extension Attempts.Admission {
  /// `nil` for "ask again soon".
  fileprivate init?(_ admission: AttemptAdmission) {
    switch admission {
    case .reserved(let found): self = .admitted(Attempts.Ticket(own: found))
    case .wait(let seconds): self = .wait(seconds)
    case .locked: self = .locked
    case .crowded: return nil
    }
  }
}
