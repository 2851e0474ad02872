import TestSupport
import Testing

extension HostTests {
  /// Screen lockers are their user's own programs, who may ask about no one else.
  @Suite("Screen lockers")
  struct Lockers {
    private static let isIn = ["auth PAM_SUCCESS", "acct PAM_SUCCESS"]
    private static let shut = ["auth PAM_AUTHINFO_UNAVAIL", "acct PAM_AUTHINFO_UNAVAIL"]

    @Test("password and code unlock one's own screen, once")
    func unlocks() async throws {
      try await withLocker { home in
        let code = try await home.alice.code()
        let good = try await home.unlock("alice-password" + code)
        #expect(good.pam == Lockers.isIn && good.decisions == ["accepted code"], "\(good)")
        let line = try #require(good.journal.first { $0.contains("event=sign-in") })
        for part in [
          "cachet-mfa-broker[", "user=alice", "service=swaylock", "door=self",
          "first-factor=proven",
        ] { #expect(line.contains(part), "\(line)") }
        let replay = try await home.unlock("alice-password" + code)
        #expect(replay.pam.first == "auth PAM_AUTH_ERR", "\(replay)")
        #expect(replay.decisions == ["refused used-code"], "\(replay)")
        let wrong = try await home.unlock("not-her-password" + home.alice.nextCode())
        #expect(wrong.decisions == ["refused wrong-password"], "\(wrong)")
        let alone = try await home.unlock("alice-password")
        #expect(alone.decisions == ["refused not-a-code"], "\(alone)")
        let recovery = try await home.unlock("alice-password" + home.alice.recoveryCodes[0])
        #expect(recovery.pam == Lockers.isIn, "\(recovery)")
      }
    }

    @Test("nobody asks about somebody else, nor root about anybody")
    func others() async throws {
      try await withLocker { home in
        for (caller, user) in [("bob", "alice"), ("alice", "bob"), ("alice", "root")] {
          let visit = try await home.unlock(
            "\(user)-password" + home.alice.code(), of: user, by: caller)
          #expect(visit.pam.first == "auth PAM_AUTH_ERR", "\(visit)")
          #expect(
            visit.decisions == ["refused not-allowed", "account refused not-allowed"], "\(visit)")
        }
        // Root decides in process, and at the socket it is nobody.
        let root = try await home.unlock(
          "root-password" + home.alice.code(), of: "root", by: "root")
        #expect(root.pam.first == "auth PAM_AUTH_ERR", "\(root)")
        #expect(root.journal.contains { $0.contains("option=broker_password") }, "\(root)")
        for (caller, length) in [("root", "0"), ("alice", "17")] {
          let asked = try await home.host.shell(
            """
            perl -MIO::Socket::UNIX -e '
              $SIG{PIPE} = "IGNORE";  # who is hung up on may not even have written
              my $s = IO::Socket::UNIX->new("/run/cachet-mfa/self.sock") or die $!;
              my $fields = join "", map { pack "Cn/a*", @$_ }
                [1, "\(caller)"], [2, "swaylock"], [6, "\\0"], [8, ""];
              syswrite $s, "CMFA\\1\\1" . pack "n/a*", $fields;
              print 0 + sysread $s, my $all, 4096'
            """, as: caller)
          #expect(asked.output == length, "\(caller): \(asked)")
        }
        // The code was never looked at.
        let good = try await home.unlock("alice-password" + home.alice.code())
        #expect(good.pam == Lockers.isIn, "\(good)")
      }
    }

    @Test("policy names the services")
    func services() async throws {
      try await withLocker { home in
        try home.host.recipe("screen-locker", for: "elsewhere")
        let elsewhere = try await home.unlock(
          "alice-password" + home.alice.code(), at: "elsewhere")
        #expect(elsewhere.decisions.first == "refused not-allowed", "\(elsewhere)")
        try await home.host.policy()
        let unnamed = try await home.unlock("alice-password" + home.alice.code())
        #expect(unnamed.decisions.first == "refused not-allowed", "\(unnamed)")
      }
    }

