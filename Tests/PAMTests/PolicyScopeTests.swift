import Foundation
import TestSupport
import Testing

/// Who is asked. Any doubt enforces.
@Suite("Scope")
struct PolicyScopeTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let policy: String
    let asked: Bool
    var fails: [(String, Int32)] = []
    var options = "after_first_factor"
    var testDescription: String { "\(policy) \(fails.map { "\($0.0)=\($0.1)" })" }
  }

  static let rows: [Row] = [
    Row(policy: "", asked: true),
    Row(policy: "exempt-users = alice \"x\"", asked: false),
    Row(policy: "exempt-users = Alice \"x\", alice2 \"y\", bob \"z\"", asked: true),
    Row(policy: "exempt-groups = machines \"x\"", asked: false),
    Row(policy: "exempt-groups = alice \"x\"", asked: false),
    Row(policy: "exempt-groups = others \"x\"", asked: true),
    Row(policy: "exempt-groups = no-such-group \"x\"", asked: true),
    Row(policy: "required-groups = admins", asked: false),
    Row(policy: "required-groups = machines", asked: true),
    Row(policy: "required-groups = alice", asked: true),
    Row(policy: "required-groups = admins, machines", asked: true),
    Row(policy: "required-groups = no-such-group", asked: true),
    Row(policy: "required-groups = admins, no-such-group", asked: true),
    Row(policy: "exempt-groups = machines \"x\"", asked: true, fails: [("getgrnam_r", EIO)]),
    Row(policy: "exempt-groups = machines \"x\"", asked: true, fails: [("getgrnam_r", ENOENT)]),
    Row(policy: "exempt-groups = alice \"x\"", asked: true, fails: [("getgrnam_r", EAGAIN)]),
    Row(policy: "required-groups = admins", asked: true, fails: [("getgrnam_r", EIO)]),
    Row(policy: "required-groups = admins", asked: true, fails: [("getgrnam_r", ERANGE)]),
    Row(policy: "required-groups = admins", asked: true, fails: [("getgrnam_r", ENOENT)]),
    Row(policy: "required-groups = admins", asked: true, fails: [("getgrouplist", -1)]),
    Row(policy: "exempt-users = alice \"x\"", asked: false, fails: [("getgrnam_r", EIO)]),
    Row(
      policy: "exempt-groups = others \"x\"\nrequired-groups = admins", asked: true,
      fails: [("getgrnam_r", EIO), ("getgrouplist", -1)]),
  ]

  @Test("an account passes only where policy was positively read", arguments: rows)
  func scope(_ row: Row) async throws {
    try await withEnrolled { fixture in
      var alice = fixture
      alice.accounts.add(group: "admins", gid: 4100, members: ["bob"])
      alice.accounts.add(group: "machines", gid: 4101, members: ["bob", "alice"])
      alice.accounts.add(group: "others", gid: 4102)
      try await alice.apply(policy: row.policy + "\n")
      for (name, number) in row.fails { alice.accounts.fail(name, with: number) }
      let lines = ["auth required pam_permit.so", alice.line(row.options)]
      let told = try await alice.run(alice.transaction([.text(alice.wrongCode)], lines: lines))
      #expect(told["auth"] == [row.asked ? "PAM_AUTH_ERR" : "PAM_SUCCESS"])
      #expect(told.prompts.isEmpty != row.asked)
      #expect(told.reasons.count == 1)
      #expect(row.asked == (told.reasons == ["wrong-code"]))
    }
  }

  @Test(
    "an account database that fails decides nothing, for the exempt neither",
    arguments: [EIO, ENOENT, ESRCH, EAGAIN, EMFILE, ERANGE, EPERM])
  func accounts(number: Int32) async throws {
    try await withEnrolled(policy: "exempt-users = alice \"x\"\nrequired-groups = bob\n") {
      fixture in
      var alice = fixture
      alice.accounts.fail("getpwnam_r", with: number)
      let told = try await alice.signIn(alice.code(), options: "nullok after_first_factor")
      #expect(told == "PAM_AUTHINFO_UNAVAIL account-lookup")
    }
  }

  @Test("a doubt about a group ends the grace, and does not grant it")
  func grace() async throws {
    let policy = "unenrolled = allow\nenroll-by = 2026-12-31\nenroll-by.oncall = 2026-11-01\n"
    try await withEnrolled(policy: policy) { (fixture) async throws in
      var alice = fixture
      var transaction = alice.transaction(["123456"], options: "nullok")
      transaction.user = "bob"
      #expect(try await alice.run(transaction).reasons == ["not-enrolled"], "no such group")
      alice.accounts.add(group: "oncall", gid: 4103, members: ["alice"])
      transaction.accounts = alice.accounts
      #expect(try await alice.run(transaction).reasons == ["grace"])
      transaction.accounts?.fail("getgrnam_r", with: EIO)
      #expect(try await alice.run(transaction).reasons == ["not-enrolled"])
    }
  }
}
