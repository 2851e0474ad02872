import TestSupport
import Testing

extension HostTests {
  @Suite("SSH with the recipes")
  struct SSH {
    @Test("password and code let in; a code opens one connection; the journal says why")
    func passwordAndCode() async throws {
      try await withGuarded { home in
        let code = try await home.alice.code()
        let first = try await home.ssh(home.both(code))
        expect(first, isIn: true, ["accepted code"])
        #expect(first.outcome.output.contains("alice"))
        let line = try #require(first.journal.first { $0.contains("event=sign-in") })
        for field in [
          "user=alice", "service=sshd", "door=ssh", "rhost=127.0.0.1", "tty=ssh",
          "first-factor=proven",
        ] {
          #expect(line.contains(field), "\(line)")
        }
        #expect(!line.contains(code))

        try await expect(home.ssh(home.both(code)), isIn: false, ["refused used-code"])
        let wrong = try await home.ssh(home.both(home.alice.wrongCode()))
        expect(wrong, isIn: false, ["refused wrong-code"])
        #expect(wrong.shows("already used, the next one comes in 15 s. Verification code") == 1)

        let noPassword = try await home.ssh([("Password:", "bob-password")])
        expect(noPassword, isIn: false, [])
        #expect(noPassword.shows("code") == 0)

        let next = try await home.ssh(home.both(home.alice.nextCode()))
        expect(next, isIn: true, ["accepted code"])
        let empty = try await home.ssh(home.both(""))
        expect(empty, isIn: false, ["refused no-answer"])
        let same = try await home.ssh(home.both("alice-password"))
        expect(same, isIn: false, ["refused password-repeated"])
      }
    }

    @Test("three tries on one connection, each prompt says what was wrong; after five it must wait")
    func threeTries() async throws {
      try await withGuarded { home in
        func wrong(_ tries: Range<Int>) async throws -> Guarded.Dialogue {
          var dialogue: Guarded.Dialogue = []
          for n in tries { dialogue += try await home.both(home.alice.wrongCode(n)) }
          return dialogue
        }
        let three = try await home.ssh(
          wrong(0..<3), options: ["-o", "NumberOfPasswordPrompts=3"])
        expect(three, isIn: false, Array(repeating: "refused wrong-code", count: 3))
        #expect(three.shows("The last code was wrong. Verification code for alice (sshd):") == 2)

        // The sixth answer is right, and hears that there is no more asking on this connection.
        let code = try await home.alice.code()
        let over = try await home.ssh(
          wrong(3..<5) + home.both(code), options: ["-o", "NumberOfPasswordPrompts=6"])
        expect(
          over, isIn: false, ["refused wrong-code", "refused wrong-code", "refused throttled"])
        #expect(over.shows("Password:") == 3, "\(over)")
        #expect(over.shows("Too many wrong codes: wait 30 s, or use a recovery code.") == 1)

        // Other doors stay open, and recovery codes open this one.
        try await expect(
          home.sudo(home.both(code, at: "sudo")), isIn: true, ["accepted code"])
        let recovered = try await home.ssh(home.both(home.alice.recoveryCodes[0]))
        expect(recovered, isIn: true, ["accepted recovery-code"])
        try home.host.later(60)
        try await expect(
          home.ssh(home.both(home.alice.code())), isIn: true, ["accepted code"])
      }
    }

    @Test("a recovery code works once, and the session tells what happened")
    func recoveryCode() async throws {
      try await withGuarded { home in
        let code = home.alice.recoveryCodes[3]
        let shell: Guarded.Dialogue = [("$ ", "exit")]
        let used = try await home.ssh(home.both(code) + shell, "")
        expect(used, isIn: true, ["accepted recovery-code"])
        #expect(used.shows("cachet-mfa: a recovery code was used, 9 left") == 1, "\(used)")
        try await expect(
          home.ssh(home.both(code)), isIn: false, ["refused used-one-time-secret"])
        // The owner's next sign-in, with the authenticator, hears it too, and then no more.
        let owner = try await home.ssh(home.both(home.alice.nextCode()) + shell, "")
        expect(owner, isIn: true, ["accepted code"])
        #expect(owner.shows("cachet-mfa: a recovery code was used, 9 left") == 1)
        let quiet = try await home.ssh(home.both(home.alice.nextCode()) + shell, "")
        expect(quiet, isIn: true, ["accepted code"])
        #expect(quiet.shows("cachet-mfa:") == 0)
      }
    }

