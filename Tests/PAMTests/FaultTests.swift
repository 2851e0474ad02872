import Foundation
import TestSupport
import Testing

/// The n-th allocation or system call fails, or is the last, for every n. A sign-in may then be
/// refused; it may never be let through where the same without a fault would not have been.
@Suite("Faults within a sign-in")
struct FaultTests {
  struct Story: Sendable, CustomTestStringConvertible {
    let name: String
    /// What may happen at all beside a refusal.
    let best: String
    var user = "alice"
    var options = "after_first_factor"
    var policy: String?
    let answer: @Sendable (Enrolled) async throws -> Answer
    var testDescription: String { name }
  }

  static let stories = [
    Story(name: "right code", best: "PAM_SUCCESS") { .text($0.code()) },
    Story(name: "right code, unproven", best: "PAM_SUCCESS", options: "") { .text($0.code()) },
    Story(name: "wrong code", best: "-") { .text($0.wrongCode) },
    Story(name: "used code", best: "-") {
      _ = try await $0.signIn($0.code())
      return .text($0.code())
    },
    Story(name: "recovery code", best: "PAM_SUCCESS") { .text($0.recoveryCodes[0]) },
    Story(name: "password and code", best: "PAM_SUCCESS", options: "forward_pass") {
      .text("horse" + $0.code())
    },
    Story(name: "invitation", best: "PAM_SUCCESS", user: "bob") {
      .text(try await $0.invite("bob"))
    },
    Story(name: "exempt", best: "PAM_IGNORE", policy: "exempt-users = alice \"x\"\n") { _ in .error
    },
    Story(
      name: "in a required group, nobody can lose that", best: "-", options: "nullok",
      policy: "required-groups = admins\nunenrolled = allow\nenroll-by = 2026-12-31\n"
    ) { .text($0.wrongCode) },
    Story(name: "not enrolled", best: "-", user: "bob") { _ in "123456" },
    Story(
      name: "grace", best: "PAM_IGNORE", user: "bob", options: "nullok",
      policy: "unenrolled = allow\nenroll-by = 2026-12-31\n"
    ) { _ in .error },
    Story(name: "throttled", best: "-") { alice in
      for code in alice.wrongCodes(5) { _ = try await alice.signIn(code) }
      return .text(alice.code())
    },
  ]

  private func withStory(
    _ story: Story, _ body: (Enrolled, PAMTransaction, StoreImage) async throws -> Void
  ) async throws {
    try await withEnrolled(policy: story.policy) { fixture in
      var alice = fixture
      alice.accounts.add(group: "admins", gid: 4100, members: ["alice"])
      var transaction = alice.transaction([try await story.answer(alice)], options: story.options)
      transaction.accounts = alice.accounts
      transaction.user = story.user
      try await body(alice, transaction, try alice.image())
    }
  }

  /// What a fault did, against what it may do; and no success that is not remembered.
  private func judge(
    _ told: PAMReport, _ story: Story, _ alice: Enrolled, _ transaction: PAMTransaction, _ n: Int
  ) async throws {
    #expect(told.status == 0, "\(story.name), \(n)")
    let answer = told["auth"].first ?? "nothing"
    #expect(answer != "PAM_SUCCESS" || story.best == "PAM_SUCCESS", "\(story.name), \(n)")
    // Alone in its stack, an ignoring module, and nothing else, leaves libpam with this answer.
    #expect(answer != "PAM_PERM_DENIED" || story.best == "PAM_IGNORE", "\(story.name), \(n)")
    if answer == "PAM_SUCCESS" {
      // Interrupted, it is called again.
      if case .errno(let number) = transaction.fault?.kind, number != EINTR {
        #expect(told.hit != Self.fdatasync, "success without fdatasync")
      }
      var again = transaction
      again.fault = nil
      again.failAllocation = nil
      let second = try await alice.run(again)
      #expect(second["auth"] != ["PAM_SUCCESS"], "\(story.name), \(n): used twice")
    }
  }

  @Test("the n-th allocation fails", arguments: stories)
  func allocations(_ story: Story) async throws {
    try await withStory(story) { alice, transaction, image in
      var transaction = transaction
      transaction.failAllocation = 0
      let all = try await alice.run(transaction).allocations
      // libcrypto's first use makes hundreds; each of ours comes behind them.
      #expect(all > 0)
      // Each of some thousand points is a process: all of them only where TESTS=full asks for it.
      let step = max(1, all / Effort.points(usually: 60, inCI: 200))
      for n in Array(stride(from: 1, through: all, by: step)) + Array(max(1, all - 20)...(all + 1))
      {
        try alice.restore(image)
        transaction.failAllocation = n
        try await judge(try await alice.run(transaction), story, alice, transaction, n)
      }
    }
  }

  /// Its number on x86-64, the one platform that is supported.
  private static let fdatasync = 75
  static let errors = [EIO, ENOSPC, EINTR, EMFILE]

  @Test("the n-th system call fails", arguments: stories)
  func systemCalls(_ story: Story) async throws {
    try await withStory(story) { alice, transaction, image in
      var transaction = transaction
      transaction.fault = .count
      let all = try await alice.run(transaction).systemCalls
      #expect(all > 10)
      let isEach = Effort.isFull || ["right code", "wrong code"].contains(story.name)
      for n in stride(from: 1, through: all, by: isEach ? 1 : 3) {
        // Every error at every call, or by turns.
        let errors = Effort.isFull ? Self.errors : [Self.errors[n % Self.errors.count]]
        for number in errors {
          try alice.restore(image)
          transaction.fault = Fault(.errno(number), at: n)
          try await judge(try await alice.run(transaction), story, alice, transaction, n)
        }
      }
    }
  }

  @Test(
    "SIGKILL at the n-th system call: the next fresh code works, and no secret is left behind",
    arguments: ["after_first_factor", "", "forward_pass"])
  func killed(options: String) async throws {
    try await withEnrolled { alice in
      let image = try alice.image()
      let key = [UInt8](try #require(image["host.key"]))
      var transaction = alice.transaction([.text(alice.code())], options: options)
      transaction.fault = .count
      let all = try await alice.run(transaction).systemCalls
      let isEach = Effort.isFull || options == "after_first_factor"
      for n in stride(from: 1, through: all, by: isEach ? 1 : 3) {
        try alice.restore(image)
        transaction.fault = Fault(.kill, at: n)
        let told = try await alice.run(transaction)
        #expect(told.status == 137 && told["auth"].isEmpty)
        let left = try alice.image()
        #expect(left.files(holding: alice.phone.secret).isEmpty)
        #expect(left.files(holding: Array(alice.phone.base32.utf8)).isEmpty)
        #expect(left.files(holding: Array(alice.code().utf8)).isEmpty)
        #expect(left.files(holding: key) == ["host.key"])
        #expect(
          Set(left.names).subtracting(image.names).isSubset(of: ["run/attempts"]),
          "at \(n): \(left.names)")
        #expect(
          try await alice.signIn(alice.code(60), options: options, at: 60) == "PAM_SUCCESS code",
          "at \(n)")
      }
    }
  }
}
