internal import COpenSSL

/// Bytes that must not outlive their use: one owner, no copies, wiped on the way out.
///
/// The memory is libcrypto's, so that a move moves a pointer and nothing is left on the stack.
@safe public struct SecretBytes: ~Copyable {
  private let base: UnsafeMutableRawPointer
  public let count: Int

  /// Far beyond any secret or record of ours: a larger one is a wrong length, not a secret.
  public static let largest = 1 << 20

  /// Takes `count` zeroed bytes and lets `body` fill them; throws `none` where there is no memory,
  /// and for none or more than `largest`.
  public init<E: Error>(
    count: Int, or none: E, filling body: (inout MutableSpan<UInt8>) throws(E) -> Void
  ) throws(E) {
    guard count > 0, count <= SecretBytes.largest else { throw none }
    ERR_set_mark()
    let memory = unsafe CRYPTO_zalloc(count, nil, 0)
    ERR_pop_to_mark()
    guard let new = unsafe memory else { throw none }
    var span = unsafe MutableSpan<UInt8>(
      _unsafeStart: new.assumingMemoryBound(to: UInt8.self), count: count)
    do throws(E) {
      try body(&span)
    } catch {
      unsafe CRYPTO_clear_free(new, count, nil, 0)
      throw error
    }
    self.count = count
    unsafe base = new
  }

  deinit { unsafe CRYPTO_clear_free(base, count, nil, 0) }

  /// Lends the bytes for the length of `body`.
  public borrowing func withBytes<R: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    try body(unsafe Span(_unsafeStart: base.assumingMemoryBound(to: UInt8.self), count: count))
  }
}

/// Lends 64 zeroed bytes for a secret that must not survive `body`: never returned, never moved.
public func withScratch<R, E: Error>(
  _ body: (inout MutableSpan<UInt8>) throws(E) -> R
) throws(E) -> R {
  var room = InlineArray<64, UInt8>(repeating: 0)
  defer {
    var all = room.mutableSpan
    cleanse(&all)
  }
  var all = room.mutableSpan
  return try body(&all)
}

/// Overwrites `bytes` in a way that no optimiser removes.
@inline(never)
public func cleanse(_ bytes: inout MutableSpan<UInt8>) {
  unsafe bytes.withUnsafeMutableBytes { room in
    guard let base = room.baseAddress else { return }
    unsafe OPENSSL_cleanse(base, room.count)
  }
}

/// Copies as much of `source` as fits into the front of `target`.
@inline(never)
public func copy(_ source: Span<UInt8>, into target: inout MutableSpan<UInt8>) {
  var i = 0
  while i < source.count, i < target.count {
    target[i] = source[i]
    i += 1
  }
}

/// Whether two byte strings of equal length are the same, in time that depends on the length only.
@inline(never)
public func constantTimeEqual(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
  guard a.count == b.count else { return false }
  return unsafe a.withUnsafeBytes { a in
    unsafe b.withUnsafeBytes { b in
      guard let one = a.baseAddress, let other = b.baseAddress else { return true }
      return unsafe CRYPTO_memcmp(one, other, a.count) == 0
    }
  }
}
