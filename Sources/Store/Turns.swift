internal import CPlatform
public import OTP

/// Turns at deciding sign-ins: how many are decided at once, for one origin and for all strangers.
///
/// A stranger is an address from which the account did not sign in for 30 days. Deciding costs two
/// password hashes, whatever comes of it. Without turns, strangers who ask often enough keep the
/// processors so busy that right answers come too late.
public struct Turns: ~Copyable {
  /// From where a request comes.
  public enum Origin {
    /// An address from which this account did not sign in: one origin for all accounts.
    case stranger(Quoted?)
    /// An account and an address from which it signed in: what others do there takes none of its places.
    case known(account: Quoted, Quoted?)

    fileprivate var isKnown: Bool {
      switch self {
      case .stranger: false
      case .known: true
      }
    }
  }

  // Behind the shares of all users.
  private static var base: Int { 1 << 40 }
  /// What is decided at a time: of strangers all together, and of known origins.
  private static var strangers: Places.Row { Places.Row(start: base, places: 4) }
  private static var known: Places.Row { Places.Row(start: base + 16, places: 16) }
  /// Strangers who wait for their turn or have it.
  private static var queue: Places.Row { Places.Row(start: base + 64, places: 32) }
  /// Processes that may say in the journal, and hold it for a second, that somebody got no turn.
  private static func complaints(_ isKnown: Bool) -> Places.Row {
    isKnown
      ? Places.Row(start: base + 134, places: 2) : Places.Row(start: base + 128, places: 6)
  }
  /// Those who wait for what somebody else decides about the same answer.
  private static var watchers: Places.Row { Places.Row(start: base + 192, places: 64) }

  /// The rows of one origin: what waits or is decided, what is decided at a time, who watches.
  private static func present(_ own: Int) -> Places.Row { Places.Row(start: own, places: 8) }
  private static func decided(_ own: Int) -> Places.Row { Places.Row(start: own + 8, places: 2) }
  private static func watching(_ own: Int) -> Places.Row { Places.Row(start: own + 16, places: 40) }

  /// Milliseconds between two looks at a row whose places are taken.
  private static var look: Int { 20 }

  private let places: Places
  private let isKnown: Bool
  /// Where the rows of the origin begin; `nil` where it has no address: then only all strangers
  /// together are counted.
  private let own: Int?

  public init(for origin: Origin, in folder: borrowing TrustedFolder) throws(StoreFailure) {
    let own = try Turns.rows(of: origin)
    let places = try Places(in: folder)
    self.places = places
    self.own = own
    isKnown = origin.isKnown
  }

  /// Takes a turn, and holds it as long as this process lives. Waits for it until `deadline`, in
  /// `monotonic_milliseconds`; `false` where there is none by then, or where too many wait already.
  public func take(before deadline: Int64) throws(StoreFailure) -> Bool {
    guard monotonic_milliseconds() < deadline else { return false }
    if let own {
      guard try places.take(in: Turns.present(own)) else { return false }
    }
    if !isKnown {
      guard try places.take(in: Turns.queue) else { return false }
    }
    if let own {
      // First one of the origin's own: while waiting for it none of the common ones is held.
      guard try wait(for: Turns.decided(own), before: deadline) else { return false }
    }
    return try wait(for: isKnown ? Turns.known : Turns.strangers, before: deadline)
  }

  /// Whether this process may wait for what another one decides about the same answer.
  public func mayWatch() throws(StoreFailure) -> Bool {
    if let own {
      guard try places.take(in: Turns.watching(own)) else { return false }
    }
    guard !isKnown else { return true }
    return try places.take(in: Turns.watchers)
  }

  /// Whether the journal may hear that there was no turn. Whoever may holds its place for a second, so
  /// that strangers who ask without end do not push everything else out of the journal.
  public func mayComplain() throws(StoreFailure) -> Bool {
    try places.take(in: Turns.complaints(isKnown))
  }

  private func wait(for row: Places.Row, before deadline: Int64) throws(StoreFailure) -> Bool {
    while monotonic_milliseconds() < deadline {
      if try places.take(in: row) { return true }
      pause_milliseconds(Turns.look)
    }
    return false
  }

  /// Where the rows of an origin begin: behind the common ones, as SHA-256 of it says.
  private static func rows(of origin: Origin) throws(StoreFailure) -> Int? {
    var message = InlineArray<130, UInt8>(repeating: 0)
    var text = message.mutableSpan
    var end = 0
    switch origin {
    case .stranger(let address):
      guard let address else { return nil }
      end = append(address, to: &text, at: 0)
    case .known(let account, let address):
      guard let address else { return nil }
      end = append(address, to: &text, at: 0)
      end = append(account, to: &text, at: end)
    }
    var digest = InlineArray<32, UInt8>(repeating: 0)
    var room = digest.mutableSpan
    do throws(OTPFailure) { try sha256(message.span.extracting(0..<end), into: &room) } catch {
      throw StoreFailure(.shares, .crypto(error))
    }
    return base + 1024 + 64 * Int(bigEndian(digest.span.extracting(0..<5)))
  }

  /// Writes a length and the text; where it ends.
  private static func append(
    _ text: Quoted, to room: inout MutableSpan<UInt8>, at start: Int
  ) -> Int {
    room[start] = UInt8(truncatingIfNeeded: text.count)
    return text.withBytes { (bytes: Span<UInt8>) in
      var rest = room._mutatingExtracting((start + 1)..<room.count)
      copy(bytes, into: &rest)
      return start + 1 + bytes.count
    }
  }
}
