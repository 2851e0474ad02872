import Foundation
import TestSupport
import Testing

/// A trap ends the PAM host. Bounds and overflow checks that the compiler could not prove away stay
/// in the module as `ud2`; each function that still has one was read, and stands in
/// `Tests/Traps/known` with what keeps outside data from it. A new one is read first, then added.
@Suite("Traps in the module")
struct TrapTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Traps")

  @Test("are in no function that nobody has looked at")
  func known() async throws {
    let allowed = try Set(
      String(contentsOf: Self.folder.appending(path: "known"), encoding: .utf8)
        .split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") })
    // The disassembler is the toolchain's.
    let path = try #require(ProcessInfo.processInfo.environment["PATH"])
    let listed = try await run(
      "/bin/bash", [Self.folder.appending(path: "list").path], environment: ["PATH": path])
    try #require(listed.status == 0, "\(listed.errors)")
    let found = Set(listed.lines)
    print("traps: \(found.count) functions of ours can trap; \(allowed.count) are allowed to")
    for gone in allowed.subtracting(found).sorted() {
      print("traps: can no longer trap: \(gone)")
    }
    #expect(found.count > 10, "nothing was disassembled")
    #expect(found.subtracting(allowed).sorted() == [])
  }
}
