import Glibc
import TestSupport
import Testing

extension HostTests {
  @Suite("The broker")
  struct Brokers {
    private static let isIn = ["auth PAM_SUCCESS", "acct PAM_SUCCESS"]

    @Test("password and code are decided for www-data, once, and by nobody else's word")
    func decides() async throws {
      try await withBroker { home in
        let code = try await home.alice.code()
        let good = try await home.web("alice-password", code, rhost: "192.0.2.7")
        #expect(good.pam == Brokers.isIn && good.decisions == ["accepted code"], "\(good)")
        let line = try #require(good.journal.first { $0.contains("event=sign-in") })
        for part in [
          "cachet-mfa-broker[", "user=alice", "service=cachet-admin", "door=web",
          "rhost=192.0.2.7", "factor=totp:1", "first-factor=proven",
        ] { #expect(line.contains(part), "\(line)") }
        let replay = try await home.web("alice-password", code)
        #expect(replay.pam.first == "auth PAM_AUTH_ERR", "\(replay)")
        #expect(replay.decisions == ["refused used-code"], "\(replay)")
      }
    }

    @Test("a right code with a wrong password is refused, counted and used up")
    func wrongPassword() async throws {
      // Longer than a code lives, or the next code would come after the wait.
      try await withBroker(policy: "throttle-first = 60") { home in
        let code = try await home.alice.code()
        let wrong = try await home.web("not-her-password", code)
        #expect(wrong.pam.first == "auth PAM_AUTH_ERR", "\(wrong)")
        #expect(wrong.decisions == ["refused wrong-password"], "\(wrong)")
        #expect(wrong.journal.contains { $0.contains("pam_unix(cachet-mfa-password") }, "\(wrong)")
        let late = try await home.web("alice-password", code)
        #expect(late.decisions == ["refused used-code"], "\(late)")
        for _ in 0..<4 {
          let again = try await home.web("not-her-password", home.alice.nextCode())
          #expect(again.decisions == ["refused wrong-password"], "\(again)")
        }
        let throttled = try await home.web("alice-password", home.alice.nextCode())
        #expect(throttled.decisions == ["refused throttled"], "\(throttled)")
      }
    }

    @Test("strangers delay who comes from a new address, until unlocked, and nobody else")
    func strangers() async throws {
      try await withBroker(policy: "unproven-account-limit = 20") { home in
        func comesIn(from rhost: String) async throws -> [String] {
          try await home.web("alice-password", home.alice.nextCode(), rhost: rhost).decisions
        }
        #expect(try await comesIn(from: "192.0.2.7") == ["accepted code"])
        for nth in 1...20 {
          _ = try await home.web("x", home.alice.wrongCode(nth), rhost: "198.51.100.\(nth)")
        }
        _ = try await home.web("x", home.alice.wrongCode(), rhost: "198.51.100.21")
        let fresh = try await home.web("alice-password", home.alice.code(), rhost: "192.0.2.8")
        #expect(fresh.decisions == ["refused throttled"], "\(fresh)")
        #expect(try await comesIn(from: "192.0.2.7") == ["accepted code"])
        _ = try await home.web("x", home.alice.wrongCode(), rhost: "198.51.100.22")
        // Where an administrator looks, and how to end it.
        let status = try await home.host.mfa("status", "alice")
        #expect(
          status.output.contains(
            /strangers +21 refused within a day; from a new address the next try in .*, 'cachet-mfa unlock' ends the wait\n/
          ), "\(status)")
        let json = try await home.host.mfa("status", "alice", "--json")
        #expect(json.output.contains(/"strangers":{"refused":21,"wait":[1-9][0-9]*}/), "\(json)")
        try await home.host.mfa("unlock", "alice")
        let ended = try await home.host.mfa("status", "alice", "--json")
        #expect(ended.output.contains(#""strangers":{"refused":0,"wait":0}"#), "\(ended)")
        #expect(try await !home.host.mfa("status", "alice").output.contains("strangers"))
        let unlocked = try await home.web(
          "alice-password", home.alice.code(1), rhost: "192.0.2.8")
        #expect(unlocked.decisions == ["accepted code"], "\(unlocked)")
      }
    }

