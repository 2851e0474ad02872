import Foundation
import TestSupport
import Testing

/// `key rotate`, killed wherever it may be, is completed by running it again.
@Suite struct RotationTests {
  @Test(.timeLimit(.minutes(15)))
  func aRotationThatWasKilledAnywhereIsCompleted() async throws {
    try await withDemo { demo in
      _ = try await demo.enrolled()
      try await demo.mfa("invite", "bin")
      let rotation = Killable(
        command: [Reader.binary, "key", "rotate", "--json", "--store", demo.store])
      let calls = try await rotation.calls()
      #expect(calls.count > 20)
      for number in calls {
        let killed = try await rotation.run(killedAt: number)
        let check = try await demo.mfa("key", "check", "--json")
        #expect(check.status == 0, "killed at \(number) of \(calls.count): \(check.errors)")
        let facts = try Demo.object(check.output)
        #expect(facts["factors"] as? Int == 1)
        guard killed.status == 137 else { continue }
        if facts["rotating"] as? Bool == true {
          let done = try Demo.object(try await demo.mfa("key", "rotate", "--json").output)
          #expect(done["resumed"] as? Bool == true)
          #expect(!FileManager.default.fileExists(atPath: demo.folder.path("demo/host.key.next")))
        }
      }
      #expect(try await demo.mfa("verify", "daemon", "--stdin", input: "000000\n").status == 1)
      let left = try FileManager.default.contentsOfDirectory(
        atPath: demo.folder.path("demo/users/daemon"))
      #expect(left.sorted() == ["credentials", "state"])
    }
  }
}
