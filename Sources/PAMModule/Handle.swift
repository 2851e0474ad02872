internal import CPlatform
internal import OTP
internal import PAMShim
internal import Store
internal import Verifier

/// One PAM transaction as the verifier sees it. Holds libpam's handle for the length of one call.
@safe struct Handle: ~Copyable, SignInHost {
  private let pamh: OpaquePointer

  init(_ pamh: OpaquePointer) { unsafe self.pamh = unsafe pamh }

  func now() -> Int64 { clock_seconds() }

  mutating func ask<R>(
    _ prompt: borrowing TextLine, _ body: (inout Handle, Span<UInt8>) -> R
  ) -> R? {
    var answer: UnsafeMutablePointer<CChar>? = nil
    let shown = prompt.withCString { unsafe shim_prompt(pamh, $0, &answer) }
    defer { unsafe shim_forget(answer) }
    guard shown == PAM_SUCCESS else { return nil }
    guard let text = unsafe answer else {
      let nothing = InlineArray<1, UInt8>(repeating: 0)
      return body(&self, nothing.span.extracting(0..<0))
    }
    return unsafe withBytes(of: text) { (bytes: Span<UInt8>) in body(&self, bytes) }
  }

  mutating func withEarlierPassword<R>(_ body: (inout Handle, Span<UInt8>) -> R) -> R? {
    guard let text = unsafe shim_item(pamh, PAM_AUTHTOK) else { return nil }
    return unsafe withBytes(of: text) { (bytes: Span<UInt8>) in body(&self, bytes) }
  }

  mutating func leave(password: Span<UInt8>) -> Bool {
    unsafe withSecretCString(password) { unsafe shim_leave_password(pamh, $0) } ?? false
  }

  mutating func log(_ line: borrowing TextLine, isWarning: Bool) {
    log(line, isWarning ? LOG_WARNING : LOG_NOTICE)
  }

  func log(_ line: borrowing TextLine, _ priority: Int32) {
    line.withCString { unsafe shim_log(pamh, priority, $0) }
  }

  func inform(_ line: borrowing TextLine) {
    line.withCString { unsafe shim_inform(pamh, $0) }
  }

  /// The text of a PAM item, as far as it may be quoted; `nil` where it is not set, or empty.
  func item(_ item: Int32) -> Quoted? {
    guard let text = unsafe shim_item(pamh, item), unsafe text[0] != 0 else { return nil }
    return unsafe withBytes(of: text) { (bytes: Span<UInt8>) in Quoted(bytes) }
  }

  /// Lends the user's name; `nil` where nobody says whom this is about. Only with `mayAsk` does
  /// libpam ask a person, where the application left it open.
  func withUser<R>(mayAsk: Bool, _ body: (Span<UInt8>) -> R) -> R? {
    let known = unsafe mayAsk ? shim_user(pamh) : shim_item(pamh, PAM_USER)
    guard let user = unsafe known, unsafe user[0] != 0 else { return nil }
    return unsafe withBytes(of: user, body)
  }

  /// Lends PAM_RUSER; `nil` where the application does not say who asks.
  func withCaller<R>(_ body: (Span<UInt8>) -> R) -> R? {
    guard let user = unsafe shim_item(pamh, PAM_RUSER), unsafe user[0] != 0 else { return nil }
    return unsafe withBytes(of: user, body)
  }

  /// The account that our auth line has accepted, noted in libpam's handle for the calls that follow.
  /// 0 for none, and where there was no memory for the note.
  var mark: UInt {
    get { unsafe shim_marked(pamh) }
    nonmutating set { unsafe shim_mark(pamh, newValue) }
  }

  /// Whether the PAM environment says, as sshd does, that a method succeeded already.
  var hasSSHEvidence: Bool {
    let name: StaticString = "SSH_AUTH_INFO_0"
    guard let value = unsafe shim_variable(pamh, name.cString) else { return false }
    return unsafe value[0] != 0
  }
}