    @Test("an invitation opens one sign-in")
    func invitation() async throws {
      try await withGuarded { home in
        let invitation = try await home.host.invite("bob")
        try await expect(
          home.ssh(home.both("123456", "bob"), as: "bob"), isIn: false, ["refused not-enrolled"])
        let first = try await home.ssh(
          home.both(invitation, "bob") + [("$ ", "exit")], as: "bob", "")
        expect(first, isIn: true, ["accepted invitation"])
        #expect(first.shows("cachet-mfa: an invitation opened a sign-in") == 1, "\(first)")
        try await expect(
          home.ssh(home.both(invitation, "bob"), as: "bob"), isIn: false,
          ["refused used-one-time-secret"])
        let phone = try await home.host.enroll("bob")
        try await expect(
          home.ssh(home.both(phone.code(), "bob"), as: "bob"), isIn: true, ["accepted code"])
      }
    }

    @Test("key, then code: the key is the first factor, and without it nobody is asked")
    func keyAndCode() async throws {
      try await withGuarded(
        sshd: ["AuthenticationMethods publickey,keyboard-interactive"]
      ) { home in
        try home.host.recipe("sshd-key", for: "sshd")
        let key = try await home.host.key(for: "alice")
        func visit(_ second: String, options: [String] = key) async throws -> Visit {
          try await home.ssh(
            [("code for alice (sshd):", second)], methods: "publickey,keyboard-interactive",
            options: options)
        }
        let right = try await visit(home.alice.code())
        expect(right, isIn: true, ["accepted code"])
        #expect(right.shows("assword") == 0)
        #expect(right.journal.contains { $0.contains("first-factor=proven") })
        try await expect(visit(home.alice.wrongCode()), isIn: false, ["refused wrong-code"])

        let keyless = try await visit(home.alice.nextCode(), options: [])
        expect(keyless, isIn: false, [])
        #expect(keyless.shows("code") == 0)

        try await home.host.mfa("disable", "alice")
        try await expect(visit(home.alice.nextCode()), isIn: false, ["refused disabled"])
        try await home.host.mfa("enable", "alice")
        try await expect(visit(home.alice.nextCode()), isIn: true, ["accepted code"])
      }
    }

    @Test("an sshd that asks for any method lets nobody in without a key, exempt or not")
    func anyMethod() async throws {
      try await withGuarded(sshd: ["AuthenticationMethods any"]) { home in
        try home.host.recipe("sshd-key", for: "sshd")
        try await home.host.policy("exempt-users = bob \"key only\"")
        let key = try await home.host.key(for: "bob")
        func visit(_ user: String, _ methods: String, _ options: [String] = []) async throws
          -> Visit
        {
          try await home.ssh([], as: user, methods: methods, options: options)
        }
        for user in ["bob", "alice"] {
          let keyless = try await visit(user, "keyboard-interactive")
          expect(keyless, isIn: false, ["refused no-first-factor"])
          #expect(keyless.shows("code") == 0)
        }
        // A key is a first factor, and policy asks bob for no second one.
        try await expect(visit("bob", "publickey", key), isIn: true, [])
        // A key that sshd does not know is none.
        let other = try await home.host.key(for: "alice")
        try await expect(
          visit("bob", "publickey,keyboard-interactive", other), isIn: false,
          ["refused no-first-factor"])
      }
    }

    @Test(
      "by key alone an exempt user comes in, and an enrolled one does not")
    func keyAlone() async throws {
      try await withGuarded(sshd: ["AuthenticationMethods publickey"]) { home in
        let alice = try await home.host.key(for: "alice")
        let bob = try await home.host.key(for: "bob")
        func visit(_ user: String, _ key: [String]) async throws -> Visit {
          try await home.ssh([], as: user, methods: "publickey", options: key)
        }
        for recipe in ["sshd", "sshd-key"] {
          try home.host.recipe(recipe, for: "sshd")
          try await home.host.policy()
          let refused = try await visit("alice", alice)
          expect(refused, isIn: false, ["account refused no-second-factor"])
          #expect(refused.shows("code") == 0)
          try await expect(visit("bob", bob), isIn: false, ["account refused not-enrolled"])
          try await home.host.policy("exempt-users = alice \"key only\", bob \"key only\"")
          try await expect(visit("alice", alice), isIn: true, [])
          try await expect(visit("bob", bob), isIn: true, [])
        }
      }
    }

