import Foundation
import TestSupport
import Testing

/// Clocks that are wrong: no code is believed, nothing is counted, recovery codes are the way in.
@Suite("Clocks")
struct ClockTests {
  static let year: Int64 = 365 * 86_400

  @Test(
    "before the release date, or unreadable, nothing is decided and nothing is counted",
    arguments: [
      "@0", "@1", "@1700000000", "@1793491199", "fail",
    ])
  func early(clock: String) async throws {
    try await withEnrolled { alice in
      let time = Int64(clock.dropFirst()) ?? 0
      let before = try alice.image()
      var transaction = alice.transaction(
        [.text(alice.phone.code(at: time))] + alice.wrongCodes(9).map { .text($0) },
        steps: Array(repeating: "auth", count: 10))
      transaction.clock = clock
      let told = try await alice.run(transaction)
      #expect(told["auth"] == Array(repeating: "PAM_AUTHINFO_UNAVAIL", count: 10))
      #expect(told.reasons == Array(repeating: "clock", count: 10))
      #expect(try alice.image()["users/alice/state"] == before["users/alice/state"])
      transaction.answers = [.text(alice.recoveryCodes[0])]
      transaction.steps = ["auth"]
      #expect(try await alice.run(transaction).verdict == "PAM_SUCCESS recovery-code")
      #expect(try await alice.signIn(alice.code()) == "PAM_SUCCESS code")
    }
  }

  @Test("a year ahead and back: unavailable, until a recovery code or unlock --clock")
  func ahead() async throws {
    try await withEnrolled { alice in
      #expect(try await alice.signIn(alice.code(Self.year), at: Self.year) == "PAM_SUCCESS code")
      for offset in [60, 3600, 86_400] as [Int64] {
        #expect(
          try await alice.signIn(alice.code(offset), at: offset) == "PAM_AUTHINFO_UNAVAIL clock")
        #expect(
          try await alice.signIn(alice.code(Self.year), at: offset) == "PAM_AUTHINFO_UNAVAIL clock")
      }
      #expect(try await alice.signIn(alice.recoveryCodes[0], at: 60) == "PAM_SUCCESS recovery-code")
      #expect(try await alice.signIn(alice.code(90), at: 90) == "PAM_AUTHINFO_UNAVAIL clock")
      try await alice.cachet("unlock", "--clock", "--user", "alice", at: 120)
      #expect(try await alice.signIn(alice.code(150), at: 150) == "PAM_SUCCESS code")
      // What was used before the clock was set right stays used, as far as it lies behind.
      #expect(try await alice.signIn(alice.code(120), at: 150) == "PAM_AUTH_ERR used-code")
    }
  }

  @Test(
    "a clock that jumps back by less than ten steps refuses a used code, by more decides nothing")
  func back() async throws {
    try await withEnrolled { (alice) async throws in
      #expect(try await alice.signIn(alice.code(600), at: 600) == "PAM_SUCCESS code")
      #expect(try await alice.signIn(alice.code(600), at: 580) == "PAM_AUTH_ERR used-code")
      #expect(try await alice.signIn(alice.code(300), at: 300) == "PAM_AUTH_ERR used-code")
      #expect(try await alice.signIn(alice.code(270), at: 270) == "PAM_AUTHINFO_UNAVAIL clock")
      #expect(try await alice.signIn(alice.code(630), at: 615) == "PAM_SUCCESS code")
    }
  }

  @Test("a clock that moves while the prompt stands counts as it is when the answer comes")
  func atPrompt() async throws {
    try await withEnrolled { alice in
      let late = "@\(Enrolled.noon + 300)"
      let told = try await alice.run(alice.transaction([.clock(late), .text(alice.code())]))
      #expect(told.verdict == "PAM_AUTH_ERR stale-code")
      #expect(told.journal.last?.field("offset") == "-10")
      #expect(
        try await alice.run(alice.transaction([.clock(late), .text(alice.code(300))])).verdict
          == "PAM_SUCCESS code")
    }
  }

  @Test(
    "far in the future nothing traps",
    arguments: [
      "@4294967296", "@281474976710655", "@281474976710656", "@9223372036854775807",
    ])
  func future(clock: String) async throws {
    try await withEnrolled { alice in
      let time = try #require(Int64(clock.dropFirst()))
      var transaction = alice.transaction(
        [.text(alice.phone.code(at: time)), .text(alice.wrongCode), .text(alice.recoveryCodes[0])],
        steps: ["auth", "auth", "auth", "acct", "open"])
      transaction.clock = clock
      let told = try await alice.run(transaction)
      #expect(told.status == 0 && told["auth"].count == 3)
      #expect(told["auth"][1] != "PAM_SUCCESS" && told["auth"][1] != "PAM_IGNORE")
    }
  }

  @Test("a throttle does not outlive its length because the clock went back")
  func throttled() async throws {
    try await withEnrolled { alice in
      let codes = alice.wrongCodes(5, 600).map { Answer.text($0) }
      _ = try await alice.run(
        alice.transaction(codes, steps: Array(repeating: "auth", count: 5), at: 600))
      let told = try await alice.run(alice.transaction([.text(alice.code())]))
      #expect(told.reasons == ["throttled"])
      #expect(told.journal.last?.field("wait").flatMap { Int($0) } ?? 99 <= 30)
    }
  }
}
