import TestSupport
import Testing

extension HostTests {
  @Suite("Self-service")
  struct SelfService {
    @Test("whoever is invited enrols once, and signs in with the new factor")
    func invited() async throws {
      try await withSelfService { home in
        let host = home.host
        let invitation = try await host.invite("bob")
        // It opens one sign-in first.
        try await expect(
          home.ssh(home.both(invitation, "bob"), as: "bob"), isIn: true, ["accepted invitation"])

        let wrong = try await home.user(
          "bob", [("invitation of bob: ", "0000-0000-0000-0000")], "enroll")
        #expect(wrong.outcome.status == 1 && wrong.shows("no such recovery code") == 1, "\(wrong)")
        #expect(wrong.shows("otpauth://") == 0)

        let enrolled = try await home.user(
          "bob", [("invitation of bob: ", invitation), ("authenticator: ", "<code>")], "enroll",
          "--name", "phone", "--json")
        #expect(enrolled.isIn, "\(enrolled)")
        #expect(enrolled.shows(invitation) == 0)
        let line = try #require(enrolled.journal.first { $0.contains("event=enroll") })
        #expect(line.hasSuffix("event=enroll outcome=accepted user=bob door=self factor=totp:1"))
        #expect(line.hasPrefix("<84>"), "authpriv, warning: \(line)")
        let bob = try Phone(enrolled.outcome, host)
        #expect(bob.recoveryCodes.count == 10)

        let next = try await home.ssh(home.both(bob.nextCode(), "bob"), as: "bob")
        expect(next, isIn: true, ["accepted code"])
        let again = try await home.change(
          "bob", [invitation, "", "bob-password"], "enroll", "--name", "tablet")
        #expect(again.outcome.status == 1 && again.shows("otpauth://") == 0, "\(again)")
      }
    }

    @Test("users see of themselves what root sees of them, in the same words")
    func sameWords() async throws {
      try await withSelfService { home in
        try await expect(
          home.ssh(home.both(home.alice.recoveryCodes[0])), isIn: true, ["accepted recovery-code"])
        try await expect(
          home.ssh(home.both(home.alice.wrongCode())), isIn: false, ["refused wrong-code"])
        _ = try await home.host.invite("bob")
        for user in ["alice", "bob"] {
          for words in [["status"], ["status", "--json"]] {
            let root = try await home.host.run(
              "/bin/sh", "-c", "exec cachet-mfa \(words.joined(separator: " ")) --user \(user)")
            let own = try await home.user(user, [], words)
            #expect(own.isIn && root.status == 0, "\(own)")
            #expect(own.text == root.output && own.text.contains(user), "\(own)")
          }
        }
        let root = try await home.host.mfa("recovery-codes", "alice", "--json")
        #expect(try await home.user("alice", [], "recovery-codes", "--json").text == root.output)
        #expect(root.output.contains("\"left\":9"))
        let none = try await home.user("bob", [], "recovery-codes")
        #expect(none.outcome.status == 1 && none.shows("bob is not enrolled") == 1, "\(none)")
      }
    }

    @Test("an enrolment changes by two consecutive codes, or by password and code")
    func changes() async throws {
      try await withSelfService { home in
        let (host, alice) = (home.host, home.alice)
        let added = try await home.change(
          "alice", home.pair(), "enroll", "--name", "tablet", confirm: true)
        #expect(
          added.isIn && added.shows("enrolled alice with the factor 'tablet'") == 1, "\(added)")
        #expect(added.decisions.filter { $0 == "authorize accepted code" }.count == 2, "\(added)")

        let renamed = try await home.change(
          "alice", [alice.nextCode(), "", "alice-password"], "rename", "tablet", "watch")
        #expect(renamed.isIn, "\(renamed)")
        #expect(renamed.changes == ["rename accepted"], "\(renamed)")

        let made = try await home.change(
          "alice", [alice.recoveryCodes[0], "", "alice-password"], "recovery-codes", "--regenerate",
          "--json")
        #expect(made.isIn && made.changes == ["recovery-codes accepted"], "\(made)")
        #expect(made.outcome.output.matches(of: /"[0-9A-Z-]{19}"/).count == 10)
        try await expect(
          home.ssh(home.both(alice.recoveryCodes[1])), isIn: false,
          ["refused wrong-one-time-secret"])

        try host.later(60)
        let removed = try await home.change(
          "alice", home.pair(), "remove", "--factor", "watch", "--yes")
        #expect(removed.isIn && removed.changes == ["remove accepted"], "\(removed)")
        #expect(removed.journal.contains { $0.contains("event=remove") && $0.hasPrefix("<84>") })

        // Policy asks alice for a factor: the last one stays, and no code is used up for that.
        try host.later(60)
        for what in [["--factor", "phone"], []] {
          let last = try await home.change("alice", home.pair(), ["remove", "--yes"] + what)
          #expect(last.outcome.status == 1 && last.shows("that is the last factor") == 1, "\(last)")
          #expect(last.changes == ["remove refused"], "\(last)")
          #expect(!last.decisions.contains { $0.hasPrefix("authorize") }, "\(last)")
        }
        try await expect(home.ssh(home.both(alice.code())), isIn: true, ["accepted code"])
        // Where policy asks for none, it goes.
        try await host.policy("exempt-users = alice \"test\"")
        try host.later(60)
        let all = try await home.change("alice", home.pair(), "remove", "--yes")
        #expect(all.isIn && all.shows("alice is not enrolled any more") == 1, "\(all)")
      }
    }

