internal import CPlatform
public import OTP

/// Turns at deciding sign-ins: how many are decided at once, for one address and for all strangers.
///
/// A stranger is an address from which the account did not sign in for 30 days. Deciding costs two
/// password hashes, whatever comes of it. Without turns, strangers who ask often enough keep the
/// processors so busy that right answers come too late.
public struct Turns: ~Copyable {
  // Behind the shares of all users.
  private static var base: Int { 1 << 40 }
  /// What is decided at a time: of strangers all together, and of addresses that are known.
  private static var strangers: Places.Row { Places.Row(start: base, places: 4) }
  private static var known: Places.Row { Places.Row(start: base + 16, places: 16) }
  /// Strangers who wait for their turn or have it.
  private static var queue: Places.Row { Places.Row(start: base + 64, places: 32) }
  /// Processes that may say in the journal, and hold it for a second, that somebody got no turn.
  private static var complaints: Places.Row { Places.Row(start: base + 128, places: 8) }
  /// The rows of one address: what waits or is decided, and what is decided at a time.
  private static var present: Int { 8 }
  private static var decided: Int { 2 }

  /// Milliseconds between two looks at a row whose places are taken.
  private static var look: Int { 20 }

  private let places: Places

  public init(in folder: borrowing TrustedFolder) throws(StoreFailure) {
    places = try Places(in: folder)
  }

  /// Takes a turn for `address`, and holds it as long as this process lives. Waits for it until
  /// `deadline`, in `monotonic_milliseconds`; `false` where there is none by then, or where too many
  /// wait already. Without an address only all strangers together are counted.
  public func take(
    for address: Quoted?, isKnown: Bool, before deadline: Int64
  ) throws(StoreFailure) -> Bool {
    var own: Int?
    if let address { own = try Turns.place(of: address) }
    if let own {
      guard try places.take(in: Places.Row(start: own, places: Turns.present)) else { return false }
    }
    if !isKnown {
      guard try places.take(in: Turns.queue) else { return false }
    }
    if let own {
      // First one of the address's own: while waiting for it none of the common ones is held.
      let row = Places.Row(start: own + Turns.present, places: Turns.decided)
      guard try wait(for: row, before: deadline) else { return false }
    }
    return try wait(for: isKnown ? Turns.known : Turns.strangers, before: deadline)
  }

  /// Whether the journal may hear that there was no turn. Whoever may holds its place for a second, so
  /// that strangers who ask without end do not push everything else out of the journal.
  public func mayComplain() throws(StoreFailure) -> Bool { try places.take(in: Turns.complaints) }

  private func wait(for row: Places.Row, before deadline: Int64) throws(StoreFailure) -> Bool {
    while true {
      if try places.take(in: row) { return true }
      guard monotonic_milliseconds() < deadline else { return false }
      pause_milliseconds(Turns.look)
    }
  }

  /// Where the rows of an address begin: behind the common ones, as SHA-256 of it says.
  private static func place(of address: Quoted) throws(StoreFailure) -> Int {
    var digest = InlineArray<32, UInt8>(repeating: 0)
    var room = digest.mutableSpan
    do throws(OTPFailure) {
      try address.withBytes { (text: Span<UInt8>) throws(OTPFailure) in
        try sha256(text, into: &room)
      }
    } catch {
      throw StoreFailure(.shares, .crypto(error))
    }
    return base + 1024 + 16 * Int(bigEndian(digest.span.extracting(0..<5)))
  }
}
