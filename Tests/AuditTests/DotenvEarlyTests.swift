import Testing

@testable import CachetAudit

/// What the phpdotenv of Cachet 2.3.0 to 2.3.15 (2.3, 2.4) and that of the 3.x of 2020 (3.6) make of a
/// line, each compared with the sources of 2.3.0, 2.4.0, 3.6.4 and 3.6.10 under PHP 8.2.
struct EarlyRow: Sendable, CustomTestStringConvertible {
  let text: String
  var name = "A"
  let two: Reading
  let three: Reading
  var testDescription: String { text.debugDescription }

  init(_ text: String, two: Reading, three: Reading, name: String = "A") {
    (self.text, self.two, self.three, self.name) = (text, two, three, name)
  }
}

@Suite("Dotenv: the phpdotenv of 2.3 and of the 3.x of 2020", .timeLimit(.minutes(10)))
struct DotenvEarlyTests {
  static let rows: [EarlyRow] = [
    .init("A=\"false", two: .text("\"false"), three: .missing),
    .init("A='false", two: .text("'false"), three: .refused(.unclosedQuote)),
    .init("A=\"a\" b", two: .text("a"), three: .refused(.textBehindQuote)),
    .init("A=\"a\"b", two: .text("a"), three: .refused(.textBehindQuote)),
    .init("A='a' \"b\"", two: .text("a"), three: .refused(.textBehindQuote)),
    .init("A=\"s#1\" # c", two: .text("s#1"), three: .text("s#1")),
    .init("A=\"a\\nb\"", two: .text("\"a\\nb\""), three: .text("a\nb")),
    .init("A=\"a\\qb\"", two: .text("\"a\\qb\""), three: .refused(.unknownEscape)),
    .init("A=\"a\\$b\"", two: .text("\"a\\$b\""), three: .refused(.unknownEscape)),
    .init("A=\"a\\\"b\"", two: .text("a\"b"), three: .text("a\"b")),
    .init("A=\"a\\\\\"", two: .text("a\\"), three: .text("a\\")),
    .init("A='it\\'s'", two: .text("it's"), three: .text("it's")),
    .init("A='a\\tb'", two: .text("'a\\tb'"), three: .text("a\tb")),
    .init("A=\"  x  \"", two: .text("x"), three: .text("  x  ")),
    .init("A=secret#1", two: .text("secret#1"), three: .text("secret")),
    .init("A=secret #1", two: .text("secret"), three: .text("secret")),
    .init("A=#secret", two: .text("#secret"), three: .text("")),
    .init("A= # c", two: .refused(.spaceUnquoted), three: .text("")),
    .init("A=x y", two: .refused(.spaceUnquoted), three: .refused(.spaceUnquoted)),
    .init("A=x\t#c", two: .refused(.spaceUnquoted), three: .text("x")),
    .init("A=\\q", two: .text("\\q"), three: .text("\\q")),
    .init("A=0", two: .text("0"), three: .text("0")),
    .init("A=", two: .text(""), three: .text("")),
    .init("A=\"\"", two: .text(""), three: .text("")),
    .init("A=\"", two: .text("\""), three: .missing),
    .init("B=v\nA='${B}'", two: .text("v"), three: .text("v")),
    .init("B=v\nA=\"a${B}z${B}\"", two: .text("avzv"), three: .text("avzv")),
    .init("B.C=v\nA=${B.C}", two: .text("${B.C}"), three: .text("v")),
    .init("A=${B}\nB=v", two: .text("${B}"), three: .text("${B}")),
    .init("B=v\nX=B\nA=${${X}}", two: .text("${B}"), three: .text("${B}")),
    .init("A=1\nA=2", two: .text("1"), three: .text("2")),
    .init("A=1\nA", two: .text("1"), three: .null),
    .init("export A=x", two: .text("x"), three: .text("x")),
    .init("'A'=x", two: .text("x"), three: .text("x")),
    .init("A-B=x", two: .text("x"), three: .refused(.invalidName), name: "A-B"),
    .init("ÄÖ=x", two: .text("x"), three: .refused(.invalidName), name: "ÄÖ"),
    .init("=x", two: .text("x"), three: .refused(.noName), name: ""),
    .init("\u{FEFF}A=x", two: .missing, three: .refused(.invalidName)),
    .init("A=\"l1\nl2\"", two: .text("\"l1"), three: .text("l1\nl2")),
    .init("A=\"x\nB=\"y\"", two: .text("\"x"), three: .refused(.textBehindQuote)),
    .init("A=\"x\nB=\"y\nz\"", two: .text("\"x"), three: .refused(.textBehindQuote)),
    .init("A=1\r\nB=2\r\n", two: .text("2"), three: .text("2"), name: "B"),
    .init("A=1\rB=2\r", two: .text("2"), three: .text("2"), name: "B"),
    .init("  # A=x", two: .missing, three: .missing),
    // Lines that end in \r alone may have \n in them, and each is judged by itself.
    .init("B=1\rA=\"x\ny\" z\r", two: .text("x\ny"), three: .refused(.textBehindQuote)),
    .init("B=1\rA=\"x\" z\n\"y\" w\r", two: .text("x\ny"), three: .refused(.textBehindQuote)),
  ]