    @Test("the next sign-in hears what was changed")
    func notices() async throws {
      try await withSelfService { home in
        let added = try await home.change(
          "alice", home.pair(), "enroll", "--name", "tablet", confirm: true)
        #expect(added.isIn, "\(added)")
        let renamed = try await home.change(
          "alice", [home.alice.nextCode(), "", "alice-password"], "rename", "tablet", "watch")
        #expect(renamed.isIn, "\(renamed)")
        let next = try await home.ssh(
          home.both(home.alice.nextCode()) + [("$ ", "exit")], "")
        #expect(next.shows("cachet-mfa: a factor was added to this account") == 1, "\(next)")
        #expect(next.shows("cachet-mfa: a factor of this account was renamed") == 1, "\(next)")
      }
    }

    @Test("one code is not enough, nor are two that do not follow each other")
    func notEnough() async throws {
      try await withSelfService { home in
        let alice = home.alice
        func rename(_ typed: [String]) async throws -> Visit {
          let visit = try await home.change("alice", typed, "rename", "phone", "watch")
          #expect(visit.outcome.status == 1 && visit.changes == ["rename refused"], "\(visit)")
          return visit
        }
        let apart = try await rename([alice.code(-1), alice.code(1)])
        #expect(apart.shows("not two codes of one factor") == 1, "\(apart)")
        // Both were used up.
        try await expect(home.ssh(home.both(alice.code())), isIn: false, ["refused used-code"])

        try home.host.later(90)
        let backwards = try await rename([alice.code(), alice.code(-1)])
        #expect(backwards.decisions.contains("authorize refused used-code"), "\(backwards)")
        try home.host.later(90)
        let twice = try await rename([alice.code(), alice.code()])
        #expect(twice.decisions.contains("authorize refused used-code"), "\(twice)")
        let password = try await rename([alice.nextCode(), "", "not-her-password"])
        #expect(password.shows("wrong password") == 1, "\(password)")
        let alone = try await rename(["", "", "alice-password"])
        #expect(alone.shows("neither a code") == 1, "\(alone)")
        let invitation = try await rename([home.host.invite("alice"), "", "alice-password"])
        #expect(invitation.shows("no such recovery code") == 1, "\(invitation)")
        #expect(try await home.user("alice", [], "status").shows("'phone'") == 1)
      }
    }

    @Test("wrong codes are throttled, and shut no other door")
    func throttled() async throws {
      try await withSelfService { home in
        for n in 0..<5 {
          let wrong = try await home.change(
            "alice", [home.alice.wrongCode(n), home.alice.code()], "rename", "phone", "watch")
          #expect(wrong.decisions.contains("authorize refused wrong-code"), "\(wrong)")
        }
        let right = try await home.change("alice", home.pair(), "rename", "phone", "watch")
        #expect(right.outcome.status == 1 && right.shows("too many wrong codes") == 1, "\(right)")
        #expect(right.decisions.contains("authorize refused throttled"), "\(right)")
        try await expect(home.ssh(home.both(home.alice.code())), isIn: true, ["accepted code"])
      }
    }