    @Test(
      "without needs_second_factor a key alone is enough, except for disabled and unenrolled users")
    func keyAloneWithoutProof() async throws {
      try await withGuarded(sshd: ["AuthenticationMethods publickey"]) { home in
        try home.host.recipe("sshd", for: "sshd", without: "needs_second_factor")
        let alice = try await home.host.key(for: "alice")
        let bob = try await home.host.key(for: "bob")
        func visit(_ user: String, _ key: [String]) async throws -> Visit {
          try await home.ssh([], as: user, methods: "publickey", options: key)
        }
        try await expect(visit("alice", alice), isIn: true, [])
        try await expect(visit("bob", bob), isIn: false, ["account refused not-enrolled"])
        try await home.host.mfa("disable", "alice")
        try await expect(visit("alice", alice), isIn: false, ["account refused disabled"])
      }
    }

    @Test(
      "a Match block with its own PAM service opens by key alone, for its account only"
    )
    func serviceOfMatch() async throws {
      try await withGuarded(
        sshd: ["AuthenticationMethods publickey,keyboard-interactive"]
      ) { home in
        let known = try await home.host.shell("sshd -T -o PAMServiceName=sshd")
        // OpenSSH of Debian 12 has no such word.
        guard known.status == 0 else {
          #expect(known.errors.contains("Bad configuration option: PAMServiceName"), "\(known)")
          return
        }
        try home.host.recipe("sshd-key", for: "sshd")
        try home.host.recipe("sshd-key", for: "sshd-machines", without: "needs_second_factor")
        try await home.host.policy("door.sshd-machines = ssh")
        try await tell(
          home.host, "Match User root", "AuthenticationMethods publickey",
          "PAMServiceName sshd-machines")
        _ = try await home.host.enroll("root")
        func visit(_ user: String) async throws -> Visit {
          let key = try await home.host.key(for: user)
          return try await home.ssh([], as: user, methods: "publickey", options: key)
        }
        try await expect(visit("root"), isIn: true, [])
        // The key is not all that alice needs.
        try await expect(visit("alice"), isIn: false, [])
      }
    }

    @Test("the password method is shut; opened, it burns nothing; forward_pass serves it")
    func passwordMethod() async throws {
      try await withGuarded { home in
        let shut = try await home.ssh([("password:", "alice-password")], methods: "password")
        expect(shut, isIn: false, [])
        #expect(shut.shows("password:") == 0)
      }
      try await withGuarded(
        sshd: ["PasswordAuthentication yes", "AuthenticationMethods any"]
      ) { home in
        func visit(_ password: String) async throws -> Visit {
          try await home.ssh([("password:", password)], methods: "password")
        }
        for _ in 0..<6 {
          try await expect(
            visit("alice-password"), isIn: false, ["refused password-repeated"])
        }
        try await expect(
          home.ssh(home.both(home.alice.code())), isIn: true, ["accepted code"])

        // Password and code in one field are for this method.
        try home.host.pam(
          "sshd",
          [
            "auth [success=ok ignore=ignore default=die] pam_cachet_mfa.so forward_pass",
            "auth required pam_unix.so try_first_pass nodelay",
            "account required pam_cachet_mfa.so needs_second_factor",
            "@include common-account", "@include common-session",
          ])
        let code = try await home.alice.nextCode()
        try await expect(
          visit("bob-password" + code), isIn: false, ["accepted code"])
        try await expect(
          visit("alice-password" + code), isIn: false, ["refused used-code"])
        try await expect(
          visit("alice-password" + home.alice.nextCode()), isIn: true, ["accepted code"])
        try await expect(visit("alice-password"), isIn: false, ["refused not-a-code"])
        try await expect(
          visit("alice-password" + home.alice.recoveryCodes[0]), isIn: true,
          ["accepted recovery-code"])
      }
    }

    @Test("who is unknown, not enrolled, misspelt or disabled stays out and learns nothing")
    func stayOut() async throws {
      try await withGuarded { home in
        let wrong: Guarded.Dialogue = [("Password:", "no-password")]
        let alice = try await home.ssh(wrong)
        expect(alice, isIn: false, [])
        for stranger in ["bob", "carol", "ALICE", "Alice"] {
          let same = try await home.ssh(wrong, as: stranger)
          expect(same, isIn: false, [])
          #expect(
            same.outcome.output == alice.outcome.output.replacing("alice", with: stranger))
        }
        // The right password of an account that is spelled otherwise is nobody's.
        for other in ["ALICE", "alice ", "carol", "-alice", "alice@localhost"] {
          try await expect(
            home.ssh([("Password:", "alice-password")], as: other), isIn: false, [])
        }
        // bob's password stack succeeds; he has no factor.
        for second in try await [home.alice.code(), home.alice.recoveryCodes[0], "000000"] {
          try await expect(
            home.ssh(home.both(second, "bob"), as: "bob"), isIn: false, ["refused not-enrolled"])
        }
        try await home.host.mfa("disable", "alice")
        for second in try await [home.alice.code(), home.alice.recoveryCodes[0]] {
          try await expect(home.ssh(home.both(second)), isIn: false, ["refused disabled"])
        }
        try await home.host.mfa("enable", "alice")
        try await expect(
          home.ssh(home.both(home.alice.code())), isIn: true, ["accepted code"])
      }
    }

