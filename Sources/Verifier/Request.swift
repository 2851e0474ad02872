internal import CPlatform
public import OTP
public import Store

/// Who wants in, where, and how the line in the PAM stack asks: everything a decision depends on
/// besides store, policy and clock.
public struct Request {
  /// What asks for the answer, and where the answer is.
  public enum Mode: Sendable {
    /// Our own prompt; the answer is a code or a one-time secret.
    case prompt
    /// Our own prompt; the answer is password and code in one. The password is left behind.
    case promptSplit
    /// What an earlier module left is all there is; with `split`, password and code in one.
    case earlier(split: Bool)
    /// What an earlier module left is tried first; then our own prompt.
    case earlierThenPrompt(split: Bool)

    /// Whether the answer is password and code in one.
    var splits: Bool {
      switch self {
      case .prompt: false
      case .promptSplit: true
      case .earlier(let split), .earlierThenPrompt(let split): split
      }
    }
  }

  /// What the answer is for.
  public enum Purpose: Sendable {
    case signIn
    /// Self-service: one more factor, for which an invitation is enough.
    case enrollment
    /// Self-service: the first factor, for which policy lets the password be enough.
    case firstEnrollment
    /// Self-service: anything else about an enrolment.
    case change
  }

  /// The name as it was given; the account may spell it otherwise.
  public let user: Quoted
  public let account: AccountLookup
  public let service: Quoted
  public var mode: Mode
  public var purpose = Purpose.signIn
  /// The account asks about itself, at `self.sock`, and the kernel vouches for it.
  public var isByAccount = false
  /// The line says that whoever comes this far has proven a first factor.
  public var isProven: Bool
  /// The PAM environment holds what sshd puts there after a method succeeded; so may a local
  /// program, which is why it counts at SSH doors alone.
  public var hasSSHEvidence = false
  /// `needs_first_factor`: nobody gets anywhere, exempt or not, without one.
  public var needsFirstFactor = false
  /// The line says `needs_second_factor`, and our auth line has not accepted the account in this PAM
  /// handle.
  public var lacksSecondFactor = false
  /// The Unix password stands before the code, and `SignInHost.verify` judges it.
  public var verifiesPassword = false
  /// `nullok`: the line lets policy decide about users who are not enrolled.
  public var allowsUnenrolled: Bool
  /// `window=`: at most this many steps, whatever policy allows.
  public var window: Int?
  /// `prompt=`: what to ask for instead of "Verification code".
  public var prompt: FactorName?
  public var rhost: Quoted?
  public var tty: Quoted?
  public var ruser: Quoted?
  /// The real user id of the process that asks.
  public let caller: UInt32

  @inline(never)
  public init(
    user: Quoted, account: AccountLookup, service: Quoted, mode: Mode, isProven: Bool = false,
    allowsUnenrolled: Bool = false, window: Int? = nil, prompt: FactorName? = nil,
    rhost: Quoted? = nil, tty: Quoted? = nil, ruser: Quoted? = nil, caller: UInt32 = 0
  ) {
    self.user = user
    self.account = account
    self.service = service
    self.mode = mode
    self.isProven = isProven
    self.allowsUnenrolled = allowsUnenrolled
    self.window = window
    self.prompt = prompt
    self.rhost = rhost
    self.tty = tty
    self.ruser = ruser
    self.caller = caller
  }

  /// The door, where that is not for policy to say.
  public var ownDoor: Door? { isByAccount ? .self : nil }

  /// Whether a first factor is proven where policy calls the service `door`.
  func isProven(at door: Door) -> Bool { isProven || hasSSHEvidence && door == .ssh }

  /// The address it comes from, of IPv6 the /64; `nil` where there is none.
  public var network: Quoted? { rhost.map { networkPrefix(of: $0) } }

  /// Where unproven attempts are counted: the remote host, else the caller.
  var origin: AttemptTable.Origin {
    if let network { .host(network) } else { .user(caller) }
  }

  /// The turns at deciding it: those of a known origin where the account signed in from there within
  /// 30 days, at a line that does not know the first factor.
  public func turns(at location: StoreLocation, now: Int64) throws(StoreFailure) -> Turns {
    let folder = try Store.makePath(location.run, location.owners)
    var isKnown = false
    if case .found(let account) = account {
      let table = try AttemptTable(in: folder)
      isKnown = try account.name.withBytes { (name: Span<UInt8>) throws(StoreFailure) in
        try table.remembers(name, from: origin, now: now)
      }
    }
    return try Turns(
      for: isKnown ? .known(account: canonicalUser, network) : .stranger(network), in: folder)
  }
}

/// What the verifier needs of the program around it.
public protocol SignInHost: ~Copyable {
  /// Whether this is the broker, which verifies passwords and serves purposes but a sign-in.
  static var isBroker: Bool { get }
  /// Seconds since the epoch, -1 where the clock cannot be read.
  func now() -> Int64
  /// Asks without echo and lends what was typed, which is wiped afterwards; `nil` where nobody can
  /// be asked.
  mutating func ask<R>(
    _ prompt: borrowing TextLine, _ body: (inout Self, Span<UInt8>) -> R
  ) -> R?
  /// Lends the password that an earlier module left; `nil` where there is none.
  mutating func withEarlierPassword<R>(_ body: (inout Self, Span<UInt8>) -> R) -> R?
  /// Judges the password of a request that `verifiesPassword`. Asked once at most, and only behind
  /// a second factor that was right: nobody learns of a password alone whether it is right.
  mutating func verify(password: Span<UInt8>) -> PasswordVerdict
  /// Leaves `password` for later modules; `false` where that failed.
  mutating func leave(password: Span<UInt8>) -> Bool
  /// What of `decision` can still be told; asked once, before it is logged.
  func told(_ decision: Decision) -> Decision
  /// Writes one line to the journal.
  mutating func log(_ line: borrowing TextLine, isWarning: Bool)
}

/// What the account database says of a password and of the account it belongs to.
public enum PasswordVerdict: Sendable {
  case right
  case wrong
  /// The password is right, and the account or the password has expired or is locked.
  case accountShut
  case unavailable
}

extension SignInHost where Self: ~Copyable {
  /// A host where people sign in, and do nothing else.
  public static var isBroker: Bool { false }
  public mutating func verify(password: Span<UInt8>) -> PasswordVerdict { .unavailable }
  public func told(_ decision: Decision) -> Decision { decision }
}

/// The /64 of an IPv6 address, since one client commands all of it; an IPv4 address, also in IPv6
/// clothes; a host's name as it is.
func networkPrefix(of host: Quoted) -> Quoted {
  var room = host.bytes
  let count = unsafe withUnsafeMutableBytes(of: &room) { bytes in
    guard let base = bytes.baseAddress else { return host.count }
    return unsafe network_of(
      base.assumingMemoryBound(to: CChar.self), bytes.count, host.count)
  }
  return Quoted(room.span.extracting(0..<min(count, room.count)))
}
