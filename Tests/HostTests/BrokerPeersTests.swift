import TestSupport
import Testing

extension HostTests {
  /// What a peer can do that may connect: www-data, with a program of its own.
  @Suite("The broker's peers")
  struct BrokerPeers {
    @Test("www-data reaches no secret by a path")
    func paths() async throws {
      try await withBroker { home in
        _ = try await home.web("alice-password", home.alice.code())
        // It makes the sessions' passphrases, which Apache reads as root; nginx has none.
        _ = try await Web(.apache(), cachet: "2.4", on: home.host)
        let listed = try await home.host.shell(
          "find /etc/cachet-mfa /var/lib/cachet-mfa /run/cachet-mfa -type f; echo /etc/shadow")
        #expect(listed.lines.count >= 9, "\(listed)")
        let passphrases = "/etc/cachet-mfa/apache-passphrases.conf"
        #expect(listed.lines.contains(passphrases), "\(listed)")
        for file in listed.lines {
          let open = "test -r '\(file)' || test -w '\(file)' || : <'\(file)'"
          #expect(try await home.host.shell(open).status == 0, "\(file)")
          #expect(try await home.host.shell(open, as: "www-data").status != 0, "\(file)")
        }
        for folder in ["/etc/cachet-mfa", "/var/lib/cachet-mfa"] {
          #expect(try await home.host.run("ls", folder, as: "www-data").status != 0)
        }
        // Nor is a passphrase anywhere else.
        let search = """
          grep -rlwF -e "$0" -e "$1" --devices=skip /etc /home /opt /run /srv /tmp /usr/share /var 2>/dev/null
          true
          """
        let words = home.host.read(passphrases).matches(of: /Passphrase (\S+)/).map { String($0.1) }
        try #require(words.count == 2)
        for (user, found) in [("root", [passphrases]), ("www-data", [])] {
          let told = try await home.host.run(
            "/bin/bash", "-c", search, words[0], words[1], as: user)
          #expect(told.lines == found, "\(user): \(told)")
        }
        let made = try await home.host.run("touch", "/run/cachet-mfa/made", as: "www-data")
        #expect(made.status != 0)
      }
    }

    @Test("www-data reaches no secret by the broker's process, and a crash leaves no core file")
    func process() async throws {
      try await withBroker { home in
        // Opens what /proc has of a process, and attaches to it.
        let reach = """
          reach() {
            for file in mem maps environ auxv fd/0; do
              ( : </proc/$1/$file ) 2>/dev/null && echo $file
            done
            ls /proc/$1/fd >/dev/null 2>&1 && echo fd
            timeout 1 strace -p $1 2>&1 | grep -q attached && echo ptrace
            :
          }
          """
        let script = """
          \(reach)
          sleep 9 </dev/null & own=$!; reach $own | sed 's/^/own /'; kill $own
          perl -MIO::Socket::UNIX -e '\(Peer.connect) sleep 9' & held=$!
          for n in $(seq 100); do
            broker=$(grep -lx cachet-mfa-brok /proc/[0-9]*/comm | grep -o '[0-9]*') && break
            sleep 0.02
          done
          echo broker $broker
          reach $broker
          kill $held
          """
        let told = try await home.host.shell(script, as: "www-data")
        let own = ["mem", "maps", "environ", "auxv", "fd/0", "fd", "ptrace"].map { "own " + $0 }
        #expect(told.lines.count == own.count + 1, "\(told)")
        #expect(Array(told.lines.prefix(own.count)) == own, "\(told)")
        #expect(told.lines.last?.contains(/^broker [0-9]+$/) == true, "\(told)")

        let crashed = try await home.host.shell(
          """
          touch /run/begin
          for signal in ABRT SEGV; do
            runuser -u www-data -- perl -MIO::Socket::UNIX -e '\(Peer.connect) sysread $s, my $all, 1' & held=$!
            for n in $(seq 100); do
              comm=$(grep -lx cachet-mfa-brok /proc/[0-9]*/comm) && break
              sleep 0.02
            done
            broker=$(dirname $comm)
            # Until it has seen to itself.
            for n in $(seq 100); do
              grep -q '^Max core file size *0  *0 ' $broker/limits && echo no core && break
              sleep 0.02
            done
            kill -$signal ${broker#/proc/}
            wait $held
            for n in $(seq 100); do [ -e $broker ] || break; sleep 0.02; done
          done
          find / -xdev -newer /run/begin -type f -name '*core*'
          """)
        #expect(crashed.lines == ["no core", "no core"], "\(crashed)")
      }
    }

