internal import OTP

/// The sign-in of a program that is not root: it asks the person, and the broker decides.
///
/// Neither store nor policy is read here: the broker does that, as root, and writes to the journal what
/// it decides. Here is written what it did not.
public enum RemoteSignIn {
  /// Asks as `SignIn.run` does, and has each answer decided by the broker.
  public static func run<H: SignInHost & ~Copyable>(
    _ request: Request, host: inout H
  ) -> Decision.Outcome {
    switch request.mode {
    case .prompt, .promptSplit: return ask(request, &host)
    case .earlier:
      return takeEarlier(request, &host) ?? report(Decision(.refused, .noAnswer), request, &host)
    case .earlierThenPrompt:
      if let first = takeEarlier(request, &host), first != .refused { return first }
      return ask(request, &host)
    }
  }

  /// Whether the account may be used, without a question to anybody but the broker.
  ///
  /// The broker does not know this PAM handle, so proof of a second factor is looked for here.
  public static func account<H: SignInHost & ~Copyable>(
    _ request: Request, host: inout H
  ) -> Decision.Outcome {
    do throws(Connection.Broken) {
      let told = try RemoteQuestion.ask(.account, request, flags(request), answer: nil).outcome
      guard case .accepted = told, request.lacksSecondFactor else { return told }
      return report(Decision(.exhausted, .noSecondFactor), request, &host, event: "account")
    } catch {
      return report(error.decision, request, &host, event: "account")
    }
  }

  @inline(never)
  private static func ask<H: SignInHost & ~Copyable>(
    _ request: Request, _ host: inout H
  ) -> Decision.Outcome {
    host.ask(Prompt.question(request)) { (host: inout H, text: Span<UInt8>) in
      let repeats =
        !request.mode.splits
        && host.withEarlierPassword { (_: inout H, earlier: Span<UInt8>) in
          constantTimeEqual(earlier, text)
        } ?? false
      return decide(request, text, repeats: repeats, &host)
    } ?? report(Decision(.refused, .conversation), request, &host)
  }

  private static func takeEarlier<H: SignInHost & ~Copyable>(
    _ request: Request, _ host: inout H
  ) -> Decision.Outcome? {
    host.withEarlierPassword { (host: inout H, text: Span<UInt8>) in
      decide(request, text, repeats: false, &host)
    }
  }

  /// Has one answer decided, and leaves the password part for later modules.
  @inline(never)
  private static func decide<H: SignInHost & ~Copyable>(
    _ request: Request, _ text: Span<UInt8>, repeats: Bool, _ host: inout H
  ) -> Decision.Outcome {
    var flags = flags(request)
    flags[.repeatsPassword] = repeats
    let outcome: Decision.Outcome
    let password: Int
    do throws(Connection.Broken) {
      let answer = try RemoteQuestion.ask(.decide, request, flags, answer: text)
      (outcome, password) = (answer.outcome, answer.password)
    } catch {
      outcome = report(error.decision, request, &host)
      // As in process: where nobody says where the password ends, six digits are taken for the code.
      password = Answer(text, earlier: nil, split: true).password(digits: PolicySettings().digits)
    }
    guard request.mode.splits else { return outcome }
    guard host.leave(password: text.extracting(0..<password)) else {
      return report(Decision(.unavailable, .conversation), request, &host)
    }
    return outcome
  }

  @inline(never)
  private static func report<H: SignInHost & ~Copyable>(
    _ decision: Decision, _ request: Request, _ host: inout H, event: StaticString = "sign-in"
  ) -> Decision.Outcome {
    host.log(AuditLine.text(event, decision, request, nil), isWarning: true)
    return decision.outcome
  }

  private static func flags(_ request: Request) -> RemoteQuestion.Flags {
    var flags = RemoteQuestion.Flags()
    flags[.splits] = request.mode.splits
    flags[.verifiesPassword] = request.verifiesPassword
    flags[.allowsUnenrolled] = request.allowsUnenrolled
    flags[.needsFirstFactor] = request.needsFirstFactor
    return flags
  }
}

extension Connection.Broken {
  fileprivate var decision: Decision { Decision(.unavailable, .broker, .errno(code)) }
}
