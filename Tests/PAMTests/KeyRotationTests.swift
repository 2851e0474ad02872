import TestSupport
import Testing

/// The host's key changes while somebody signs in.
@Suite("Key rotation")
struct KeyRotationTests {
  @Test("rotated at whichever system call, it keeps nobody out and counts nothing")
  func rotated() async throws {
    try await withEnrolled { alice in
      let image = try alice.image()
      for steps in [["auth"], ["acct"]] {
        var transaction = alice.transaction(
          [.text(alice.code())],
          lines: [alice.line(control: "required"), alice.line(control: "required", "account")],
          steps: steps)
        transaction.fault = .count
        let all = try await alice.run(transaction).systemCalls
        #expect(all > 10)
        for n in 1...all {
          try alice.restore(image)
          let rotate = "'\(Built.program)' key rotate --store '\(alice.store)' > /dev/null"
          transaction.fault = Fault(.run(rotate), at: n)
          let told = try await alice.run(transaction)
          #expect(told[steps[0]] == ["PAM_SUCCESS"], "at \(n) of \(all): \(told.journal)")
          #expect(try alice.image()["host.key"] != image["host.key"], "at \(n)")
        }
      }
    }
  }
}
