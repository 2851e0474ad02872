import TestSupport
import Testing

/// sshd, sudo and Apache load and drop modules as they please.
@Suite("Loading and unloading")
struct LoadingTests {
  @Test("a thousand rounds of load, call and unload in threads that end leave no memory behind")
  func reload() async throws {
    try await withFolder { folder in
      try folder.write(
        "auth required \(Built.inLine) [store=\(folder.path("none"))]\n", to: "pam.d/reload")
      let told = try await run(
        Built.tool("reload"),
        [Built.module, "1000", folder.path("pam.d"), "reload", "root"],
        environment: [
          "LD_PRELOAD": "journal.so", "LD_LIBRARY_PATH": Built.tool(""),
          "TEST_JOURNAL": folder.path("journal"),
        ])
      #expect(told.errors == "")
      #expect(told.status == 0)
      let numbers = told.lines.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
      #expect(numbers.first == 1000)
      #expect(try #require(numbers.last) < 1024)
    }
  }
}
