import Foundation
import TestSupport
import Testing

/// `needs_second_factor` on the account line: who was asked for a second factor must have shown it
/// to an auth line of ours, in the same PAM handle.
@Suite("Proof of the second factor, in the account phase")
struct ProofTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    /// What `acct` answers last, and why; no reason where nothing is written.
    let expected: String
    var user = "alice"
    var policy: String?
    var options = ""
    var steps = ["auth", "acct"]
    /// Before our auth line.
    var first: [String] = []
    var keepsData = true
    var answers: @Sendable (Enrolled) async throws -> [Answer] = { [.text($0.code())] }
    var prepare: @Sendable (Enrolled) async throws -> Void = { _ in }
    var testDescription: String { name }
  }

  private static let noProof = "PAM_PERM_DENIED no-second-factor"
  private static let grace = "unenrolled = allow\nenroll-by = 2026-12-31\n"
  /// The password is right, and that is enough.
  private static let skipping = ["auth sufficient \(Built.probe) return=0"]

  static let cases = [
    Case(name: "a right code", expected: "PAM_SUCCESS"),
    Case(name: "a recovery code", expected: "PAM_SUCCESS") { [.text($0.recoveryCodes[0])] },
    Case(
      name: "a wrong code, whatever the application makes of it", expected: noProof
    ) { [.text($0.wrongCode)] },
    Case(name: "no auth phase at all", expected: noProof, steps: ["acct"]),
    Case(name: "a line before ours ended the auth stack", expected: noProof, first: skipping),
    Case(
      name: "the proof is of another handle", expected: noProof, steps: ["auth", "restart", "acct"]),
    Case(
      name: "sshd's child goes on with the handle", expected: "PAM_SUCCESS",
      steps: ["auth", "fork", "acct"]),
    Case(
      name: "a second attempt that fails takes the proof of the first away", expected: noProof,
      steps: ["auth", "auth", "acct"]
    ) { [.text($0.code()), .text($0.wrongCode)] },
    Case(
      name: "a second attempt that succeeds is proof", expected: "PAM_SUCCESS",
      steps: ["auth", "auth", "acct"]
    ) { [.text($0.wrongCode), .text($0.code())] },
    Case(
      name: "the proof is another user's", expected: noProof,
      steps: ["auth", "user:carol", "acct"],
      prepare: {
        try await $0.cachet("import", "--user", "carol", "--uri", "-", "--json", input: carol.uri)
      }),
    Case(
      name: "there is no memory to keep the proof", expected: noProof, keepsData: false),
    Case(name: "an invitation that was shown", expected: "PAM_SUCCESS", user: "bob") {
      [.text(try await $0.invite("bob"))]
    },
    Case(
      name: "an invitation that was not shown", expected: noProof, user: "bob", steps: ["acct"],
      prepare: { _ = try await $0.invite("bob") }),
    // What policy says comes first.
    Case(
      name: "exempt, and an auth line said so", expected: "PAM_IGNORE",
      policy: "exempt-users = alice \"x\"\n"),
    Case(
      name: "exempt, and no auth line was asked", expected: "PAM_IGNORE",
      policy: "exempt-users = alice \"x\"\n", steps: ["acct"]),
    Case(
      name: "out of scope, and no auth line was asked", expected: "PAM_IGNORE",
      policy: "required-groups = bob\n", steps: ["acct"]),
    Case(
      name: "not enrolled yet, and policy still allows that", expected: "PAM_IGNORE", user: "bob",
      policy: grace, options: "nullok"),
    Case(
      name: "enrolled, while others need not be", expected: noProof, policy: grace,
      options: "nullok", steps: ["acct"]),
    // Who is shut out is told the old reason.
    Case(
      name: "not enrolled", expected: "PAM_ACCT_EXPIRED not-enrolled", user: "bob", steps: ["acct"]),
    Case(
      name: "disabled after the sign-in", expected: "PAM_ACCT_EXPIRED disabled",
      prepare: { try await $0.cachet("disable", "--user", "alice") }),
    Case(
      name: "nobody's account", expected: "PAM_ACCT_EXPIRED unknown-user", user: "nobody-of-ours",
      steps: ["acct"]),
  ]

  private static let carol = Authenticator(Array("the secret of carol.".utf8))

  private func accounts() -> Accounts {
    var accounts = Accounts.example
    accounts.add(user: "carol", uid: 4003)
    return accounts
  }

  @Test("an account line with needs_second_factor", arguments: cases)
  func proof(_ row: Case) async throws {
    try await withEnrolled(policy: row.policy) { fixture in
      var alice = fixture
      alice.accounts = accounts()
      alice.secrets.append(Self.carol.base32)
      try await row.prepare(alice)
      let told = try await alice.run(transaction(alice, row))
      let last = told.journal.last.map { $0.contains("event=account") } ?? false
      let reason = last ? told.reasons.last.map { " " + $0 } ?? "" : ""
      // Alone in its stack, a module that ignores leaves libpam with PAM_PERM_DENIED.
      let isIgnored = told["acct"].last == "PAM_PERM_DENIED" && reason.isEmpty
      let answer = isIgnored ? "PAM_IGNORE" : told["acct"].last ?? "-"
      #expect(answer + reason == row.expected, "\(told.journal)")
    }
  }

  @Test("without the option the account line asks for no proof", arguments: cases.prefix(6))
  func without(_ row: Case) async throws {
    try await withEnrolled { alice in
      var transaction = try await transaction(alice, row)
      transaction.services["sshd"]?[row.first.count + 1] = alice.line(
        "", control: "required", "account")
      #expect(try await alice.run(transaction)["acct"].last == "PAM_SUCCESS")
    }
  }

  private func transaction(_ alice: Enrolled, _ row: Case) async throws -> PAMTransaction {
    var transaction = alice.transaction(
      try await row.answers(alice),
      lines: row.first + [
        alice.line("after_first_factor \(row.options)"),
        alice.line("needs_second_factor \(row.options)", control: "required", "account"),
      ], steps: row.steps)
    transaction.user = row.user
    transaction.keepsData = row.keepsData
    return transaction
  }

  @Test("on an auth line it is a mistake, and quoted; in a session it stops nobody")
  func misplaced() async throws {
    try await withEnrolled { alice in
      let options = "after_first_factor needs_second_factor"
      let told = try await alice.run(alice.transaction([.text(alice.code())], options: options))
      #expect(told.verdict == "PAM_AUTH_ERR bad-option" && told.prompts.isEmpty)
      #expect(told.journal.first?.field("option") == "needs_second_factor")
      let session = alice.line("needs_second_factor", control: "optional", "session")
      let open = try await alice.run(
        alice.transaction(
          [], lines: ["session required \(Built.probe) return=0", session], steps: ["open"]))
      #expect(open["open"] == ["PAM_SUCCESS"])
    }
  }

  @Test("whatever fails in between, who did not show a second factor is not let through")
  func faults() async throws {
    for isRight in [true, false] {
      try await withEnrolled { alice in
        let image = try alice.image()
        var transaction = try await transaction(
          alice,
          Case(name: "", expected: "") { [.text(isRight ? $0.code() : $0.wrongCode)] })
        func judge(_ told: PAMReport, _ n: Int) {
          #expect(told.status == 0, "at \(n)")
          guard told["acct"] == ["PAM_SUCCESS"] else { return }
          let accepts = told.journal.contains { $0.contains("event=sign-in outcome=accepted") }
          #expect(isRight && accepts, "at \(n): \(told.journal)")
        }
        transaction.failAllocation = 0
        let allocations = try await alice.run(transaction).allocations
        let step = max(1, allocations / Effort.points(usually: 60, inCI: 200))
        // libpam's note of the proof is among the first; what the account line needs, the last.
        let points =
          Array(1...10) + stride(from: 11, through: allocations, by: step)
          + (max(1, allocations - 20)...allocations)
        for n in points {
          try alice.restore(image)
          transaction.failAllocation = n
          judge(try await alice.run(transaction), n)
        }
        try alice.restore(image)
        transaction.failAllocation = nil
        transaction.fault = .count
        let calls = try await alice.run(transaction).systemCalls
        for n in stride(from: 1, through: calls, by: Effort.isFull ? 1 : 3) {
          try alice.restore(image)
          transaction.fault = Fault(.errno([EIO, ENOSPC, EMFILE][n % 3]), at: n)
          judge(try await alice.run(transaction), n)
        }
      }
    }
  }
}