    @Test("with needs_second_factor the account line wants the answer of the same transaction")
    func proof() async throws {
      try await withLocker { home in
        let line =
          "account  [success=ok ignore=ignore default=die]  pam_cachet_mfa.so broker_password"
        let recipe = try TestHost.recipe("screen-locker")
        try home.host.write(
          recipe.replacing(line, with: line + " needs_second_factor"), to: "/etc/pam.d/swaylock")
        let shown = try await home.unlock("alice-password" + home.alice.code())
        #expect(shown.pam == Lockers.isIn, "\(shown)")
        let wrong = try await home.unlock("alice-password" + home.alice.wrongCode())
        #expect(wrong.pam == ["auth PAM_AUTH_ERR", "acct PAM_PERM_DENIED"], "\(wrong)")
        let alone = try await home.visit {
          try await home.host.pam(
            "swaylock", about: "alice", "", as: "alice", steps: ["acct:silent"])
        }
        #expect(alone.pam == ["acct PAM_PERM_DENIED"], "\(alone)")
        #expect(alone.decisions == ["account refused no-second-factor"], "\(alone)")
        // The broker's own refusal comes first.
        try await home.host.mfa("disable", "alice")
        let disabled = try await home.visit {
          try await home.host.pam(
            "swaylock", about: "alice", "", as: "alice", steps: ["acct:silent"])
        }
        #expect(disabled.decisions == ["account refused disabled"], "\(disabled)")
      }
    }

    @Test("only who may not connect to the others' socket asks at one's own")
    func sockets() async throws {
      try await withLocker { home in
        try await home.host.shell("mv /run/cachet-mfa/decide.sock /run/cachet-mfa/away")
        let missing = try await home.unlock("alice-password" + home.alice.code())
        #expect(missing.pam == Lockers.shut, "\(missing)")
        #expect(
          missing.decisions == ["unavailable broker", "account unavailable broker"], "\(missing)")
        try await home.host.shell(
          "mv /run/cachet-mfa/away /run/cachet-mfa/decide.sock; usermod -aG cachet-mfa-web alice")
        let member = try await home.unlock("alice-password" + home.alice.code())
        #expect(member.decisions.first == "refused not-allowed", "\(member)")
        #expect(!member.journal.contains { $0.contains("door=self") }, "\(member)")
      }
    }

    @Test("a guesser at the keyboard waits, and shuts no other door")
    func guesser() async throws {
      try await withLocker { home in
        for n in 0..<5 {
          let wrong = try await home.unlock("alice-password" + home.alice.wrongCode(n))
          #expect(wrong.decisions == ["refused wrong-code"], "\(wrong)")
        }
        let right = try await home.unlock("alice-password" + home.alice.code())
        #expect(right.decisions == ["refused throttled"], "\(right)")
        let recovery = try await home.unlock("alice-password" + home.alice.recoveryCodes[0])
        #expect(recovery.pam == Lockers.isIn, "\(recovery)")
        try await expect(
          home.su(home.both(home.alice.code(), at: "su"), from: "bob", to: "alice"), isIn: true,
          ["accepted code"])
      }
    }
  }
}

/// Opens a guarded host with both of the broker's sockets and the recipe for a screen locker.
private func withLocker(_ body: (Guarded) async throws -> Void) async throws {
  try await withGuarded(sshd: nil) { home in
    try await home.host.policy("self-services = swaylock, i3lock")
    try home.host.recipe("screen-locker", for: "swaylock")
    try await home.host.startBroker("decide")
    try await home.host.startBroker("self")
    try await body(home)
  }
}

extension Guarded {
  /// What `typed` comes to at the locked screen of `user`, where `caller` runs the locker.
  fileprivate func unlock(
    _ typed: String, of user: String = "alice", by caller: String? = nil,
    at service: String = "swaylock"
  ) async throws -> Visit {
    try await visit {
      try await host.pam(service, about: user, typed, as: caller ?? user)
    }
  }
}
