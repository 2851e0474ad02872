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
    let salt = credentials.salt
    let iterations = credentials.iterations
    let sets = credentials.sets
    return try withDerived(text, salt: salt.span, iterations: iterations) {
      (hash: Span<UInt8>) throws(StoreFailure) in
      var hit: Hit? = nil
      var i = 0
      while let set = sets[i] {
        var k = 0
        while let known = set.hashes[k] {
          if constantTimeEqual(known.bytes.span, hash) { hit = Hit(set: set, index: k) }
          k += 1
        }
        i += 1
      }
      return hit
    }
  }

  /// The same work for somebody without a record.
  static func pretend(_ text: Span<UInt8>) throws(StoreFailure) {
    let salt = InlineArray<16, UInt8>(repeating: 0)
    try withDerived(text, salt: salt.span, iterations: OneTimeSecret.iterations) { _ in }
  }

  @inline(never)
  private static func withDerived<R>(
    _ text: Span<UInt8>, salt: Span<UInt8>, iterations: Int,
    _ body: (Span<UInt8>) throws(StoreFailure) -> R
  ) throws(StoreFailure) -> R {
    try withScratch { (room: inout MutableSpan<UInt8>) throws(StoreFailure) in
      try withScratch { (hash: inout MutableSpan<UInt8>) throws(StoreFailure) in
        do throws(OTPFailure) {
          try OneTimeSecret.read(text, into: &room)
          var derived = hash._mutatingExtracting(0..<OneTimeSecret.hashLength)
          try OneTimeSecret.derive(room.span, salt: salt, iterations: iterations, into: &derived)
        } catch {
          throw StoreFailure(.credentials, .crypto(error))
        }
        return try body(hash.span.extracting(0..<OneTimeSecret.hashLength))
      }
    }
  }
}