    @Test("a reply is an outcome and a length, to the byte")
    func replies() async throws {
      try await withBroker { home in
        let code = try await home.alice.code()
        for (answer, outcome) in [("alice-password000000", "03"), ("alice-password" + code, "01")] {
          let told = try await home.host.peer(sends: [Peer.question(answer)])
          #expect(told.lines.first == "434d464101800009400001\(outcome)410002000e".lowercased())
        }
      }
    }

    @Test("where it refuses, the length tells neither who may come in nor what was recognised")
    func lengths() async throws {
      // alice's factor has six.
      try await withBroker(policy: "digits = 8") { home in
        let used = try await "alice-password" + home.alice.code()
        let first = try await home.host.peer(sends: [Peer.question(used)])
        #expect(first.lines == ["434d46410180000940000101410002000e"], "\(first)")
        for (user, answer) in [
          ("alice", used), ("alice", "alice-password000000"), ("bob", "alice-password000000"),
          ("root", "alice-password000000"), ("mallory", "alice-password000000"),
        ] {
          let told = try await home.host.peer(sends: [Peer.question(answer, about: user)])
          #expect(told.lines == ["434d464101800009400001034100020014"], "\(user): \(told)")
        }
      }
    }

    @Test("whatever a peer sends or does not send, its broker is gone within five seconds")
    func garbage() async throws {
      try await withBroker { home in
        let good = Peer.question("alice-password123456")
        let half = String(good.prefix(30))
        let all = [
          "", "00", "434d4641", "434d46410101", half, String(good.dropLast(2)),
          "434d464102" + good.dropFirst(10), "434d464101ff" + good.dropFirst(12),
          "434d46410101ffff", "434d464101010000", "434d464180010000",
          "434d46410101000501000200ff", "434d46410101000401ffff00",
          String(repeating: "ff", count: 8_192),
          "434d46410101" + "1ff8" + "08" + "1ff5" + String(repeating: "37", count: 8_181),
          String(repeating: "00", count: 100_000),
        ]
        let told = try await home.host.peer(sends: all)
        #expect(told.lines.count == all.count, "\(told)")
        #expect(told.lines.allSatisfy { $0 == "-" }, "\(told)")
        // A byte each 50 ms, of a frame that is good but for its pace.
        let slow = try await home.host.peer(sends: [good], pause: 0.05)
        #expect(slow.lines == ["-"], "\(slow)")
        let gone = try await home.host.shell("grep -lx cachet-mfa-brok /proc/[0-9]*/comm")
        #expect(gone.output == "", "\(gone)")
        let visit = try await home.web("alice-password", home.alice.code())
        #expect(visit.pam.first == "auth PAM_SUCCESS", "\(visit)")
      }
    }

    @Test("two hundred at once are all answered")
    func many() async throws {
      try await withBroker { home in
        let told = try await home.host.pam(
          "cachet-admin", about: "alice", "", steps: ["acct:silent"], parallel: 200)
        let answers = told.lines.filter { $0.hasPrefix("call acct") }
        #expect(answers == Array(repeating: "call acct PAM_SUCCESS", count: 200), "\(told)")
      }
    }

