import TestSupport
import Testing

extension HostTests {
  @Suite("sudo and su with the recipes")
  struct LocalDoors {
    @Test("sudo takes password and code; a code used at SSH is used here too")
    func sudo() async throws {
      try await withGuarded { home in
        let right = try await home.sudo(home.both(home.alice.code(), at: "sudo"))
        expect(right, isIn: true, ["accepted code"])
        #expect(right.outcome.output.contains("root"))
        #expect(right.shows("Verification code for alice (sudo): ") == 1)
        let line = try #require(right.journal.first { $0.contains("event=sign-in") })
        for field in ["user=alice", "service=sudo", "door=local", "ruser=alice", "tty=/dev/pts/"] {
          #expect(line.contains(field), "\(line)")
        }
        let login = try await home.sudo(
          home.both(home.alice.nextCode(), at: "sudo-i"), options: ["-i"])
        expect(login, isIn: true, ["accepted code"])

        let code = try await home.alice.nextCode()
        try await expect(home.ssh(home.both(code)), isIn: true, ["accepted code"])
        let replay = try await home.sudo(home.both(code, at: "sudo") + [("assword", "<interrupt>")])
        expect(replay, isIn: false, ["refused used-code"])
        try await expect(
          home.sudo(home.both(home.alice.recoveryCodes[0], at: "sudo")), isIn: true,
          ["accepted recovery-code"])
      }
    }

    @Test("sudo gives three tries; without a terminal's answer there is none")
    func sudoTries() async throws {
      try await withGuarded(sshd: nil) { home in
        var dialogue: Guarded.Dialogue = []
        for n in 0..<3 { dialogue += try await home.both(home.alice.wrongCode(n), at: "sudo") }
        let thrice = try await home.sudo(dialogue)
        expect(thrice, isIn: false, Array(repeating: "refused wrong-code", count: 3))
        #expect(thrice.shows("3 incorrect password attempts") == 1)
        #expect(thrice.shows("The last code was wrong. Verification code for alice (sudo):") == 2)

        let silent = try await home.sudo([], options: ["-n"])
        expect(silent, isIn: false, [])
        #expect(silent.shows("a password is required") == 1)
        let piped = try await home.visit {
          try await home.host.run(
            "sudo", "-S", "id", "-un", as: "alice",
            input: "alice-password\n\(home.alice.code())\n")
        }
        expect(piped, isIn: true, ["accepted code"])
        let hungUp = try await home.sudo([
          ("password for alice:", "alice-password"), ("code for alice", "<interrupt>"),
        ])
        #expect(!hungUp.isIn)
        #expect(!hungUp.journal.contains { $0.contains("outcome=accepted") })
        try await expect(
          home.sudo(home.both(home.alice.nextCode(), at: "sudo")), isIn: true, ["accepted code"])
      }
    }

    @Test("sudo of the exempt takes the password alone, of others who have no factor nothing")
    func sudoScope() async throws {
      try await withGuarded(sshd: nil) { home in
        let none = try await home.sudo(
          home.both("123456", "bob", at: "sudo") + [("assword", "<interrupt>")], as: "bob")
        expect(none, isIn: false, ["refused not-enrolled"])
        try await home.host.policy("exempt-users = bob \"tests need one\"")
        try await expect(
          home.sudo([("password for bob:", "bob-password")], as: "bob"), isIn: true,
          ["ignored exempt-user"])
      }
    }

    @Test("NOPASSWD asks nothing, and still not for somebody who is disabled or not enrolled")
    func noPassword() async throws {
      try await withGuarded(sshd: nil) { home in
        try home.host.write(
          "alice, bob ALL=(ALL) NOPASSWD: ALL\n", to: "/etc/sudoers.d/zz", mode: 0o440)
        try await expect(home.sudo([]), isIn: true, [])
        try await expect(
          home.sudo([], as: "bob"), isIn: false, ["account refused not-enrolled"])
        try await home.host.mfa("disable", "alice")
        try await expect(home.sudo([]), isIn: false, ["account refused disabled"])
      }
    }

    @Test("root, who needs no password, is not stopped by having no factor")
    func asRoot() async throws {
      try await withGuarded(sshd: nil) { home in
        try await expect(home.sudo([], as: "root", options: ["-u", "bob"]), isIn: true, [])
        try await expect(home.su([], from: "root", to: "alice"), isIn: true, [])
        try await expect(home.su([], from: "root", to: "bob"), isIn: true, [])
        try await expect(home.su([], from: "root", to: "bob", login: true), isIn: true, [])
        try home.host.recipe("sudo-targetpw", for: "sudo")
        try home.host.write("Defaults targetpw\n", to: "/etc/sudoers.d/zz", mode: 0o440)
        try await expect(home.sudo([], as: "root", options: ["-u", "bob"]), isIn: true, [])
      }
    }