  @Test("2.3 and 2.4", arguments: rows)
  func two(row: EarlyRow) {
    #expect(Reading(of: row.name, in: row.text, .twoFour) == row.two)
  }

  @Test("3.6.8 to 3.6.10", arguments: rows)
  func three(row: EarlyRow) {
    #expect(Reading(of: row.name, in: row.text, .three) == row.three)
  }

  @Test("3.6.1 to 3.6.7 take an unclosed quote, and are the same otherwise", arguments: rows)
  func lenient(row: EarlyRow) {
    let strict = Reading(of: row.name, in: row.text, .three)
    let lenient = Reading(of: row.name, in: row.text, .lenientThree)
    if strict == .refused(.unclosedQuote) {
      guard case .text = lenient else {
        Issue.record("not accepted")
        return
      }
    } else {
      #expect(lenient == strict)
    }
  }

  @Test("each release has its dialect, and one that is not known has none")
  func releases() {
    for (version, dialect) in [
      ("v2.3.0", Dotenv.Dialect.twoFour), ("2.4.0", .twoFour), ("v2.6.1", .lenientTwo),
      ("v2.6.6", .lenientTwo), ("v2.6.7", .two), ("v2.6.9", .two), ("v3.6.1", .lenientThree),
      ("v3.6.4", .lenientThree), ("v3.6.7", .lenientThree), ("v3.6.8", .three),
      ("v3.6.10", .three), ("v5.5.0", .five), ("v5.6.4", .five),
    ] as [(String, Dotenv.Dialect)] {
      #expect(Dotenv.Dialect(version: version) == dialect, "\(version)")
    }
    for version in [
      "v2.2.1", "v2.5.2", "v2.6.0", "v3.3.0", "v3.6.0", "v4.3.0", "v5.4.1", "v5.7.0", "v6.0.0",
      "dev-master", "5.6.x-dev", "v5.6.0-beta1", "",
    ] {
      #expect(Dotenv.Dialect(version: version) == nil, "\(version)")
    }
  }

  @Test("in Cachet 2 a value ends at a NUL, in 3.x it does not")
  func nul() throws {
    for dialect in Dotenv.Dialect.allCases {
      let text = Array("A=\"false\0x\"\nB=se\0cret\nC=\"${B}\"\n".utf8)
      let dotenv = try Dotenv(text, dialect: dialect)
      let isOn = EnvironmentValue(dotenv.entry("A")?.value, dialect: dialect).isTruthy
      #expect(isOn != dialect.isOfLaravelFive, "\(dialect)")
      let word = EnvironmentValue(dotenv.entry("C")?.value, dialect: dialect).text?.bytes
      #expect(word == Array((dialect.isOfLaravelFive ? "se" : "se\0cret").utf8), "\(dialect)")
    }
  }

  @Test(
    "debug mode is what the installed phpdotenv makes of it",
    arguments: [
      ("v2.3.0", "\"false", true), ("v2.4.0", "\"false\" x", false), ("v2.6.1", "\"false", false),
      ("v2.4.0", "\"fal\\se\"", true), ("v2.6.1", "false\0", false),
    ])
  func debug(version: String, value: String, isOn: Bool) throws {
    let fixture = try Fixture(.two3)
    try fixture.install([("laravel/framework", "v5.2.39"), ("vlucas/phpdotenv", version)])
    try fixture.set("APP_DEBUG", value)
    #expect(try fixture.audit().told.contains("debug-mode .env:2") == isOn)
  }

  @Test("a value that is another one than it seems is told")
  func misread() throws {
    let fixture = try Fixture(.two3)
    try fixture.install([("laravel/framework", "v5.2.39"), ("vlucas/phpdotenv", "v2.4.0")])
    try fixture.set("DB_PASSWORD", "\"a\" b")
    try fixture.add("CACHE_DRIVER=\"file\nSESSION_DRIVER=\"file\" # as it came")
    let told = try fixture.audit().findings.filter { $0.check.id == "environment-file" }
    #expect(
      told.map(\.evidence.message) == [
        "the value of DB_PASSWORD ends at its closing quote, what stands behind it is dropped",
        "the value of CACHE_DRIVER keeps its quotes: they do not close as this phpdotenv wants it",
      ])
  }
}
