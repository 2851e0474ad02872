internal import COpenSSL

/// The hash under HMAC, by its name in RFC 6238 and the Key URI format.
public enum HashAlgorithm: UInt8, Sendable {
  case sha1 = 1
  case sha256 = 2
  case sha512 = 3

  public var name: StaticString {
    switch self {
    case .sha1: "SHA1"
    case .sha256: "SHA256"
    case .sha512: "SHA512"
    }
  }

  /// Bytes of a digest.
  public var digestLength: Int {
    switch self {
    case .sha1: 20
    case .sha256: 32
    case .sha512: 64
    }
  }

  /// Bytes of a secret that we generate: 160 bits for SHA-1, 256 and 512 for the larger hashes.
  public var generatedSecretLength: Int { digestLength }

  var evp: OpaquePointer? {
    switch self {
    case .sha1: unsafe EVP_sha1()
    case .sha256: unsafe EVP_sha256()
    case .sha512: unsafe EVP_sha512()
    }
  }
}

/// HMAC (RFC 2104) of `message`; fills the first `algorithm.digestLength` bytes of `digest`. An empty
/// key is refused: anyone has it.
public func hmac(
  _ algorithm: HashAlgorithm, key: Span<UInt8>, _ message: Span<UInt8>,
  into digest: inout MutableSpan<UInt8>
) throws(OTPFailure) {
  guard digest.count >= algorithm.digestLength, let keyLength = Int32(exactly: key.count),
    keyLength > 0
  else { throw .crypto }
  var length: UInt32 = 0
  let done = unsafe key.withUnsafeBytes { key in
    unsafe message.withUnsafeBytes { message in
      unsafe digest.withUnsafeMutableBytes { digest in
        guard let evp = unsafe algorithm.evp, let out = digest.baseAddress else { return false }
        ERR_set_mark()
        defer { ERR_pop_to_mark() }
        return unsafe HMAC(
          evp, key.baseAddress, keyLength,
          message.bindMemory(to: UInt8.self).baseAddress, message.count,
          out.assumingMemoryBound(to: UInt8.self), &length) != nil
      }
    }
  }
  guard done, Int(length) == algorithm.digestLength else { throw .crypto }
}

/// SHA-256 of `bytes` into the first 32 bytes of `digest`.
public func sha256(_ bytes: Span<UInt8>, into digest: inout MutableSpan<UInt8>) throws(OTPFailure) {
  // Every decision begins here: policy is read first. Where there was no memory for libcrypto's
  // context, any fetch would follow a null pointer (openssl/openssl#22950).
  guard unsafe OSSL_LIB_CTX_get0_global_default() != nil else { throw .memory }
  guard digest.count >= 32 else { throw .crypto }
  let done = unsafe bytes.withUnsafeBytes { bytes in
    unsafe digest.withUnsafeMutableBytes { digest in
      guard let out = digest.baseAddress else { return false }
      ERR_set_mark()
      defer { ERR_pop_to_mark() }
      return unsafe EVP_Digest(
        bytes.baseAddress, bytes.count, out.assumingMemoryBound(to: UInt8.self), nil,
        EVP_sha256(), nil) == 1
    }
  }
  guard done else { throw .crypto }
}

/// PBKDF2-HMAC-SHA256 (RFC 8018 §5.2); fills the whole of `derived`.
public func pbkdf2(
  _ password: Span<UInt8>, salt: Span<UInt8>, iterations: Int,
  into derived: inout MutableSpan<UInt8>
) throws(OTPFailure) {
  guard iterations > 0, let rounds = Int32(exactly: iterations),
    let passwordLength = Int32(exactly: password.count),
    let saltLength = Int32(exactly: salt.count),
    let length = Int32(exactly: derived.count), length > 0
  else { throw .crypto }
  let done = unsafe password.withUnsafeBytes { password in
    unsafe salt.withUnsafeBytes { salt in
      unsafe derived.withUnsafeMutableBytes { derived in
        guard let out = derived.baseAddress else { return false }
        ERR_set_mark()
        defer { ERR_pop_to_mark() }
        return unsafe PKCS5_PBKDF2_HMAC(
          password.bindMemory(to: CChar.self).baseAddress, passwordLength,
          salt.bindMemory(to: UInt8.self).baseAddress, saltLength, rounds, EVP_sha256(), length,
          out.assumingMemoryBound(to: UInt8.self)) == 1
      }
    }
  }
  guard done else { throw .crypto }
}

/// Fills `bytes` from libcrypto's generator for private values.
public func fillRandom(_ bytes: inout MutableSpan<UInt8>) throws(OTPFailure) {
  guard let length = Int32(exactly: bytes.count) else { throw .crypto }
  let done = unsafe bytes.withUnsafeMutableBytes { bytes in
    guard let out = bytes.baseAddress else { return false }
    ERR_set_mark()
    defer { ERR_pop_to_mark() }
    return unsafe RAND_priv_bytes(out.assumingMemoryBound(to: UInt8.self), length) == 1
  }
  guard done else { throw .crypto }
}
