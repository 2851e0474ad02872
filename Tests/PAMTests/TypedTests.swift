import Foundation
import TestSupport
import Testing

/// Codes as people type them at our own prompt.
@Suite("Blanks and dashes")
struct TypedTests {
  /// `{6}` is the code, `{3}` and `{-3}` its first and last three digits.
  @Test(
    "a code is taken however it is grouped",
    arguments: [
      "{3} {-3}", " {3} {-3} ", "{3}-{-3}", "{6} ", " {6}", "\t{6}", "{3} - {-3}", "-{6}-",
      "{3}                  {-3}",
    ])
  func codes(form: String) async throws {
    try await withEnrolled { alice in
      let code = alice.code()
      let typed = form.replacing("{6}", with: code).replacing("{3}", with: code.prefix(3))
        .replacing("{-3}", with: code.suffix(3))
      let told = try await alice.signIn(typed)
      #expect(told == "PAM_SUCCESS code")
      #expect(try await alice.signIn(code, at: 1) == "PAM_AUTH_ERR used-code")
    }
  }

  @Test(
    "a recovery code is taken without its dashes, with others, with blanks at its ends",
    arguments: [
      { $0.replacing("-", with: "") }, { $0.replacing("-", with: " ") }, { $0 + " " },
      { " " + $0 + " " }, { $0.replacing("-", with: "").lowercased() + "\t" },
      { $0.replacing("-", with: " - ") },
    ] as [@Sendable (String) -> String])
  func recoveryCodes(form: @Sendable (String) -> String) async throws {
    try await withEnrolled { alice in
      let typed = form(alice.recoveryCodes[0])
      // Three signs between each four are more than the 24 bytes that are looked at.
      let expected =
        typed.utf8.count <= 24 ? "PAM_SUCCESS recovery-code" : "PAM_AUTH_ERR not-a-code"
      let told = try await alice.signIn(typed)
      #expect(told == expected)
      guard typed.utf8.count <= 24 else { return }
      #expect(
        try await alice.signIn(alice.recoveryCodes[0], at: 1) == "PAM_AUTH_ERR used-one-time-secret"
      )
    }
  }

  @Test("what matches nothing is refused, and without the dashes of a recovery code never counted")
  func wrong() async throws {
    try await withEnrolled { alice in
      let rows = [
        ("AAAABBBBCCCCDDDD", "wrong-one-time-secret"), ("horse staple 123", "not-a-code"),
        ("44 05", "not-a-code"), ("440 561 99 9", "not-a-code"), ("- - -", "not-a-code"),
        ("４４０ ５６１", "not-a-code"), ("440.561", "not-a-code"), ("440\u{a0}561", "not-a-code"),
        (String(repeating: " ", count: 19) + "123456", "not-a-code"),
      ]
      for (typed, reason) in rows {
        let told = try await alice.run(
          alice.transaction([.always(typed)], steps: Array(repeating: "auth", count: 12)))
        #expect(told.reasons == Array(repeating: reason, count: 12), "\(typed)")
      }
      #expect(try await alice.signIn(alice.code()) == "PAM_SUCCESS code")
    }
  }

  @Test("one code in two groupings is one guess, and counts as one")
  func repeats() async throws {
    try await withEnrolled { alice in
      let code = alice.wrongCode
      let grouped = "\(code.prefix(3)) \(code.suffix(3))"
      let first = try await alice.signIn(grouped)
      #expect(first == "PAM_AUTH_ERR wrong-code")
      #expect(try await alice.signIn(code, at: 1) == "PAM_AUTH_ERR answer-repeated")
      #expect(try await alice.signIn("\(grouped) ", at: 2) == "PAM_AUTH_ERR answer-repeated")
      let told = try await alice.run(
        alice.transaction([.text("\(alice.wrongCodes(2)[1]) ")], at: 3))
      #expect(told.journal.last?.field("attempts") == "2")
    }
  }

  @Test("a password that looks like a code with blanks is told as the password, and not tried")
  func password() async throws {
    try await withEnrolled { alice in
      let code = alice.code()
      let typed = "\(code.prefix(3)) \(code.suffix(3))"
      let lines = ["auth optional \(Built.probe) [set=\(typed)]", alice.line()]
      let told = try await alice.run(alice.transaction([.text(typed)], lines: lines))
      #expect(told.reasons == ["password-repeated"])
      #expect(try await alice.signIn(code) == "PAM_SUCCESS code")
    }
  }

  @Test(
    "where the answer holds the password too, every byte counts",
    arguments: ["forward_pass", "use_first_pass", "try_first_pass"])
  func otherModes(options: String) async throws {
    try await withEnrolled { alice in
      let code = alice.code()
      let typed = "\(code.prefix(3)) \(code.suffix(3))"
      var transaction = alice.transaction(
        [.text(options == "forward_pass" ? typed : "")],
        lines: ["auth optional \(Built.probe) [set=\(typed)]", alice.line(options)])
      transaction.environment = ["SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"]
      let told = try await alice.run(transaction)
      #expect(told.reasons.first == "not-a-code", "\(told)")
      #expect(told["auth"] == ["PAM_AUTH_ERR"])
    }
  }
}
