import Foundation
import TestSupport
import Testing

extension HostTests {
  /// What `cachet-mfa` says of the stacks of a real host.
  @Suite("The check of this host's stacks")
  struct StackCheck {
    private static let services = [
      "sshd": "sshd", "sudo": "sudo", "sudo-i": "sudo", "su": "su", "login": "login",
      "cockpit": "cockpit",
    ]

    @Test("with the recipes in Debian's own files nothing is said")
    func recipes() async throws {
      try await withRecipes { host in
        #expect(try await check(host) == [])
        for words in [["policy", "apply", "--force"], ["status", "alice"]] {
          let told = try await host.enter(["/usr/bin/cachet-mfa"] + words, input: "", within: 30)
          #expect(told.status == 0 && told.errors.isEmpty, "\(told)")
        }
      }
    }

    @Test("an account line behind common-account is named, with the line that skips it and the fix")
    func accountLine() async throws {
      try await withRecipes { host in
        // As the recipe of the former version had it.
        try await host.must(
          """
          sed -i '/cachet/d; /needs_second/d' /etc/pam.d/sshd
          sed -i -e '/@include common-auth/a auth [success=ok ignore=ignore default=die] pam_cachet_mfa.so after_first_factor' \
            -e '/@include common-account/a account required pam_cachet_mfa.so' /etc/pam.d/sshd
          """)
        let include = try line("@include common-account", "sshd", host)
        let ours = try line("account required pam_cachet_mfa.so", "sshd", host)
        let unix = try line("pam_unix.so", "common-account", host)
        let expected = [
          "cachet-mfa: warning: sshd: pam_unix.so at /etc/pam.d/common-account:\(unix) can let a user "
            + "past our account line at /etc/pam.d/sshd:\(ours)",
          "cachet-mfa: hint: move our line in front of line \(include) of /etc/pam.d/sshd",
        ]
        #expect(try await check(host) == expected)
        let status = try await host.run("/usr/bin/cachet-mfa", "status", "alice")
        #expect(status.errors.split(separator: "\n").map(String.init) == expected)
        let apply = try await host.run("/usr/bin/cachet-mfa", "policy", "apply", "--force")
        #expect(apply.errors.split(separator: "\n").map(String.init) == expected)
        let json = try await host.run("/usr/bin/cachet-mfa", "policy", "check", "--json")
        #expect(
          json.output.contains("\"stacks\":[{\"service\":\"sshd\",\"warning\":\"sshd: pam_unix"))

        // libpam-sss brings another line that ends the stack.
        try await host.make(.sss)
        let local = try line("pam_localuser.so", "common-account", host)
        let told = try await check(host)
        #expect(
          told.contains { $0.contains("pam_localuser.so at /etc/pam.d/common-account:\(local)") })

