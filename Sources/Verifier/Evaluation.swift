internal import OTP
internal import Store

/// Evaluating one answer: look up → reserve → decide → commit.
struct Evaluation: ~Copyable {
  private let isProven: Bool
  private let verifiesPassword: Bool
  private let purpose: Request.Purpose
  private let account: Account?
  private let window: Int
  private let door: Door
  let now: Int64
  let attempts: Attempts
  private let store: Store

  /// Opens the store.
  init(_ subject: borrowing Subject, now: Int64) throws(StoreFailure) {
    let store = try Store(at: subject.location)
    let attempts = try Attempts(subject)
    isProven = subject.isProven
    verifiesPassword = subject.request.verifiesPassword
    purpose = subject.request.purpose
    account = subject.account
    window = min(subject.policy.window, subject.request.window ?? subject.policy.window)
    door = subject.door
    self.now = now
    self.attempts = attempts
    self.store = store
  }

  /// Looks the user up and evaluates `answer`, whose text is `text`.
  borrowing func run<H: SignInHost & ~Copyable>(
    _ answer: Answer, _ text: Span<UInt8>, isPrompted: Bool, _ host: inout H
  ) throws(StoreFailure) -> Decision {
    switch answer {
    case .nothing(let reason, _):
      // Neither looked up nor counted.
      return Decision(.refused, reason)
    case .oneTimeSecret(let password):
      return try oneTime(text, password: password, &host)
    case .code(let candidates):
      return try code(candidates, text, isPrompted: isPrompted, &host)
    }
  }

  // MARK: look up

  /// Who answers: somebody with a record, or somebody who has nothing to show.
  enum Person: ~Copyable {
    case known(Record)
    case nobody(Reason)
  }

  @inline(never)
  borrowing func person() throws(StoreFailure) -> Person {
    guard let account else {
      try store.mustBeTrusted()
      return .nobody(.unknownUser)
    }
    guard let record = try store.record(of: account.name, uid: account.uid) else {
      return .nobody(.notEnrolled)
    }
    return record.credentials.disabledAt == 0 ? .known(record) : .nobody(.disabled)
  }

  // MARK: recovery codes and invitations

  /// Evaluated even while throttled or locked, without key and clock: the way in when all else is
  /// lost. A wrong one does not count: 80 bits need no throttle (SP 800-63B §5.1.2.2 asks for one
  /// below 64), and counting it would let a stranger shut out whoever has codes.
  private borrowing func oneTime<H: SignInHost & ~Copyable>(
    _ text: Span<UInt8>, password: Int, _ host: inout H
  ) throws(StoreFailure) -> Decision {
    let secret = text.extracting(password..<text.count)
    let person = try person()
    switch consume person {
    case .known(let record):
      return try oneTime(secret, behind: text.extracting(0..<password), record, &host)
    case .nobody(let reason):
      // The work of a wrong one.
      try OneTimeCheck.pretend(secret)
      return Decision(.refused, reason)
    }
  }

  @inline(never)
  private borrowing func oneTime<H: SignInHost & ~Copyable>(
    _ text: Span<UInt8>, behind password: Span<UInt8>, _ record: borrowing Record, _ host: inout H
  ) throws(StoreFailure) -> Decision {
    guard let hit = try OneTimeCheck.find(text, in: record.credentials) else {
      return Decision(.refused, .wrongOneTimeSecret)
    }
    if hit.set.expires != 0 {
      // What expires depends on the clock, so the clock must be one to believe.
      guard now >= Release.time, now >= hit.set.created else {
        return Decision(.unavailable, .clock)
      }
      guard now < hit.set.expires else { return Decision(.refused, .expiredInvitation) }
    }
    if H.isBroker, case .invitation = hit.set.kind {
      switch purpose {
      case .signIn, .firstEnrollment: break
      case .change: return Decision(.refused, .wrongOneTimeSecret)
      case .enrollment:
        // Not used up here: the enrolment takes it away, whether or not it opened a sign-in. Nor is a
        // password before it judged: it is enough by itself, and would give guesses without end.
        var decision = Decision(.accepted, .invitation)
        decision.use = .invitation
        return decision
      }
    }
    guard try record.state.use(hit.index, of: hit.set) else {
      return Decision(.refused, .usedOneTimeSecret)
    }
    // Used up, whatever the password is: who found recovery codes has ten guesses and no more.
    if let refusal = refusal(of: password, &host) { return refusal }
    switch hit.set.kind {
    case .recovery:
      return try commit(
        .recoveryCode, .recoveryCode(UInt8(truncatingIfNeeded: hit.index)), .recoveryCode, record)
    case .invitation:
      return try commit(.invitation, .invitation, .invitation, record)
    }
  }

