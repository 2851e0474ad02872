internal import OTP

/// The sign-in of a program that is not root: it asks the person, and the broker decides.
///
/// Neither store nor policy is read here, and nothing is logged: the broker does both, as root.
public enum RemoteSignIn {
  /// Asks as `SignIn.run` does, and has each answer decided by the broker.
  public static func run<H: SignInHost & ~Copyable>(
    _ request: Request, host: inout H
  ) -> Decision.Outcome {
    switch request.mode {
    case .prompt, .promptSplit: return ask(request, &host)
    case .earlier: return takeEarlier(request, &host) ?? .refused
    case .earlierThenPrompt:
      if let first = takeEarlier(request, &host), first != .refused { return first }
      return ask(request, &host)
    }
  }

  /// Whether the account may be used, without a question to anybody but the broker.
  public static func account(_ request: Request) -> Decision.Outcome {
    RemoteQuestion.ask(.account, request, flags(request), answer: nil).outcome
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
    } ?? .refused
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
    let answer = RemoteQuestion.ask(.decide, request, flags, answer: text)
    guard request.mode.splits else { return answer.outcome }
    // As in process: where nobody says where the password ends, six digits are taken for the code.
    let password =
      answer.password
      ?? Answer(text, earlier: nil, split: true).password(digits: PolicySettings().digits)
    return host.leave(password: text.extracting(0..<password)) ? answer.outcome : .unavailable
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
