import OTP
import Testing

@Suite("HMAC, SHA-256 and PBKDF2")
struct DigestTests {
  @Test("HMAC gives what RFC 2202 and RFC 4231 print", arguments: hmacVectors)
  func hmacVector(_ vector: HMACVector) throws {
    let digest = try filled(64) {
      try hmac(vector.algorithm, key: hex(vector.key).span, hex(vector.message).span, into: &$0)
    }
    #expect(Array(digest.prefix(vector.algorithm.digestLength)) == hex(vector.digest))
    #expect(digest.dropFirst(vector.algorithm.digestLength).allSatisfy { $0 == 0 })
  }

  @Test("HMAC refuses a room that is shorter than the digest")
  func shortRoom() {
    let secret = hotpSecret
    #expect(throws: OTPFailure.crypto) {
      try filled(19) { try hmac(.sha1, key: secret.span, secret.span, into: &$0) }
    }
  }

  @Test(
    "PBKDF2-HMAC-SHA256 gives what RFC 7914 §11 prints",
    arguments: [
      (
        "passwd", "salt", 1,
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
          + "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783"
      ),
      (
        "Password", "NaCl", 80_000,
        "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
          + "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d"
      ),
    ])
  func pbkdf2Vector(password: String, salt: String, iterations: Int, derived: String) throws {
    let result = try filled(64) {
      try pbkdf2(
        Array(password.utf8).span, salt: Array(salt.utf8).span, iterations: iterations, into: &$0)
    }
    #expect(result == hex(derived))
  }

  @Test("PBKDF2 refuses iteration counts that libcrypto cannot take", arguments: [0, -1, 1 << 31])
  func badIterations(_ iterations: Int) {
    #expect(throws: OTPFailure.crypto) {
      try filled(32) {
        try pbkdf2([1].span, salt: [2].span, iterations: iterations, into: &$0)
      }
    }
  }

  @Test("SHA-256 gives what FIPS 180 prints for abc and for nothing")
  func sha256Vectors() throws {
    let abc = try filled(32) { try sha256(Array("abc".utf8).span, into: &$0) }
    #expect(abc == hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))
    let none = try filled(32) { try sha256([UInt8]().span, into: &$0) }
    #expect(none == hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
  }

  @Test("Two random fills differ")
  func random() throws {
    let one = try filled(32) { try fillRandom(&$0) }
    let other = try filled(32) { try fillRandom(&$0) }
    #expect(one != other)
  }

  @Test("Equal bytes are equal, and one bit, another length or nothing is not")
  func equality() {
    let secret = hotpSecret
    #expect(equal(secret, secret))
    for other in eachBitFlipped(secret) { #expect(!equal(secret, other)) }
    #expect(!equal(secret, secret.dropLast()))
    #expect(!equal(secret, []))
    #expect(equal([], []))
  }
}
