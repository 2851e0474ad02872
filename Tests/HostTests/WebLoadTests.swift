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

    /// Sign-ins with wrong answers, from each address in turn.
    private static func config(_ addresses: [String]) -> String {
      (0..<1000).map { n in
        """
        url = https://127.0.0.1/cachet-mfa/sign-in
        interface = \(addresses[n % addresses.count])
        insecure
        silent
        http1.1
        header = "Origin: https://127.0.0.1"
        data = "httpd_username=\(n % 2 == 0 ? "alice" : "nobody")&httpd_password=guess\(n)123456"
        output = /dev/null
        write-out = "%header{location}\\n"
        """
      }.joined(separator: "\nnext\n") + "\n"
    }
  }
}
