import Foundation
import TestSupport
import Testing

/// User names, hosts and terminals from outside.
@Suite("Bad names")
struct BadNameTests {
  static let names = [
    "..", ".", "../x", "../alice", "./alice", "alice/", "alice/.", "/alice", "x/../alice",
    String(repeating: "a", count: 300), String(repeating: "a", count: 255),
    String(repeating: "A", count: 100), "-x", "--help", "ALICE", "Alice", "alice ", " alice", "@",
    "@alice", "alice@example.org", "\\", "\\alice", "DOMAIN\\alice", "alice\n",
    "alice\nevent=sign-in",
    "a\u{1b}[2Jb", "\u{7f}", "%61lice", "%2e%2e", ".new-x", ".tmp-x", "alicé", "a\"b", "a b",
    "alice%n",
    "alice\u{200b}", "４００１", "4001", "+", "*", "alice:x",
  ]

  @Test("nobody has these names: refused like a wrong code, on one clean line", arguments: names)
  func strangers(name: String) async throws {
    try await withEnrolled { alice in
      let before = try alice.image().names
      for options in ["", "after_first_factor", "nullok forward_pass"] {
        var transaction = alice.transaction([.text(alice.code())], options: options)
        transaction.user = name
        transaction.rhost = name
        transaction.tty = name
        transaction.ruser = name
        transaction.steps = ["auth", "acct", "open"]
        transaction.services["sshd"]?.append(alice.line(control: "required", "account"))
        let told = try await alice.run(transaction)
        #expect(told["auth"] == ["PAM_AUTH_ERR"])
        #expect(told["acct"] == ["PAM_ACCT_EXPIRED"])
        #expect(told.reasons == ["unknown-user", "unknown-user"])
        #expect(told.prompts.allSatisfy { $0.text.allSatisfy { $0 >= " " && $0 <= "~" } })
        #expect(told.journal.allSatisfy { $0.utf8.count < 700 })
        // A name cannot forge a field or an end of its value.
        #expect(told.journal.allSatisfy { $0.components(separatedBy: " outcome=").count == 2 })
      }
      let new = Set(try alice.image().names).subtracting(before)
      #expect(new.isSubset(of: ["run/attempts"]), "nothing is made for a name")
    }
  }

  @Test("an empty name, or none at all, is nobody")
  func nameless() async throws {
    try await withEnrolled { alice in
      for user in [nil, ""] as [String?] {
        var transaction = alice.transaction([.always("")])
        transaction.user = user
        let told = try await alice.run(transaction)
        #expect(
          told["auth"].count == 1 && told["auth"] != ["PAM_SUCCESS"]
            && told["auth"] != ["PAM_IGNORE"])
      }
    }
  }

  @Test(
    "an account that really has such a name has a record of its own",
    arguments: ["..", "-x", "ALICE", "@", "\\", "a b", "alicé", "%61lice", ".new-x"])
  func accounts(name: String) async throws {
    try await withEnrolled { fixture in
      var alice = fixture
      alice.accounts.add(user: name, uid: 4003)
      let told = try await alice.cachet("invite", "--json", "--user=\(name)")
      let invitation = try #require(Enrolled.oneTimeSecrets(in: told.output).first)
      var transaction = alice.transaction([.text(invitation)])
      transaction.user = name
      #expect(try await alice.run(transaction).verdict == "PAM_SUCCESS invitation")
      #expect(try await alice.run(transaction).verdict == "PAM_AUTH_ERR used-one-time-secret")
      #expect(try await alice.signIn(alice.code()) == "PAM_SUCCESS code")
    }
  }

  @Test("a database that spells alice otherwise finds alice's record by its own spelling")
  func spelling() async throws {
    try await withEnrolled { (fixture) async throws in
      var alice = fixture
      // The same uid under another name: not alice's record, and none of its own.
      alice.accounts.add(user: "alicia", uid: 4001)
      var transaction = alice.transaction([.text(alice.code())])
      transaction.user = "alicia"
      #expect(try await alice.run(transaction).verdict == "PAM_AUTH_ERR not-enrolled")
    }
  }

  @Test("a record whose uid is not the account's is damage")
  func reused() async throws {
    try await withEnrolled { (fixture) async throws in
      var alice = fixture
      alice.accounts = Accounts()
      alice.accounts.add(user: "alice", uid: 4444)
      #expect(try await alice.signIn(alice.code()) == "PAM_AUTHINFO_UNAVAIL store")
      #expect(try await alice.signIn(alice.recoveryCodes[0]) == "PAM_AUTHINFO_UNAVAIL store")
    }
  }
}
