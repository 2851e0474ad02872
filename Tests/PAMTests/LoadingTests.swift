import Foundation
import TestSupport
import Testing

/// sshd, sudo and Apache load and drop modules as they please.
@Suite("Loading and unloading")
struct LoadingTests {
  /// 2026-11-23 12:00:15 UTC.
  private let noon = 1_795_435_215

  @Test("a thousand rounds of load, call and unload in threads that end leave no memory behind")
  func reload() async throws {
    try await withFolder { folder in
      let secret = try await enroll(folder)
      // Each code opens one session, and is refused when it comes again.
      let codes = try await run(
        "/bin/sh",
        [
          "-c",
          "for n in $(seq 1 250); do '\(Built.tool("totp"))' \(secret) $((\(noon) + 30 * n)); done",
        ]
      ).lines
      #expect(codes.count == 250)
      let script = codes.enumerated().map { (n, code) in
        "@\(noon + 30 * (n + 1)) \(code) 0\n@\(noon + 30 * (n + 1) + 1) \(code) 7\n"
      }
      let told = try await run(
        Built.tool("reload"),
        [
          Built.module, "1000", folder.path("pam.d"), "guarded", NSUserName(),
          folder.write(script.joined(), to: "script"),
        ],
        environment: [
          "LD_PRELOAD": "journal.so:clock.so", "LD_LIBRARY_PATH": Built.tool(""),
          "TEST_JOURNAL": folder.path("journal"),
        ])
      #expect(told.errors == "")
      #expect(told.status == 0)
      #expect(told.lines.prefix(2) == ["rounds 1000", "accepted 250"])
      let growth = told.lines.last.flatMap { $0.split(separator: " ").last.flatMap { Int($0) } }
      #expect(try #require(growth) < 1024)
    }
  }

  @Test("a fork between pam_start and pam_authenticate, as in sshd, changes nothing")
  func fork() async throws {
    try await withFolder { folder in
      let secret = try await enroll(folder)
      let code = try await run(Built.tool("totp"), [secret, "\(noon + 30)"]).lines[0]
      var transaction = PAMTransaction(
        lines(folder), user: NSUserName(), answers: [.text(code), .text(code)],
        steps: ["fork", "auth", "acct", "fork", "auth"])
      transaction.clock = "@\(noon + 30)"
      let told = try await transaction.run()
      #expect(told["auth"] == ["PAM_SUCCESS", "PAM_AUTH_ERR"])
      #expect(told["acct"] == ["PAM_SUCCESS"])
      #expect(told.troubles.isEmpty)
    }
  }

  private func lines(_ folder: TemporaryFolder) -> [String] {
    let module = "\(Built.inLine) [store=\(folder.path("store"))]"
    return [
      "auth [success=ok ignore=ignore default=die] \(module) after_first_factor",
      "account required \(module)", "session optional \(module)",
      "session required pam_permit.so",
    ]
  }

  /// Enrols who runs this in a store in `folder`, with a service that asks it; returns the secret.
  private func enroll(_ folder: TemporaryFolder) async throws -> String {
    try folder.write(lines(folder).map { $0 + "\n" }.joined(), to: "pam.d/guarded")
    let told = try await run(
      Built.program,
      [
        "enroll", "--store", folder.path("store"), "--user", NSUserName(), "--no-confirm", "--json",
      ])
    struct Sheet: Decodable { let uri: String }
    let sheet = try JSONDecoder().decode(Sheet.self, from: Data(told.output.utf8))
    let items = URLComponents(string: sheet.uri)?.queryItems ?? []
    return try #require(items.first { $0.name == "secret" }?.value)
  }
}
