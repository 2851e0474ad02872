public import OTP

/// What a user's record says: factors, one-time secrets, and who it belongs to.
///
/// The value of the file `credentials` (docs/formats.md); never written by a sign-in.
public struct Credentials: ~Copyable {
  /// 16 random bytes that bind sealed secrets and the state page to this record.
  public internal(set) var record: RecordID
  /// The account's uid; one that differs is damage.
  public internal(set) var uid: UInt32
  /// The host key under which the factors are sealed.
  public internal(set) var key: KeyID
  public internal(set) var salt: InlineArray<16, UInt8>
  public internal(set) var iterations: Int
  /// When the administrator disabled the user, in seconds since the epoch; 0 while enabled.
  public var disabledAt: Int64 = 0
  public internal(set) var factors = FixedList<8, SealedFactor>()
  public internal(set) var sets = FixedList<2, OneTimeSet>()
  public internal(set) var removed = FixedList<24, RemovedFactor>()

  public static var file: FileName { FileName("credentials") }
  /// PBKDF2 iterations that a record may state.
  public static let iterationCounts = 1_000...10_000_000

  init(
    record: RecordID, uid: UInt32, key: KeyID, salt: InlineArray<16, UInt8>, iterations: Int
  ) {
    self.record = record
    self.uid = uid
    self.key = key
    self.salt = salt
    self.iterations = iterations
  }

  /// An empty record for the account `uid`, with fresh random bytes.
  public init(uid: UInt32, key: KeyID) throws(StoreFailure) {
    var record = InlineArray<16, UInt8>(repeating: 0)
    var salt = InlineArray<16, UInt8>(repeating: 0)
    do throws(OTPFailure) {
      var room = record.mutableSpan
      try fillRandom(&room)
      room = salt.mutableSpan
      try fillRandom(&room)
    } catch {
      throw StoreFailure(.credentials, .crypto(error))
    }
    self.init(
      record: RecordID(bytes: record), uid: uid, key: key, salt: salt,
      iterations: OneTimeSecret.iterations)
  }

  /// Whether the user has a factor to sign in with.
  public var isEnrolled: Bool { factors.count > 0 }

  /// The set of `kind`, if the record has one.
  public func set(of kind: OneTimeSet.Kind) -> OneTimeSet? {
    var i = 0
    while let set = sets[i] {
      if set.kind == kind { return set }
      i += 1
    }
    return nil
  }

  /// The place in the list of the factor called `name`.
  public func index(named name: FactorName) -> Int? {
    var i = 0
    while let factor = factors[i] {
      if factor.name == name { return i }
      i += 1
    }
    return nil
  }
}

/// 16 random bytes, made with the record.
public struct RecordID: Sendable {
  public internal(set) var bytes: InlineArray<16, UInt8>

  public init(bytes: InlineArray<16, UInt8>) { self.bytes = bytes }
}

/// A factor's number, 1 to 32: its word in the state page.
public struct FactorID: Equatable, Sendable {
  public let rawValue: UInt8

  public static let all = 1...32

  public init?(_ number: Int) {
    guard FactorID.all.contains(number) else { return nil }
    rawValue = UInt8(truncatingIfNeeded: number)
  }
}

/// What a person calls a factor: 1 to 64 bytes of UTF-8, no control characters, no blank at an end.
public struct FactorName: Equatable, Sendable {
  private var bytes = InlineArray<64, UInt8>(repeating: 0)
  public private(set) var count = 0

  public init?(_ text: Span<UInt8>) {
    guard text.count > 0, text.count <= 64, isPlainText(text),
      text[0] != UInt8(ascii: " "), text[text.count - 1] != UInt8(ascii: " ")
    else { return nil }
    while count < text.count {
      bytes[count] = text[count]
      count += 1
    }
  }

  public func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    let span = bytes.span
    return try body(span.extracting(0..<count))
  }

  public static func == (a: FactorName, b: FactorName) -> Bool {
    a.withBytes { (a: Span<UInt8>) in b.withBytes { (b: Span<UInt8>) in equal(a, b) } }
  }
}

/// One factor as it lies in the record: parameters in the open, the secret sealed.
public struct SealedFactor: Sendable {
  public let id: FactorID
  public let parameters: Parameters
  public let created: Int64
  public var name: FactorName
  var sealed: InlineArray<92, UInt8>
  var sealedCount: Int

  /// Lengths of a sealed secret of 128 to 512 bits.
  static let sealedLengths =
    Parameters.secretLengths.lowerBound + Sealing.overhead...Parameters.secretLengths.upperBound
    + Sealing.overhead
}

/// Recovery codes or an invitation: hashes that each open one sign-in.
public struct OneTimeSet: Sendable {
  public enum Kind: Sendable { case recovery, invitation }

  public let kind: Kind
  /// 0 to 7: which word of the state page holds what was used.
  public let place: Int
  /// Tells this set from those that had the place before.
  public let generation: UInt16
  public let created: Int64
  /// Seconds since the epoch; 0 for never.
  public let expires: Int64
  public var hashes: Hashes

  public init(
    kind: Kind, place: Int, generation: UInt16, created: Int64, expires: Int64,
    hashes: Hashes
  ) {
    self.kind = kind
    self.place = place
    self.generation = generation
    self.created = created
    self.expires = expires
    self.hashes = hashes
  }
}

extension OneTimeSet {
  /// At most 16 hashes of 32 bytes, one behind the other.
  public struct Hashes: Sendable {
    private var bytes = InlineArray<512, UInt8>(repeating: 0)
    public private(set) var count = 0

    public init() {}

    /// Adds 32 bytes at the end; `false` where there is no room, or where they are not 32.
    public mutating func append(_ hash: Span<UInt8>) -> Bool {
      guard hash.count == OneTimeSecret.hashLength, count < 16 else { return false }
      var all = bytes.mutableSpan
      var free = all._mutatingExtracting((32 * count)..<(32 * count + 32))
      copy(hash, into: &free)
      count += 1
      return true
    }

    /// Lends the hash at `index`; `nil` where there is none.
    public func with<R>(_ index: Int, _ body: (Span<UInt8>) -> R) -> R? {
      guard index >= 0, index < count else { return nil }
      return body(bytes.span.extracting((32 * index)..<(32 * index + 32)))
    }
  }
}

/// A factor that was removed: who brings the same secret back inherits its last step.
public struct RemovedFactor: Sendable {
  public let id: FactorID
  /// When it was removed, in seconds since the epoch.
  public let time: Int64
  /// HMAC-SHA256(record id, secret).
  public internal(set) var mark: InlineArray<32, UInt8>
}

/// Whether `text` is UTF-8 without control characters (C0, DEL, C1).
public func isPlainText(_ text: Span<UInt8>) -> Bool {
  var i = 0
  while i < text.count {
    let length = scalarLength(text, i..<text.count)
    guard length > 0, text[i] >= 0x20, text[i] != 0x7f, text[i] != 0xc2 || text[i + 1] >= 0xa0
    else { return false }
    i += length
  }
  return true
}