    @Test("where our line comes first, prompts do not tell who is enrolled or exists")
    func unproven() async throws {
      try await withGuarded { home in
        try home.host.pam(
          "sshd",
          [
            "auth [success=ok ignore=ignore default=die] pam_cachet_mfa.so",
            "auth required pam_unix.so nodelay", "account required pam_cachet_mfa.so",
            "@include common-account", "@include common-session",
          ])
        func visit(_ user: String, _ second: String) async throws -> Visit {
          try await home.ssh([("code for \(user) (sshd):", second)], as: user)
        }
        let alice = try await visit("alice", home.alice.wrongCode())
        expect(alice, isIn: false, ["refused wrong-code"])
        for (other, reason) in [("bob", "not-enrolled"), ("carol", "unknown-user")] {
          // Whom sshd does not know, it lets answer something else.
          let same = try await visit(other, "123456")
          #expect(!same.isIn && same.decisions.count == 1)
          #expect(
            same.decisions == ["refused \(reason)"]
              || same.decisions == ["refused sshd-placeholder"], "\(same)")
          #expect(same.outcome.output == alice.outcome.output.replacing("alice", with: other))
        }
        let right = try await home.ssh([
          ("code for alice (sshd):", home.alice.code()), ("Password:", "alice-password"),
        ])
        expect(right, isIn: true, ["accepted code"])
        let half = try await home.ssh([
          ("code for alice (sshd):", home.alice.nextCode()), ("Password:", "bob-password"),
        ])
        expect(half, isIn: false, ["accepted code"])
      }
    }

    @Test("policy exempts a user, a group, and with nullok those who have time to enrol")
    func exemptions() async throws {
      try await withGuarded { home in
        let password: Guarded.Dialogue = [("Password:", "bob-password")]
        try await home.host.policy("exempt-users = bob \"tests need one\"")
        let user = try await home.ssh(password, as: "bob")
        expect(user, isIn: true, ["ignored exempt-user"])
        #expect(user.shows("code") == 0)
        try await expect(
          home.ssh([("Password:", "wrong-password")], as: "bob"), isIn: false, [])

        try await home.host.shell("groupadd robots && gpasswd -a bob robots")
        try await home.host.policy("exempt-groups = robots \"nobody types there\"")
        try await expect(home.ssh(password, as: "bob"), isIn: true, ["ignored exempt-group"])
        try await home.host.shell("gpasswd -d bob robots")
        try await expect(
          home.ssh(home.both("000000", "bob"), as: "bob"), isIn: false, ["refused not-enrolled"])

        // Grace takes policy and nullok, and ends.
        try await home.host.policy("unenrolled = allow", "enroll-by = 2100-01-01")
        try await expect(
          home.ssh(home.both("000000", "bob"), as: "bob"), isIn: false, ["refused not-enrolled"])
        let recipe = try TestHost.recipe("sshd").replacing(
          "pam_cachet_mfa.so", with: "pam_cachet_mfa.so nullok")
        try home.host.write(recipe, to: "/etc/pam.d/sshd")
        try await expect(home.ssh(password, as: "bob"), isIn: true, ["ignored grace"])
        try await expect(
          home.ssh(home.both("000000")), isIn: false, ["refused wrong-code"])
        try await home.host.policy("unenrolled = allow", "enroll-by = 2026-11-01")
        try await expect(
          home.ssh(home.both("000000", "bob"), as: "bob"), isIn: false, ["refused not-enrolled"])
      }
    }

    @Test("a client killed at the prompt leaves nothing behind")
    func killed() async throws {
      try await withGuarded { home in
        let before = home.host.log.count
        for prompt in ["Password:", "code for alice (sshd):"] {
          let dialogue = home.both("<kill>").prefix { $0.expect != prompt } + [(prompt, "<kill>")]
          let killed = try await home.ssh(Array(dialogue))
          #expect(killed.outcome.status == 137)
        }
        for _ in 0..<100 {
          let names = try await home.host.shell("cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
          if !names.output.contains("sshd: alice") { break }
          try await Task.sleep(for: .milliseconds(50))
        }
        #expect(!home.host.log[before...].contains { $0.contains("outcome=accepted") })
        let next = try await home.ssh(home.both(home.alice.code()))
        expect(next, isIn: true, ["accepted code"])
        #expect(next.shows("wrong") == 0)
      }
    }

    @Test("one code on many connections at once opens one; ten good sign-ins at once all get in")
    func parallel() async throws {
      try await withGuarded { home in
        func visits(_ seconds: [String]) async throws -> [Int32] {
          try await withThrowingTaskGroup(of: Int32.self) { group in
            for second in seconds {
              group.addTask { try await home.host.ssh("alice", home.both(second)).status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
          }
        }
        let code = try await home.alice.code()
        let same = try await visits(Array(repeating: code, count: 8))
        #expect(same.filter { $0 == 0 }.count == 1, "\(home.host.log)")
        let all = try await visits(home.alice.recoveryCodes)
        #expect(all == Array(repeating: 0, count: 10), "\(home.host.log)")
      }
    }

    @Test("a connection that waits at its prompt keeps nobody waiting")
    func waiting() async throws {
      try await withGuarded { home in
        async let idle = home.host.ssh("alice", [("Password:", "alice-password")], within: 12)
        try await Task.sleep(for: .seconds(1))
        let started = ContinuousClock.now
        try await expect(home.ssh(home.both(home.alice.code())), isIn: true, ["accepted code"])
        #expect(ContinuousClock.now - started < .seconds(9))
        let ended = try await idle
        #expect(ended.status == 124 && ended.output.contains("code for alice"), "\(ended.output)")
      }
    }

    @Test("root signs in like everybody else where sshd allows it, and burns nothing where not")
    func root() async throws {
      try await withGuarded(
        sshd: ["PermitRootLogin prohibit-password"]
      ) { home in
        let root = try await home.host.enroll("root")
        let shut = try await home.ssh([("Password:", "root-password")], as: "root")
        expect(shut, isIn: false, [])
        try await tell(home.host, "PermitRootLogin yes")
        try await expect(
          home.ssh(home.both(root.wrongCode(), "root"), as: "root"), isIn: false,
          ["refused wrong-code"])
        try await expect(
          home.ssh(home.both(root.code(), "root"), as: "root"), isIn: true, ["accepted code"])
      }
    }

    @Test("under prohibit-password root's key is good and root's code never reaches the module")
    func rootByKey() async throws {
      let methods = "publickey,keyboard-interactive"
      try await withGuarded(
        sshd: ["PermitRootLogin prohibit-password", "AuthenticationMethods \(methods)"]
      ) { home in
        try home.host.recipe("sshd-key", for: "sshd")
        let root = try await home.host.enroll("root")
        let key = try await home.host.key(for: "root")
        func visit() async throws -> Visit {
          try await home.ssh(
            [("code for root (sshd):", root.code())], as: "root", methods: methods, options: key)
        }
        // sshd hands on an answer of its own: neither is the code used nor a wrong one counted.
        try await expect(visit(), isIn: false, ["refused sshd-placeholder"])
        try await tell(home.host, "PermitRootLogin yes")
        try await expect(visit(), isIn: true, ["accepted code"])
        let keyless = try await home.ssh(
          [("code for root (sshd):", root.code())], as: "root", methods: methods)
        expect(keyless, isIn: false, [])
        #expect(keyless.shows("code") == 0)

        // The other way in: sshd asks root for no more than the key, and the account line for no proof.
        try await tell(
          home.host, "PermitRootLogin prohibit-password", "Match User root",
          "AuthenticationMethods publickey")
        func alone() async throws -> Visit {
          try await home.ssh([], as: "root", methods: "publickey", options: key)
        }
        try await expect(alone(), isIn: false, ["account refused no-second-factor"])
        try home.host.recipe("sshd-key", for: "sshd", without: "needs_second_factor")
        let open = try await alone()
        expect(open, isIn: true, [])
        #expect(open.shows("code") == 0)
      }
    }

    /// Has sshd read `lines` before all others.
    private func tell(_ host: TestHost, _ lines: String...) async throws {
      let text = (lines + ["Match all"]).map { $0 + "\n" }.joined()
      try host.write(text, to: "/etc/ssh/sshd_config.d/000-root.conf")
      try await host.shell("kill -HUP $(cat /run/sshd.pid)")
      try await Task.sleep(for: .milliseconds(300))
    }
  }
}
