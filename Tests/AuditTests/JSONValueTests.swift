import Testing

@testable import CachetAudit

@Suite("JSON that others wrote")
struct JSONValueTests {
  private func value(_ text: String) throws -> JSONValue { try JSONValue(Array(text.utf8)) }

  @Test("what is JSON is read")
  func read() throws {
    #expect(
      try value(
        " { \"a\\u0041\\n\\ud83d\\ude00\" : [ 1, -0.5e+3, true, false, null, \"\\/ü\" ], \"b\": {} } "
      )
        == .object([
          "aA\n😀": .array([
            .number("1"), .number("-0.5e+3"), .bool(true), .bool(false), .null, .string("/ü"),
          ]), "b": .object([:]),
        ]))
  }

  @Test(
    "what is none is refused, at its line",
    arguments: [
      "", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "1e", "-", "\"\\x\"", "\"\\ud800\"",
      "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\\u12g4\"", "\"\u{1}\"", "\"open", "nul", "[1] 2",
      "{\"a\":1,\"a\":2}", "{a:1}", "[1 2]", "\"\\", "\"\\u12", "+1",
    ])
  func refused(text: String) {
    #expect(throws: JSONValue.Refusal(line: 3)) { try value("\n\n" + text) }
  }

  @Test("no bytes that are no text, nothing too deep, nothing too long", .timeLimit(.minutes(10)))
  func bounds() {
    #expect(throws: JSONValue.Refusal.self) { try JSONValue([0x22, 0xFF, 0x22]) }
    #expect(throws: JSONValue.Refusal.self) { try value(String(repeating: "[", count: 65)) }
    let many = "[" + String(repeating: "1,", count: 1_000_001) + "1]"
    #expect(throws: JSONValue.Refusal.self) { try value(many) }
  }
}