  // MARK: codes

  private borrowing func code<H: SignInHost & ~Copyable>(
    _ candidates: Answer.Candidates, _ text: Span<UInt8>, isPrompted: Bool, _ host: inout H
  ) throws(StoreFailure) -> Decision {
    let person = try person()
    switch consume person {
    case .known(let record):
      guard record.credentials.isEnrolled else { return try refuseCode(.notEnrolled) }
      guard try clockIsSane(record) else { return Decision(.unavailable, .clock) }
      return try store.withKeys { (keys: borrowing KeyRing) throws(StoreFailure) in
        try code(candidates, text, isPrompted: isPrompted, record, keys, &host)
      }
    case .nobody(let reason):
      return try refuseCode(reason)
    }
  }

  /// Refuses whoever has no factor, with the work and the counting of a wrong code.
  @inline(never)
  private borrowing func refuseCode(_ reason: Reason) throws(StoreFailure) -> Decision {
    switch try attempts.reserveWithoutRecord(now: now) {
    case .admitted(let ticket):
      try CodeCheck.pretend(window: window, now: now)
      try attempts.settleWithoutRecord(.refused, ticket, now: now)
    case .wait(let seconds): return throttled(.throttled, wait: seconds)
    case .locked: return throttled(.locked, wait: nil)
    }
    var decision = Decision(.refused, reason)
    decision.attempts = try attempts.refusedWithoutRecord(now: now).map {
      Int32(truncatingIfNeeded: $0)
    }
    return decision
  }

