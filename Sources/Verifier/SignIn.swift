internal import OTP
public import Store

/// One sign-in: ask → look up → reserve → decide → commit → audit → report.
///
/// Success comes from one place, `commit`, and only after what was used is on disk as used.
/// "Ignored" comes from policy that was positively read. Everything that fails is a refusal.
public enum SignIn {
  /// 2026-11-01 00:00 UTC: a clock that shows an earlier time is wrong.
  static let release: Int64 = 1_793_491_200
  /// Steps to either side that a policy may allow at the most.
  static let widestWindow = 10

  /// Decides `request` on the store at `location`; the journal knows before the caller does.
  public static func run<H: SignInHost & ~Copyable>(
    _ request: Request, at location: StoreLocation, host: inout H
  ) -> Decision {
    var door = Door.local
    do throws(Obstacle) {
      let subject = try Subject(request, at: location)
      door = subject.door
      guard subject.isProven || !request.needsFirstFactor else {
        return report(Decision(.refused, .noFirstFactor), request, door, &host)
      }
      if let decision = try decisionWithoutAsking(request, subject, at: location, host.now()) {
        return report(decision, request, subject.door, &host)
      }
      switch request.mode {
      case .prompt:
        return try ask(request, subject, at: location, split: false, &host)
      case .promptSplit:
        return try ask(request, subject, at: location, split: true, &host)
      case .earlier(let split):
        return takeEarlier(request, subject, at: location, split: split, &host)
          ?? report(Decision(.refused, .noAnswer), request, subject.door, &host)
      case .earlierThenPrompt(let split):
        let first = takeEarlier(request, subject, at: location, split: split, &host)
        if let first, first.outcome != .refused { return first }
        return try ask(request, subject, at: location, split: split, &host)
      }
    } catch {
      return report(error.decision, request, door, &host)
    }
  }

  // MARK: ask

  /// Policy's own decisions: exempt, out of scope, or not enrolled yet and still allowed.
  @inline(never)
  private static func decisionWithoutAsking(
    _ request: Request, _ subject: borrowing Subject, at location: StoreLocation,
    _ now: Int64
  ) throws(Obstacle) -> Decision? {
    if let decision = subject.decisionOfPolicy() { return decision }
    guard request.allowsUnenrolled, let account = subject.account, now >= release,
      subject.hasGrace(at: now)
    else { return nil }
    let isKnown = try obstructed { () throws(StoreFailure) in
      let store = try Store(at: location)
      // "Has no factor" is a negative answer too, and believed of this host's store alone.
      try store.mustBeTrusted()
      return try store.record(of: account.name, uid: account.uid)?.isKnown ?? false
    }
    return isKnown ? nil : Decision(.ignored, .grace)
  }

  @inline(never)
  private static func ask<H: SignInHost & ~Copyable>(
    _ request: Request, _ subject: borrowing Subject, at location: StoreLocation,
    split: Bool, _ host: inout H
  ) throws(Obstacle) -> Decision {
    let prompt = try Prompt.text(request, subject, at: location, split: split, now: host.now())
    let decision = host.ask(prompt) { (host: inout H, text: Span<UInt8>) in
      let answer =
        split
        ? Answer(text, earlier: nil, split: true)
        : host.withEarlierPassword { (_: inout H, earlier: Span<UInt8>) in
          Answer(text, earlier: earlier, split: false)
        } ?? Answer(text, earlier: nil, split: false)
      return decide(
        request, subject, at: location, answer, text, split: split, isPrompted: !split, &host)
    }
    return decision
      ?? report(Decision(.refused, .conversation), request, subject.door, &host)
  }

  /// Evaluates what an earlier module left; `nil` where it left nothing.
  @inline(never)
  private static func takeEarlier<H: SignInHost & ~Copyable>(
    _ request: Request, _ subject: borrowing Subject, at location: StoreLocation,
    split: Bool, _ host: inout H
  ) -> Decision? {
    host.withEarlierPassword { (host: inout H, text: Span<UInt8>) in
      decide(
        request, subject, at: location, Answer(text, earlier: nil, split: split), text,
        split: split, isPrompted: false, &host)
    }
  }

  // MARK: decide

  /// Evaluates one answer, leaves the password part for later modules, and writes the journal.
  @inline(never)
  private static func decide<H: SignInHost & ~Copyable>(
    _ request: Request, _ subject: borrowing Subject, at location: StoreLocation,
    _ answer: Answer, _ text: Span<UInt8>, split: Bool, isPrompted: Bool, _ host: inout H
  ) -> Decision {
    var decision: Decision
    // Where the password ends, as far as no factor says otherwise.
    var password = answer.password(digits: subject.policy.digits)
    do throws(Obstacle) {
      let now = host.now()
      decision = try obstructed { () throws(StoreFailure) in
        try Evaluation(request, subject, at: location, now: now)
          .run(answer, text, isPrompted: isPrompted)
      }
      if let digits = decision.codeDigits { password = text.count - digits }
    } catch {
      decision = error.decision
    }
    if split, !host.leave(password: text.extracting(0..<password)) {
      decision = Decision(.unavailable, .conversation)
    }
    return report(decision, request, subject.door, &host)
  }

  // MARK: audit and report

  @inline(never)
  private static func report<H: SignInHost & ~Copyable>(
    _ decision: Decision, _ request: Request, _ door: Door, _ host: inout H
  ) -> Decision {
    let line = AuditLine.text("sign-in", decision, request, door)
    host.log(line, isWarning: decision.outcome != .accepted && decision.outcome != .ignored)
    return decision
  }
}

extension Record {
  /// Whether grace has nothing to say about the user: there is a factor, or the user is disabled.
  var isKnown: Bool { credentials.isEnrolled || credentials.disabledAt != 0 }
}

extension Answer {
  /// How much of the answer is password, where the code has `digits`.
  func password(digits: Int) -> Int {
    switch self {
    case .nothing(_, let length): length
    case .oneTimeSecret(let password): password
    case .code(let candidates): candidates.password(before: digits)
    }
  }
}