    @Test("the recipes' lines do the same within Debian's own files")
    func withinStock() async throws {
      try await withHost(sshd: nil) { host in
        try host.recipe("sshd", into: "sshd")
        try host.recipe("su", into: "su")
        for service in ["sudo", "sudo-i"] { try host.recipe("sudo", into: service) }
        try host.stopClock()
        let home = try await Guarded(host: host, alice: host.enroll("alice"))
        try await host.startWithRecipe(sshd: [])
        try await expect(home.ssh(home.both(home.alice.code())), isIn: true, ["accepted code"])
        try await expect(
          home.sudo(home.both(home.alice.nextCode(), at: "sudo")), isIn: true, ["accepted code"])
        try await expect(
          home.sudo(home.both(home.alice.nextCode(), at: "sudo-i"), options: ["-i"]), isIn: true,
          ["accepted code"])
        try await expect(
          home.su(
            home.both(home.alice.nextCode(), at: "su-l"), from: "bob", to: "alice", login: true),
          isIn: true, ["accepted code"])
        try await expect(home.su([], from: "root", to: "bob", login: true), isIn: true, [])
        try await expect(
          home.ssh(home.both("123456", "bob"), as: "bob"), isIn: false, ["refused not-enrolled"])
      }
    }

    @Test("with targetpw the password is the target's, the code the caller's")
    func targetPassword() async throws {
      try await withGuarded(sshd: nil) { home in
        try home.host.recipe("sudo-targetpw", for: "sudo", "sudo-i")
        try home.host.write("Defaults targetpw\n", to: "/etc/sudoers.d/zz", mode: 0o440)
        func visit(
          _ password: String, _ second: String, as user: String = "alice", target: String = "bob"
        ) async throws -> Visit {
          try await home.sudo(
            [
              ("password for \(target):", password), ("code for \(user) (sudo):", second),
              ("assword", "<interrupt>"),
            ], as: user, options: ["-u", target])
        }
        let right = try await visit("bob-password", home.alice.code())
        expect(right, isIn: true, ["accepted code"])
        #expect(right.outcome.output.contains("bob"))
        let line = try #require(right.journal.first { $0.contains("event=sign-in") })
        #expect(line.contains("user=alice") && line.contains("ruser=alice"), "\(line)")
        try await expect(
          visit("root-password", home.alice.nextCode(), target: "root"), isIn: true,
          ["accepted code"])
        try await expect(
          visit("bob-password", home.alice.wrongCode()), isIn: false, ["refused wrong-code"])
        // bob has no factor; alice's code is not his.
        try await expect(
          visit("alice-password", home.alice.nextCode(), as: "bob", target: "alice"), isIn: false,
          ["refused not-enrolled"])
      }
    }

    @Test("su wants password and code of the target; who does not know the password learns nothing")
    func su() async throws {
      try await withGuarded(sshd: nil) { home in
        let bob = try await home.host.enroll("bob")
        let right = try await home.su(
          home.both(bob.code(), "bob", at: "su"), from: "alice", to: "bob")
        expect(right, isIn: true, ["accepted code"])
        #expect(right.outcome.output.contains("bob"))
        let line = try #require(right.journal.first { $0.contains("event=sign-in") })
        #expect(line.contains("user=bob") && line.contains("ruser=alice"), "\(line)")
        try await expect(
          home.su(
            home.both(bob.nextCode(), "bob", at: "su-l"), from: "alice", to: "bob", login: true),
          isIn: true, ["accepted code"])
        try await expect(
          home.su(home.both(bob.nextCode(), "bob", at: "su"), from: "bob", to: "bob"),
          isIn: true, ["accepted code"])
        // alice's code is not bob's.
        try await expect(
          home.su(home.both(home.alice.code(), "bob", at: "su"), from: "alice", to: "bob"),
          isIn: false, ["refused wrong-code"])

        // Enrolled, not enrolled, unknown: the same to somebody without the password.
        try await home.host.shell("useradd --create-home dave")
        var shown: [String] = []
        for target in ["bob", "dave", "root", "carol"] {
          let visit = try await home.su([("Password:", "guess")], from: "alice", to: target)
          expect(visit, isIn: false, [])
          shown.append(visit.outcome.output.replacing(target, with: "NAME"))
        }
        #expect(Set(shown.prefix(3)).count == 1, "\(shown)")
        #expect(shown[3].contains("code") == false)
      }
    }
  }
}
