internal import CPlatform
internal import OTP
internal import Store
internal import Verifier

/// A request of a peer, understood.
struct Question {
  let flags: RemoteQuestion.Flags
  private let request: Request
  private let peer: UInt32
  private let location = StoreLocation.system

  /// `nil` where the frame is no question, or a field has no sense.
  init?(_ frame: Frame, _ bytes: Span<UInt8>, peer: UInt32) {
    guard frame.kind == .decide || frame.kind == .account,
      let user = frame[.user], !user.isEmpty, user.count <= 255,
      let service = Question.text(.service, frame, bytes),
      let bits = Question.byte(.flags, frame, bytes),
      let flags = RemoteQuestion.Flags(rawValue: bits),
      (frame[.answer] != nil) == (frame.kind == .decide)
    else { return nil }
    let name = bytes.extracting(user)
    var request = Request(
      user: Quoted(name), account: Account.find(named: name), service: service,
      mode: .earlier(split: flags.splits), allowsUnenrolled: flags.allowsUnenrolled,
      rhost: Question.text(.rhost, frame, bytes), tty: Question.text(.tty, frame, bytes),
      ruser: Question.text(.ruser, frame, bytes), caller: peer)
    request.verifiesPassword = flags.verifiesPassword
    request.needsFirstFactor = flags.needsFirstFactor && !flags.verifiesPassword
    if frame[.window] != nil {
      guard let window = Question.byte(.window, frame, bytes) else { return nil }
      request.window = Int(window)
    }
    self.flags = flags
    self.request = request
    self.peer = peer
  }

  /// Decides, and writes the journal.
  func decide(_ frame: Frame, _ bytes: Span<UInt8>) -> (outcome: Decision.Outcome, password: Int) {
    let answer = bytes.extracting(frame[.answer] ?? 0..<0)
    return Host.with(answer, request) { (host: inout Host) in
      let outcome = frame.kind == .account ? account(&host) : signIn(&host)
      return (outcome, host.passwordLength)
    }
  }

  private func signIn(_ host: inout Host) -> Decision.Outcome {
    if let refusal = Delegation.refusal(of: request, by: peer, at: location) {
      if flags.verifiesPassword { host.pretend() }
      return report(refusal, "sign-in", &host)
    }
    if flags.repeatsPassword { return report(Decision(.refused, .samePassword), "sign-in", &host) }
    let outcome = SignIn.run(request, at: location, host: &host).outcome
    if flags.verifiesPassword { host.pretend() }
    return outcome
  }

  private func account(_ host: inout Host) -> Decision.Outcome {
    if let refusal = Delegation.refusal(of: request, by: peer, at: location) {
      return report(refusal, "account", &host)
    }
    let outcome = AccountCheck.run(request, at: location, host: &host).outcome
    guard outcome == .accepted else { return outcome }
    switch host.account() {
    case .right: return .accepted
    case .wrong, .accountShut:
      return report(Decision(.refused, .accountShut), "account", &host)
    case .unavailable: return report(Decision(.unavailable, .password), "account", &host)
    }
  }

  private func report(
    _ decision: Decision, _ event: StaticString, _ host: inout Host
  ) -> Decision.Outcome {
    // Which door it would have been is policy's to say, and policy was not asked.
    host.log(AuditLine.text(event, decision, request, .local), isWarning: true)
    return decision.outcome
  }

  // MARK: fields

  private static func text(_ tag: Frame.Tag, _ frame: Frame, _ bytes: Span<UInt8>) -> Quoted? {
    guard let range = frame[tag], !range.isEmpty else { return nil }
    return Quoted(bytes.extracting(range))
  }

  private static func byte(_ tag: Frame.Tag, _ frame: Frame, _ bytes: Span<UInt8>) -> UInt8? {
    guard let range = frame[tag], range.count == 1 else { return nil }
    return bytes[range.lowerBound]
  }
}