    @Test("name services hear whom the question names, and never what was typed")
    func named() async throws {
      try await withBroker { home in
        try home.host.nameServices("")
        try home.host.write("", to: "/run/asked", mode: 0o600)
        for user in ["nobody-here", "alice"] {
          _ = try await home.host.pam(
            "cachet-admin", about: user, "a-typed-password123456", rhost: "192.0.2.9")
        }
        let asked = home.host.read("/run/asked")
        #expect(asked.contains("nobody-here\n"), "\(asked)")
        #expect(!asked.contains("typed"), "\(asked)")
      }
    }

    @Test("a password alone opens nothing, and nobody hears whether it is right")
    func noOracle() async throws {
      try await withBroker { home in
        for password in ["alice-password", "not-her-password"] {
          let visit = try await home.web(password, home.alice.wrongCode())
          #expect(visit.pam.first == "auth PAM_AUTH_ERR", "\(visit)")
          #expect(visit.decisions == ["refused wrong-code"], "\(visit)")
          #expect(!visit.journal.contains { $0.contains("pam_unix(cachet-mfa-password") })
        }
        let bare = try await home.web("alice-password", "")
        #expect(bare.pam.first == "auth PAM_AUTH_ERR", "\(bare)")
        #expect(bare.decisions == ["refused not-a-code"], "\(bare)")
      }
    }

    @Test("how late sleep ends, on a busy machine, says nothing of when it began")
    func waits() async throws {
      let busy = """
        strace -A -o /run/trace -e trace=clock_nanosleep \
          -e inject=clock_nanosleep:delay_exit=150000
        """
      try await withBroker(through: busy) { home in
        // Cheap hashes: all of it is decided early.
        for user in ["alice", "mallory"] {
          let visit = try await home.web("alice-password", home.alice.wrongCode(), user)
          #expect(visit.pam.first == "auth PAM_AUTH_ERR", "\(visit)")
        }
        let trace = home.host.read("/run/trace")
        #expect(trace.ranges(of: "clock_nanosleep(").count == 2, "\(trace)")
      }
    }

    @Test("a recovery code stands for the code")
    func recovery() async throws {
      try await withBroker { home in
        let code = home.alice.recoveryCodes[0]
        let good = try await home.web("alice-password", code)
        #expect(good.pam == Brokers.isIn, "\(good)")
        #expect(good.decisions == ["accepted recovery-code"], "\(good)")
        let again = try await home.web("alice-password", code)
        #expect(again.decisions == ["refused used-one-time-secret"], "\(again)")
      }
    }

