import TestSupport
import Testing

private let passwordAndCode = [
  "auth requisite pam_unix.so nodelay",
  "auth [success=ok ignore=ignore default=die] pam_cachet_mfa.so after_first_factor",
  "account required pam_unix.so", "session required pam_permit.so",
]

extension HostTests {
  @Suite("Signing in with password and code")
  struct SignIn {
    @Test("sshd wants both, takes a code once, and a recovery code instead")
    func ssh() async throws {
      try await withHost(pam: ["sshd": passwordAndCode]) { host in
        let alice = try await host.enrol("alice")
        let code = try await alice.code()
        func visit(_ second: String, admitted: Bool) async throws {
          let visit = try await host.ssh(
            "alice", [("Password:", "alice-password"), ("code", second)])
          #expect(
            visit.status == (admitted ? 0 : 255),
            "\(visit.output)\n\(host.log.joined(separator: "\n"))")
        }
        try await visit(code, admitted: true)
        try await visit(code, admitted: false)
        try await visit(alice.recoveryCodes[0], admitted: true)
        let bob = try await host.ssh("bob", [("Password:", "bob-password"), ("code", "123456")])
        #expect(bob.status == 255, "\(bob.output)\(host.log.joined(separator: "\n"))")
      }
    }
  }
}