    @Test("a thousand connects by somebody who may not keep nobody out")
    func strangers() async throws {
      try await withBroker { home in
        async let storm = home.host.shell(
          """
          perl -MIO::Socket::UNIX -e \
            'my $n; IO::Socket::UNIX->new("\(Peer.socket)") or $n++ for 1..1000; print $n'
          """, as: "nobody")
        let visit = try await home.web("alice-password", home.alice.code())
        #expect(visit.pam == ["auth PAM_SUCCESS", "acct PAM_SUCCESS"], "\(visit)")
        #expect(try await storm.output == "1000")
      }
    }

    @Test("a broker that is killed before any call that changes a file leaves a sound store")
    func killed() async throws {
      let atcall = "/opt/build/test/atcall --changing $(cat /run/at) --report /run/calls --"
      try await withBroker(through: atcall) { home in
        try home.host.write("", to: "/run/at")
        var kills = 0
        while kills < 100 {
          try home.host.write("--at \(kills + 1) --do kill", to: "/run/at")
          try await home.host.shell("rm -f /run/calls")
          let ended = try await home.web("alice-password", home.alice.nextCode())
          if !home.host.read("/run/calls").contains("did ") { break }
          kills += 1
          #expect(ended.pam.first != "auth PAM_SUCCESS", "\(ended)")
          try home.host.write("", to: "/run/at")
          for words in [["key", "check"], ["status", "alice"]] {
            let told = try await home.host.shell("cachet-mfa " + words.joined(separator: " "))
            #expect(told.status == 0, "\(told)")
          }
          let visit = try await home.web("alice-password", home.alice.nextCode())
          #expect(visit.pam == ["auth PAM_SUCCESS", "acct PAM_SUCCESS"], "\(kills): \(visit)")
        }
        #expect(kills > 0 && kills < 100)
      }
    }
  }
}

/// A peer that speaks for itself, without libpam.
private enum Peer {
  static let socket = "/run/cachet-mfa/decide.sock"
  static let connect = #"my $s = IO::Socket::UNIX->new("\#(socket)") or die $!;"#

  /// A good question about `user`, in hexadecimal: password and code in one, verify both.
  static func question(_ answer: String, about user: String = "alice") -> String {
    let fields = field(1, user) + field(2, "cachet-admin") + "06000103" + field(8, answer)
    return "434d46410101" + number(fields.count / 2, digits: 4) + fields
  }

  private static func field(_ tag: Int, _ text: String) -> String {
    number(tag, digits: 2) + number(text.utf8.count, digits: 4)
      + text.utf8.map { number(Int($0), digits: 2) }.joined()
  }

  private static func number(_ value: Int, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: digits - text.count) + text
  }
}

extension TestHost {
  /// As www-data, all at once: connects, sends each of `messages`, given in hexadecimal, and says
  /// what came back until the other end hung up: "-" for nothing, "late" where that took over 5 s.
  fileprivate func peer(sends messages: [String], pause: Double = 0) async throws -> Outcome {
    try write(messages.map { $0 + "\n" }.joined(), to: "/run/messages")
    return try await shell(
      #"""
      cat >/run/peer.pl <<'END'
      use IO::Socket::UNIX;
      use Time::HiRes qw(time sleep);
      $SIG{PIPE} = 'IGNORE';
      my $pause = shift;
      open my $list, '<', '/run/messages';
      while (my $line = <$list>) {
        next if fork;
        chomp $line;
        my $begin = time;
        my $s = IO::Socket::UNIX->new("/run/cachet-mfa/decide.sock") or die $!;
        my @parts = $pause ? $line =~ /../g : ($line);
        for my $part (@parts) {
          defined syswrite $s, pack 'H*', $part or last;
          sleep $pause if $pause;
        }
        my ($all, $some) = ('');
        $all .= $some while sysread $s, $some, 4096;
        my $told = unpack('H*', $all) || '-';
        $told = 'late' if !$pause && time - $begin > 5;
        syswrite STDOUT, "$told\n";
        exit;
      }
      1 while wait > 0;
      END
      runuser -u www-data -- perl /run/peer.pl \#(pause)
      """#)
  }
}