    @Test("only the account that policy names asks, about its group, at its service")
    func delegation() async throws {
      try await withBroker { home in
        let host = home.host
        try await host.shell("useradd carol && usermod -aG cachet-mfa-web carol")
        let bob = try await host.enroll("bob")
        // Not in the group; root; nobody's account; asked by somebody else.
        for (user, code, caller) in try await [
          ("bob", bob.code(), "www-data"), ("root", "123456", "www-data"),
          ("mallory", "123456", "www-data"), ("alice", home.alice.code(), "carol"),
        ] {
          let visit = try await home.web("\(user)-password", code, user, as: caller)
          #expect(visit.pam.first == "auth PAM_AUTH_ERR", "\(visit)")
          #expect(
            visit.decisions == ["refused not-allowed", "account refused not-allowed"], "\(visit)")
        }
        try host.pam(
          "elsewhere", TestHost.recipe("cachet-admin").split(separator: "\n").map(String.init))
        let elsewhere = try await home.visit {
          try await host.pam("elsewhere", about: "alice", "alice-password" + home.alice.code())
        }
        #expect(elsewhere.decisions.first == "refused not-allowed", "\(elsewhere)")
        // No way to the socket at all.
        let outside = try await home.web("alice-password", home.alice.code(), as: "bob")
        #expect(
          outside.pam == ["auth PAM_AUTHINFO_UNAVAIL", "acct PAM_AUTHINFO_UNAVAIL"], "\(outside)")
        #expect(
          outside.decisions == ["unavailable broker", "account unavailable broker"], "\(outside)")
        let why = outside.journal.filter { $0.contains("event=") }
        #expect(why.allSatisfy { $0.hasSuffix(" errno=\(EACCES)") }, "\(outside)")
        // The code was never looked at.
        let good = try await home.web("alice-password", home.alice.code())
        #expect(good.pam == Brokers.isIn, "\(good)")
      }
    }

    @Test(
      "where a name service is in trouble, it is not said that somebody may not",
      arguments: [
        ("group=unavail", false), ("group=tryagain", false), ("passwd=unavail", false),
        ("group=notfound", true),
      ])
    func trouble(_ trouble: String, isCertain: Bool) async throws {
      try await withBroker { home in
        try home.host.nameServices(trouble)
        // alice is in the files, and bob may be in the group elsewhere.
        let good = try await home.web("alice-password", home.alice.code())
        #expect(good.pam == Brokers.isIn, "\(good)")
        let user = trouble.hasPrefix("passwd") ? "mallory" : "bob"
        let other = try await home.web("bob-password", "123456", user)
        let reason = isCertain ? "refused not-allowed" : "unavailable account-lookup"
        #expect(other.decisions == [reason, "account " + reason], "\(other)")
        #expect(
          other.pam
            == (isCertain
              ? ["auth PAM_AUTH_ERR", "acct PAM_ACCT_EXPIRED"]
              : ["auth PAM_AUTHINFO_UNAVAIL", "acct PAM_AUTHINFO_UNAVAIL"]),
          "\(other)")
      }
    }

    @Test("a service without a file is told of where an administrator looks, and is no error")
    func unknownServices() async throws {
      try await withBroker { home in
        let looks = ["policy check", "status alice"]
        for words in looks {
          let good = try await home.host.shell("cachet-mfa " + words)
          #expect(good.status == 0 && good.errors.isEmpty, "\(good)")
        }
        try await home.host.shell(
          "mkdir -p /usr/lib/pam.d; mv /etc/pam.d/cachet-admin /usr/lib/pam.d/; mv /etc/pam.d/cachet-mfa-password /root"
        )
        for words in looks {
          let told = try await home.host.shell("cachet-mfa " + words)
          #expect(
            told.status == 0
              && told.errors.contains("there is no PAM service 'cachet-mfa-password'"), "\(told)")
          #expect(!told.errors.contains("cachet-admin"), "\(told)")
        }
        try await home.host.shell("rm /usr/lib/pam.d/cachet-admin")
        for words in looks {
          let told = try await home.host.shell("cachet-mfa " + words)
          #expect(
            told.errors.contains(
              "there is no PAM service 'cachet-admin' on this host, so /etc/pam.d/other"),
            "\(told)")
        }
        // Who asks about themselves is told nothing of the host's services.
        try await home.host.startBroker("self")
        try await home.host.shell("rm /etc/pam.d/cachet-admin")
        let own = try await home.host.run("cachet-mfa", "status", as: "alice")
        #expect(own.status == 0 && own.errors.isEmpty, "\(own)")
      }
    }

    @Test("a user whom policy exempts does not come in by a password alone")
    func exempt() async throws {
      try await withBroker(policy: "exempt-users = alice \"test\"") { home in
        let visit = try await home.web("alice-password", "")
        #expect(visit.pam.first == "auth PAM_AUTH_ERR", "\(visit)")
        #expect(visit.decisions.first == "refused exempt-user", "\(visit)")
      }
    }

    @Test(
      "who is disabled, expired or gone loses the account phase at once",
      arguments: [
        "cachet-mfa disable alice", "chage --expiredate 2020-01-01 alice",
        "chage --lastday 0 alice", "gpasswd --delete alice cachet-admins", "userdel alice",
      ])
    func accountPhase(_ end: String) async throws {
      try await withBroker { home in
        let before = try await home.account()
        #expect(before.pam == ["acct PAM_SUCCESS"], "\(before)")
        let ended = try await home.host.shell(end)
        #expect(ended.status == 0, "\(ended)")
        let after = try await home.account()
        #expect(after.pam == ["acct PAM_ACCT_EXPIRED"], "\(after)")
        let visit = try await home.web("alice-password", home.alice.nextCode())
        #expect(!visit.pam.contains("auth PAM_SUCCESS"), "\(visit)")
      }
    }

    @Test("without a broker, or with one that says nothing, nobody comes in")
    func down() async throws {
      try await withBroker { home in
        let socket = "/run/cachet-mfa/decide.sock"
        func isShut(_ codes: Set<Int32>, _ why: Comment) async throws {
          let visit = try await home.web("alice-password", home.alice.code(), rhost: "192.0.2.7")
          #expect(
            visit.pam == ["auth PAM_AUTHINFO_UNAVAIL", "acct PAM_AUTHINFO_UNAVAIL"],
            "\(why): \(visit)")
          #expect(
            visit.decisions == ["unavailable broker", "account unavailable broker"], "\(why)")
          let lines = visit.journal.filter { $0.contains("event=") }
          #expect(
            lines.allSatisfy {
              $0.contains("pam_cachet_mfa(cachet-admin:")
                && $0.contains(" user=alice service=cachet-admin ")
                && $0.contains(" rhost=192.0.2.7 ")
            }, "\(why): \(visit)")
          for line in lines {
            #expect(
              codes.contains { line.hasSuffix(" reason=broker errno=\($0)") }, "\(why): \(visit)")
          }
        }
        // Who hangs up may do so before the question is sent, or behind it.
        let gone: Set = [ECONNRESET, EPIPE]
        for (program, codes) in [
          ("/bin/true", gone), ("/bin/echo", gone), ("/bin/cat", [EPROTO]),
          ("/bin/sleep 60", [ETIMEDOUT]),
        ] {
          try await home.host.listen(at: socket, program)
          try await isShut(codes, "root listens: \(program)")
        }
        // Would say yes to everything.
        try await home.host.listen(at: socket, "/bin/cat", as: "bob")
        try await isShut([EPERM], "somebody else listens")
        try await home.host.shell("kill $(cat /run/decide.pid)")
        try await isShut([ECONNREFUSED], "nobody listens any more")
        try await home.host.shell("rm \(socket)")
        try await isShut([ENOENT], "there is no socket")
      }
    }

    @Test("root is no peer, and broker_password is no option for root")
    func root() async throws {
      try await withBroker { home in
        let visit = try await home.visit {
          try await home.host.pam(
            "cachet-admin", about: "alice", "alice-password" + home.alice.code(), as: "root")
        }
        #expect(visit.pam.prefix(2) == ["auth PAM_AUTH_ERR", "acct PAM_AUTH_ERR"], "\(visit)")
        #expect(visit.journal.contains { $0.contains("option=broker_password") }, "\(visit)")
      }
    }
  }
}

