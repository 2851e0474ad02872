/// How many answers may be wrong, and what follows.
public struct AttemptLimits: Sendable {
  /// Wrong answers before the next one has to wait.
  public let after: Int
  /// Seconds of the first wait; each further wrong answer doubles it.
  public let firstWait: Int64
  /// Seconds of the longest wait.
  public let longestWait: Int64
  /// Wrong answers that lock until an administrator unlocks; `nil` for never.
  public let lockAfter: Int?

  public init(after: Int, firstWait: Int64, longestWait: Int64, lockAfter: Int?) {
    self.after = after
    self.firstWait = firstWait
    self.longestWait = longestWait
    self.lockAfter = lockAfter
  }

  /// Seconds to wait after the `refused`-th wrong answer.
  func wait(after refused: Int) -> Int64 {
    guard refused >= after else { return 0 }
    var wait = firstWait
    var doublings = refused - after
    while doublings > 0, wait < longestWait {
      wait &*= 2
      doublings -= 1
    }
    return min(wait, longestWait)
  }
}

/// Attempts in one word: how many were refused, how many are being decided, and when it last changed.
///
/// An attempt is reserved before it is evaluated, so that the limit holds in parallel; only a
/// refusal starts a wait.
struct AttemptCounter: Equatable {
  var refused: Int
  var pending: Int
  /// Seconds since the epoch of the last refusal, or of a reservation while one is pending.
  var time: Int64

  /// A reservation that nobody decided for this long belongs to a process that died or stopped.
  static let patience: Int64 = 5
  /// As many as four bits hold; nobody is decided uncounted.
  static let mostPending = 15

  /// What an attempt hears before it may be evaluated.
  enum Admission: Equatable {
    /// Evaluate, and then say how it went.
    case reserved(AttemptCounter)
    /// Others are being decided; ask again soon.
    case crowded
    /// Wait so many seconds.
    case wait(Int64)
    /// Locked until an administrator unlocks.
    case locked
  }

  /// Asks to evaluate an answer at `now`.
  func admission(at now: Int64, _ limits: AttemptLimits) -> Admission {
    let counted = counting(abandonedAt: now)
    guard counted.pending < AttemptCounter.mostPending else { return .crowded }
    if let lock = limits.lockAfter, counted.refused >= lock { return .locked }
    if counted.refused >= limits.after {
      let over = counted.time &+ limits.wait(after: counted.refused)
      // A clock that went back must not stretch the wait beyond its length.
      let left = min(over &- now, limits.wait(after: counted.refused))
      // One answer at a time from here on; a reservation has set the time, but starts no wait.
      if counted.pending > 0 { return .crowded }
      guard left <= 0 else { return .wait(left) }
    } else if counted.refused + counted.pending >= limits.after {
      return .crowded
    }
    var next = counted
    next.pending += 1
    next.time = now
    return .reserved(next)
  }

  /// Seconds until an answer would be evaluated at `now`: 0 for at once, `nil` for locked.
  func waiting(at now: Int64, _ limits: AttemptLimits) -> Int64? {
    switch admission(at: now, limits) {
    case .reserved, .crowded: 0
    case .wait(let seconds): seconds
    case .locked: nil
    }
  }

  /// The counter after one pending attempt was refused at `now`.
  func refusing(at now: Int64) -> AttemptCounter {
    AttemptCounter(refused: refused + 1, pending: max(0, pending - 1), time: now)
  }

  /// The counter after one pending attempt is given back; `before` is the time that it had found.
  func givingBack(time before: Int64) -> AttemptCounter {
    // Too late: it was counted as refused, and the time is that of others.
    guard pending > 0 else { return self }
    let left = pending - 1
    return AttemptCounter(refused: refused, pending: left, time: left == 0 ? before : time)
  }

  /// The counter after one pending attempt was right: nothing counts against the user any more.
  func succeeding() -> AttemptCounter {
    AttemptCounter(refused: 0, pending: max(0, pending - 1), time: time)
  }

  /// Reservations that nobody decided in time count as refused.
  private func counting(abandonedAt now: Int64) -> AttemptCounter {
    let age = now &- time
    guard pending > 0, age > AttemptCounter.patience || age < -AttemptCounter.patience else {
      return self
    }
    return AttemptCounter(refused: refused + pending, pending: 0, time: time)
  }
}

/// The answer to a request to evaluate an answer.
public enum AttemptAdmission: Equatable, Sendable {
  /// Evaluate, then settle; `found` goes into the settlement.
  case reserved(found: Int64)
  /// As many as the limit allows are being decided; ask again soon.
  case crowded
  /// Seconds to wait.
  case wait(Int64)
  /// Until an administrator unlocks.
  case locked
}

/// How a reserved attempt went.
public enum Settlement: Sendable {
  /// Wrong: it counts.
  case refused
  /// Not an attempt at guessing (a code already used): it does not count.
  case givenBack
  /// Right: what counted before counts no more.
  case succeeded
}

extension AttemptCounter {
  func settled(_ outcome: Settlement, now: Int64, found: Int64) -> AttemptCounter {
    switch outcome {
    case .refused: refusing(at: now)
    case .givenBack: givingBack(time: found)
    case .succeeded: succeeding()
    }
  }

  /// time (32 bits) ‖ refused (8) ‖ pending (8)
  init(stateValue: UInt64) {
    self.init(
      refused: Int(stateValue >> 8 & 0xff), pending: Int(stateValue & 0xff),
      time: Int64(truncatingIfNeeded: stateValue >> 16))
  }

  var stateValue: UInt64 {
    let time = UInt64(min(max(0, time), Int64(UInt32.max)))
    return time << 16 | UInt64(min(refused, 255)) << 8 | UInt64(min(pending, 255))
  }
}
