internal import OTP
internal import Store

/// Evaluating one answer: look up → reserve → decide → commit.
struct Evaluation: ~Copyable {
  /// The decision, and the digits of the code that was recognised, for the split.
  struct Verdict {
    let decision: Decision
    var digits: Int?

    init(_ decision: Decision, digits: Int? = nil) {
      self.decision = decision
      self.digits = digits
    }
  }

  private let isProven: Bool
  private let isKnown: Bool
  private let window: Int
  private let door: Door
  private let now: Int64
  private let attempts: Attempts
  private let record: Record?
  private let store: Store

  /// Opens the store and looks the user up.
  init(
    _ request: Request, _ subject: borrowing Subject, at location: StoreLocation,
    now: Int64
  ) throws(StoreFailure) {
    let store = try Store(at: location)
    let record: Record?
    if let account = subject.account {
      record = try store.record(of: account.name, uid: account.uid)
    } else {
      try store.mustBeTrusted()
      record = nil
    }
    let attempts = try Attempts(request, subject, at: location)
    isProven = request.isProven
    isKnown = subject.account != nil
    window = min(subject.policy.window, request.window ?? subject.policy.window)
    door = subject.door
    self.now = now
    self.attempts = attempts
    self.record = record
    self.store = store
  }

  /// Evaluates `answer`, whose text is `text`.
  borrowing func run(
    _ answer: Answer, _ text: Span<UInt8>, isPrompted: Bool
  ) throws(StoreFailure) -> Verdict {
    switch answer {
    case .nothing(let reason, _):
      return Verdict(Decision(.refused, reason))
    case .oneTimeSecret(let password):
      return Verdict(try oneTime(text.extracting(password..<text.count)))
    case .code(let candidates):
      return try code(candidates, text, isPrompted: isPrompted)
    }
  }

  // MARK: recovery codes and invitations

  /// Evaluated even while throttled or locked, without key and clock: the way in when all else is lost.
  private borrowing func oneTime(_ text: Span<UInt8>) throws(StoreFailure) -> Decision {
    switch record {
    case .none:
      try OneTimeCheck.pretend(text)
      try attempts.settleWithoutRecord(.counted, Attempts.Ticket(), now: now)
      return Decision(.refused, isKnown ? .notEnrolled : .unknownUser)
    case .some(let record):
      let hit = try OneTimeCheck.find(text, in: record.credentials)
      guard record.credentials.disabledAt == 0 else { return Decision(.refused, .disabled) }
      guard let hit else {
        try attempts.settle(.counted, Attempts.Ticket(), record.state, now: now)
        return try counted(Decision(.refused, .wrongOneTimeSecret), record)
      }
      guard hit.set.expires == 0 || now < hit.set.expires else {
        return Decision(.refused, .expiredInvitation)
      }
      guard try record.state.use(hit.index, of: hit.set) else {
        return Decision(.refused, .usedOneTimeSecret)
      }
      switch hit.set.kind {
      case .recovery:
        return try commit(.recoveryCode, .recoveryCode(hit.index), .recoveryCode, record)
      case .invitation:
        return try commit(.invitation, .invitation, .invitation, record)
      }
    }
  }

  // MARK: codes

  private borrowing func code(
    _ candidates: Answer.Candidates, _ text: Span<UInt8>, isPrompted: Bool
  ) throws(StoreFailure) -> Verdict {
    switch record {
    case .none:
      return Verdict(try nobody(isKnown ? .notEnrolled : .unknownUser))
    case .some(let record):
      guard record.credentials.disabledAt == 0 else { return Verdict(try nobody(.disabled)) }
      guard record.credentials.isEnrolled else { return Verdict(try nobody(.notEnrolled)) }
      guard try clockIsSane(record) else { return Verdict(Decision(.unavailable, .clock)) }
      return try store.withKeys { (keys: borrowing KeyRing) throws(StoreFailure) in
        try code(candidates, text, isPrompted: isPrompted, record, keys)
      }
    }
  }

