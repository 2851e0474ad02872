import OTP
import Testing

@Suite("Sealing")
struct SealingTests {
  static let message =
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255"
  static let ciphertext =
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
    + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
  static let key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"

  /// Test cases 14 to 16 of McGrew and Viega, "The Galois/Counter Mode of Operation"; case 13 has no
  /// plaintext, and nothing empty is sealed.
  @Test(
    "AES-256-GCM opens the test cases of its authors",
    arguments: [
      (
        String(repeating: "00", count: 32), String(repeating: "00", count: 12), "",
        "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919",
        String(repeating: "00", count: 16)
      ),
      (
        key, "cafebabefacedbaddecaf888", "", ciphertext, "b094dac5d93471bdec1a502270e3cc6c", message
      ),
      (
        key, "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        String(ciphertext.prefix(120)), "76fc6ece0f4e1768cddf8853bb2d551b",
        String(message.prefix(120))
      ),
    ] as [(String, String, String, String, String, String)])
  func vector(
    _ row: (
      key: String, nonce: String, associated: String, ciphertext: String, tag: String,
      message: String
    )
  ) throws {
    let opened = try filled(row.message.count / 2) {
      try Sealing.open(
        hex(row.nonce + row.ciphertext + row.tag).span, key: hex(row.key).span,
        associated: hex(row.associated).span, into: &$0)
    }
    #expect(opened == hex(row.message))
  }

  @Test("What was sealed opens again, at every length of a secret", arguments: 1...64)
  func roundTrip(_ length: Int) throws {
    let secret = randomBytes(length)
    let key = randomBytes(32)
    let associated = randomBytes(length - 1)
    let box = try seal(secret, key, associated)
    #expect(try filled(length) { try open(box, key, associated, &$0) } == secret)
    #expect(try seal(secret, key, associated) != box, "a nonce was used twice")
  }

  @Test("Any bit turned over in box, key or associated data refuses and leaves zeros")
  func eachBit() throws {
    let secret = randomBytes(20)
    let key = randomBytes(32)
    let associated = randomBytes(40)
    let box = try seal(secret, key, associated)
    for changed in eachBitFlipped(box) { expectRefused(changed, key, associated) }
    for changed in eachBitFlipped(key) { expectRefused(box, changed, associated) }
    for changed in eachBitFlipped(associated) { expectRefused(box, key, changed) }
  }

  @Test("A box, key or associated data of other length refuses and leaves zeros")
  func lengths() throws {
    let secret = randomBytes(20)
    let key = randomBytes(32)
    let associated = randomBytes(40)
    let box = try seal(secret, key, associated)
    for count in 0..<box.count { expectRefused(Array(box.prefix(count)), key, associated) }
    expectRefused(box + [0], key, associated)
    for count in [0, 16, 24, 31] { expectRefused(box, Array(key.prefix(count)), associated) }
    expectRefused(box, key + [0], associated)
    expectRefused(box, key, [])
    expectRefused(box, key, associated + [0])
    expectRefused(box, key, associated.dropLast())
    expectRefused(box, key, associated, room: 19)
  }

  @Test("Nothing is sealed under a key of other length, into a short room, or when it is empty")
  func refusesToSeal() {
    let secret = hotpSecret
    let key = randomBytes(32)
    #expect(throws: OTPFailure.crypto) { try self.seal([1], Array(key.dropLast()), []) }
    #expect(throws: OTPFailure.crypto) { try self.seal([], key, []) }
    for room in [0, 27, 28, 47] {
      #expect(throws: OTPFailure.crypto) {
        try filled(room) {
          try Sealing.seal(secret.span, key: key.span, associated: [1].span, into: &$0)
        }
      }
    }
  }

  private func seal(_ secret: [UInt8], _ key: [UInt8], _ associated: [UInt8]) throws -> [UInt8] {
    try filled(secret.count + Sealing.overhead) {
      try Sealing.seal(secret.span, key: key.span, associated: associated.span, into: &$0)
    }
  }

  private func open(
    _ box: [UInt8], _ key: [UInt8], _ associated: [UInt8], _ room: inout MutableSpan<UInt8>
  ) throws {
    try Sealing.open(box.span, key: key.span, associated: associated.span, into: &room)
  }

  private func expectRefused(
    _ box: [UInt8], _ key: [UInt8], _ associated: [UInt8], room: Int = 64,
    _ location: SourceLocation = #_sourceLocation
  ) {
    let result = attempt(room) { try open(box, key, associated, &$0) }
    #expect(result.failure as? OTPFailure == .malformed, sourceLocation: location)
    #expect(result.room.allSatisfy { $0 == 0 }, sourceLocation: location)
  }
}
