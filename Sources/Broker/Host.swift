internal import CBroker
internal import CPlatform
internal import OTP
internal import PAMClient
internal import Store
internal import Verifier

/// The broker as the verifier sees it: the answer is there already, and passwords are libpam's.
///
/// Holds where the answer lies in the frame, for the length of one decision.
@safe struct Host: ~Copyable, SignInHost {
  private let answer: UnsafeRawBufferPointer
  private let user: CName?
  /// Who was named, known or not.
  private let named: CName?
  private let rhost: CName?
  /// How much of the answer is password.
  private(set) var passwordLength = 0
  private var hasVerified = false
  /// When what is decided must be told; `nil` where the peer waits for it.
  private let schedule: Schedule?

  private init(_ answer: UnsafeRawBufferPointer, _ request: Request, _ schedule: Schedule?) {
    unsafe self.answer = answer
    self.schedule = schedule
    user =
      if case .found(let account) = request.account {
        account.name.withBytes { (name: Span<UInt8>) in CName(name) }
      } else { nil }
    named = request.user.withBytes { (name: Span<UInt8>) in CName(name) }
    rhost = request.rhost.flatMap { $0.withBytes { (name: Span<UInt8>) in CName(name) } }
  }

  /// Lends a host for `request`, whose answer is `answer`.
  static func with<R>(
    _ answer: Span<UInt8>, _ request: Request, by schedule: Schedule? = nil,
    _ body: (inout Host) -> R
  ) -> R {
    unsafe answer.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) -> R in
      var host = unsafe Host(bytes, request, schedule)
      return body(&host)
    }
  }

  static var isBroker: Bool { true }

  func now() -> Int64 { clock_seconds() }

  /// Nobody is here to be asked.
  mutating func ask<R>(
    _ prompt: borrowing TextLine, _ body: (inout Host, Span<UInt8>) -> R
  ) -> R? { nil }

  mutating func withEarlierPassword<R>(_ body: (inout Host, Span<UInt8>) -> R) -> R? {
    let text = unsafe Span<UInt8>(_unsafeBytes: answer)
    return body(&self, text)
  }

  mutating func leave(password: Span<UInt8>) -> Bool {
    passwordLength = password.count
    return true
  }

  /// An acceptance that the caller would not wait for is none: the journal says what was told.
  func told(_ decision: Decision) -> Decision {
    guard decision.outcome == .accepted, let schedule, schedule.isOver else { return decision }
    var late = Decision(.unavailable, .tooLate)
    late.use = decision.use
    return late
  }

  mutating func log(_ line: borrowing TextLine, isWarning: Bool) {
    Host.log(line, isWarning: isWarning)
  }

  static func log(_ line: borrowing TextLine, isWarning: Bool) {
    let name: StaticString = "cachet-mfa-broker"
    line.withCString { unsafe log_as(name.cString, isWarning ? LOG_WARNING : LOG_NOTICE, $0) }
  }

  // MARK: the Unix password

  mutating func verify(password: Span<UInt8>) -> PasswordVerdict {
    hasVerified = true
    guard let user else { return .unavailable }
    return unsafe withSecretCString(password) { (password: UnsafePointer<CChar>) in
      unsafe user.withCString { user in
        unsafe Host.verdict(
          rhost.with { unsafe client_password(Host.service, user, $0, password) })
      }
    } ?? .unavailable
  }

  /// Whether the account may be used.
  func account() -> PasswordVerdict {
    guard let user else { return .unavailable }
    return unsafe user.withCString { user in
      unsafe Host.verdict(rhost.with { unsafe client_account(Host.service, user, $0) })
    }
  }

  /// Does the work of verifying a password, where that was not done: the reply takes as long.
  mutating func pretend() {
    guard !hasVerified else { return }
    hasVerified = true
    let text = unsafe Span<UInt8>(_unsafeBytes: answer)
    _ = unsafe withSecretCString(text) { (password: UnsafePointer<CChar>) in
      // The name services are asked for whom the question named, as libpam would ask them.
      if let named {
        unsafe named.withCString { unsafe client_pretend($0, password) }
      } else {
        unsafe client_pretend(nil, password)
      }
    }
  }

  /// The mark of `answer` for whom, where and from where it is, and for the password as it is stored
  /// today, of a user without an account for none; `nil` where the shadow file could not be read.
  func mark(
    of answer: Span<UInt8>, _ request: Request, in table: borrowing SessionTable
  ) throws(StoreFailure) -> SessionTable.Mark? {
    var mark: SessionTable.Mark?
    let none = StoreFailure(.sessions, .crypto(.memory))
    _ = try SecretBytes(count: Host.shadowRoom + answer.count + 2 * 66, or: none) {
      (room: inout MutableSpan<UInt8>) throws(StoreFailure) in
      if let user {
        let isRead = unsafe room.withUnsafeMutableBytes { bytes in
          guard let base = bytes.baseAddress else { return false }
          return unsafe user.withCString {
            unsafe client_shadow_field(
              $0, base.assumingMemoryBound(to: CChar.self), Host.shadowRoom)
          }
        }
        guard isRead else { return }
      }
      var end = Host.shadowRoom
      end = Host.append(request.service, to: &room, at: end)
      end = Host.append(request.rhost, to: &room, at: end)
      var rest = room._mutatingExtracting(end..<room.count)
      copy(answer, into: &rest)
      let text = room.span
      let all = text.extracting(0..<(end + answer.count))
      let origin = text.extracting(Host.shadowRoom..<end)
      switch request.account {
      case .found(let account):
        mark = try account.name.withBytes { (name: Span<UInt8>) throws(StoreFailure) in
          try table.mark(of: all, user: name, from: origin)
        }
      case .unknown, .oversized, .failed:
        mark = try request.user.withBytes { (name: Span<UInt8>) throws(StoreFailure) in
          try table.mark(of: all, user: name, from: origin)
        }
      }
    }
    return mark
  }

  private static let shadowRoom = 512

  /// Writes a length and the text: what follows cannot be taken for a part of it.
  private static func append(
    _ text: Quoted?, to room: inout MutableSpan<UInt8>, at start: Int
  ) -> Int {
    room[start] = UInt8(truncatingIfNeeded: text?.count ?? 0)
    guard let text else { return start + 1 }
    return text.withBytes { (bytes: Span<UInt8>) in
      var rest = room._mutatingExtracting((start + 1)..<room.count)
      copy(bytes, into: &rest)
      return start + 1 + bytes.count
    }
  }

  /// The PAM service that judges passwords and accounts: /etc/pam.d/cachet-mfa-password.
  private static var service: UnsafePointer<CChar> {
    let name: StaticString = "cachet-mfa-password"
    return unsafe name.cString
  }

  private static func verdict(_ answer: client_answer) -> PasswordVerdict {
    switch answer {
    case CLIENT_YES: .right
    case CLIENT_WRONG: .wrong
    case CLIENT_SHUT: .accountShut
    default: .unavailable
    }
  }
}

extension Optional where Wrapped == CName {
  /// Lends the name, or NULL.
  @unsafe fileprivate func with<R>(_ body: (UnsafePointer<CChar>?) -> R) -> R {
    guard let self else { return body(nil) }
    return unsafe self.withCString(body)
  }
}
