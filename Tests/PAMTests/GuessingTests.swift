import Foundation
import TestSupport
import Testing

/// Guessing at length, by strangers and by whoever has the password.
@Suite("Guessing", .serialized)
struct GuessingTests {
  @Test("ten thousand wrong attempts from other addresses do not stop the right password and code")
  func strangers() async throws {
    try await withEnrolled { alice in
      let wrong = alice.wrongCode
      for batch in 0..<10 {
        // A thousand origins each; every fiftieth comes after the waits are over.
        let steps = (0..<1000).flatMap { n -> [String] in
          let time = Enrolled.noon + Int64(batch * 20 + n / 50) * 901
          let host = n % 2 == 0 ? "10.\(batch).\(n / 250).\(n % 250)" : "2001:db8:\(batch):\(n)::1"
          return (n % 50 == 0 ? ["clock:@\(time)"] : []) + ["rhost:\(host)", "auth"]
        }
        var transaction = alice.transaction([.always(wrong)], options: "", steps: steps)
        transaction.clock = "@\(Enrolled.noon)"
        transaction.seconds = 120
        let told = try await alice.run(transaction)
        #expect(told["auth"].count == 1000 && Set(told["auth"]) == ["PAM_AUTH_ERR"])
        #expect(Set(told.reasons).isSubset(of: ["wrong-code", "throttled", "stale-code"]))
        #expect(told.journal.allSatisfy { $0.contains("first-factor=unproven") })
      }
      let over = Int64(200) * 901
      #expect(try await alice.signIn(alice.code(over), at: over) == "PAM_SUCCESS code")
    }
  }

  @Test(
    "a thousand wrong codes with a proven first factor end locked, in every mode",
    arguments: [
      "", "forward_pass", "use_first_pass", "try_first_pass", "use_first_pass forward_pass",
      "try_first_pass forward_pass",
    ])
  func insider(options: String) async throws {
    try await withEnrolled { alice in
      let wrong = alice.wrongCodes(1000)
      // The first 150 wait as long as they are told; the others do not.
      let steps = (0..<1000).flatMap { n -> [String] in
        (n < 150 ? ["clock:@\(Enrolled.noon + Int64(n) * 901)"] : []) + ["auth"]
      }
      let answers = options == "" ? wrong.map { Answer.text($0) } : [.always(wrong[1])]
      var transaction = alice.transaction(
        answers,
        lines: [
          "auth optional \(Built.probe) set=\(wrong[0])",
          alice.line(options),
        ], steps: steps)
      // A key that sshd vouches for: a first factor in every mode.
      transaction.environment = ["SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"]
      transaction.seconds = 120
      let told = try await alice.run(transaction)
      #expect(told["auth"].count == 1000)
      #expect(Set(told["auth"]).isSubset(of: ["PAM_AUTH_ERR", "PAM_MAXTRIES"]))
      #expect(told["auth"].suffix(800) == ArraySlice(repeating: "PAM_MAXTRIES", count: 800))
      #expect(told.reasons.filter { $0.hasSuffix("-code") }.count <= 100)
      #expect(told.reasons.last == "locked")
      let later = Int64(200) * 901
      #expect(try await alice.signIn(alice.code(later), at: later) == "PAM_MAXTRIES locked")
      #expect(
        try await alice.signIn(alice.recoveryCodes[0], at: later) == "PAM_SUCCESS recovery-code")
      try await alice.cachet("unlock", "--user", "alice", at: later)
      #expect(try await alice.signIn(alice.code(later), at: later) == "PAM_SUCCESS code")
    }
  }
}
