import Testing

@testable import CachetAudit

/// What a name comes to, in words that a table can hold.
enum Reading: Equatable, CustomTestStringConvertible {
  case text(String)
  /// Named, and unset by that.
  case null
  case missing
  case refused(Dotenv.Refusal.Cause)

  init(of name: String, in text: String, _ dialect: Dotenv.Dialect) {
    do {
      let dotenv = try Dotenv(Array(text.utf8), dialect: dialect)
      guard let entry = dotenv.entry(name) else {
        self = .missing
        return
      }
      self = entry.value.map { .text(String(decoding: $0.bytes, as: UTF8.self)) } ?? .null
    } catch {
      self = .refused(error.cause)
    }
  }

  var testDescription: String { "\(self)" }
}

struct DialectRow: Sendable, CustomTestStringConvertible {
  let text: String
  var name = "A"
  let two: Reading
  let five: Reading
  var testDescription: String { text.debugDescription }

  init(_ text: String, two: Reading, five: Reading, name: String = "A") {
    (self.text, self.two, self.five, self.name) = (text, two, five, name)
  }
}

@Suite("Dotenv: two dialects", .timeLimit(.minutes(10)))
struct DotenvTests {
  static let rows: [DialectRow] = [
    .init("A=secret#1", two: .text("secret#1"), five: .text("secret")),
    .init("A=secret #1", two: .text("secret"), five: .text("secret")),
    .init("A=#secret", two: .text("#secret"), five: .text("")),
    .init("A=\"s#1\" # c", two: .text("s#1"), five: .text("s#1")),
    .init("A=x\t#c", two: .refused(.spaceUnquoted), five: .text("x")),
    .init("A=\"p\\$x\"", two: .text("p\\$x"), five: .text("p$x")),
    .init("B=v\nA='${B}'", two: .text("v"), five: .text("${B}")),
    .init("B=v\nA=\"${B}\"", two: .text("v"), five: .text("v")),
    .init("B=v\nA=${B}", two: .text("v"), five: .text("v")),
    .init("A=${B}\nB=v", two: .text("${B}"), five: .text("${B}")),
    .init("A=${A}", two: .text("${A}"), five: .text("${A}")),
    .init("B=v\nA=\"${B:-d}\"", two: .text("${B:-d}"), five: .text("${B:-d}")),
    .init("A=\"a\\nb\"", two: .text("a\\nb"), five: .text("a\nb")),
    .init("A='it\\'s'", two: .text("it's"), five: .refused(.textBehindQuote)),
    .init("A=\"  x  \"", two: .text("x"), five: .text("  x  ")),
    .init("A=\"x\"y", two: .refused(.textBehindQuote), five: .refused(.textBehindQuote)),
    .init("A=x y", two: .refused(.spaceUnquoted), five: .refused(.spaceUnquoted)),
    .init("A=`x y`", two: .refused(.spaceUnquoted), five: .refused(.spaceUnquoted)),
    .init("A=a b # c", two: .refused(.spaceUnquoted), five: .refused(.spaceUnquoted)),
    .init("A=\"\\q\"", two: .text("\\q"), five: .refused(.unknownEscape)),
    .init("A=\\q", two: .text("\\q"), five: .text("\\q")),
    .init("export A=x", two: .text("x"), five: .refused(.invalidName)),
    .init("export AB=x", two: .text("x"), five: .text("x"), name: "AB"),
    .init("A-B=x", two: .text("x"), five: .refused(.invalidName), name: "A-B"),
    .init("a b=c", two: .text("c"), five: .refused(.invalidName), name: "a b"),
    .init("A", two: .missing, five: .null),
    .init("A=1\nA=2", two: .text("1"), five: .text("2")),
    .init("A=\"x", two: .refused(.unclosedQuote), five: .missing),
    .init("A=\"l1\nl2\"", two: .refused(.unclosedQuote), five: .text("l1\nl2")),
    .init("A='l1\nl2'", two: .refused(.unclosedQuote), five: .refused(.unclosedQuote)),
    .init("A=x=y==", two: .text("x=y=="), five: .text("x=y==")),
    .init("A=\"'q'\"", two: .text("'q'"), five: .text("'q'")),
    // What is no row of the table and decides as much.
    .init("\u{FEFF}A=x", two: .missing, five: .text("x")),
    .init("A=1\rB=2", two: .text("1"), five: .text("1")),
    .init("A=1\r\nB=2\r\n", two: .text("2"), five: .text("2"), name: "B"),
    .init("=x", two: .text("x"), five: .refused(.noName), name: ""),
    .init("'A'=x", two: .text("x"), five: .text("x")),
    .init("''=x", two: .text("x"), five: .refused(.invalidName), name: ""),
    .init("'AB'=x", two: .text("x"), five: .text("x"), name: "AB"),
    .init("B=v\nX=B\nA=${${X}}", two: .text("${B}"), five: .text("v")),
    .init("B=v\nA=\"a${B}z${B}\"", two: .text("avzv"), five: .text("avzv")),
    .init("  # A=x", two: .missing, five: .missing),
    .init("A=1\nA", two: .text("1"), five: .null),
    .init("A= # c", two: .text(""), five: .text("")),
    .init("A=\"x\\\\\" # c", two: .text("x\\"), five: .text("x\\")),
    .init("ÄÖ=x", two: .text("x"), five: .text("x"), name: "ÄÖ"),
    .init("A=\"x\"\"", two: .refused(.textBehindQuote), five: .refused(.textBehindQuote)),
    .init("A=\"x\\\"\ny\"", two: .refused(.unclosedQuote), five: .text("x\"\ny")),
    .init("A=\"", two: .refused(.unclosedQuote), five: .missing),
  ]

