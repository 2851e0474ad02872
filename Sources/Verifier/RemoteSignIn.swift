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
    case .prompt: return ask(request, split: false, &host)
    case .promptSplit: return ask(request, split: true, &host)
    case .earlier(let split): return takeEarlier(request, split: split, &host) ?? .refused
    case .earlierThenPrompt(let split):
      let first = takeEarlier(request, split: split, &host)
      if let first, first != .refused { return first }
      return ask(request, split: split, &host)
    }
  }

  /// Whether the account may be used, without a question to anybody but the broker.
  public static func account(_ request: Request) -> Decision.Outcome {
    RemoteQuestion.ask(.account, request, flags(request), answer: nil).outcome
  }

  @inline(never)
  private static func ask<H: SignInHost & ~Copyable>(
    _ request: Request, split: Bool, _ host: inout H
  ) -> Decision.Outcome {
    let prompt = Prompt.question(request, split: split)
    return host.ask(prompt) { (host: inout H, text: Span<UInt8>) in
      let repeats =
        !split
        && host.withEarlierPassword { (_: inout H, earlier: Span<UInt8>) in
          constantTimeEqual(earlier, text)
        } ?? false
      return decide(request, text, split: split, repeats: repeats, &host)
    } ?? .refused
  }

  private static func takeEarlier<H: SignInHost & ~Copyable>(
    _ request: Request, split: Bool, _ host: inout H
  ) -> Decision.Outcome? {
    host.withEarlierPassword { (host: inout H, text: Span<UInt8>) in
      decide(request, text, split: split, repeats: false, &host)
    }
  }

  /// Has one answer decided, and leaves the password part for later modules.
  @inline(never)
  private static func decide<H: SignInHost & ~Copyable>(
    _ request: Request, _ text: Span<UInt8>, split: Bool, repeats: Bool, _ host: inout H
  ) -> Decision.Outcome {
    var flags = flags(request)
    flags.splits = split
    flags.repeatsPassword = repeats
    let answer = RemoteQuestion.ask(.decide, request, flags, answer: text)
    // As in process: where nobody says where the password ends, six digits are taken for the code.
    let password =
      answer.password
      ?? Answer(text, earlier: nil, split: split).password(digits: PolicySettings().digits)
    if split, !host.leave(password: text.extracting(0..<password)) { return .unavailable }
    return answer.outcome
  }

  private static func flags(_ request: Request) -> RemoteQuestion.Flags {
    var flags = RemoteQuestion.Flags()
    flags.verifiesPassword = request.verifiesPassword
    flags.allowsUnenrolled = request.allowsUnenrolled
    flags.needsFirstFactor = request.needsFirstFactor
    return flags
  }
}
