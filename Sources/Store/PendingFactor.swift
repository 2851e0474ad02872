public import OTP

/// A factor between being made and being confirmed. The store knows nothing of it: who enrols keeps
/// it, sealed for one user under the key of this host, until a code confirms it.
///
/// ```
/// key id (8)  expires (8)  algorithm  digits  period (2)  grant  place  generation (2)  SEALED
/// ```
///
/// Numbers are big endian. The associated data of SEALED is the uid (8 bytes), all that stands before
/// it, and the id of the user's record (16 bytes), zeros where there was none.
public struct PendingFactor {
  /// What allows the enrolment.
  public enum Grant {
    /// Codes of the enrolment that there is.
    case proof
    /// The invitation that has this place and generation.
    case invitation(place: UInt8, generation: UInt16)
    /// The password, for a first factor.
    case password
  }

  public let parameters: Parameters
  public let grant: Grant
  /// The record that it is for; `nil` where there was none. One that came after it is another.
  let record: RecordID?

  /// Seconds for which it can be confirmed.
  public static let lifetime: Int64 = 600
  static let headLength = 24
  /// Bytes of the longest one.
  public static let longest = headLength + SealedFactor.sealedLengths.upperBound

  public init(_ parameters: Parameters, _ grant: Grant, for record: RecordID?) {
    self.parameters = parameters
    self.grant = grant
    self.record = record
  }

  /// Seals `secret` for `uid` into the front of `room`; the length.
  public func seal(
    _ secret: Span<UInt8>, uid: UInt32, now: Int64, under keys: borrowing KeyRing,
    into room: inout MutableSpan<UInt8>
  ) throws(StoreFailure) -> Int {
    let length = PendingFactor.headLength + secret.count + Sealing.overhead
    guard Parameters.secretLengths.contains(secret.count), room.count >= length else {
      throw StoreFailure(.credentials, .crypto(.malformed))
    }
    var bound = PendingFactor.bound(uid, record)
    var head = bound.mutableSpan
    PendingFactor.put(keys.latest.rawValue, 8, into: &head, at: 8)
    PendingFactor.put(UInt64(max(0, now + PendingFactor.lifetime)), 8, into: &head, at: 16)
    PendingFactor.put(bigEndian(parameters.bytes.span), 4, into: &head, at: 24)
    switch grant {
    case .proof: head[28] = 1
    case .invitation(let place, let generation):
      head[28] = 2
      head[29] = place
      PendingFactor.put(UInt64(generation), 2, into: &head, at: 30)
    case .password: head[28] = 3
    }
    copy(bound.span.extracting(8..<32), into: &room)
    var box = room._mutatingExtracting(PendingFactor.headLength..<length)
    try PendingFactor.withKey(keys.latest, keys) { (key: Span<UInt8>) throws(StoreFailure) in
      do throws(OTPFailure) {
        try Sealing.seal(secret, key: key, associated: bound.span, into: &box)
      } catch {
        throw StoreFailure(.credentials, .crypto(error))
      }
    }
    return length
  }

  /// Lends the factor that was sealed for `uid` and `record`, and its secret.
  ///
  /// `lapsed` where its time is over, and where it is for somebody or something else, changed, or
  /// under another key.
  public static func open<R>(
    _ bytes: Span<UInt8>, uid: UInt32, record: RecordID?, now: Int64, under keys: borrowing KeyRing,
    _ body: (PendingFactor, Span<UInt8>) throws(StoreFailure) -> R
  ) throws(StoreFailure) -> R {
    let lapsed = StoreFailure(.credentials, .lapsed)
    guard bytes.count > headLength,
      SealedFactor.sealedLengths.contains(bytes.count - headLength)
    else { throw lapsed }
    var bound = bound(uid, record)
    var head = bound.mutableSpan
    var rest = head._mutatingExtracting(8..<32)
    copy(bytes.extracting(0..<headLength), into: &rest)
    let box = bytes.extracting(headLength..<bytes.count)
    let id = KeyID(rawValue: bigEndian(bound.span.extracting(8..<16)))
    return try withScratch { (secret: inout MutableSpan<UInt8>) throws(StoreFailure) -> R in
      try withKey(id, keys) { (key: Span<UInt8>) throws(StoreFailure) in
        do throws(OTPFailure) {
          try Sealing.open(box, key: key, associated: bound.span, into: &secret)
        } catch {
          throw lapsed
        }
      }
      // From here on the bytes are our own.
      guard let factor = PendingFactor(reading: bound.span, for: record) else { throw lapsed }
      let expires = Int64(truncatingIfNeeded: bigEndian(bound.span.extracting(16..<24)))
      guard now < expires, expires - now <= lifetime else { throw lapsed }
      return try body(factor, secret.span.extracting(0..<(box.count - Sealing.overhead)))
    }
  }

  private init?(reading bound: Span<UInt8>, for record: RecordID?) {
    guard let parameters = Parameters(bound.extracting(24..<28), usual: 0) else { return nil }
    let generation = UInt16(truncatingIfNeeded: bigEndian(bound.extracting(30..<32)))
    switch bound[28] {
    case 1: self.init(parameters, .proof, for: record)
    case 2:
      self.init(parameters, .invitation(place: bound[29], generation: generation), for: record)
    case 3: self.init(parameters, .password, for: record)
    default: return nil
    }
  }

  /// What SEALED is bound to, but for its head.
  private static func bound(_ uid: UInt32, _ record: RecordID?) -> InlineArray<48, UInt8> {
    var bound = InlineArray<48, UInt8>(repeating: 0)
    var room = bound.mutableSpan
    put(UInt64(uid), 8, into: &room, at: 0)
    if let record {
      var rest = room._mutatingExtracting(32..<48)
      copy(record.bytes.span, into: &rest)
    }
    return bound
  }

  private static func withKey(
    _ id: KeyID, _ keys: borrowing KeyRing,
    _ body: (Span<UInt8>) throws(StoreFailure) -> Void
  ) throws(StoreFailure) {
    try withScratch { (key: inout MutableSpan<UInt8>) throws(StoreFailure) in
      try keys.derive(
        for: .pending, under: id, or: StoreFailure(.credentials, .lapsed), into: &key)
      try body(key.span.extracting(0..<32))
    }
  }

  /// The last `count` bytes of `number`, the most significant first.
  private static func put(
    _ number: UInt64, _ count: Int, into room: inout MutableSpan<UInt8>, at place: Int
  ) {
    var i = 0
    while i < count {
      room[place + i] = UInt8(truncatingIfNeeded: number >> UInt64(8 * (count - 1 - i)))
      i += 1
    }
  }
}

extension Credentials {
  /// Throws `lapsed` where what allowed `factor` does not hold any more, or the secret was here
  /// before: nobody brings a factor back that was removed.
  borrowing func mustStillAllow(
    _ factor: PendingFactor, _ secret: Span<UInt8>
  ) throws(StoreFailure) {
    var holds =
      switch factor.grant {
      case .proof: isEnrolled
      case .invitation(let place, let generation):
        set(of: .invitation).map { $0.place == Int(place) && $0.generation == generation } ?? false
      case .password: !isEnrolled
      }
    if let other = factor.record, !constantTimeEqual(other.bytes.span, record.bytes.span) {
      holds = false
    }
    guard holds, disabledAt == 0, try !remembers(secret) else {
      throw StoreFailure(.credentials, .lapsed)
    }
  }
}
