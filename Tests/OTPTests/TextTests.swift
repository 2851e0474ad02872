import OTP
import Testing

@Suite struct TextTests {
  @Test(arguments: [
    ("0", 9, 0), ("9", 9, 9), ("10", 10, 10), ("86400", 86_400, 86_400),
    ("9223372036854775807", Int.max, Int.max),
  ])
  func `a decimal number up to the limit is read`(text: String, greatest: Int, value: Int) {
    #expect(read(text, atMost: greatest) == value)
  }

  @Test(arguments: [
    "", "10", "00", "01", "-1", "+1", " 1", "1 ", "1a", "a", "0x1", "١", "1\0", "4294967297",
    "18446744073709551617", "9223372036854775808", "99999999999999999999999999999",
  ])
  func `anything else is no number`(text: String) {
    #expect(read(text, atMost: 9) == nil)
  }

  @Test func `an overflow is no number even without a limit`() {
    #expect(read("9223372036854775808", atMost: .max) == nil)
    #expect(read("92233720368547758070", atMost: .max) == nil)
  }

  @Test func `a switch reads whole words`() {
    #expect(isDigits("digits"))
    for other in ["digit", "digitss", "Digits", "", "digit\0"] { #expect(!isDigits(other)) }
  }

  private func isDigits(_ word: String) -> Bool {
    let bytes = Array(word.utf8)
    return switch bytes.span {
    case "digits": true
    default: false
    }
  }

  @Test(arguments: [("", "", true), ("a", "a", true), ("a", "", false), ("ab", "ac", false)])
  func `equal compares bytes`(a: String, b: String, same: Bool) {
    let left = Array(a.utf8)
    let right = Array(b.utf8)
    let verdict = equal(left.span, right.span)
    #expect(verdict == same)
  }

  @Test(arguments: [("", ""), ("  ", ""), (" a b\t", "a b"), ("a", "a")])
  func `blanks at the ends are trimmed`(text: String, kept: String) {
    let bytes = Array(text.utf8)
    let range = trimmed(bytes.span, 0..<bytes.count)
    #expect(String(decoding: bytes[range], as: UTF8.self) == kept)
  }

  @Test func `a quotation is printable and at most 64 bytes`() {
    let hostile: [UInt8] = [0x1b, 0x5b, 0x0a, 0x00, 0xff, 0x7f, 0x41]
    #expect(words(Quoted(hostile.span)) == "?[????A")
    #expect(words(Quoted([UInt8](repeating: 0x61, count: 65).span)).utf8.count == 64)
    #expect(words(Quoted([UInt8]().span)) == "")
  }

  private func read(_ text: String, atMost greatest: Int) -> Int? {
    number(Array(text.utf8).span, atMost: greatest)
  }

  private func words(_ quoted: Quoted) -> String {
    quoted.withBytes { (bytes: Span<UInt8>) in
      String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }
  }
}