    @Test("nobody sees or changes what is somebody else's")
    func others() async throws {
      try await withSelfService { home in
        for words in [
          ["status", "alice"], ["remove", "--yes", "alice"], ["recovery-codes", "alice"],
          ["enroll", "--user", "alice"], ["rename", "--user", "alice", "phone", "watch"],
        ] {
          let visit = try await home.user("bob", [], words)
          #expect(visit.outcome.status == 77 && visit.shows("is for root") == 1, "\(visit)")
          #expect(!visit.journal.contains { $0.contains("event=") }, "\(visit)")
        }
        // Her codes are nothing to him: the account is the peer's.
        let enrolled = try await home.user(
          "bob", [("invitation of bob: ", home.alice.recoveryCodes[0])], "enroll")
        #expect(enrolled.outcome.status == 1, "\(enrolled)")
        #expect(enrolled.decisions.first == "authorize refused not-enrolled", "\(enrolled)")
        let named = try await home.user("alice", [], "status", "alice")
        #expect(named.isIn, "\(named)")
        for words in [["enroll", "--no-confirm"], ["remove", "--erase", "--yes"]] {
          #expect(try await home.user("alice", [], words).outcome.status == 77)
        }
        try await home.host.mfa("disable", "alice")
        let disabled = try await home.change("alice", home.pair(), "rename", "phone", "watch")
        #expect(disabled.shows("alice is disabled") == 1, "\(disabled)")
      }
    }

    @Test("the password enrols a first factor where policy says so, until it does not")
    func byPassword() async throws {
      try await withSelfService { home in
        let host = home.host
        let grace = ["door.sshd = ssh", "first-enroll = password", "enroll-by = 2100-01-01"]
        try await host.policy(lines: grace)
        func enroll(_ password: String, _ name: String = "phone") async throws -> Visit {
          try await home.user(
            "bob", [("password of bob: ", password), ("authenticator: ", "<code>")], "enroll",
            "--name", name)
        }
        let wrong = try await enroll("not-his-password")
        #expect(wrong.outcome.status == 1 && wrong.shows("wrong password") == 1, "\(wrong)")
        let right = try await enroll("bob-password")
        #expect(right.isIn && right.changes == ["enroll accepted"], "\(right)")
        #expect(right.decisions == ["authorize accepted grace"], "\(right)")

        // The first factor only.
        let second = try await home.change("bob", ["", "", "bob-password"], "enroll")
        #expect(second.outcome.status == 1 && second.shows("otpauth://") == 0, "\(second)")
        try await host.mfa("remove", "bob", "--yes")
        try await host.policy(lines: ["door.sshd = ssh"])
        let late = try await home.user("bob", [("invitation of bob: ", "bob-password")], "enroll")
        #expect(late.outcome.status == 1 && late.shows("otpauth://") == 0, "\(late)")

        try await host.policy(lines: grace)
        for _ in 0..<5 { _ = try await enroll("not-his-password") }
        let throttled = try await enroll("bob-password")
        #expect(throttled.shows("too many wrong codes") == 1, "\(throttled)")
      }
    }

    @Test(
      "what is withdrawn, replaced, disabled or late allows no enrolment that has begun",
      arguments: [
        (":", "enrolled bob"), ("cachet-mfa invite bob --revoke", "holds no more"),
        ("cachet-mfa invite bob", "holds no more"), ("cachet-mfa disable bob", "holds no more"),
        ("echo @$(($(date +%s) + 601)) >/run/test-clock", "holds no more"),
      ])
    func meanwhile(_ end: String, _ words: String) async throws {
      try await withSelfService { home in
        let invitation = try await home.host.invite("bob")
        let told = try await home.host.shell(
          """
          mkfifo /run/typed && exec 3<>/run/typed
          runuser -u bob -- cachet-mfa enroll <&3 >/run/shown 2>&1 &
          echo \(invitation) >&3
          for n in $(seq 200); do grep -q secret= /run/shown && break; sleep 0.02; done
          { \(end); } >&2
          secret=$(sed -n 's/.*?secret=\\([A-Z2-7]*\\).*/\\1/p' /run/shown)
          /opt/build/test/totp $secret >&3
          wait $!; status=$?
          cat /run/shown; exit $status
          """)
        #expect(told.output.contains(words), "\(told)")
        let isEnrolled = try await home.host.mfa("status", "bob", "--json").output
          .contains("\"enrolled\":true")
        #expect(isEnrolled == (end == ":") && told.status == (isEnrolled ? 0 : 1), "\(told)")
      }
    }