  @Test("dialect two", arguments: rows)
  func two(row: DialectRow) {
    #expect(Reading(of: row.name, in: row.text, .two) == row.two)
  }

  @Test("dialect five", arguments: rows)
  func five(row: DialectRow) {
    #expect(Reading(of: row.name, in: row.text, .five) == row.five)
  }

  @Test("2.6.1 takes an unclosed quote, and is dialect two otherwise", arguments: rows)
  func lenient(row: DialectRow) {
    let reading = Reading(of: row.name, in: row.text, .lenientTwo)
    if row.two == .refused(.unclosedQuote) {
      guard case .text = reading else {
        Issue.record("not accepted")
        return
      }
    } else {
      #expect(reading == row.two)
    }
  }

  @Test("an unclosed quote takes the rest away, and is said")
  func lost() throws {
    let dotenv = try Dotenv(Array("A=1\nB=\"x\nC=2\n".utf8), dialect: .five)
    #expect(dotenv.lostFrom == 2)
    #expect(dotenv.entries.map(\.name) == ["A"])
  }

  @Test("a refusal names its line", arguments: Dotenv.Dialect.allCases)
  func line(dialect: Dotenv.Dialect) {
    #expect(throws: Dotenv.Refusal(cause: .spaceUnquoted, line: 3)) {
      try Dotenv(Array("A=1\n# c\nB=x y\n".utf8), dialect: dialect)
    }
  }

  @Test(
    "a hash that cuts a value off is seen, a comment's is not",
    arguments: [
      ("A=pass#word", true), ("A=#password", true), ("A=word # c", false), ("A= # c", false),
      ("A=# c", false), ("A=\"pass#word\"", false), ("A=\"x\" #c", false),
    ])
  func cut(text: String, isCut: Bool) throws {
    for dialect in [Dotenv.Dialect.three, .five] {
      let entry = try Dotenv(Array(text.utf8), dialect: dialect).entries.first
      #expect(entry?.misreading == (isCut ? .cutAtHash : nil), "\(dialect)")
    }
    #expect(try Dotenv(Array(text.utf8), dialect: .two).entries.first?.misreading == nil)
  }

  @Test("values that double one another are refused", arguments: Dotenv.Dialect.allCases)
  func doubling(dialect: Dotenv.Dialect) {
    let lines = ["A0=0123456789"] + (1...40).map { "A\($0)=${A\($0 - 1)}${A\($0 - 1)}" }
    #expect(throws: Dotenv.Refusal(cause: .endless, line: 21)) {
      try Dotenv(Array(lines.joined(separator: "\n").utf8), dialect: dialect)
    }
  }

  @Test("a file of one long value is read in its length's time", arguments: ["${A}", "\n"])
  func long(part: String) throws {
    let text = "A=x\nB=\"\(String(repeating: part, count: 1 << 20))\"\n"
    for dialect in [Dotenv.Dialect.three, .five] {
      let dotenv = try Dotenv(Array(text.utf8), dialect: dialect)
      #expect(dotenv.entry("B")?.value?.bytes.count == 1 << 20)
    }
  }

  @Test("a value describes its length alone")
  func hidden() {
    let value = HiddenValue("hunter22hunter22".utf8)
    var dumped = ""
    dump(value, to: &dumped)
    for text in ["\(value)", String(reflecting: value), dumped] {
      #expect(!text.contains("hunter"))
    }
  }
}
