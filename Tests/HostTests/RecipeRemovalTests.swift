import Foundation
import TestSupport
import Testing

extension HostTests {
  /// What the package's refusal lists is taken out, and nothing else: then all is as it was.
  @Suite("Recipes taken out again")
  struct RecipeRemoval {
    private static let parts = [
      ("sshd", ["sshd"]), ("sshd-key", ["sshd"]), ("sudo", ["sudo", "sudo-i"]),
      ("sudo-targetpw", ["sudo", "sudo-i"]), ("su", ["su"]), ("login", ["login"]),
      ("cockpit", ["cockpit"]),
    ]

    @Test("each recipe says whether it is a part of a file, and nothing of it is left behind")
    func parts() async throws {
      try await withHost(sshd: nil) { host in
        try host.copy("packaging/in-use", to: "/root/in-use")
        for (recipe, services) in Self.parts {
          let text = try TestHost.recipe(recipe)
          #expect(text.hasPrefix("# A part of /etc/pam.d/") && text.contains("not the file"))
          let stock = services.map { host.read("/etc/pam.d/\($0)") }
          for service in services { try host.recipe(recipe, into: service) }
          #expect(services.map { host.read("/etc/pam.d/\($0)") } != stock)
          let listed = try await takeOut(on: host)
          #expect(listed.count >= services.count * 6, "\(recipe): \(listed)")
          #expect(services.map { host.read("/etc/pam.d/\($0)") } == stock, "\(recipe)")
          #expect(try await host.run("/root/in-use").status == 0)
        }
      }
    }

    @Test(
      "with all of them taken out, every door is as before: root's sudo and su, passwords alone")
    func doors() async throws {
      try await withHost(sshd: nil) { host in
        try host.copy("packaging/in-use", to: "/root/in-use")
        for (recipe, services) in Self.parts where recipe != "sshd-key" && recipe != "sudo-targetpw"
        {
          for service in services { try host.recipe(recipe, into: service) }
        }
        try host.recipe("screen-locker", for: "swaylock")
        try host.recipe("cachet-admin", for: "cachet-admin")
        try await takeOut(on: host)
        try await host.must("rm /usr/lib/x86_64-linux-gnu/security/pam_cachet_mfa.so")
        try await passwordsAlone(on: host)
        // Without a line of their own, these follow /etc/pam.d/other.
        for service in ["swaylock", "cachet-admin"] {
          let right = try await host.pam(service, about: "alice", "alice-password", as: "root")
          #expect(right.lines.contains { $0.hasPrefix("call auth PAM_SUCCESS") }, "\(right)")
          let wrong = try await host.pam(service, about: "alice", "bob-password", as: "root")
          #expect(wrong.lines.contains { $0.hasPrefix("call auth PAM_AUTH_ERR") }, "\(wrong)")
        }
      }
    }

    @Test("recipes of the former version, without marks, go as well; no jump is left behind")
    func former() async throws {
      try await withHost(sshd: nil) { host in
        try host.copy("packaging/in-use", to: "/root/in-use")
        let ours = "[success=ok ignore=ignore default=die]  pam_cachet_mfa.so after_first_factor"
        for service in ["sudo", "sudo-i"] {
          try await host.must(
            """
            sed -i -e '/@include common-auth/a auth \(ours)' \
              -e '/@include common-account/a account [success=1 default=ignore] pam_succeed_if.so quiet uid = 0\\
            account required pam_cachet_mfa.so' /etc/pam.d/\(service)
            """)
        }
        try await host.must(
          """
          sed -i -e '/@include common-auth/a auth \(ours)' \
            -e '/@include common-account/a account sufficient pam_rootok.so\\
          account required pam_cachet_mfa.so' /etc/pam.d/su
          sed -i -e 's/@include common-auth/auth [success=ok ignore=ignore default=die] pam_cachet_mfa.so needs_first_factor\\
          auth required pam_permit.so/' -e '/@include common-account/a account required pam_cachet_mfa.so' \
            /etc/pam.d/sshd
          """)
        let listed = try await takeOut(on: host)
        #expect(listed.filter { $0.contains("pam_succeed_if.so quiet uid = 0") }.count == 2)
        #expect(listed.contains { $0.contains("/etc/pam.d/sshd") && $0.contains("pam_permit.so") })
        try await host.must("rm /usr/lib/x86_64-linux-gnu/security/pam_cachet_mfa.so")
        try await passwordsAlone(on: host)
      }
    }

