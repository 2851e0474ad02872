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
      let total = try await calls(demo)
      #expect(total > 50)
      // The program's own start changes nothing: what follows is tried call by call.
      for number in try await firstOwn(demo)...total {
        let killed = try await rotate(demo, ["--at", "\(number)", "--do", "kill"])
        let check = try await demo.mfa("key", "check", "--json")
        #expect(check.status == 0, "killed at \(number) of \(total): \(check.errors)")
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

  private func rotate(_ demo: Demo, _ what: [String]) async throws -> Outcome {
    try await run(
      Built.tool("atcall"),
      what + ["--", Reader.binary, "key", "rotate", "--json", "--store", demo.store])
  }

  private func calls(_ demo: Demo) async throws -> Int {
    let report = demo.folder.path("report")
    _ = try await rotate(demo, ["--report", report])
    let text = demo.folder.read("report")
    return Int(text.firstMatch(of: /calls (\d+)/)?.1 ?? "") ?? 0
  }

  /// How many calls a run makes that ends before it opens anything.
  private func firstOwn(_ demo: Demo) async throws -> Int {
    let report = demo.folder.path("start")
    _ = try await run(
      Built.tool("atcall"), ["--report", report, "--", Reader.binary, "--version"])
    let text = demo.folder.read("start")
    return max(1, (Int(text.firstMatch(of: /calls (\d+)/)?.1 ?? "") ?? 0) - 20)
  }
}
