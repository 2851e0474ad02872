import OTP
import Testing

@Suite("Base 32")
struct Base32Tests {
  static let vectors = [
    ("", ""), ("f", "MY======"), ("fo", "MZXQ===="), ("foo", "MZXW6==="), ("foob", "MZXW6YQ="),
    ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI======"),
  ]

  @Test("RFC 4648 §10, written without padding and read with and without it", arguments: vectors)
  func vector(_ plain: String, _ padded: String) throws {
    let bare = padded.filter { $0 != "=" }
    #expect(try encode(Array(plain.utf8)) == bare)
    #expect(try decode(padded) == Array(plain.utf8))
    #expect(try decode(bare) == Array(plain.utf8))
    #expect(try decode(bare.lowercased()) == Array(plain.utf8))
  }

  @Test(
    "Lower case, blanks, tabs, dashes and correct padding are accepted",
    arguments: [
      "mzxw6ytboi", "MzXw6yTbOi", "MZXW 6YTB OI", "mzxw-6ytb-oi", "  MZXW6YTBOI\t",
      "-M-Z-X-W6YTBOI-",
      "MZXW6YTBOI======", "MZXW6YTB OI======", "mzxw6ytboi= = =\t===", "MZXW6YTBOI ======",
    ])
  func tolerances(_ text: String) throws {
    #expect(try decode(text) == Array("foobar".utf8))
  }

  @Test(
    "Anything else is refused",
    arguments: [
      // characters outside the alphabet
      "MZXW6YTB0I", "MZXW6YT1", "MZXW6YT8", "MZXW6YT9", "MZXW6YT@", "MZXW6YT[", "MZXW6YT`",
      "MZXW6YT{", "MZXW6YT+", "MZXW6YT/", "MZXW6YT_", "MZXW6YT.", "MZXW6YT\n", "MZXW6YT\r",
      "MZXW6YT\0", "MZXW6YTÄ", "MZXW6YT\u{a0}", "MZXW6YTＡ", "MZXW6YT%",
      // lengths that no bytes have
      "M", "MZX", "MZXW6Y", "MZXW6YTBO", "MZXW6YTBOI2", "MZXW6YTBOI2345",
      // trailing bits that are not zero
      "MZ", "MZXR", "MZXW7", "MZXW6YR", "77", "7777777",
      // padding: short, long, none due, in the middle, alone
      "MY=", "MY=====", "MY=======", "MZXQ===", "MZXW6==", "MZXW6====", "MZXW6YQ==", "MZXW6YTB=",
      "MZXW6YTB========", "MY======MY======", "M=Y=====", "=MY", "=", "========",
    ])
  func refusals(_ text: String) {
    let result = attempt(64) { try Base32.decode(Array(text.utf8).span, into: &$0) }
    #expect(result.failure as? OTPFailure == .malformed)
    #expect(result.room.allSatisfy { $0 == 0xa5 }, "bytes were written")
  }

  @Test("Exactly 64 characters are symbols, read as a table of them says")
  func alphabet() throws {
    let upper = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
    for byte in UInt8.min...UInt8.max {
      let text = Array("AAAAAAA".utf8) + [byte]
      let lifted = byte >= 0x61 && byte <= 0x7a ? byte - 32 : byte
      let value = upper.firstIndex(of: lifted)
      if byte == UInt8(ascii: "=") || [0x20, 0x09, 0x2d].contains(byte) {
        #expect(try decode(ascii(text)) == [0, 0, 0, 0])
      } else if let value {
        #expect(try decode(ascii(text)) == [0, 0, 0, 0, UInt8(value)])
        #expect(try encode([0, 0, 0, 0, UInt8(value)]).utf8.last == lifted)
      } else {
        #expect(throws: OTPFailure.malformed) {
          try filled(8) { try Base32.decode(text.span, into: &$0) }
        }
      }
    }
  }

  @Test("What was written reads the same, at every length", arguments: 0...80)
  func roundTrip(_ length: Int) throws {
    for _ in 0..<20 {
      let bytes = randomBytes(length)
      let text = try encode(bytes)
      #expect(text.utf8.count == Base32.encodedLength(of: length))
      #expect(try decode(text) == bytes)
      let announced = try Base32.decodedLength(of: Array(text.utf8).span)
      #expect(announced == length)
    }
  }

  @Test("A room that is too short is refused, untouched")
  func shortRooms() {
    let bytes = randomBytes(20)
    for room in 0..<32 {
      let result = attempt(room) { try Base32.encode(bytes.span, into: &$0) }
      #expect(result.failure as? OTPFailure == .malformed)
      #expect(result.room.allSatisfy { $0 == 0xa5 })
    }
    for room in 0..<5 {
      let result = attempt(room) { try Base32.decode(Array("MZXW6YTB".utf8).span, into: &$0) }
      #expect(result.failure as? OTPFailure == .malformed)
      #expect(result.room.allSatisfy { $0 == 0xa5 })
    }
    for start in [-1, 2, Int.max, Int.min] {
      #expect(throws: OTPFailure.malformed) {
        try filled(33) { try Base32.encode(bytes.span, into: &$0, at: start) }
      }
    }
  }

  private func encode(_ bytes: [UInt8]) throws -> String {
    var count = 0
    let room = try filled(160) { count = try Base32.encode(bytes.span, into: &$0) }
    return ascii(Array(room.prefix(count)))
  }

  private func decode(_ text: String) throws -> [UInt8] {
    var count = 0
    let room = try filled(160) { count = try Base32.decode(Array(text.utf8).span, into: &$0) }
    return Array(room.prefix(count))
  }
}