    @Test(
      "of lines that lost their marks no pam_permit stays behind that lets everybody in",
      arguments: [
        // Comments are stripped, and another line stands in front.
        "auth required pam_listfile.so item=user sense=deny file=/etc/deny onerr=succeed\n"
          + "\(alone)\nauth sufficient pam_permit.so\n@include common-auth",
        // The former recipe.
        "auth requisite pam_nologin.so\n\(alone)\nauth required pam_permit.so",
        "\(alone)\nauth required pam_env.so\nauth sufficient pam_permit.so\n@include common-auth",
        "# cachet-mfa: begin\n\(alone)\nauth sufficient pam_permit.so\n@include common-auth",
      ])
    func unmarked(_ auth: String) async throws {
      try await withHost(sshd: nil) { host in
        try host.copy("packaging/in-use", to: "/root/in-use")
        try host.write(
          "\(auth)\naccount required pam_cachet_mfa.so\n@include common-account\n",
          to: "/etc/pam.d/sshd")
        let listed = try await takeOut(on: host)
        #expect(listed.count == 3, "\(listed)")
        #expect(try await host.run("/root/in-use").status == 0)
        let wrong = try await host.pam("sshd", about: "alice", "no-password", as: "root")
        #expect(!wrong.lines.contains { $0.hasPrefix("call auth PAM_SUCCESS") }, "\(wrong)")
      }
    }

    private static let alone =
      "auth [success=ok ignore=ignore default=die] pam_cachet_mfa.so needs_first_factor"

    @Test("a file that is included by its path is looked at, a block without its end is named")
    func elsewhere() async throws {
      try await withHost(sshd: nil) { host in
        try host.copy("packaging/in-use", to: "/root/in-use")
        try await host.must(
          """
          mkdir /etc/mfa; echo '\(Self.alone)' >/etc/mfa/lines
          echo 'auth include /etc/mfa/lines' >/etc/pam.d/door
          printf '# cachet-mfa: begin\\naccount required pam_cachet_mfa.so\\n' >/etc/pam.d/open
          """)
        let told = try await host.run("/root/in-use")
        #expect(told.status == 1 && told.errors.contains("  /etc/mfa/lines:1:auth "), "\(told)")
        #expect(told.errors.contains("hint: /etc/pam.d/open:1: this block has no end"), "\(told)")
      }
    }

    /// sshd, sudo, su and root's own way through them, by password and never without one.
    private func passwordsAlone(on host: TestHost) async throws {
      try await host.start(sshd: [])
      for (password, isIn) in [("alice-password", true), ("bob-password", false)] {
        let ssh = try await host.ssh(
          "alice", [("assword:", password)], methods: "keyboard-interactive")
        #expect((ssh.status == 0) == isIn, "\(ssh)")
        let sudo = try await host.sudo(
          "alice", [("assword for alice:", password), ("assword for alice:", "<interrupt>")])
        #expect((sudo.status == 0) == isIn, "\(sudo)")
        let su = try await host.su("bob", to: "alice", [("assword:", password)])
        #expect((su.status == 0) == isIn, "\(su)")
      }
      for words in [["sudo", "-u", "bob", "id", "-un"], ["su", "bob", "-c", "id -un"]] {
        let root = try await host.terminal([], words)
        #expect(root.status == 0 && root.output.contains("bob"), "\(root)")
      }
      #expect(!host.log.contains { $0.contains("bad jump in stack") })
    }

    /// Takes the lines out of /etc/pam.d that `in-use` lists, and returns them.
    @discardableResult
    private func takeOut(on host: TestHost) async throws -> [String] {
      let refused = try await host.run("/root/in-use")
      #expect(refused.status == 1)
      let listed = refused.errors.split(separator: "\n").filter { $0.hasPrefix("  /etc/pam.d/") }
      var numbers: [String: Set<Int>] = [:]
      for line in listed {
        let parts = line.dropFirst(2).split(separator: ":", maxSplits: 2)
        numbers[String(parts[0]), default: []].insert(Int(parts[1]) ?? 0)
      }
      for (file, gone) in numbers {
        let lines = host.read(file).split(separator: "\n", omittingEmptySubsequences: false)
        let left = lines.enumerated().filter { !gone.contains($0.offset + 1) }.map(\.element)
        try host.write(left.joined(separator: "\n"), to: file)
      }
      return listed.map(String.init)
    }
  }
}
