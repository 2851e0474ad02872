internal import OTP
public import Store

/// One sign-in: ask → look up → reserve → decide → commit → audit → report.
///
/// A sign-in succeeds in one place, `commit`, and only after what was used is on disk as used. What
/// self-service accepts besides, an invitation or a password for an enrolment, lets nobody in.
/// "Ignored" comes from policy that was positively read. Everything that fails is a refusal.
public enum SignIn {
  /// Steps to either side that a policy may allow at the most.
  static let widestWindow = 10

  /// Decides `request` on the store at `location`; the journal knows before the caller does.
  public static func run<H: SignInHost & ~Copyable>(
    _ request: Request, at location: StoreLocation, host: inout H
  ) -> Decision {
    do throws(Obstacle) {
      return answer(try Subject(request, at: location), &host)
    } catch {
      // Policy alone knows the door of a service.
      return report(error.decision, request, request.ownDoor, &host)
    }
  }

  private static func answer<H: SignInHost & ~Copyable>(
    _ subject: borrowing Subject, _ host: inout H
  ) -> Decision {
    guard subject.isProven || !subject.request.needsFirstFactor else {
      return report(Decision(.refused, .noFirstFactor), subject, &host)
    }
    do throws(Obstacle) {
      if let decision = try decisionWithoutAsking(subject, host.now()) {
        return report(decision, subject, &host)
      }
      switch subject.request.mode {
      case .prompt, .promptSplit:
        return try ask(subject, &host)
      case .earlier:
        return takeEarlier(subject, &host) ?? report(Decision(.refused, .noAnswer), subject, &host)
      case .earlierThenPrompt:
        if let first = takeEarlier(subject, &host), first.outcome != .refused { return first }
        return try ask(subject, &host)
      }
    } catch {
      return report(error.decision, subject, &host)
    }
  }

  // MARK: ask

  /// Policy's own decisions: exempt, out of scope, or not enrolled yet and still allowed.
  @inline(never)
  private static func decisionWithoutAsking(
    _ subject: borrowing Subject, _ now: Int64
  ) throws(Obstacle) -> Decision? {
    if let decision = subject.decisionOfPolicy() { return decision }
    guard let account = subject.account, subject.mayPassUnenrolled(at: now) else { return nil }
    let isKnown = try obstructed { () throws(StoreFailure) in
      let store = try Store(at: subject.location)
      // "Has no factor" is a negative answer too, and believed of this host's store alone.
      try store.mustBeTrusted()
      return try store.record(of: account.name, uid: account.uid)?.isKnown ?? false
    }
    return isKnown ? nil : Decision(.ignored, .grace)
  }

  @inline(never)
  private static func ask<H: SignInHost & ~Copyable>(
    _ subject: borrowing Subject, _ host: inout H
  ) throws(Obstacle) -> Decision {
    let splits = subject.request.mode.splits
    let prompt = try Prompt.text(subject, now: host.now())
    let decision = host.ask(prompt) { (host: inout H, text: Span<UInt8>) in
      guard !splits else {
        let answer = Answer(text, earlier: nil, split: true)
        return decide(subject, answer, text, isPrompted: false, &host)
      }
      // A password that is typed again is told by its very bytes.
      let answer =
        host.withEarlierPassword { (_: inout H, earlier: Span<UInt8>) in
          Answer(text, earlier: earlier, split: false)
        } ?? Answer(text, earlier: nil, split: false)
      guard case .nothing(.notACode, _) = answer else {
        return decide(subject, answer, text, isPrompted: true, &host)
      }
      return Typed.withNormalForm(of: text) { (text: Span<UInt8>) in
        decide(
          subject, Answer(text, earlier: nil, split: false), text, isPrompted: true, &host)
      }
    }
    return decision ?? report(Decision(.refused, .conversation), subject, &host)
  }

  /// Evaluates what an earlier module left; `nil` where it left nothing.
  @inline(never)
  private static func takeEarlier<H: SignInHost & ~Copyable>(
    _ subject: borrowing Subject, _ host: inout H
  ) -> Decision? {
    host.withEarlierPassword { (host: inout H, text: Span<UInt8>) in
      let answer = Answer(text, earlier: nil, split: subject.request.mode.splits)
      return decide(subject, answer, text, isPrompted: false, &host)
    }
  }

  // MARK: decide

  /// Evaluates one answer, leaves the password part for later modules, and writes the journal.
  @inline(never)
  private static func decide<H: SignInHost & ~Copyable>(
    _ subject: borrowing Subject, _ answer: Answer, _ text: Span<UInt8>, isPrompted: Bool,
    _ host: inout H
  ) -> Decision {
    var decision: Decision
    // Where the password ends, as far as no factor says otherwise.
    var password = answer.password(digits: subject.policy.digits)
    do throws(Obstacle) {
      let now = host.now()
      decision = try obstructed { () throws(StoreFailure) in
        let evaluation = try Evaluation(subject, now: now)
        if H.isBroker, case .firstEnrollment = subject.request.purpose {
          return try evaluation.password(text, subject, &host)
        }
        return try evaluation.run(answer, text, isPrompted: isPrompted, &host)
      }
      if let digits = decision.codeDigits { password = text.count - digits }
    } catch {
      decision = error.decision
    }
    if subject.request.mode.splits, !host.leave(password: text.extracting(0..<password)) {
      decision = Decision(.unavailable, .conversation)
    }
    return report(decision, subject, &host)
  }

  /// How much of `text` is password, as far as shape and policy say: all of it where they say nothing.
  public static func passwordLength(
    _ text: Span<UInt8>, _ request: Request, at location: StoreLocation
  ) -> Int {
    do throws(Obstacle) {
      let digits = try Policy.applied(at: location).digits
      return Answer(text, earlier: nil, split: request.mode.splits).password(digits: digits)
    } catch {
      return text.count
    }
  }

  // MARK: audit and report

  private static func report<H: SignInHost & ~Copyable>(
    _ decision: Decision, _ subject: borrowing Subject, _ host: inout H
  ) -> Decision {
    report(decision, subject.request, subject.door, &host)
  }

  @inline(never)
  private static func report<H: SignInHost & ~Copyable>(
    _ decision: Decision, _ request: Request, _ door: Door?, _ host: inout H
  ) -> Decision {
    let decision = host.told(decision)
    let isSignIn = if case .signIn = request.purpose { true } else { false }
    let event: StaticString = H.isBroker && !isSignIn ? "authorize" : "sign-in"
    let line = AuditLine.text(event, decision, request, door)
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
