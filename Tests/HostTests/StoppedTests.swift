import Foundation
import TestSupport
import Testing

extension HostTests {
  @Suite("An su that stands still")
  struct Stopped {
    @Test("a su alice stopped at any system call of the module delays no sign-in of alice's")
    func afterPassword() async throws {
      try await withGuarded { home in
        try await walk(home, home.both("000000", at: "su"), decisions: ["refused wrong-code"])
      }
    }

    @Test("nor where the module comes first and no password was asked yet")
    func unproven() async throws {
      try await withGuarded { home in
        try home.host.pam(
          "su",
          [
            "auth [success=ok ignore=ignore default=die] pam_cachet_mfa.so",
            "auth required pam_unix.so nodelay", "account required pam_cachet_mfa.so",
          ])
        try await walk(
          home, [("code for alice (su):", "000000")], decisions: ["refused wrong-code"])
      }
    }

    @Test("without the password the recipe does not even open the store")
    func wrongPassword() async throws {
      try await withGuarded(sshd: nil) { home in
        let host = home.host
        for (password, opens) in [("bob-password", false), ("alice-password", true)] {
          let su = ["setpriv", "--reuid", "bob", "--clear-groups", "su", "alice", "-c", "true"]
          let visit = try await host.terminal(
            [("Password:", password), ("code for alice (su):", "000000")],
            ["strace", "-f", "-o", "/run/trace"] + su)
          #expect(visit.status == 1)
          #expect(host.read("/run/trace").contains("policy.applied") == opens)
        }
      }
    }

    /// Stops bob's `su alice` everywhere; alice comes in by SSH and by sudo each time. That takes two
    /// minutes in all: where it is not CI, she tries at each third stop only.
    private func walk(
      _ home: Guarded, _ dialogue: Guarded.Dialogue, decisions: [String]
    ) async throws {
      // One authenticator per door: both sign in at the same time.
      let other = try await home.host.enroll("alice", name: "tablet")
      var slowest = Duration.zero
      let before = home.host.log.count
      let environment = ProcessInfo.processInfo.environment
      let each = environment["CI"] == "true" || environment["TESTS"] == "full" ? 1 : 3
      var stop = 0
      let stops = try await home.host.stopping("bob", su: "alice", dialogue) { call in
        stop += 1
        guard stop % each == 0 else { return }
        try home.host.later(30)
        let code = try await home.alice.code()
        let second = try await other.code()
        let started = ContinuousClock.now
        async let ssh = home.host.ssh("alice", home.both(code))
        async let sudo = home.host.sudo("alice", home.both(second, at: "sudo"))
        let (visit, command) = try await (ssh, sudo)
        slowest = max(slowest, ContinuousClock.now - started)
        #expect(visit.status == 0, "at system call \(call): \(visit.output)")
        #expect(command.status == 0, "at system call \(call): \(command.output)")
      }
      print("stopped at \(stops) system calls; the slowest sign-in beside them took \(slowest)")
      #expect(stops > 30)
      #expect(slowest < .seconds(5))
      let ofSu = home.host.log.dropFirst(before).filter { $0.contains("service=su ") }
      #expect(Visit.decisions(in: ofSu) == decisions)
    }
  }
}
