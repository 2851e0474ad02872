import Foundation
import TestSupport
import Testing

/// `forward_pass`: password and code in one field. Each row says what was typed, what the journal
/// calls it, and which PAM_AUTHTOK the next module finds; there is exactly one, in every outcome.
@Suite("Taking password and code apart")
struct SplitTests {
  enum Person: Sendable { case alice, aliceWithTwo, alicePolicy8, stranger, bob }

  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    var person = Person.alice
    /// `{6}` and `{8}` are right codes, `{w}` a wrong one of six digits, `{r}` a recovery code.
    let typed: String
    let reason: String
    let password: String

    var testDescription: String { name }
  }

  static let long = String(repeating: "correct horse ", count: 720)

  static let rows: [Row] = [
    Row(name: "password, code", typed: "horse{6}", reason: "code", password: "horse"),
    Row(name: "code only", typed: "{6}", reason: "code", password: ""),
    Row(
      name: "blanks in the password", typed: "correct horse {6}", reason: "code",
      password: "correct horse "),
    Row(name: "digits at the end", typed: "horse42{6}", reason: "code", password: "horse42"),
    Row(name: "password is a number", typed: "123456{6}", reason: "code", password: "123456"),
    Row(
      name: "eight digits, then the code", typed: "12345678{6}", reason: "code",
      password: "12345678"),
    Row(name: "code twice", typed: "{6}{6}", reason: "code", password: "{6}"),
    Row(name: "digits inside", typed: "ho123456rse{6}", reason: "code", password: "ho123456rse"),
    Row(name: "UTF-8", typed: "pässwörd☃{6}", reason: "code", password: "pässwörd☃"),
    Row(name: "other digits", typed: "１２３４５６{6}", reason: "code", password: "１２３４５６"),
    Row(
      name: "quotes and signs", typed: "a'\"\\%s$(x)`{6}", reason: "code", password: "a'\"\\%s$(x)`"
    ),
    Row(name: "ten thousand bytes", typed: long + "{6}", reason: "code", password: long),
    Row(name: "wrong code", typed: "horse{w}", reason: "wrong-code", password: "horse"),
    Row(name: "wrong code only", typed: "{w}", reason: "wrong-code", password: ""),
    Row(name: "code in front", typed: "{6}horse", reason: "not-a-code", password: "{6}horse"),
    Row(name: "no code", typed: "horse", reason: "not-a-code", password: "horse"),
    Row(name: "five digits", typed: "horse12345", reason: "not-a-code", password: "horse12345"),
    Row(name: "five digits only", typed: "12345", reason: "not-a-code", password: "12345"),
    Row(name: "a blank behind", typed: "horse{6} ", reason: "not-a-code", password: "horse{6} "),
    Row(
      name: "a newline behind", typed: "horse{6}\n", reason: "not-a-code", password: "horse{6}\n"),
    Row(
      name: "other digits behind", typed: "horse１２３４５６", reason: "not-a-code",
      password: "horse１２３４５６"),
    Row(name: "empty", typed: "", reason: "no-answer", password: ""),
    Row(
      name: "sshd's placeholder", typed: "\u{8}\n\r\u{7f}INCORRECT", reason: "sshd-placeholder",
      password: "\u{8}\n\r\u{7f}INCORRECT"),
    Row(
      name: "placeholder, code", typed: "\u{8}{6}", reason: "sshd-placeholder", password: "\u{8}{6}"
    ),

    Row(
      name: "two factors, six digits", person: .aliceWithTwo, typed: "horse{6}", reason: "code",
      password: "horse"),
    Row(
      name: "two factors, eight digits", person: .aliceWithTwo, typed: "horse{8}", reason: "code",
      password: "horse"),
    Row(
      name: "two factors, password of two digits", person: .aliceWithTwo, typed: "42{6}",
      reason: "code", password: "42"),
    Row(
      name: "two factors, eight only", person: .aliceWithTwo, typed: "{8}", reason: "code",
      password: ""),
    Row(
      name: "two factors, neither", person: .aliceWithTwo, typed: "horse99{w}",
      reason: "wrong-code", password: "horse99"),
    Row(
      name: "two factors, seven digits", person: .aliceWithTwo, typed: "horse9{6}", reason: "code",
      password: "horse9"),

    Row(
      name: "policy says eight, factor six", person: .alicePolicy8, typed: "horse12{6}",
      reason: "code", password: "horse12"),
    Row(
      name: "policy says eight, none matches", person: .alicePolicy8, typed: "horse12{w}",
      reason: "wrong-code", password: "horse"),
    Row(
      name: "policy says eight, six digits only", person: .alicePolicy8, typed: "horse{w}",
      reason: "wrong-code", password: "horse{w}"),

    Row(name: "recovery code", typed: "horse{r}", reason: "recovery-code", password: "horse"),
    Row(name: "recovery code only", typed: "{r}", reason: "recovery-code", password: ""),
    Row(name: "password like a recovery code", typed: "{r}{6}", reason: "code", password: "{r}"),
    Row(
      name: "wrong recovery code", typed: "horseAAAA-BBBB-CCCC-DDDD",
      reason: "wrong-one-time-secret", password: "horse"),
    Row(
      name: "dashes missing", typed: "horseAAAABBBBCCCCDDDD", reason: "not-a-code",
      password: "horseAAAABBBBCCCCDDDD"),
    Row(
      name: "recovery code, blank", typed: "horse{r} ", reason: "not-a-code", password: "horse{r} "),

    Row(
      name: "unknown user", person: .stranger, typed: "horse123456", reason: "unknown-user",
      password: "horse"),
    Row(
      name: "unknown user, eight digits", person: .stranger, typed: "horse12345678",
      reason: "unknown-user", password: "horse12"),
    Row(
      name: "unknown user, recovery code", person: .stranger, typed: "horseAAAA-BBBB-CCCC-DDDD",
      reason: "unknown-user", password: "horse"),
    Row(
      name: "not enrolled", person: .bob, typed: "horse123456", reason: "not-enrolled",
      password: "horse"),
  ]

  static let tablet = Authenticator(Array("another secret, 20 b".utf8), digits: 8)

  private func withRow(_ row: Row, _ body: (Enrolled, String, String) async throws -> Void)
    async throws
  {
    try await withEnrolled(policy: row.person == .alicePolicy8 ? "digits = 8\n" : nil) { alice in
      if row.person == .aliceWithTwo { try await alice.add(Self.tablet, named: "tablet") }
      let fill = { (text: String) in
        text.replacingOccurrences(of: "{6}", with: alice.code())
          .replacingOccurrences(of: "{8}", with: Self.tablet.code(at: Enrolled.noon))
          .replacingOccurrences(of: "{w}", with: alice.wrongCode)
          .replacingOccurrences(of: "{r}", with: alice.recoveryCodes[0])
      }
      try await body(alice, fill(row.typed), fill(row.password))
    }
  }

  private func user(_ row: Row) -> String {
    switch row.person {
    case .alice, .aliceWithTwo, .alicePolicy8: "alice"
    case .stranger: "nobody-of-ours"
    case .bob: "bob"
    }
  }

  private func expect(_ told: PAMReport, _ row: Row, _ password: String, mode: String) {
    #expect(told.reasons.last == row.reason, "\(mode)")
    let isGood = ["code", "recovery-code"].contains(row.reason)
    #expect(told["auth"] == [isGood ? "PAM_SUCCESS" : "PAM_AUTH_ERR"], "\(mode)")
    #expect(told.authtok.map { String(decoding: $0, as: UTF8.self) } == password, "\(mode)")
  }

  @Test("typed at our prompt", arguments: rows)
  func prompted(_ row: Row) async throws {
    try await withRow(row) { alice, typed, password in
      var transaction = alice.transaction(
        [.bytes(Array(typed.utf8))],
        lines: [
          alice.line("forward_pass", control: "required"),
          "auth optional \(Built.probe) record",
        ])
      transaction.user = user(row)
      expect(try await alice.run(transaction), row, password, mode: "prompt")
    }
  }

  @Test(
    "left by an earlier module",
    arguments: rows.filter { !$0.typed.contains("\n") && $0.typed.count < 500 })
  func earlier(_ row: Row) async throws {
    try await withRow(row) { alice, typed, password in
      let image = try alice.image()
      for mode in ["use_first_pass", "try_first_pass"] {
        try alice.restore(image)
        let word = "[set=\(typed.replacingOccurrences(of: "]", with: "\\]"))]"
        var transaction = alice.transaction(
          [.text(typed)],
          lines: [
            "auth optional \(Built.probe) \(word)",
            alice.line("forward_pass \(mode) after_first_factor", control: "required"),
            "auth optional \(Built.probe) record",
          ])
        transaction.user = user(row)
        let told = try await alice.run(transaction)
        // With try_first_pass the same is asked for again, and is no better the second time.
        expect(told, row, password, mode: mode)
        #expect(
          told.prompts.isEmpty == (mode == "use_first_pass" || told["auth"] == ["PAM_SUCCESS"]))
      }
    }
  }

  @Test("without forward_pass PAM_AUTHTOK stays as it was")
  func untouched() async throws {
    try await withEnrolled { alice in
      let image = try alice.image()
      for (options, earlier, answer) in [
        ("", "horse", alice.code()), ("", "horse", "horse"), ("use_first_pass", alice.code(), ""),
        ("try_first_pass", "horse", alice.code()),
      ] {
        try alice.restore(image)
        let told = try await alice.run(
          alice.transaction(
            [.text(answer)],
            lines: [
              "auth optional \(Built.probe) set=\(earlier)",
              alice.line("after_first_factor \(options)", control: "required"),
              "auth optional \(Built.probe) record",
            ]))
        #expect(told["auth"] == [answer == "horse" ? "PAM_AUTH_ERR" : "PAM_SUCCESS"])
        #expect(told.authtok == Array(earlier.utf8))
      }
    }
  }

  @Test("use_first_pass never asks, also where nothing was left; try_first_pass asks then")
  func nothing() async throws {
    try await withEnrolled { alice in
      for (options, verdict, prompts) in [
        ("use_first_pass", "PAM_AUTH_ERR no-answer", 0),
        ("use_first_pass forward_pass", "PAM_AUTH_ERR no-answer", 0),
        ("try_first_pass", "PAM_SUCCESS code", 1),
      ] {
        let told = try await alice.run(
          alice.transaction([.text(alice.code())], options: "after_first_factor " + options))
        #expect(told.verdict == verdict)
        #expect(told.prompts.count == prompts)
      }
    }
  }

  @Test("a password line behind us finds what it wants")
  func behind() async throws {
    try await withEnrolled { alice in
      var transaction = alice.transaction(
        [.text("no-such-password\(alice.code())")],
        lines: [
          alice.line("forward_pass"), "auth required pam_unix.so use_first_pass",
        ])
      transaction.user = "alice"
      let told = try await alice.run(transaction)
      // The code was right, the password is not: the password's module has the last word.
      #expect(told.reasons == ["code"])
      #expect(told["auth"] != ["PAM_SUCCESS"])
      #expect(told.prompts.count == 1)
    }
  }
}
