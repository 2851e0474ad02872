internal import OTP
public import Store

/// How a person without a factor comes to the first one.
public enum FirstEnrolment: Sendable {
  /// Root invites.
  case invitation
  /// The password is enough until `enroll-by`.
  case password
}

/// When wrong codes slow a person down, and when they shut a door.
public struct ThrottleRules: Sendable {
  /// Wrong codes after which the next one has to wait.
  public var after = 5
  /// The first wait in seconds. Each further wrong code doubles it.
  public var first = 30
  /// The longest wait in seconds, at least `first`.
  public var longest = 900
  /// Wrong codes after which the door stays shut until `unlock`.
  public var lockAfter = 100
  /// Refusals without a proven first factor, over all addresses, after which such attempts at the
  /// account are delayed.
  public var unprovenAccountLimit = 50

  public init() {}

  /// Limits of attempts with a proven first factor, at one door.
  public var proven: AttemptLimits { limits(after: after, locking: true) }
  /// Limits of attempts without, from one origin.
  var perOrigin: AttemptLimits { limits(after: after, locking: false) }
  /// Limits of attempts without, from anywhere.
  public var ceiling: AttemptLimits { limits(after: unprovenAccountLimit, locking: false) }

  private func limits(after: Int, locking: Bool) -> AttemptLimits {
    AttemptLimits(
      after: after, firstWait: Int64(first), longestWait: Int64(longest),
      lockAfter: locking ? lockAfter : nil)
  }
}

/// The policy of a host: its form, and what it answers.
///
/// `cachet-mfa-policy(5)` is the reference of keys and grammar.
public struct Policy: ~Copyable {
  /// Bytes of the largest `policy.conf`.
  public static var largest: Int { 16_384 }

  private let form: PolicyForm
  private let settings: PolicySettings

  /// Reads `policy.conf`. Every line is checked; the first thing wrong is thrown.
  public init(checking text: Span<UInt8>) throws(PolicyFailure) {
    try PolicyCheck.run(text)
    try self.init(PolicyCompiler.form(of: text))
  }

  /// Takes over a form that is whole.
  init(_ form: consuming PolicyForm) throws(PolicyFailure) {
    let settings = form.withBytes { (bytes: Span<UInt8>) in
      PolicySettings(reading: bytes.extracting(PolicyForm.settings..<PolicyForm.entries))
    }
    guard let settings else { throw PolicyFailure(.notApplied, line: 0) }
    self.settings = settings
    self.form = form
  }

  /// Digits of a code where no factor of the user says otherwise.
  public var digits: Int { settings.digits }

  /// Steps before and after the current one whose codes are taken too.
  public var window: Int { settings.window }

  /// Whether somebody without a factor may pass until their grace ends (`graceEnds`).
  public var unenrolledAllowed: Bool { settings.unenrolledAllowed }

  public var firstEnroll: FirstEnrolment { settings.firstEnroll }

  /// Whether the password is still enough for the first factor of `account`.
  public borrowing func passwordEnrolls(_ account: Account, now: Int64) -> Bool {
    guard case .password = firstEnroll, now >= Release.time, let end = graceEnds(of: account) else {
      return false
    }
    return now < end
  }

  /// The second at which the grace of everybody ends, at the latest; see `graceEnds` for one account.
  public var enrollBy: Int64? { settings.enrollBy }

  public var throttle: ThrottleRules { settings.throttle }

  /// Shows each entry of a key that has lists, in the order of the text, until `body` answers `false`:
  /// the name, and as detail of
  ///
  /// - `exempt-users` and `exempt-groups` the reason,
  /// - `door.SERVICE` one byte, the door's raw value,
  /// - `session.SERVICE` four bytes, the seconds,
  /// - `enroll-by.GROUP` eight bytes, the second at which the grace ends,
  /// - `broker-allow`, whose name is the service, what `BrokerRule.Names` reads.
  ///
  /// Numbers are big endian.
  public borrowing func eachEntry(
    of key: PolicyKey, _ body: (_ name: Span<UInt8>, _ detail: Span<UInt8>) -> Bool
  ) {
    form.eachEntry(of: key, body)
  }

  /// Whether any entry of such a key stands.
  public borrowing func has(_ key: PolicyKey) -> Bool {
    var stands = false
    eachEntry(of: key) { (_, _) in
      stands = true
      return false
    }
    return stands
  }

  /// Whether the policy was made from `text`, byte by byte.
  public borrowing func isMade(from text: Span<UInt8>) -> Bool {
    var digest = InlineArray<32, UInt8>(repeating: 0)
    var room = digest.mutableSpan
    do throws(PolicyFailure) { try PolicyForm.hash(text, into: &room) } catch { return false }
    return form.withBytes { (bytes: Span<UInt8>) in
      equal(bytes.extracting(PolicyForm.source..<PolicyForm.settings), digest.span)
    }
  }

  /// Lends the form, which is what `policy.applied` holds.
  public borrowing func withForm<R, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    try form.withBytes { (bytes: Span<UInt8>) throws(E) in try body(bytes) }
  }
}