  /// Reserve → decide → commit, for somebody who is enrolled.
  private borrowing func code(
    _ candidates: Answer.Candidates, _ text: Span<UInt8>, isPrompted: Bool,
    _ record: borrowing Record, _ keys: borrowing KeyRing
  ) throws(StoreFailure) -> Verdict {
    let fingerprint = try CodeCheck.fingerprint(text, at: door, keys)
    if isPrompted, isProven, try repeats(fingerprint, record) {
      return Verdict(Decision(.refused, .repeated))
    }
    let ticket: Attempts.Ticket
    switch try attempts.reserve(record.state, now: now) {
    case .admitted(let admitted): ticket = admitted
    case .wait(let seconds): return Verdict(throttled(.throttled, wait: seconds))
    case .locked: return Verdict(throttled(.locked, wait: nil))
    }
    let hits: FixedList<8, CodeCheck.Hit>
    do throws(StoreFailure) {
      hits = try CodeCheck.hits(candidates, record, keys, now: now, window: window)
    } catch {
      try attempts.settle(.givenBack, ticket, record.state, now: now)
      throw error
    }
    var i = 0
    while let hit = hits[i] {
      if try record.state.accept(hit.step, of: hit.id, hit.parameters) {
        try attempts.settle(.succeeded, ticket, record.state, now: now)
        return Verdict(
          try commit(.code, .totp(hit.id), .factor(hit.id), record), digits: hit.parameters.digits)
      }
      i += 1
    }
    if let hit = hits[0] {
      try attempts.settle(.givenBack, ticket, record.state, now: now)
      try remember(.usedCode, fingerprint: 0, record)
      var decision = Decision(.refused, .usedCode)
      decision.use = .totp(hit.id)
      return Verdict(decision, digits: hit.parameters.digits)
    }
    try attempts.settle(.refused, ticket, record.state, now: now)
    let offset = try CodeCheck.offset(candidates, record, keys, now: now)
    let reason: Reason = offset == nil ? .wrongCode : .staleCode
    try remember(reason, fingerprint: fingerprint, record)
    var decision = Decision(.refused, reason)
    decision.offset = offset
    return Verdict(try counted(decision, record))
  }

  /// A code for somebody who has no factor: counted and refused like any wrong one.
  private borrowing func nobody(_ reason: Reason) throws(StoreFailure) -> Decision {
    switch try attempts.reserveWithoutRecord(now: now) {
    case .admitted(let ticket):
      try attempts.settleWithoutRecord(.refused, ticket, now: now)
      var decision = Decision(.refused, reason)
      decision.attempts = try attempts.refusedWithoutRecord(now: now)
      return decision
    case .wait(let seconds): return throttled(.throttled, wait: seconds)
    case .locked: return throttled(.locked, wait: nil)
    }
  }

  // MARK: commit

  /// The one place where success comes from: what was used is noted and on disk before it is told.
  private borrowing func commit(
    _ reason: Reason, _ use: Decision.Use, _ noted: StatePage.Use, _ record: borrowing Record
  ) throws(StoreFailure) -> Decision {
    try record.state.note(noted, at: door, now: now)
    try record.state.sync()
    var decision = Decision(.accepted, reason)
    decision.use = use
    return decision
  }

  // MARK: what is asked on the way

  /// A clock before the release, or before what this user has seen, is wrong.
  private borrowing func clockIsSane(_ record: borrowing Record) throws(StoreFailure) -> Bool {
    var longest = 0
    var i = 0
    while let factor = record.credentials.factors[i] {
      longest = max(longest, factor.parameters.period)
      i += 1
    }
    let newest = try record.state.newest()
    return now >= SignIn.release && now &+ Int64(window * longest) >= newest
  }

  /// Whether this very answer was refused at this door within the same half minute.
  private borrowing func repeats(
    _ fingerprint: UInt64, _ record: borrowing Record
  ) throws(StoreFailure) -> Bool {
    let last = try record.state.lastRefusal(at: door)
    return last.fingerprint == fingerprint && last.time / 30 == now / 30
  }

  private borrowing func remember(
    _ reason: Reason, fingerprint: UInt64, _ record: borrowing Record
  ) throws(StoreFailure) {
    guard isProven else { return }
    try record.state.remember(
      refusal: RefusalNote(reason).rawValue, fingerprint: fingerprint, at: door, now: now)
  }

  private borrowing func counted(
    _ decision: Decision, _ record: borrowing Record
  ) throws(StoreFailure) -> Decision {
    var decision = decision
    decision.attempts = try attempts.refused(record.state, now: now)
    return decision
  }

  /// Only who proved the first factor hears that there are no more tries.
  private borrowing func throttled(_ reason: Reason, wait: Int64?) -> Decision {
    var decision = Decision(isProven ? .exhausted : .refused, reason)
    decision.wait = wait
    return decision
  }
}

/// Why the last answer was refused, as the state page keeps it for the next prompt.
enum RefusalNote: UInt8 {
  case none = 0
  case wrong = 1
  case used = 2
  case stale = 3

  init(_ reason: Reason) {
    switch reason {
    case .usedCode: self = .used
    case .staleCode: self = .stale
    case .wrongCode: self = .wrong
    default: self = .none
    }
  }
}
