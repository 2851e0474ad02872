import Foundation
import TestSupport
import Testing

extension HostTests {
  /// Strangers who send wrong answers by as many connections as Apache has workers.
  @Suite("The web administration under load")
  struct WebLoad {
    @Test(
      "strangers keep no administrator out, and no right answer is used up in vain",
      arguments: [["127.0.0.9"], (10..<50).map { "127.0.0.\($0)" }])
    func strangers(addresses: [String]) async throws {
      try await withBroker { home in
        _ = try await Web(.apache(), cachet: "2.4", on: home.host)
        let browser = Browser(host: home.host)
        // A hash as people have it: yescrypt, and not the cheap one of the other tests.
        try await home.host.must("echo alice:alice-password | chpasswd")
        #expect(try await home.host.run("getent", "shadow", "alice").output.contains(":$y$"))
        func signIn() async throws -> Bool {
          let answer = try await "alice-password" + home.alice.nextCode()
          return try await browser.signIn("alice", answer).location == "/dashboard"
        }
        // From here she is known; the strangers' addresses are not.
        #expect(try await signIn())
        let visit = try await home.visit {
          try home.host.write(WebLoad.config(addresses), to: "/root/storm")
          async let storm = home.host.run(
            "/bin/bash", "-c",
            """
            until [ -e /run/stop ]; do
              timeout 20 curl --config /root/storm --parallel --parallel-immediate \
                --parallel-max 145 2>/dev/null &
              while kill -0 $! 2>/dev/null; do [ ! -e /run/stop ] || kill $!; sleep 0.1; done
            done
            """, within: 300)
          for _ in 0..<200 where !home.host.log.contains(where: { $0.contains("user=nobody") }) {
            try await Task.sleep(for: .milliseconds(50))
          }
          for _ in 0..<6 { #expect(try await signIn()) }
          try home.host.write("", to: "/run/stop")
          return try await storm
        }
        #expect(visit.decisions.count { $0 == "accepted code" } == 6, "\(visit.decisions)")
        #expect(!visit.decisions.contains { $0.hasSuffix("too-late") || $0.hasPrefix("reply") })
        let refused = visit.outcome.lines.count { $0 == "/cachet-mfa/sign-in.html#failed" }
        #expect(refused >= 145, "\(visit.outcome)")
        // What cannot have its turn is told so at once; nothing of it was evaluated.
        #expect(visit.decisions.contains("unavailable busy"))
      }
    }

    @Test("strangers at an administrator's own address take none of the turns of that administrator")
    func sameAddress() async throws {
      try await withBroker { home in
        _ = try await Web(.apache(), cachet: "2.4", on: home.host)
        let browser = Browser(host: home.host)
        func signIn() async throws -> Bool {
          let answer = try await "alice-password" + home.alice.nextCode()
          return try await browser.signIn("alice", answer).location == "/dashboard"
        }
        #expect(try await signIn())
        try home.host.write(
          WebLoad.config(["127.0.0.1"], users: ["nobody", "bob"]), to: "/root/storm")
        async let storm = home.host.run(
          "/bin/bash", "-c",
          """
          until [ -e /run/stop ]; do
            timeout 20 curl --config /root/storm --parallel --parallel-immediate \
              --parallel-max 30 >/dev/null 2>&1 &
            while kill -0 $! 2>/dev/null; do [ ! -e /run/stop ] || kill $!; sleep 0.1; done
          done
          """, within: 300)
        for _ in 0..<200 where !home.host.log.contains(where: { $0.contains("user=nobody") }) {
          try await Task.sleep(for: .milliseconds(50))
        }
        for _ in 0..<6 { #expect(try await signIn()) }
        try home.host.write("", to: "/run/stop")
        _ = try await storm
      }
    }

    @Test("what nobody waits for any more is not evaluated, and its code is good for the next try")
    func pastDeadline() async throws {
      try await withBroker { home in
        let code = try await home.alice.code()
        let visit = try await home.visit {
          try await home.host.shell(
            """
            perl -MIO::Socket::UNIX -e '
              my $s = IO::Socket::UNIX->new("/run/cachet-mfa/decide.sock") or die $!;
              my $fields = join "", map { pack "Cn/a*", @$_ }
                [1, "alice"], [2, "cachet-admin"], [6, chr 3], [8, "alice-password\(code)"],
                [14, pack "Q>", 1];
              syswrite $s, "CMFA" . chr(1) . chr(1) . pack "n/a*", $fields;
              sysread $s, my $all, 4096; print unpack "x8 x3 C", $all'
            """, as: "www-data")
        }
        // 5: unavailable.
        #expect(visit.outcome.output == "5", "\(visit)")
        #expect(visit.decisions == ["unavailable busy"], "\(visit)")
        let next = try await home.web("alice-password", code)
        #expect(next.decisions == ["accepted code"], "\(next)")
      }
    }

    /// Sign-ins with wrong answers, from each address in turn.
    private static func config(
      _ addresses: [String], users: [String] = ["alice", "nobody"]
    ) -> String {
      (0..<1000).map { n in
        """
        url = https://127.0.0.1/cachet-mfa/sign-in
        interface = \(addresses[n % addresses.count])
        insecure
        silent
        http1.1
        header = "Origin: https://127.0.0.1"
        data = "httpd_username=\(users[n % users.count])&httpd_password=guess\(n)123456"
        output = /dev/null
        write-out = "%header{location}\\n"
        """
      }.joined(separator: "\nnext\n") + "\n"
    }
  }
}
