internal import OTP
internal import Store
internal import Verifier

/// Who asks for a change must show more than a session: a thief of one, or of one code, has to stop
/// here.
extension SelfService {
  /// What was typed.
  enum Proof {
    /// One code and another, or an invitation.
    case codes
    case passwordAndCode
    case password
  }

  /// What the flags say was typed.
  func proof(_ bytes: Span<UInt8>) throws(Refusal) -> Proof {
    guard let range = frame[.flags] else { return .codes }
    guard range.count == 1, let flags = RemoteQuestion.Flags(rawValue: bytes[range.lowerBound])
    else { throw Refusal(.badOption) }
    if flags[.verifiesPassword] { return flags[.splits] ? .passwordAndCode : .password }
    return .codes
  }

  /// Passes two consecutive codes, or a code behind the password. A recovery code counts as a code;
  /// an invitation is enough to enrol, and where policy says so the password is for a first factor.
  func consent(
    _ purpose: Request.Purpose, _ bytes: Span<UInt8>
  ) throws(Refusal) -> Decision {
    guard let range = frame[.answer] else { throw Refusal(.noAnswer) }
    let proof = try proof(bytes)
    if case .password = proof, purpose != .firstEnrollment {
      throw Refusal(.notAllowed)
    }
    let first = try run(purpose, bytes.extracting(range), proof)
    guard case .codes = proof else { return first }
    if case .invitation = first.use { return first }
    guard let range = frame[.second] else { throw Refusal(.noAnswer) }
    let second = try run(.change, bytes.extracting(range), proof)
    if case .totp(let one) = first.use, case .totp(let other) = second.use {
      guard one == other, let step = first.step, second.step == step.moved(by: 1) else {
        throw Refusal(.notConsecutive)
      }
    }
    return second
  }

  /// Has one answer judged as a sign-in is: what is right is used up, what is wrong counts.
  private func run(
    _ purpose: Request.Purpose, _ answer: Span<UInt8>, _ proof: Proof
  ) throws(Refusal) -> Decision {
    let service: StaticString = "cachet-mfa"
    var request = Request(
      user: account.name.withBytes { (name: Span<UInt8>) in Quoted(name) },
      account: .found(account),
      service: Quoted(
        unsafe Span(_unsafeStart: service.utf8Start, count: service.utf8CodeUnitCount)),
      mode: .earlier(split: proof == .passwordAndCode),
      // The kernel vouches for the account. Where there is no record yet, the caller is counted.
      isProven: purpose != .firstEnrollment, caller: account.uid)
    request.purpose = purpose
    request.isByAccount = true
    request.verifiesPassword = proof != .codes
    let decision = Host.with(answer, request) { (host: inout Host) in
      SignIn.run(request, at: location, host: &host)
    }
    guard case .accepted = decision.outcome else { throw Refusal(decision) }
    return decision
  }
}
