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
  handle.mark = 0
  guard let call = unsafe Call(handle, argc, argv, mayAsk: true) else { return PAM_AUTH_ERR }
  let outcome =
    switch call.location {
    case .some(let location): SignIn.run(call.request, at: location, host: &handle).outcome
    case .none: RemoteSignIn.run(call.request, host: &handle)
    }
  switch outcome {
  case .accepted:
    handle.mark = call.mark
    return PAM_SUCCESS
  case .ignored: return PAM_IGNORE
  case .refused: return PAM_AUTH_ERR
  case .exhausted: return PAM_MAXTRIES
  case .unavailable: return PAM_AUTHINFO_UNAVAIL
  }
}

/// `pam_sm_acct_mgmt`: whether the account may be used; never prompts.
@c(cachet_account)
public func account(
  _ pamh: OpaquePointer, _ flags: Int32, _ argc: Int32,
  _ argv: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> Int32 {
  var handle = unsafe Handle(pamh)
  guard let call = unsafe Call(handle, argc, argv, mayAsk: false) else { return PAM_AUTH_ERR }
  let outcome =
    switch call.location {
    case .some(let location): AccountCheck.run(call.request, at: location, host: &handle).outcome
    case .none: RemoteSignIn.account(call.request, host: &handle)
    }
  switch outcome {
  case .accepted: return PAM_SUCCESS
  case .ignored: return PAM_IGNORE
  case .refused: return PAM_ACCT_EXPIRED
  case .exhausted: return PAM_PERM_DENIED
  case .unavailable: return PAM_AUTHINFO_UNAVAIL
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
  guard let call = unsafe Call(handle, argc, argv, mayAsk: false) else { return PAM_IGNORE }
  guard let location = call.location else { return PAM_IGNORE }
  SessionNotices.run(call.request, at: location) { (line: borrowing TextLine) in
    handle.inform(line)
  }
  return PAM_IGNORE
}

/// A call from libpam, understood: a request on a store.
private struct Call {
  let request: Request
  /// Where the store is; `nil` where the broker decides.
  let location: StoreLocation?
  /// What the auth line notes when it has accepted this account: the uid plus one; 0 for no account.
  let mark: UInt

  /// `nil`, and a line in the journal, where an option of the line is wrong, or nobody says who the user is.
  @inline(never)
  init?(
    _ handle: borrowing Handle, _ argc: Int32,
    _ argv: UnsafeMutablePointer<UnsafePointer<CChar>?>?, mayAsk: Bool
  ) {
    let options: Options
    do throws(Options.Mistake) {
      unsafe options = try Options(argc, argv, mayAsk: mayAsk)
    } catch {
      Call.refuse(error.reason, handle, option: error.words)
      return nil
    }
    guard let (user, account) = Call.subject(handle, options, mayAsk: mayAsk) else {
      Call.refuse(.noUser, handle)
      return nil
    }
    var request = Call.request(handle, user, account)
    request.mode = options.mode
    request.isProven = options.comesAfterFirstFactor
    request.hasSSHEvidence = handle.hasSSHEvidence
    request.needsFirstFactor = options.needsFirstFactor
    mark = if case .found(let found) = account { UInt(found.uid) + 1 } else { 0 }
    request.lacksSecondFactor = options.needsSecondFactor && (mark == 0 || handle.mark != mark)
    request.allowsUnenrolled = options.allowsUnenrolled
    request.verifiesPassword = options.brokerVerifiesPassword
    request.window = options.window
    request.prompt = options.prompt
    self.request = request
    location = options.needsBroker ? nil : options.location
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

  /// What libpam alone knows of a request.
  @inline(never)
  private static func request(
    _ handle: borrowing Handle, _ user: Quoted, _ account: AccountLookup
  ) -> Request {
    var request = Request(
      user: user, account: account, service: handle.item(PAM_SERVICE) ?? Quoted("-"), mode: .prompt,
      caller: getuid())
    request.rhost = handle.item(PAM_RHOST)
    request.tty = handle.item(PAM_TTY)
    request.ruser = handle.item(PAM_RUSER)
    return request
  }

  /// Writes to the journal why there is no request.
  private static func refuse(_ reason: Reason, _ handle: borrowing Handle, option: Quoted? = nil) {
    let request = Call.request(handle, handle.item(PAM_USER) ?? Quoted("-"), .unknown)
    let decision = Decision(.refused, reason)
    handle.log(AuditLine.text("call", decision, request, nil, option: option), LOG_ERR)
  }
}
