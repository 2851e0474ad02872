import OTP
import Testing

@Suite("One-time secrets")
struct OneTimeSecretTests {
  /// Crockford's alphabet, as he prints it.
  static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

  @Test("Bytes are written as XXXX-XXXX-XXXX-XXXX and read back")
  func roundTrip() throws {
    for _ in 0..<2_000 {
      let bytes = randomBytes(OneTimeSecret.byteCount)
      let text = try write(bytes)
      #expect(hasShape(text))
      #expect(
        text.enumerated().allSatisfy { i, byte in
          i % 5 == 4 ? byte == UInt8(ascii: "-") : Self.alphabet.contains(byte)
        })
      #expect(try read(text) == bytes)
    }
  }

  @Test("Every value has the symbol that Crockford gave it")
  func symbols() throws {
    for (value, symbol) in Self.alphabet.enumerated() {
      let bytes: [UInt8] = [UInt8(value << 3), 0, 0, 0, 0, 0, 0, 0, 0, UInt8(value)]
      let text = try write(bytes)
      #expect(text.first == symbol)
      #expect(text.last == symbol)
      #expect(try read(text) == bytes)
    }
  }

  @Test("Lower case and the look-alikes I, L and O are read as Crockford asks")
  func aliases() throws {
    let plain = try read(Array("0110-AB1Z-0V01-XYZ0".utf8))
    for alias in [
      "OIlo-ab1z-0v0i-xyzo", "oLIO-Ab1Z-Ov0L-XYZ0", "0110-AB1Z-0V01-XYZ0", "0110-ab1z-ovol-xyzO",
    ] {
      #expect(try read(Array(alias.utf8)) == plain)
    }
  }

  @Test(
    "Other shapes are refused",
    arguments: [
      "", "0110", "0110AB1Z0V01XYZ0", "0110 AB1Z 0V01 XYZ0", "0110-AB1Z-0V01-XYZ",
      "0110-AB1Z-0V01-XYZ00",
      "-0110-AB1Z-0V01-XYZ", "0110-AB1Z-0V01-XYZ-", "0110--AB1-0V01-XYZ0", "0110_AB1Z_0V01_XYZ0",
      "0110-AB1Z-0V01-XYZU", "u110-AB1Z-0V01-XYZ0", "0110-AB1Z-0V01-XYZ\0", "0110-AB1Z-0V01-XYZ\n",
      "0110-AB1Z-0V01-XYé0", " 0110-AB1Z-0V01-XYZ", "0110-AB1Z-0V01-XYZ0\n", "0110-AB1Z-0V01-XY Z",
      "0110–AB1Z-0V01-X", "+110-AB1Z-0V01-XYZ0", "123456", "password-password-x",
    ])
  func refusals(_ text: String) {
    #expect(!hasShape(Array(text.utf8)))
    #expect(throws: OTPFailure.malformed) { try self.read(Array(text.utf8)) }
  }

  @Test("No byte but the alphabet, its aliases and the dashes has the shape, at any place")
  func everyByte() {
    let symbols = Set(Self.alphabet + Array("ILO".utf8))
    let readable = symbols.union(symbols.map { $0 >= 0x41 ? $0 + 32 : $0 })
    for place in 0..<OneTimeSecret.textLength {
      for byte in UInt8.min...UInt8.max {
        var text = Array("0110-AB1Z-0V01-XYZ0".utf8)
        text[place] = byte
        let expected = place % 5 == 4 ? byte == UInt8(ascii: "-") : readable.contains(byte)
        #expect(hasShape(text) == expected)
      }
    }
  }

  @Test("Short rooms are refused")
  func rooms() {
    #expect(throws: OTPFailure.malformed) {
      try filled(9) { try OneTimeSecret.read(Array("0110-AB1Z-0V01-XYZ0".utf8).span, into: &$0) }
    }
    #expect(throws: OTPFailure.malformed) {
      try filled(18) { try OneTimeSecret.write([UInt8](repeating: 1, count: 10).span, into: &$0) }
    }
    #expect(throws: OTPFailure.malformed) {
      try filled(19) { try OneTimeSecret.write([UInt8](repeating: 1, count: 9).span, into: &$0) }
    }
    for room in [31, 33] {
      #expect(throws: OTPFailure.malformed) {
        try filled(room) {
          try OneTimeSecret.derive(
            [UInt8](repeating: 1, count: 10).span, salt: [1].span, iterations: 1, into: &$0)
        }
      }
    }
  }

  @Test("The stored hash is PBKDF2-HMAC-SHA256 of the ten bytes, whatever the case it was typed in")
  func derived() throws {
    let salt = randomBytes(16)
    let text = try write(randomBytes(OneTimeSecret.byteCount))
    let lower = text.map { $0 >= 0x41 && $0 <= 0x5a ? $0 + 32 : $0 }
    let (bytes, same) = (try read(text), try read(lower))
    let expected = try filled(32) {
      try pbkdf2(bytes.span, salt: salt.span, iterations: 1000, into: &$0)
    }
    let hash = try filled(32) {
      try OneTimeSecret.derive(same.span, salt: salt.span, iterations: 1000, into: &$0)
    }
    #expect(hash == expected)
  }

  private func write(_ bytes: [UInt8]) throws -> [UInt8] {
    try filled(OneTimeSecret.textLength) { try OneTimeSecret.write(bytes.span, into: &$0) }
  }

  private func read(_ text: [UInt8]) throws -> [UInt8] {
    try filled(OneTimeSecret.byteCount) { try OneTimeSecret.read(text.span, into: &$0) }
  }
}
