import Foundation
import TestSupport
import Testing

/// The phases around the sign-in: account, credentials, session, password.
@Suite("The other entry points")
struct PhaseTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let answer: String
    var user = "alice"
    var options = ""
    var policy: String?
    var at: Int64 = 0
    var prepare: @Sendable (Enrolled) async throws -> Void = { _ in }
    var testDescription: String { name }
  }

  private static let opened: @Sendable (Enrolled) async throws -> Void = { alice in
    var transaction = alice.transaction([.text(try await alice.invite("bob"))])
    transaction.user = "bob"
    #expect(try await alice.run(transaction).verdict == "PAM_SUCCESS invitation")
  }

  static let cases = [
    Case(name: "enrolled", answer: "PAM_SUCCESS"),
    Case(name: "exempt", answer: "PAM_IGNORE", policy: "exempt-users = alice \"backup\"\n"),
    Case(name: "out of scope", answer: "PAM_IGNORE", policy: "required-groups = bob\n"),
    Case(
      name: "grace", answer: "PAM_IGNORE", user: "bob", options: "nullok",
      policy: "unenrolled = allow\nenroll-by = 2026-12-31\n"),
    Case(
      name: "grace without nullok", answer: "PAM_ACCT_EXPIRED", user: "bob",
      policy: "unenrolled = allow\nenroll-by = 2026-12-31\n"),
    Case(name: "not enrolled", answer: "PAM_ACCT_EXPIRED", user: "bob"),
    Case(name: "unknown", answer: "PAM_ACCT_EXPIRED", user: "nobody-of-ours"),
    Case(name: "invited", answer: "PAM_SUCCESS", user: "bob") { _ = try await $0.invite("bob") },
    Case(name: "invitation over", answer: "PAM_ACCT_EXPIRED", user: "bob", at: 604_800) {
      _ = try await $0.invite("bob")
    },
    Case(name: "invitation opened", answer: "PAM_SUCCESS", user: "bob", at: 299, prepare: opened),
    Case(
      name: "invitation opened long ago", answer: "PAM_ACCT_EXPIRED", user: "bob", at: 300,
      prepare: opened),
    Case(name: "disabled", answer: "PAM_ACCT_EXPIRED") {
      try await $0.cachet("disable", "--user", "alice")
    },
    Case(name: "key gone, record there", answer: "PAM_SUCCESS") {
      try FileManager.default.removeItem(atPath: $0.store + "/host.key")
    },
    Case(name: "key gone, no record", answer: "PAM_AUTHINFO_UNAVAIL", user: "bob") {
      try FileManager.default.removeItem(atPath: $0.store + "/host.key")
    },
    Case(name: "no policy", answer: "PAM_AUTHINFO_UNAVAIL") {
      try FileManager.default.removeItem(atPath: $0.store + "/policy.applied.compiled")
    },
    Case(name: "bad option", answer: "PAM_AUTH_ERR", options: "nulok"),
  ]

  @Test("pam_sm_acct_mgmt never prompts, and answers by what the record is", arguments: cases)
  func account(_ row: Case) async throws {
    try await withEnrolled(policy: row.policy) { alice in
      try await row.prepare(alice)
      for (first, ignored) in [
        ([], "PAM_PERM_DENIED"), (["account required pam_permit.so"], "PAM_SUCCESS"),
      ] {
        var transaction = alice.transaction(
          [], lines: first + [alice.line(row.options, control: "required", "account")],
          steps: ["acct"], at: row.at)
        transaction.user = row.user
        let told = try await alice.run(transaction)
        #expect(told["acct"] == [row.answer == "PAM_IGNORE" ? ignored : row.answer])
        #expect(told.prompts.isEmpty && told.messages.isEmpty)
        let isQuiet = ["PAM_SUCCESS", "PAM_IGNORE"].contains(row.answer)
        #expect(told.journal.isEmpty == isQuiet)
      }
    }
  }

  @Test("pam_sm_setcred is success, whatever the store and the line")
  func credentials() async throws {
    try await withEnrolled { alice in
      try FileManager.default.removeItem(atPath: alice.store)
      for options in ["", "no-such-option"] {
        let lines = [alice.line(options, control: "required")]
        #expect(
          try await alice.run(alice.transaction([], lines: lines, steps: ["setcred"]))["setcred"]
            == ["PAM_SUCCESS"])
      }
    }
  }

  /// Success only where the module said PAM_IGNORE and nothing else.
  private func ignoring(_ alice: Enrolled, _ type: String, options: String = "") -> [String] {
    [
      "\(type) required pam_permit.so",
      alice.line(options, control: "[ignore=ignore default=bad]", type),
    ]
  }

  @Test("sessions tell what happened, until one was opened with an authenticator")
  func notices() async throws {
    try await withEnrolled { alice in
      let lines = [alice.line()] + ignoring(alice, "session")
      let shown = { (steps: [String]) in
        let told = try await alice.run(
          alice.transaction([.text(alice.recoveryCodes[1])], lines: lines, steps: steps))
        #expect(told["open"] == ["PAM_SUCCESS"])
        #expect(told.messages.allSatisfy { $0.style == "info" })
        return told.messages.map(\.text).joined(separator: "\n")
      }
      #expect(try await shown(["auth", "open:silent"]).isEmpty)
      // Enrolling left a notice of its own; the silent session has taken neither.
      let told = try await shown(["open"])
      #expect(told.contains("cachet-mfa: a recovery code was used, 9 left"))
      // Who came in with a recovery code may be a thief: the owner hears it too.
      #expect(try await shown(["open"]) == told)
      #expect(try await alice.signIn(alice.code()) == "PAM_SUCCESS code")
      #expect(try await shown(["open"]) == told)
      #expect(try await shown(["open"]).isEmpty)
      try await alice.add(
        Authenticator(Array("another secret, 20 b".utf8)), named: "tablet")
      #expect(try await shown(["open"]) == "cachet-mfa: a factor was added to this account")
    }
  }

  @Test("a session that cannot read the store says nothing and stops nobody")
  func unreadable() async throws {
    try await withEnrolled { alice in
      _ = try await alice.signIn(alice.recoveryCodes[0])
      try FileManager.default.removeItem(atPath: alice.store + "/users/alice/state")
      for options in ["", "bad-option"] {
        let told = try await alice.run(
          alice.transaction(
            [], lines: ignoring(alice, "session", options: options), steps: ["open"]))
        #expect(told["open"] == ["PAM_SUCCESS"])
        #expect(told.messages.isEmpty)
      }
    }
  }

  @Test("closing a session and changing a password are none of its business")
  func others() async throws {
    try await withEnrolled { alice in
      for (type, step) in [("session", "close"), ("password", "chauthtok")] {
        let told = try await alice.run(
          alice.transaction([], lines: ignoring(alice, type), steps: [step]))
        #expect(told[step] == ["PAM_SUCCESS"])
        #expect(told.prompts.isEmpty && told.journal.isEmpty)
      }
    }
  }
}
