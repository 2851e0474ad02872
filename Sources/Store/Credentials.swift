internal import OTP

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

  /// The factor `id`.
  public func factor(_ id: FactorID) -> SealedFactor? {
    var i = 0
    while let factor = factors[i] {
      if factor.id == id { return factor }
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
