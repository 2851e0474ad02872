import TestSupport
import Testing

extension HostTests {
  /// A browser repeats its answer with every request.
  @Suite("The broker's web sessions")
  struct WebSessions {
    private static let isIn = ["auth PAM_SUCCESS", "acct PAM_SUCCESS"]

    @Test("an answer that was right is right again, for so long, from there, and is not evaluated")
    func again() async throws {
      try await withSessions { home in
        let code = try await home.alice.code()
        let first = try await home.web("alice-password", code, rhost: "192.0.2.7")
        #expect(first.pam == WebSessions.isIn && first.decisions == ["accepted code"], "\(first)")
        for seconds in [0, 60, 800] {
          try home.host.later(seconds)
          let again = try await home.web("alice-password", code, rhost: "192.0.2.7")
          #expect(again.pam == WebSessions.isIn && again.decisions.isEmpty, "\(again)")
        }
        let told = try await home.host.mfa("sessions", "alice", "--json")
        #expect(told.output == "{\"user\":\"alice\",\"sessions\":1,\"ended\":0}\n")
        // It does not slide.
        try home.host.later(60)
        for _ in 0..<6 {
          let late = try await home.web("alice-password", code, rhost: "192.0.2.7")
          #expect(late.pam.first == "auth PAM_AUTH_ERR", "\(late)")
          #expect(late.decisions == ["refused session-over"], "\(late)")
        }
        // The storm was not counted.
        let fresh = try await home.web("alice-password", home.alice.code(), rhost: "192.0.2.7")
        #expect(fresh.pam == WebSessions.isIn && fresh.decisions == ["accepted code"], "\(fresh)")
      }
    }

    @Test("from elsewhere, with another password, at another service it is a code that was used")
    func bound() async throws {
      try await withSessions { home in
        let code = try await home.alice.code()
        let first = try await home.web("alice-password", code, rhost: "192.0.2.7")
        #expect(first.pam == WebSessions.isIn, "\(first)")
        for (password, rhost) in [
          ("alice-password", "192.0.2.8"), ("alice-password", nil), ("alice-passwore", "192.0.2.7"),
        ] {
          let visit = try await home.web(password, code, rhost: rhost)
          #expect(visit.decisions == ["refused used-code"], "\(visit)")
        }
        try await home.host.shell("echo alice:another-password | chpasswd")
        let changed = try await home.web("alice-password", code, rhost: "192.0.2.7")
        #expect(changed.decisions == ["refused used-code"], "\(changed)")
      }
    }

    @Test("sessions --end, disable and the group end it at the next request")
    func ended() async throws {
      try await withSessions { home in
        let code = try await home.alice.code()
        _ = try await home.web("alice-password", code)
        try await home.host.shell("cachet-mfa disable alice")
        let disabled = try await home.web("alice-password", code)
        #expect(disabled.pam == ["auth PAM_AUTH_ERR", "acct PAM_ACCT_EXPIRED"], "\(disabled)")
        try await home.host.shell("cachet-mfa enable alice")
        let enabled = try await home.web("alice-password", code)
        #expect(enabled.pam == WebSessions.isIn, "\(enabled)")
        let told = try await home.host.mfa("sessions", "--end", "alice")
        #expect(told.output == "alice: 1 web session ended\n")
        let over = try await home.web("alice-password", code)
        #expect(over.decisions == ["refused session-over"], "\(over)")
        let next = try await home.alice.nextCode()
        _ = try await home.web("alice-password", next)
        try await home.host.shell("gpasswd --delete alice cachet-admins")
        let outside = try await home.web("alice-password", next)
        #expect(outside.decisions.first == "refused not-allowed", "\(outside)")
      }
    }

    @Test("of a browser's first burst every request comes in, and one of them is evaluated")
    func burst() async throws {
      try await withSessions { home in
        let code = try await home.alice.code()
        let visit = try await home.visit {
          try await home.host.pam(
            "cachet-admin", about: "alice", "alice-password" + code, parallel: 30)
        }
        let answers = visit.pam.filter { $0.hasPrefix("auth") }
        #expect(answers == Array(repeating: "auth PAM_SUCCESS", count: 30), "\(visit)")
        #expect(visit.decisions == ["accepted code"], "\(visit)")
      }
    }

