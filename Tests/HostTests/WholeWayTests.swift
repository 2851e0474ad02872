import TestSupport
import Testing

extension HostTests {
  /// The way of somebody new, from root's first word to the last door.
  @Suite("From the invitation on")
  struct WholeWay {
    @Test("who is invited enrols alone, and that factor opens SSH and then the web administration")
    func invited() async throws {
      try await withGuarded { home in
        let host = home.host
        try await host.must("groupadd cachet-admins && usermod -aG cachet-admins bob")
        try await host.policy(
          "door.cachet-admin = web", "broker-allow = www-data : cachet-admin : cachet-admins")
        try await host.startBroker("self")
        try await host.startBroker()
        _ = try await Web(.apache(), cachet: "2.4", on: host)

        let invitation = try await host.invite("bob")
        let enrolled = try await home.visit {
          try await host.terminal(
            [("invitation of bob: ", invitation), ("authenticator: ", "<code>")],
            ["cachet-mfa", "enroll", "--json"], as: "bob")
        }
        #expect(enrolled.isIn, "\(enrolled)")
        let bob = try Phone(enrolled.outcome, host)

        let code = try await bob.nextCode()
        let ssh = try await home.ssh(home.both(code, "bob"), as: "bob")
        expect(ssh, isIn: true, ["accepted code"])
        #expect(ssh.shows("bob\r\n") == 1, "\(ssh)")

        // The same factor: what it opened there it opens nowhere again.
        let browser = Browser(host: host)
        let used = try await home.journal {
          let reply = try await browser.signIn("bob", "bob-password" + code)
          #expect(reply.location == "/cachet-mfa/sign-in.html#failed", "\(reply)")
          #expect(try await browser.get("/dashboard").page == nil)
        }
        #expect(used.first == "refused used-code", "\(used)")
        let next = try await home.journal {
          let reply = try await browser.signIn("bob", "bob-password" + bob.nextCode())
          #expect(reply.location == "/dashboard", "\(reply)")
          #expect(try await browser.get("/dashboard").user == "bob")
        }
        #expect(next == ["accepted code"], "\(next)")
        // Nobody but www-data may ask the broker about bob.
        let workers = try await host.shell("ps -o user= -C apache2 | sort | uniq -c")
        #expect(workers.lines.contains { $0.hasSuffix("www-data") }, "\(workers)")
      }
    }
  }
}