    @Test("a store in trouble is one in the journal too, and no enrolment that is not there")
    func trouble() async throws {
      try await withSelfService { home in
        let record = "/var/lib/cachet-mfa/users/alice/credentials"
        try await home.host.shell("echo more >>\(record)")
        let told = try await home.visit {
          try await home.host.asks(
            "alice", 6, [(8, "000000"), (9, "000000"), (10, "phone"), (11, "watch")])
        }
        // Unavailable, and why.
        let why = "store credentials malformed"
        #expect(
          told.outcome.output == "outcome=05 reason=\(why)\n", "\(told)")
        let line = try #require(told.journal.first { $0.contains("event=rename") })
        #expect(
          line.contains(
            /event=rename outcome=unavailable user=alice door=self reason=store part=credentials defect=malformed:\d+$/
          ),
          "\(line)")
        for words in [["status"], ["rename", "phone", "watch"], ["remove", "--yes"]] {
          let visit = try await home.user("alice", [], words)
          #expect(
            visit.outcome.status == 2 && visit.shows("could not do it (\(why))") == 1, "\(visit)")
        }
      }
    }

    @Test("without a broker the error says how to start it")
    func noBroker() async throws {
      try await withGuarded(sshd: nil) { home in
        for words in [
          ["status"], ["enroll"], ["recovery-codes"], ["remove", "--yes"], ["rename", "a", "b"],
        ] {
          let visit = try await home.user("alice", [], words)
          #expect(visit.outcome.status == 2)
          #expect(
            visit.text == """
              cachet-mfa: error: the broker does not answer at /run/cachet-mfa/self.sock
              cachet-mfa: hint: root: 'systemctl enable --now cachet-mfa-self.socket' starts it

              """, "\(visit)")
        }
      }
    }
  }
}

/// Opens a guarded host with a broker at self.sock.
private func withSelfService(_ body: (Guarded) async throws -> Void) async throws {
  try await withGuarded { home in
    try await home.host.startBroker("self")
    try await body(home)
  }
}

extension TestHost {
  /// What the broker at self.sock replies to a frame of `user`'s: "outcome=01 reason=…", and nothing
  /// for no reply.
  func asks(
    _ user: String, _ kind: Int, _ fields: [(tag: Int, text: String)] = []
  ) async throws -> Outcome {
    let list = fields.map { "[\($0.tag), \"\($0.text)\"]" }.joined(separator: ", ")
    return try await shell(
      """
      timeout 10 perl -MIO::Socket::UNIX -e '
        my $s = IO::Socket::UNIX->new("/run/cachet-mfa/self.sock") or die $!;
        my $fields = "";
        $fields .= pack "Cn/a*", @$_ for (\(list));
        syswrite $s, "CMFA\\1" . pack "Cn/a*", \(kind), $fields;
        my ($all, $some, %told) = ("");
        $all .= $some while sysread $s, $some, 8192;
        exit if $all eq "";
        my @all = unpack "x8 (C n/a*)*", $all;
        while (@all) { my $tag = shift @all; $told{$tag} = shift @all }
        print "outcome=", unpack("H*", $told{64}), " reason=", $told{66} // "", "\\n"'
      """, as: user)
  }
}

extension Guarded {
  /// `user` runs `cachet-mfa` at a terminal.
  fileprivate func user(
    _ user: String, _ dialogue: Dialogue, _ words: String...
  ) async throws -> Visit { try await self.user(user, dialogue, words) }

  fileprivate func user(
    _ user: String, _ dialogue: Dialogue, _ words: [String]
  ) async throws -> Visit {
    try await visit { try await host.terminal(dialogue, ["cachet-mfa"] + words, as: user) }
  }

  /// `user` changes an enrolment, and types what is asked for: two codes, or a code, nothing and the
  /// password.
  fileprivate func change(
    _ user: String, _ typed: [String], _ words: String..., confirm: Bool = false
  ) async throws -> Visit { try await change(user, typed, words, confirm: confirm) }

  fileprivate func change(
    _ user: String, _ typed: [String], _ words: [String], confirm: Bool = false
  ) async throws -> Visit {
    let prompts = [
      "code of \(user), or a recovery code: ", "(or nothing: password): ", "password of \(user): ",
    ]
    return try await self.user(
      user, Array(zip(prompts, typed)) + (confirm ? [("authenticator: ", "<code>")] : []), words)
  }

  /// Two codes of alice's, one right after the other.
  fileprivate func pair() async throws -> [String] { try await [alice.code(-1), alice.code()] }
}

extension Visit {
  /// What the terminal showed, with the line ends of a file.
  fileprivate var text: String { outcome.output.replacing("\r\n", with: "\n") }

  /// What was changed at the door `self`: "rename accepted".
  fileprivate var changes: [String] {
    journal.compactMap { line in
      line.firstMatch(of: /event=(\S+) outcome=(\S+) user=\S+ door=self/)
        .map { "\($0.1) \($0.2)" }
    }
  }
}