    @Test("five wrong answers from its address end a session, from elsewhere no number does")
    func guesses() async throws {
      try await withSessions { home in
        let here = "192.0.2.7"
        let code = try await home.alice.code()
        let first = try await home.web("alice-password", code, rhost: here)
        #expect(first.pam == WebSessions.isIn, "\(first)")
        func guess(_ password: String, _ code: String, from rhost: String) async throws -> Visit {
          let visit = try await home.web(password, code, rhost: rhost)
          #expect(visit.pam.first == "auth PAM_AUTH_ERR", "\(visit)")
          return visit
        }
        for n in 0..<8 { _ = try await guess("guess-\(n)", code, from: "192.0.2.8") }
        // The password and codes, a code and passwords; what is repeated is one guess.
        for n in 0..<2 {
          for _ in 0..<2 { _ = try await guess("guess-\(n)", code, from: here) }
          _ = try await guess("alice-password", home.alice.wrongCode(n), from: here)
        }
        let still = try await home.web("alice-password", code, rhost: here)
        #expect(still.pam == WebSessions.isIn && still.decisions.isEmpty, "\(still)")
        let fifth = try await guess("guess-5", code, from: here)
        #expect(fifth.decisions == ["session refused guessed", "refused used-code"], "\(fifth)")
        let over = try await guess("alice-password", code, from: here)
        #expect(over.decisions == ["refused session-over"], "\(over)")
        let fresh = try await home.web("alice-password", home.alice.nextCode(), rhost: here)
        #expect(fresh.pam == WebSessions.isIn, "\(fresh)")
      }
    }

    @Test("behind a code that is over the right password is answered as late as a wrong one")
    func grain() async throws {
      try await withSessions { home in
        let code = try await home.alice.code()
        _ = try await home.web("alice-password", code)
        try await home.host.mfa("sessions", "--end", "alice")
        for password in ["alice-password", "not-her-password"] {
          let start = ContinuousClock.now
          let visit = try await home.host.pam(
            "cachet-admin", about: "alice", password + code, steps: ["auth:silent"])
          // Replies leave at multiples of 200 ms: none is there before the first.
          #expect(ContinuousClock.now - start >= .milliseconds(200), "\(visit)")
        }
      }
    }

    @Test("equal wrong answers at once wait for each other, whoever they are about")
    func equalAnswers() async throws {
      try await withSessions { home in
        // alice is an administrator, bob is none, and nobody has the last name.
        for (n, user) in ["alice", "bob", "root", "nobody-has-this"].enumerated() {
          let visit = try await home.visit {
            try await home.host.pam(
              "cachet-admin", about: user, "not-the-password123456", rhost: "192.0.2.9",
              steps: ["auth:silent"], parallel: 6)
          }
          #expect(visit.pam == Array(repeating: "auth PAM_AUTH_ERR", count: 6), "\(visit)")
          #expect(visit.decisions.count == 6, "\(visit)")
          // Each took the same way: it stands in the table as a miss, which is made by waiting there.
          let missed = try await home.host.shell(
            """
            perl -e 'open my $f, "<", "/run/cachet-mfa/web-sessions"; seek $f, 4096, 0;
              while (read $f, my $entry, 32) { $n++ if ord(substr $entry, 24, 1) == 4 } print $n'
            """)
          #expect(missed.output == "\(n + 1)", "\(user): \(missed)")
        }
      }
    }

    @Test("equal answers without end hold few threads, and leave few lines in the journal")
    func equalFlood() async throws {
      try await withSessions { home in
        try await home.host.must("echo alice:alice-password | chpasswd")
        let visit = try await home.visit {
          try await home.host.pam(
            "cachet-admin", about: "alice", "not-the-password123456", rhost: "192.0.2.9",
            steps: ["auth:silent"], parallel: 140)
        }
        // 8 wait for a turn or have it, 40 for what becomes of them; the others are told at once.
        let told = visit.pam.count { $0 == "auth PAM_AUTHINFO_UNAVAIL" }
        #expect(visit.pam.count == 140 && told >= 140 - 48, "\(visit.pam)")
        let lines = visit.decisions.count { $0 == "unavailable busy" }
        #expect(lines >= 1 && lines <= 24, "\(visit.decisions)")
      }
    }

    @Test("a wrong answer makes no session, and a table that is damaged lets nobody in")
    func wrong() async throws {
      try await withSessions { home in
        for _ in 0..<2 {
          let wrong = try await home.web("not-her-password", home.alice.code())
          #expect(wrong.pam.first == "auth PAM_AUTH_ERR", "\(wrong)")
        }
        let code = try await home.alice.nextCode()
        _ = try await home.web("alice-password", code)
        try await home.host.shell("truncate -s 100 /run/cachet-mfa/web-sessions")
        let damaged = try await home.web("alice-password", code)
        #expect(damaged.pam.first == "auth PAM_AUTHINFO_UNAVAIL", "\(damaged)")
        #expect(damaged.journal.contains { $0.contains("part=sessions defect=truncated") })
      }
    }
  }
}

private func withSessions(_ body: (Guarded) async throws -> Void) async throws {
  try await withBroker(policy: "session.cachet-admin = 900", body: body)
}
