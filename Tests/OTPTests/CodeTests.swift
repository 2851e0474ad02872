import OTP
import Testing

@Suite("Codes as typed")
struct CodeTests {
  @Test(
    "Six to eight ASCII digits are a code, leading zeros included",
    arguments: [
      ("000000", 0), ("012345", 12345), ("999999", 999_999), ("0000001", 1), ("1234567", 1_234_567),
      ("00000000", 0), ("99999999", 99_999_999),
    ] as [(String, UInt32)])
  func reads(_ typed: String, _ value: UInt32) throws {
    let code = try #require(codeTyped(typed))
    #expect(code == Code(value: value, digits: typed.utf8.count))
    #expect(text(of: code) == typed)
  }

  @Test(
    "Anything else is no code",
    arguments: [
      "", "1", "12345", "123456789", "+12345", "-12345", " 123456", "123456 ", "12 456", "123456\n",
      "12345\n", "\t12345", "123456\0", "12345\0", "0x1234", "12345a", "1e5000", "123.45",
      "123_456",
      "١٢٣٤٥٦", "１２３４５６", "１２", "12345²", "\u{200b}123456", "123456\u{8}", "\u{8}12345",
      // 2^32, 2^32 + 123456, 2^64 + 123456 and 2^32 + 5 digits with blanks
      "4294967296", "4295090752", "18446744073709675072", "00000123456", "4294 296",
      String(repeating: "1", count: 10_000),
    ])
  func refuses(_ typed: String) {
    #expect(codeTyped(typed) == nil)
  }

  @Test("No byte but ASCII digits passes at any place", arguments: 0..<8)
  func everyByte(at place: Int) {
    for byte in UInt8.min...UInt8.max {
      var typed = Array("12345678".utf8)
      typed[place] = byte
      let isCode = Code(typed.span) != nil
      #expect(isCode == (0x30...0x39).contains(byte))
    }
  }

  @Test("Parameters outside 6 to 8 digits and 15 to 300 seconds do not exist")
  func parameters() {
    for digits in [Int.min, -6, 0, 5, 9, Int.max] { #expect(Parameters(digits: digits) == nil) }
    for period in [Int.min, -30, 0, 14, 301, Int.max] { #expect(Parameters(period: period) == nil) }
    for digits in 6...8 { #expect(Parameters(digits: digits) != nil) }
    for period in [15, 30, 60, 300] { #expect(Parameters(period: period) != nil) }
  }

  @Test("A step holds its period, and time before the epoch is the first one")
  func steps() throws {
    let parameters = try #require(Parameters(period: 30))
    for (time, step) in [
      (Int64.min, 0), (-1, 0), (0, 0), (29, 0), (30, 1), (59, 1), (60, 2),
      (Int64.max, 307_445_734_561_825_860),
    ] as [(Int64, UInt64)] {
      #expect(parameters.step(at: time).rawValue == step)
    }
    #expect(parameters.start(of: Step(rawValue: 2)) == 60)
    #expect(Step(rawValue: 0).moved(by: -1).rawValue == .max)
    #expect(Step(rawValue: .max).moved(by: 1).rawValue == 0)
  }
}
