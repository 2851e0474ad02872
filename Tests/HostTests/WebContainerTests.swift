import TestSupport
import Testing

extension HostTests {
  /// Whoever reaches Cachet by another way than the web server goes around the guard.
  @Suite("Cachet as a container at a Unix socket, as docs/web.md has it")
  struct WebContainer {
    @Test(
      "is reached through the guard, and by no local account around it",
      arguments: [.apache(by: "socket"), .nginx(by: "socket")] as [Web.Server])
    func socket(server: Web.Server) async throws {
      try await withWeb(server, cachet: "2.4", answer: "permit") { browser in
        var browser = browser
        let host = browser.host
        #expect(try await browser.get("/incidents/7").page == "GET /incidents/7")
        expectTurnedAway(try await browser.get("/dashboard"), by: server)
        let form = try await browser.send([
          .init("/subscribe", method: "POST", form: ["_method=DELETE", "email=a"])
        ])[0]
        #expect(form.page == "POST /subscribe" && form.input == "_method email", "\(form)")
        if case .apache = server {
          #expect(try await browser.get("/cachet-mfa/sign-in.html").body.contains("<form"))
          #expect(try await browser.signIn("alice", "x").location == "/dashboard")
        } else {
          browser.basic = ("alice", "x")
        }
        #expect(try await browser.get("/dashboard").page == "GET /dashboard")

        let around = [
          "curl", "--silent", "--max-time", "20", "--unix-socket", "/run/cachet-http/http.sock",
          "http://localhost/dashboard",
        ].joined(separator: " ")
        let bob = try await host.shell(around, as: "bob")
        #expect(bob.status == 7 && bob.output.isEmpty, "\(bob)")
        // It is there for who may.
        #expect(
          try await host.shell(around, as: "www-data").output.hasPrefix("page GET /dashboard"))
      }
    }
  }
}
