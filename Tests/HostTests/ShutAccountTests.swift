import TestSupport
import Testing

extension HostTests {
  /// Accounts that Debian itself shuts, at the doors with our lines and without them.
  @Suite("Expired, locked and nologin accounts")
  struct ShutAccounts {
    /// What was done to bob, who is enrolled.
    private static let states = [
      ("password expired", "chage -d 0 bob", "chage -d 20000 bob"),
      ("account expired", "chage -E 0 bob", "chage -E -1 bob"),
      ("locked", "usermod -L bob", "usermod -U bob"),
      ("nologin", "usermod -s /usr/sbin/nologin bob", "usermod -s /bin/bash bob"),
      ("as before", "true", "true"),
    ]

    @Test("root's su and sudo do what they do without our lines, and no more")
    func byRoot() async throws {
      try await withBob { home, _ in
        let words = [
          ["su", "bob", "-c", "id -un"], ["su", "-", "bob", "-c", "id -un"],
          ["sudo", "-u", "bob", "id", "-un"], ["sudo", "-i", "-u", "bob", "id", "-un"],
        ]
        for (state, change, back) in Self.states {
          try await home.host.must(change)
          for command in words {
            func attempt() async throws -> (Int32, String) {
              let told = try await home.host.terminal(
                [("assword:", "<interrupt>"), ("assword: ", "<interrupt>")], command,
                inAnyOrder: true)
              return (told.status, told.output)
            }
            let guarded = try await attempt()
            let plain = try await withoutUs(home.host) { try await attempt() }
            #expect(guarded == plain, "\(state), \(command)")
            if state == "as before" { #expect(guarded.0 == 0 && guarded.1.contains("bob")) }
            if state == "account expired", command[0] == "su" { #expect(guarded.0 != 0) }
          }
          try await home.host.must(back)
        }
        // Package scripts become users who have no factor and no shell.
        let system = try await home.host.run("su", "-s", "/bin/sh", "www-data", "-c", "id -un")
        #expect(system.output == "www-data\n", "\(system)")
      }
    }

    @Test("a right code does not open an account that Debian has shut")
    func byUser() async throws {
      try await withBob { home, bob in
        for (state, change, back) in Self.states {
          try await home.host.must(change)
          // Locked, the password is wrong; else the account, or the shell, is what refuses.
          let isIn = state == "as before"
          for service in ["sshd", "su"] {
            let said = try await home.both(bob.nextCode(), "bob", at: service)
            let visit = try await home.visit {
              service == "sshd"
                ? try await home.host.terminal(
                  said + [("ssword:", "<interrupt>")], ssh, inAnyOrder: true)
                : try await home.host.terminal(
                  said + [("ssword:", "<interrupt>")], ["su", "bob", "-c", "id -un"], as: "alice",
                  inAnyOrder: true)
            }
            #expect(visit.isIn == isIn, "\(state), \(service): \(visit)")
            #expect(
              visit.shows("code for bob") == (state == "locked" ? 0 : 1), "\(state), \(visit)")
          }
          try await home.host.must(back)
        }
        // The machine is going down: Debian's pam_nologin says no, whoever has a code.
        try home.host.write("down\n", to: "/etc/nologin")
        try await expect(
          home.ssh(home.both(bob.nextCode(), "bob"), as: "bob"), isIn: false, ["accepted code"])
      }
    }

    private let ssh = [
      "ssh", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o",
      "NumberOfPasswordPrompts=1", "-o", "PreferredAuthentications=keyboard-interactive", "-l",
      "bob",
      "127.0.0.1", "id -un",
    ]

    @Test("sudo with NOPASSWD and an expired password refuses unenrolled and disabled users")
    func expiredAndPasswordless() async throws {
      try await withBob { home, _ in
        try home.host.write("ALL ALL=(ALL) NOPASSWD: ALL\n", to: "/etc/sudoers.d/zz", mode: 0o440)
        try await home.host.must("useradd --create-home --shell /bin/bash carol; chage -d 0 carol")
        try await home.host.must("chage -d 0 bob")
        try await home.host.mfa("disable", "bob")
        try await expect(
          home.sudo([], as: "carol"), isIn: false, ["account refused not-enrolled"])
        try await expect(home.sudo([], as: "bob"), isIn: false, ["account refused disabled"])
      }
    }

    @Test(
      "where sudo judges the target, its recipe opens nothing to unenrolled and disabled users",
      arguments: ["targetpw", "rootpw", "runaspw"])
    func target(_ option: String) async throws {
      try await withBob { home, _ in
        try home.host.write(
          "Defaults \(option)\nALL ALL=(ALL) NOPASSWD: ALL\n", to: "/etc/sudoers.d/zz", mode: 0o440)
        try await home.host.must("useradd --create-home --shell /bin/bash carol")
        try await home.host.mfa("disable", "bob")
        for user in ["carol", "bob"] {
          let visit = try await home.visit {
            try await home.host.run(
              "setpriv", "--reuid", user, "--clear-groups", "sudo", "-n", "id", "-un")
          }
          #expect(visit.outcome.status != 0 && !visit.outcome.output.contains("root"), "\(visit)")
          #expect(visit.decisions == ["account refused not-enrolled"], "\(visit)")
        }
        let root = try await home.host.run("sudo", "-n", "-u", "bob", "id", "-un")
        #expect(root.output == "bob\n", "\(root)")
      }
    }

    /// Debian's own files with the recipes; bob is enrolled.
    private func withBob(_ body: (Guarded, Phone) async throws -> Void) async throws {
      try await withHost(sshd: nil) { host in
        try await host.must(
          "sed -i 's/pam_unix.so nullok/& nodelay/' /etc/pam.d/common-auth; cp -a /etc/pam.d /root/plain"
        )
        try host.recipe("sshd", into: "sshd")
        try host.recipe("su", into: "su")
        for service in ["sudo", "sudo-i"] { try host.recipe("sudo", into: service) }
        try await host.must("cp -a /etc/pam.d /root/guarded")
        try host.stopClock()
        let home = try await Guarded(host: host, alice: host.enroll("alice"))
        try await host.startWithRecipe(sshd: [])
        try await body(home, host.enroll("bob"))
      }
    }

    private func withoutUs<R>(_ host: TestHost, _ body: () async throws -> R) async throws -> R {
      try await host.must("cp -a /root/plain/. /etc/pam.d/")
      let result = try await body()
      try await host.must("cp -a /root/guarded/. /etc/pam.d/")
      return result
    }
  }
}
