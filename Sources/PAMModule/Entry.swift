internal import CPlatform
internal import OTP
internal import PAMShim
internal import Store
internal import Verifier

/// `pam_sm_authenticate`: the second factor itself.
@c(cachet_authenticate)
public func authenticate(
  _ pamh: OpaquePointer, _ flags: Int32, _ argc: Int32,
  _ argv: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> Int32 {
  var handle = unsafe Handle(pamh)
  switch unsafe Call(handle, argc, argv, mayAsk: true) {
  case .refused(let decision): return code(decision.outcome)
  case .ready(let request, let location):
    return code(SignIn.run(request, at: location, host: &handle).outcome)
  }
}

/// `pam_sm_acct_mgmt`: whether the account may be used; never prompts.
@c(cachet_account)
public func account(
  _ pamh: OpaquePointer, _ flags: Int32, _ argc: Int32,
  _ argv: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> Int32 {
  var handle = unsafe Handle(pamh)
  switch unsafe Call(handle, argc, argv, mayAsk: false) {
  case .refused(let decision): return code(decision.outcome)
  case .ready(let request, let location):
    switch AccountCheck.run(request, at: location, host: &handle).outcome {
    case .accepted: return PAM_SUCCESS
    case .ignored: return PAM_IGNORE
    case .refused, .exhausted: return PAM_ACCT_EXPIRED
    case .unavailable: return PAM_AUTHINFO_UNAVAIL
    }
  }
}

/// `pam_sm_open_session`: tells what happened to the account; never has a say in the session.
@c(cachet_open_session)
public func openSession(
  _ pamh: OpaquePointer, _ flags: Int32, _ argc: Int32,
  _ argv: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> Int32 {
  guard flags & Int32(bitPattern: UInt32(PAM_SILENT)) == 0 else { return PAM_IGNORE }
  let handle = unsafe Handle(pamh)
  switch unsafe Call(handle, argc, argv, mayAsk: false) {
  case .refused: break
  case .ready(let request, let location):
    SessionNotices.run(request, at: location) { (line: borrowing TextLine) in
      handle.inform(line)
    }
  }
  return PAM_IGNORE
}

/// What libpam is told of a decision in `pam_sm_authenticate`.
private func code(_ outcome: Decision.Outcome) -> Int32 {
  switch outcome {
  case .accepted: PAM_SUCCESS
  case .ignored: PAM_IGNORE
  case .refused: PAM_AUTH_ERR
  case .exhausted: PAM_MAXTRIES
  case .unavailable: PAM_AUTHINFO_UNAVAIL
  }
}

/// A call from libpam, understood: a request on a store, or the refusal that it deserves.
private enum Call {
  case ready(Request, StoreLocation)
  case refused(Decision)

  init(
    _ handle: borrowing Handle, _ argc: Int32,
    _ argv: UnsafeMutablePointer<UnsafePointer<CChar>?>?, mayAsk: Bool
  ) {
    let options: Options
    do throws(Options.Mistake) {
      unsafe options = try Options(argc, argv)
    } catch {
      self = .refused(Call.report(Decision(.refused, .badOption), handle, option: error.word))
      return
    }
    guard let (user, account) = Call.subject(handle, options, mayAsk: mayAsk) else {
      self = .refused(Call.report(Decision(.refused, .noUser), handle))
      return
    }
    let request = Request(
      user: user, account: account, service: handle.item(PAM_SERVICE) ?? Quoted("-"),
      mode: options.mode, isProven: options.comesAfterFirstFactor || handle.hasSSHEvidence,
      allowsUnenrolled: options.allowsUnenrolled, window: options.window, prompt: options.prompt,
      rhost: handle.item(PAM_RHOST), tty: handle.item(PAM_TTY), ruser: handle.item(PAM_RUSER),
      caller: getuid())
    self = .ready(request, options.location)
  }

  /// Whose second factor it is: the user who signs in, or with `subject=caller` the one who asks.
  ///
  /// A caller whose real uid is another account's is nobody we know.
  private static func subject(
    _ handle: borrowing Handle, _ options: Options, mayAsk: Bool
  ) -> (Quoted, AccountLookup)? {
    let find = { (name: Span<UInt8>) in (Quoted(name), Account.find(named: name)) }
    guard options.subjectIsCaller else { return handle.withUser(mayAsk: mayAsk, find) }
    guard let (user, account) = handle.withCaller(find) else { return nil }
    if case .found(let found) = account, getuid() != 0, found.uid != getuid() { return nil }
    return (user, account)
  }

  private static func report(
    _ decision: Decision, _ handle: borrowing Handle, option: Quoted? = nil
  ) -> Decision {
    let request = Request(
      user: handle.item(PAM_USER) ?? Quoted("-"), account: .unknown,
      service: handle.item(PAM_SERVICE) ?? Quoted("-"), mode: .prompt,
      rhost: handle.item(PAM_RHOST), tty: handle.item(PAM_TTY), ruser: handle.item(PAM_RUSER),
      caller: getuid())
    handle.log(AuditLine.text("call", decision, request, .local, option: option), LOG_ERR)
    return decision
  }
}
