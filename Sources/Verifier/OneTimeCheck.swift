internal import OTP
internal import Store

/// Evaluating a recovery code or an invitation: one derivation answers for every hash of a record.
enum OneTimeCheck {
  struct Hit {
    let set: OneTimeSet
    let index: Int
  }

  /// Finds the hash of `text`, which has the shape of a one-time secret. Every hash is compared.
  static func find(
    _ text: Span<UInt8>, in credentials: borrowing Credentials
  ) throws(StoreFailure) -> Hit? {
    try find(
      text, in: credentials.sets, salt: credentials.salt.span, iterations: credentials.iterations)
  }

  /// The same work for somebody without a record.
  static func pretend(_ text: Span<UInt8>) throws(StoreFailure) {
    let salt = InlineArray<16, UInt8>(repeating: 0)
    _ = try find(
      text, in: FixedList(), salt: salt.span, iterations: OneTimeSecret.iterations)
  }

  @inline(never)
  private static func find(
    _ text: Span<UInt8>, in sets: FixedList<2, OneTimeSet>, salt: Span<UInt8>, iterations: Int
  ) throws(StoreFailure) -> Hit? {
    try withScratch { (room: inout MutableSpan<UInt8>) throws(StoreFailure) in
      try withScratch { (hash: inout MutableSpan<UInt8>) throws(StoreFailure) in
        var derived = hash._mutatingExtracting(0..<OneTimeSecret.hashLength)
        do throws(OTPFailure) {
          try OneTimeSecret.read(text, into: &room)
          try OneTimeSecret.derive(room.span, salt: salt, iterations: iterations, into: &derived)
        } catch {
          throw StoreFailure(.credentials, .crypto(error))
        }
        return match(derived.span, sets)
      }
    }
  }

  private static func match(_ hash: Span<UInt8>, _ sets: FixedList<2, OneTimeSet>) -> Hit? {
    var hit: Hit? = nil
    var i = 0
    while let set = sets[i] {
      var k = 0
      while let isSame = set.hashes.with(k, { constantTimeEqual($0, hash) }) {
        if isSame { hit = Hit(set: set, index: k) }
        k += 1
      }
      i += 1
    }
    return hit
  }
}
