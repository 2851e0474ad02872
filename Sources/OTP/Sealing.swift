internal import COpenSSL

/// AES-256-GCM (NIST SP 800-38D) around a secret: 12 bytes nonce, the ciphertext, 16 bytes tag.
public enum Sealing {
  public static let nonceLength = 12
  public static let tagLength = 16
  /// What sealing adds to the length of a secret.
  public static let overhead = 28

  /// Seals `secret` into the first `secret.count + overhead` bytes of `box`, under a fresh nonce.
  public static func seal(
    _ secret: Span<UInt8>, key: Span<UInt8>, associated: Span<UInt8>,
    into box: inout MutableSpan<UInt8>
  ) throws(OTPFailure) {
    guard key.count == 32, secret.count > 0, box.count >= overhead,
      box.count - overhead >= secret.count, let secretLength = Int32(exactly: secret.count),
      let associatedLength = Int32(exactly: associated.count)
    else { throw .crypto }
    var nonce = InlineArray<12, UInt8>(repeating: 0)
    var nonceSpan = nonce.mutableSpan
    try fillRandom(&nonceSpan)
    copy(nonce.span, into: &box)
    let done = unsafe withContext { context in
      unsafe secret.withUnsafeBytes { secret in
        unsafe key.withUnsafeBytes { key in
          unsafe associated.withUnsafeBytes { associated in
            unsafe box.withUnsafeMutableBytes { box in
              guard let base = box.baseAddress else { return false }
              let out = unsafe base.assumingMemoryBound(to: UInt8.self)
              var length: Int32 = 0
              return unsafe EVP_EncryptInit_ex(
                context, EVP_aes_256_gcm(), nil, key.bindMemory(to: UInt8.self).baseAddress, out)
                == 1
                && EVP_EncryptUpdate(
                  context, nil, &length, associated.bindMemory(to: UInt8.self).baseAddress,
                  associatedLength) == 1
                && EVP_EncryptUpdate(
                  context, out + nonceLength, &length,
                  secret.bindMemory(to: UInt8.self).baseAddress, secretLength) == 1
                && EVP_EncryptFinal_ex(context, out + nonceLength + secret.count, &length) == 1
                && EVP_CIPHER_CTX_ctrl(
                  context, EVP_CTRL_AEAD_GET_TAG, Int32(tagLength),
                  out + nonceLength + secret.count) == 1
            }
          }
        }
      }
    }
    guard done else { throw .crypto }
  }

  /// Opens `box` into the first `box.count - overhead` bytes of `secret`.
  ///
  /// Throws `malformed` where key, associated data or any bit of the box differs; `secret` is zero
  /// then, because unauthenticated plaintext is nobody's.
  public static func open(
    _ box: Span<UInt8>, key: Span<UInt8>, associated: Span<UInt8>,
    into secret: inout MutableSpan<UInt8>
  ) throws(OTPFailure) {
    let length = box.count - overhead
    guard key.count == 32, length > 0, secret.count >= length,
      let boxedLength = Int32(exactly: length),
      let associatedLength = Int32(exactly: associated.count)
    else {
      cleanse(&secret)
      throw .malformed
    }
    var tag = InlineArray<16, UInt8>(repeating: 0)
    var tagSpan = tag.mutableSpan
    copy(box.extracting((box.count - tagLength)..<box.count), into: &tagSpan)
    var prepared = false
    let done = unsafe withContext { context in
      unsafe box.withUnsafeBytes { box in
        unsafe key.withUnsafeBytes { key in
          unsafe associated.withUnsafeBytes { associated in
            unsafe tagSpan.withUnsafeMutableBytes { tag in
              unsafe secret.withUnsafeMutableBytes { secret in
                guard let base = box.baseAddress, let room = secret.baseAddress else {
                  return false
                }
                let from = unsafe base.assumingMemoryBound(to: UInt8.self)
                let out = unsafe room.assumingMemoryBound(to: UInt8.self)
                var written: Int32 = 0
                prepared =
                  unsafe EVP_DecryptInit_ex(
                    context, EVP_aes_256_gcm(), nil, key.bindMemory(to: UInt8.self).baseAddress,
                    from) == 1
                  && EVP_DecryptUpdate(
                    context, nil, &written, associated.bindMemory(to: UInt8.self).baseAddress,
                    associatedLength) == 1
                  && EVP_DecryptUpdate(
                    context, out, &written, from + nonceLength, boxedLength) == 1
                  && EVP_CIPHER_CTX_ctrl(
                    context, EVP_CTRL_AEAD_SET_TAG, Int32(tagLength), tag.baseAddress) == 1
                return unsafe prepared
                  && EVP_DecryptFinal_ex(context, out + length, &written) == 1
              }
            }
          }
        }
      }
    }
    guard done else {
      cleanse(&secret)
      throw prepared ? .malformed : .crypto
    }
  }

  /// Lends a cipher context, wiped and freed afterwards; the error queue is left as found.
  private static func withContext(_ body: (OpaquePointer) -> Bool) -> Bool {
    ERR_set_mark()
    defer { ERR_pop_to_mark() }
    guard let context = unsafe EVP_CIPHER_CTX_new() else { return false }
    defer { unsafe EVP_CIPHER_CTX_free(context) }
    return unsafe body(context)
  }
}
