import TestSupport
import Testing

extension HostTests {
  /// self.sock is everybody's: who takes all that he can get takes little.
  @Suite("A user's share of the broker")
  struct Shares {
    @Test("eight connections of one user are served at a time, and those of others besides")
    func eight() async throws {
      try await withSelf { home in
        // Twelve that say nothing, until four of them are hung up; then all of them ask.
        let told = try await home.host.shell(
          #"""
          mkfifo /run/go && chmod 666 /run/go
          runuser -u bob -- perl -MIO::Select -MIO::Socket::UNIX -e '
            my @all = map { IO::Socket::UNIX->new("/run/cachet-mfa/self.sock") or die $! } 1..12;
            my $ends = IO::Select->new(@all);
            for (1..150) { last if $ends->can_read(0) == 4; select undef, undef, undef, 0.01 }
            open my $go, "<", "/run/go";
            $SIG{PIPE} = "IGNORE";
            syswrite $_, pack "H*", "434d464101030000" for @all;
            print scalar grep { sysread $_, my $reply, 8192 } @all' >/run/served &
          : >/run/go
          runuser -u alice -- cachet-mfa status >/dev/null && echo alice
          wait $!
          cat /run/served; echo
          # What has ended has given its share back.
          runuser -u bob -- cachet-mfa status >/dev/null; echo $?
          """#)
        #expect(told.lines == ["alice", "8", "0"], "\(told)")
      }
    }

    @Test("where the shares cannot be counted nobody is served")
    func trouble() async throws {
      try await withSelf { home in
        try await home.host.shell("mkdir /run/cachet-mfa/shares")
        let visit = try await home.visit {
          try await home.host.run("cachet-mfa", "status", as: "alice")
        }
        #expect(visit.outcome.status == 2, "\(visit)")
        let line = "reason=store part=shares defect=not-a-regular-file"
        #expect(visit.journal.contains { $0.contains(line) }, "\(visit)")
      }
    }

    private func withSelf(_ body: (Guarded) async throws -> Void) async throws {
      try await withGuarded(sshd: nil) { home in
        try await home.host.startBroker("self")
        try await body(home)
      }
    }
  }
}