        // As the hint says.
        try await host.must(
          """
          sed -i '\(ours)d' /etc/pam.d/sshd
          sed -i '\(include)i account required pam_cachet_mfa.so' /etc/pam.d/sshd
          """)
        #expect(try await check(host) == [])
      }
    }

    @Test(
      "a password that is enough is named; needs_second_factor closes it, and in sudo the code first"
    )
    func authLine() async throws {
      try await withRecipes { host in
        for (change, culprit) in [
          (StackRow.Change.sufficientUnix, "pam_unix.so at /etc/pam.d/common-auth:1"),
          (.faillock, "pam_faillock.so at /etc/pam.d/common-auth:4"),
        ] {
          try await host.make(change)
          // sshd, su, login and cockpit ask for proof.
          let told = try await check(host).filter {
            $0.contains("warning") && !$0.contains("says after")
          }
          #expect(
            Set(told.map { $0.split(separator: " ")[2] }) == ["sudo:", "sudo-i:"], "\(told)")
          #expect(told.allSatisfy { $0.contains("\(culprit) can let a user in before our line") })
        }
        try await host.must("sed -i 's/ needs_second_factor//' /etc/pam.d/sshd")
        let ours = try line("account  required", "sshd", host)
        #expect(
          try await check(host).contains(
            "cachet-mfa: hint: add needs_second_factor to our account line at /etc/pam.d/sshd:\(ours)"
          ))

        // What docs/stacks.md says of sudo.
        for service in ["sudo", "sudo-i"] {
          try await host.must(
            """
            sed -i -e '/^auth.*pam_cachet_mfa/d' \
              -e '/@include common-auth/i auth [success=ok ignore=ignore default=die] pam_cachet_mfa.so' \
              /etc/pam.d/\(service)
            """)
        }
        #expect(try await !check(host).contains { $0.contains("warning: sudo") })
        try await host.make(.sufficientUnix)
        try host.stopClock()
        let alice = try await host.enroll("alice")
        let first = try await host.sudo(
          "alice", [("code for alice", alice.code()), ("assword", "alice-password")])
        #expect(first.status == 0 && first.output.contains("root"), "\(first)")
        let alone = try await host.sudo(
          "alice", [("code for alice", "alice-password"), ("code for alice", "<interrupt>")])
        #expect(alone.status != 0 && !alone.output.contains("password for"), "\(alone)")
      }
    }

    @Test("a wrong password that still reaches after_first_factor is named")
    func firstFactor() async throws {
      try await withRecipes { host in
        try await host.make(.substack)
        let unix = try line("pam_unix.so", "common-auth", host)
        let ours = try line("after_first_factor", "sshd", host)
        #expect(
          try await check(host) == [
            "cachet-mfa: warning: sshd: our line at /etc/pam.d/sshd:\(ours) says after_first_factor, and "
              + "a user who fails at pam_unix.so at /etc/pam.d/common-auth:\(unix) still reaches it",
            "cachet-mfa: hint: include that file in place of 'substack', as the recipe 'cockpit' does",
          ])
        try await host.must(
          "sed -i 's/^auth substack common-auth/auth include common-auth/' /etc/pam.d/sshd")
        #expect(try await check(host) == [])
      }
    }

    @Test("a service that policy names and our module does not guard is named; others are not")
    func unguarded() async throws {
      try await withHost(sshd: nil) { host in
        _ = try await host.enroll("alice")
        try await host.policy(lines: ["door.sshd = ssh", "door.login = local"])
        let told = try await check(host)
        #expect(told.count == 4, "\(told)")
        for service in ["sshd", "login"] {
          #expect(
            told.contains(
              "cachet-mfa: warning: \(service): no line in /etc/pam.d/\(service) asks pam_cachet_mfa.so, "
                + "so no code is needed there"))
        }
        #expect(
          told.filter { $0.contains("hint: the recipes in /usr/share/doc/cachet-mfa") }.count == 2)
        // A store of one's own says nothing of this host's stacks.
        let own = try await host.shell(
          """
          cp -a /etc/cachet-mfa/policy.conf /root/p
          cachet-mfa policy check /root/p && cachet-mfa policy check --json /root/p
          """)
        #expect(own.status == 0 && own.errors.isEmpty && !own.output.contains("stacks"), "\(own)")
      }
    }

    private func check(_ host: TestHost) async throws -> [String] {
      let told = try await host.run("/usr/bin/cachet-mfa", "policy", "check")
      #expect(told.status == 0)
      return told.errors.split(separator: "\n").map(String.init)
    }

    /// The number of the line of /etc/pam.d/FILE that holds `text` and is no comment.
    private func line(_ text: String, _ file: String, _ host: TestHost) throws -> Int {
      let lines = host.read("/etc/pam.d/\(file)").split(
        separator: "\n", omittingEmptySubsequences: false)
      return 1 + (try #require(lines.firstIndex { $0.contains(text) && !$0.hasPrefix("#") }))
    }

    private func withRecipes(_ body: (TestHost) async throws -> Void) async throws {
      try await withHost(sshd: nil) { host in
        for (service, recipe) in Self.services { try host.recipe(recipe, into: service) }
        _ = try await host.enroll("bob")
        try await body(host)
      }
    }
  }
}
