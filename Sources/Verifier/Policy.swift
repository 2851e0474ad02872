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

/// The policy of a host: its text as checked, and what it answers.
///
/// 17 KiB by value: pass it `borrowing`. `cachet-mfa-policy(5)` is the reference of keys and grammar.
public struct Policy: ~Copyable {
  /// Bytes of the largest `policy.conf`.
  public static var largest: Int { 16_384 }

  private let settings: PolicySettings
  private let text: InlineArray<16_384, UInt8>
  private let count: Int

  /// Reads `policy.conf`. Every line is checked; the first thing wrong is thrown.
  public init(checking bytes: Span<UInt8>) throws(PolicyFailure) {
    let settings = try PolicyCheck.run(bytes)
    var room = InlineArray<16_384, UInt8>(repeating: 0)
    var i = 0
    while i < bytes.count, i < room.count {
      room[i] = bytes[i]
      i += 1
    }
    self.settings = settings
    text = room
    count = i
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

  /// Shows each entry of a list key, `door.` or `enroll-by.` in the order of the text, until `body`
  /// answers `false`: the name and its reason (empty where the key takes none), door or date.
  public borrowing func eachEntry(
    of key: PolicyKey, _ body: (_ name: Span<UInt8>, _ detail: Span<UInt8>) -> Bool
  ) {
    guard settings.has(key) else { return }
    withBytes { (bytes: Span<UInt8>) in PolicyText.eachEntry(of: key, in: bytes, body) }
  }

  /// Whether any entry of such a key stands.
  public borrowing func has(_ key: PolicyKey) -> Bool { settings.has(key) }

  /// Lends the text, byte by byte as it was checked.
  public borrowing func withBytes<R, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    try body(text.span.extracting(0..<count))
  }
}