  /// Reserve → decide → commit, for somebody who is enrolled.
  private borrowing func code<H: SignInHost & ~Copyable>(
    _ candidates: Answer.Candidates, _ text: Span<UInt8>, isPrompted: Bool,
    _ record: borrowing Record, _ keys: borrowing KeyRing, _ host: inout H
  ) throws(StoreFailure) -> Decision {
    let fingerprint = try CodeCheck.fingerprint(text, at: door, keys)
    if isPrompted, isProven, try repeats(fingerprint, record) {
      return Decision(.refused, .repeated)
    }
    let ticket: Attempts.Ticket
    switch try attempts.reserve(record.state, now: now) {
    case .admitted(let admitted): ticket = admitted
    case .wait(let seconds): return throttled(.throttled, wait: seconds)
    case .locked: return throttled(.locked, wait: nil)
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
        let password = text.extracting(0..<(text.count - hit.parameters.digits))
        if var refusal = refusal(of: password, &host) {
          try attempts.settle(refusal.settlement, ticket, record.state, now: now)
          try count(&refusal, record)
          return refusal
        }
        try attempts.settle(.succeeded, ticket, record.state, now: now)
        var decision = try commit(.code, .totp(hit.id), .factor(hit.id), record)
        decision.codeDigits = hit.parameters.digits
        decision.step = hit.step
        return decision
      }
      i += 1
    }
    if let hit = hits[0] {
      try attempts.settle(.givenBack, ticket, record.state, now: now)
      try remember(.usedCode, fingerprint: 0, record)
      var decision = Decision(.refused, .usedCode)
      decision.use = .totp(hit.id)
      decision.codeDigits = hit.parameters.digits
      return decision
    }
    try attempts.settle(.refused, ticket, record.state, now: now)
    let stale = try CodeCheck.hits(candidates, record, keys, now: now, window: nil)
    var decision = Decision(.refused, stale.count == 0 ? .wrongCode : .staleCode)
    decision.offset = stale[stale.count - 1].map { Int32(truncatingIfNeeded: $0.distance) }
    // The next prompt must not tell a guesser which code will be right later: a code of the past is
    // "for another time", one of the future is just wrong.
    let isPast = decision.offset.map { $0 < 0 } ?? false
    try remember(isPast ? .staleCode : .wrongCode, fingerprint: fingerprint, record)
    try count(&decision, record)
    return decision
  }

  /// What the password in front of a right second factor comes to; `nil` where nothing is wrong
  /// with it, or nobody asks for one.
  borrowing func refusal<H: SignInHost & ~Copyable>(
    of password: Span<UInt8>, _ host: inout H
  ) -> Decision? {
    guard verifiesPassword else { return nil }
    guard H.isBroker else { return Decision(.unavailable, .password) }
    switch host.verify(password: password) {
    case .right: return nil
    case .wrong: return Decision(.refused, .wrongPassword)
    case .accountShut: return Decision(.refused, .accountShut)
    case .unavailable: return Decision(.unavailable, .password)
    }
  }

  // MARK: commit

  /// The one place where a sign-in succeeds: what was used is noted and on disk before it is told.
  @inline(never)
  private borrowing func commit(
    _ reason: Reason, _ use: Decision.Use, _ noted: StatePage.Use, _ record: borrowing Record
  ) throws(StoreFailure) -> Decision {
    try record.state.note(noted, at: door, now: now)
    try record.state.sync()
    var decision = Decision(.accepted, reason)
    decision.use = use
    decision.provesPassword = verifiesPassword
    return decision
  }

  // MARK: what is asked on the way

  /// A clock before the release, or before what this user has seen, is wrong. The widest window that
  /// any policy allows is granted: the newest step may have been accepted under another one.
  @inline(never)
  private borrowing func clockIsSane(_ record: borrowing Record) throws(StoreFailure) -> Bool {
    var longest = 0
    var i = 0
    while let factor = record.credentials.factors[i] {
      longest = max(longest, factor.parameters.period)
      i += 1
    }
    let newest = try record.state.newest()
    return now >= Release.time && now &+ Int64(SignIn.widestWindow * longest) >= newest
  }

  /// Whether this very answer was refused at this door within the same half minute.
  @inline(never)
  private borrowing func repeats(
    _ fingerprint: UInt64, _ record: borrowing Record
  ) throws(StoreFailure) -> Bool {
    let last = try record.state.lastRefusal(at: door)
    return last.fingerprint == fingerprint && last.time / 30 == now / 30
  }

  @inline(never)
  private borrowing func remember(
    _ reason: Reason, fingerprint: UInt64, _ record: borrowing Record
  ) throws(StoreFailure) {
    guard isProven else { return }
    try record.state.remember(
      refusal: RefusalNote(reason).rawValue, fingerprint: fingerprint, at: door, now: now)
  }

  @inline(never)
  private borrowing func count(
    _ decision: inout Decision, _ record: borrowing Record
  ) throws(StoreFailure) {
    decision.attempts = Int32(
      truncatingIfNeeded: try attempts.refused(record.state, now: now))
  }

  /// Only who proved the first factor hears that there are no more tries.
  @inline(never)
  borrowing func throttled(_ reason: Reason, wait: Int64?) -> Decision {
    var decision = Decision(isProven ? .exhausted : .refused, reason)
    decision.wait = wait.map { Int32(truncatingIfNeeded: $0) }
    return decision
  }
}

extension Decision {
  /// A wrong password counts; that of an account that is shut, or that nobody could judge, does not.
  var settlement: Settlement {
    if case .wrongPassword = reason { .refused } else { .givenBack }
  }
}
