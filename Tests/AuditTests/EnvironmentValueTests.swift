import Testing

@testable import CachetAudit

@Suite("env()")
struct EnvironmentValueTests {
  @Test(
    "debug mode by truthiness",
    arguments: [
      ("on", true), ("yes", true), ("1", true), ("off", true), ("no", true), ("disabled", true),
      ("f", true), ("true", true), ("TRUE", true), ("(true)", true), ("00", true),
      ("false", false), ("FALSE", false), ("(false)", false), ("null", false), ("(null)", false),
      ("empty", false), ("(empty)", false), ("0", false), ("\"\"", false), ("", false),
    ])
  func truth(text: String, isOn: Bool) throws {
    for dialect in Dotenv.Dialect.allCases {
      let dotenv = try Dotenv(Array("APP_DEBUG=\(text)\n".utf8), dialect: dialect)
      let value = EnvironmentValue(dotenv.entry("APP_DEBUG")?.value, dialect: dialect)
      #expect(value.isTruthy == isOn, "\(dialect)")
    }
  }

  @Test("a blank in quotes is kept by dialect five alone")
  func blank() throws {
    let text = Array("APP_DEBUG=\" false\"\n".utf8)
    let two = try Dotenv(text, dialect: .two).entry("APP_DEBUG")?.value
    let five = try Dotenv(text, dialect: .five).entry("APP_DEBUG")?.value
    #expect(!EnvironmentValue(two, dialect: .two).isTruthy)
    #expect(EnvironmentValue(five, dialect: .five).isTruthy)
  }

  @Test(
    "one more pair of quotes is taken off",
    arguments: [
      ("\"'q'\"", "'q'", "q"), ("'\"q\"'", "q", "q"), ("\"'\"", "'", "'"),
      ("plain", "plain", "plain"),
    ])
  func quotes(text: String, two: String, five: String) throws {
    for (dialect, wanted) in [(Dotenv.Dialect.two, two), (.five, five)] {
      let dotenv = try Dotenv(Array("A=\(text)\n".utf8), dialect: dialect)
      let value = EnvironmentValue(dotenv.entry("A")?.value, dialect: dialect)
      #expect(value.text.map { String(decoding: $0.bytes, as: UTF8.self) } == wanted)
    }
  }
}
