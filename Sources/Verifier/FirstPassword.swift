internal import OTP
internal import Store

extension Evaluation {
  /// Judges the password of somebody who has no factor yet, where policy lets it be enough for the
  /// first one. Nothing is used up, and nobody signs in.
  @inline(never)
  borrowing func password<H: SignInHost & ~Copyable>(
    _ text: Span<UInt8>, _ subject: borrowing Subject, _ host: inout H
  ) throws(StoreFailure) -> Decision {
    let person = try person()
    switch consume person {
    case .known(let record):
      guard !record.credentials.isEnrolled else { return Decision(.refused, .enrolled) }
    case .nobody(.notEnrolled): break
    case .nobody(let reason): return Decision(.refused, reason)
    }
    guard let account = subject.account, subject.policy.passwordEnrolls(account, now: now) else {
      return Decision(.refused, .notAllowed)
    }
    switch try attempts.reserveWithoutRecord(now: now) {
    case .admitted(let ticket):
      let refusal = refusal(of: text, &host)
      try attempts.settleWithoutRecord(refusal?.settlement ?? .succeeded, ticket, now: now)
      if let refusal { return refusal }
      var decision = Decision(.accepted, .grace)
      decision.provesPassword = true
      return decision
    case .wait(let seconds): return throttled(.throttled, wait: seconds)
    case .locked: return throttled(.locked, wait: nil)
    }
  }
}
