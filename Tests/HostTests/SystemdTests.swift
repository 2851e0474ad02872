import TestSupport
import Testing

extension HostTests {
  /// A real systemd runs the units as they are shipped, with all that they forbid.
  @Suite("The broker under systemd")
  struct Systemd {
    @Test("confined by its unit, the broker signs in, counts with pam_faillock and serves users")
    func confined() async throws {
      try await withUnits { home in
        try home.host.pam(
          "cachet-mfa-password",
          [
            "auth required pam_faillock.so preauth dir=/run/faillock",
            "auth [success=1 default=ignore] pam_unix.so nodelay",
            "auth [default=die] pam_faillock.so authfail dir=/run/faillock",
            "auth required pam_faillock.so authsucc dir=/run/faillock",
            "account required pam_unix.so",
          ])
        // As sshd's pam_faillock leaves it: the user's own.
        try await home.host.shell(
          "install -d /run/faillock && install -o alice -m 640 /dev/null /run/faillock/alice")
        let size = "stat -c %s /run/faillock/alice"
        let wrong = try await home.web("not-her-password", home.alice.code())
        #expect(wrong.decisions.first == "refused wrong-password", "\(wrong)")
        #expect(try await home.host.shell(size).output == "64\n")
        let right = try await home.web("alice-password", home.alice.nextCode())
        #expect(right.pam == ["auth PAM_SUCCESS", "acct PAM_SUCCESS"], "\(right)")
        #expect(try await home.host.shell(size).output == "0\n")

        let screen = try await home.visit {
          try await home.host.pam(
            "swaylock", about: "alice", "alice-password" + home.alice.nextCode(), as: "alice")
        }
        #expect(screen.pam == ["auth PAM_SUCCESS", "acct PAM_SUCCESS"], "\(screen)")

        let renamed = try await home.visit {
          try await home.host.terminal(
            [
              ("or a recovery code: ", home.alice.nextCode()), ("(or nothing: password): ", ""),
              ("password of alice: ", "alice-password"),
            ], ["cachet-mfa", "rename", "phone", "watch"], as: "alice")
        }
        #expect(renamed.isIn, "\(renamed)")
        #expect(renamed.journal.contains { $0.contains("event=rename outcome=accepted") })
        #expect(try await home.host.mfa("status", "alice").output.contains("'watch'"))

        let invitation = try await home.host.invite("bob")
        let enrolled = try await home.visit {
          try await home.host.terminal(
            [("invitation of bob: ", invitation), ("authenticator: ", "<code>")],
            ["cachet-mfa", "enroll"], as: "bob")
        }
        #expect(enrolled.isIn, "\(enrolled)")

        // Each ended well, and is forgotten.
        let units = try await home.host.run(
          "systemctl", "list-units", "--all", "--plain", "--no-legend", "cachet-mfa-*@*")
        #expect(units.status == 0 && units.output == "", "\(units)")
      }
    }

    @Test("after a rush of a thousand connections others are served; signing in goes on meanwhile")
    func storm() async throws {
      try await withUnits { home in
        let told = try await home.host.shell(
          """
          mkfifo /run/go && chmod 666 /run/go
          timeout 20 runuser -u bob -- perl -MIO::Socket::UNIX -e '
            my @all = map { IO::Socket::UNIX->new("/run/cachet-mfa/self.sock") } 1..1000;
            print scalar grep { defined } @all;
            open my $go, "<", "/run/go"; sleep 1' >/run/stormed &
          : >/run/go
          # systemd hangs up where 32 are taken, be it by brokers that are about to end.
          for n in $(seq 50); do
            timeout 10 runuser -u alice -- cachet-mfa status >/dev/null && echo alice && break
            sleep 0.1
          done
          wait $!
          cat /run/stormed
          """)
        #expect(told.lines == ["alice", "1000"], "\(told)")
        async let storm = home.host.shell(
          """
          timeout 20 perl -MIO::Socket::UNIX -e \
            'IO::Socket::UNIX->new("/run/cachet-mfa/self.sock") for 1..1000'
          """, as: "bob")
        let visit = try await home.web("alice-password", home.alice.code())
        #expect(visit.pam == ["auth PAM_SUCCESS", "acct PAM_SUCCESS"], "\(visit)")
        _ = try await storm
      }
    }

    @Test("what the unit forbids is forbidden to the broker's process")
    func forbidden() async throws {
      try await withUnits { home in
        // In the broker's place, under its unit.
        try await home.host.shell(
          """
          cat >/usr/lib/cachet-mfa/cachet-mfa-broker <<'END'
          #!/bin/bash
          exec >/run/cachet-mfa/told 2>&1
          try() { "$@" >/dev/null 2>&1 && echo "$*"; }
          for place in / /etc /usr /var /tmp /home /var/lib/cachet-mfa /run/cachet-mfa; do
            try touch $place/made
          done
          try test -e /home/alice
          try chown alice /run/cachet-mfa/made
          try mknod /run/cachet-mfa/null c 1 3
          try unshare --user true
          try mount -t tmpfs none /mnt
          try chmod u+s /run/cachet-mfa/made
          try bash -c ': >/dev/tcp/127.0.0.1/22'
          grep -E '^(CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr -d '\\t'
          END
          """)
        let told = try await home.host.shell(
          """
          runuser -u www-data -- perl -MIO::Socket::UNIX -e '
            my $s = IO::Socket::UNIX->new("/run/cachet-mfa/decide.sock") or die $!;
            sysread $s, my $all, 1'
          cat /run/cachet-mfa/told
          """)
        // CAP_DAC_OVERRIDE and CAP_AUDIT_WRITE; a filter of system calls.
        #expect(
          told.lines == [
            "touch /var/lib/cachet-mfa/made", "touch /run/cachet-mfa/made",
            "CapBnd:0000000020000002", "NoNewPrivs:1", "Seccomp:2",
          ], "\(told)")
      }
    }

    private func withUnits(
      _ body: (Guarded) async throws -> Void
    ) async throws {
      try await withGuarded(sshd: nil) { home in
        let host = home.host
        try await host.shell("groupadd cachet-admins && usermod -aG cachet-admins alice")
        try await host.policy(lines: [
          "door.cachet-admin = web", "broker-allow = www-data : cachet-admin : cachet-admins",
          "self-services = swaylock",
        ])
        try host.recipe("cachet-mfa-password", for: "cachet-mfa-password")
        try host.recipe("cachet-admin", for: "cachet-admin")
        try host.recipe("screen-locker", for: "swaylock")
        try await host.withSystemd { host in
          try await body(Guarded(host: host, alice: home.alice))
        }
      }
    }
  }
}