/// Opens a guarded host with a broker, run through `words` of a shell, and the group whose members
/// www-data may ask about: alice.
func withBroker(
  policy lines: String..., through words: String = "", browser: Bool = false,
  body: (Guarded) async throws -> Void
) async throws {
  try await withGuarded(sshd: nil, browser: browser) { home in
    try await home.host.shell("groupadd cachet-admins && usermod -aG cachet-admins alice")
    let all =
      [
        "door.sshd = ssh", "door.cachet-admin = web",
        "broker-allow = www-data : cachet-admin : cachet-admins",
      ] + lines
    try await home.host.policy(lines: all)
    try await home.host.startBroker(through: words)
    try await body(home)
  }
}

extension Guarded {
  /// Password and code in one field, by www-data at `cachet-admin`.
  func web(
    _ password: String, _ code: String, _ user: String = "alice", as caller: String = "www-data",
    rhost: String? = nil
  ) async throws -> Visit {
    try await visit {
      try await host.pam(
        "cachet-admin", about: user, password + code, as: caller, rhost: rhost)
    }
  }

  /// The account phase alone, as at each further request of a session.
  func account(_ user: String = "alice") async throws -> Visit {
    try await visit {
      try await host.pam("cachet-admin", about: user, "", steps: ["acct:silent"])
    }
  }
}

extension Visit {
  /// What libpam answered: "auth PAM_SUCCESS".
  var pam: [String] {
    outcome.lines.filter { $0.hasPrefix("call ") && !$0.hasPrefix("call end") }
      .map { String($0.dropFirst(5)) }
  }
}
