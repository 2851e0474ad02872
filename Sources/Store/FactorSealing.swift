public import OTP

/// Secrets go into a record sealed, and come out for the length of one closure.
extension SealedFactor {
  /// Seals `secret` for `credentials`, under the key that the record names.
  public init(
    id: FactorID, name: FactorName, parameters: Parameters, created: Int64, secret: Span<UInt8>,
    for credentials: borrowing Credentials, under key: borrowing HostKey
  ) throws(StoreFailure) {
    guard Parameters.secretLengths.contains(secret.count), key.id == credentials.key else {
      throw StoreFailure(.credentials, .otherKey)
    }
    var sealed = InlineArray<92, UInt8>(repeating: 0)
    var room = sealed.mutableSpan
    let bound = SealedFactor.associated(id: id, parameters: parameters, with: credentials)
    try withScratch { (seal: inout MutableSpan<UInt8>) throws(StoreFailure) in
      try key.derive(for: .seal, into: &seal)
      do throws(OTPFailure) {
        try Sealing.seal(
          secret, key: seal.span.extracting(0..<32), associated: bound.span, into: &room)
      } catch {
        throw StoreFailure(.credentials, .crypto(error))
      }
    }
    self.init(
      id: id, parameters: parameters, created: created, name: name, sealed: sealed,
      sealedCount: secret.count + Sealing.overhead)
  }

  /// Lends the secret, opened under the key that the record names.
  ///
  /// `doesNotOpen` where key, record, uid, id or parameters are not those it was sealed with.
  public func withSecret<R>(
    in credentials: borrowing Credentials, under keys: borrowing KeyRing,
    _ body: (Span<UInt8>) throws(StoreFailure) -> R
  ) throws(StoreFailure) -> R {
    try withScratch { (room: inout MutableSpan<UInt8>) throws(StoreFailure) -> R in
      try open(in: credentials, under: keys, into: &room)
      return try body(room.span.extracting(0..<(sealedCount - Sealing.overhead)))
    }
  }

  @inline(never)
  private func open(
    in credentials: borrowing Credentials, under keys: borrowing KeyRing,
    into secret: inout MutableSpan<UInt8>
  ) throws(StoreFailure) {
    let bound = SealedFactor.associated(id: id, parameters: parameters, with: credentials)
    try withScratch { (seal: inout MutableSpan<UInt8>) throws(StoreFailure) in
      try keys.derive(
        for: .seal, under: credentials.key, or: StoreFailure(.credentials, .otherKey), into: &seal)
      do throws(OTPFailure) {
        try Sealing.open(
          sealed.span.extracting(0..<sealedCount), key: seal.span.extracting(0..<32),
          associated: bound.span, into: &secret)
      } catch {
        switch error {
        case .malformed: throw StoreFailure(.credentials, .doesNotOpen)
        case .crypto, .memory: throw StoreFailure(.credentials, .crypto(error))
        }
      }
    }
  }

  /// record id ‖ uid ‖ factor id ‖ algorithm ‖ digits ‖ period: what a sealed secret is bound to.
  private static func associated(
    id: FactorID, parameters: Parameters, with credentials: borrowing Credentials
  ) -> InlineArray<29, UInt8> {
    var bound = InlineArray<29, UInt8>(repeating: 0)
    let record = credentials.record.bytes
    var i = 0
    while i < 16 {
      bound[i] = record[i]
      i += 1
    }
    let uid = UInt64(credentials.uid)
    while i < 24 {
      bound[i] = UInt8(truncatingIfNeeded: uid >> UInt64(8 * (23 - i)))
      i += 1
    }
    bound[24] = id.rawValue
    bound[25] = parameters.algorithm.rawValue
    bound[26] = UInt8(truncatingIfNeeded: parameters.digits)
    bound[27] = UInt8(truncatingIfNeeded: parameters.period >> 8)
    bound[28] = UInt8(truncatingIfNeeded: parameters.period)
    return bound
  }
}

extension RemovedFactor {
  /// HMAC-SHA256(record id, secret): tells that a secret comes back, and tells nothing else.
  ///
  /// Zeros at the end do not count: HMAC pads its key with them, so they make the same codes.
  static func mark(
    of secret: Span<UInt8>, in record: RecordID
  ) throws(StoreFailure) -> InlineArray<32, UInt8> {
    var digest = InlineArray<32, UInt8>(repeating: 0)
    var room = digest.mutableSpan
    do throws(OTPFailure) {
      try hmac(
        .sha256, key: record.bytes.span, secret.extracting(0..<keyLength(of: secret)),
        into: &room)
    } catch {
      throw StoreFailure(.credentials, .crypto(error))
    }
    return digest
  }
}

/// How much of `secret` HMAC tells apart from shorter ones: all but the zeros at its end.
func keyLength(of secret: Span<UInt8>) -> Int {
  var count = secret.count
  while count > 0, secret[count - 1] == 0 { count -= 1 }
  return count
}
