import Foundation
import TestSupport
import Testing

extension HostTests {
  @Suite("The web administration")
  struct WebSignIn {
    @Test(
      "password and code open a session, and a hundred pages ask for no other code",
      arguments: ["event", "prefork"])
    func form(mpm: String) async throws {
      try await withWebDoor(.apache(mpm: mpm)) { home, browser in
        let asked = try await browser.get("/dashboard/incidents")
        #expect(asked.location == "/cachet-mfa/sign-in.html?to=/dashboard/incidents", "\(asked)")
        // A request without the cookie, from another site, must not replace it.
        #expect(asked.cookies.isEmpty, "\(asked)")

        let wrong = try await home.journal {
          let reply = try await browser.signIn(
            "alice", "alice-password" + home.alice.wrongCode())
          #expect(reply.location == "/cachet-mfa/sign-in.html#failed", "\(reply)")
          let page = try await browser.get("/dashboard")
          #expect(page.status == 302 && page.page == nil, "\(page)")
        }
        #expect(wrong.filter { $0.hasPrefix("refused") } == ["refused wrong-code"], "\(wrong)")

        let code = try await home.alice.code()
        let right = try await home.journal {
          let reply = try await browser.signIn("alice", "alice-password" + code)
          #expect(reply.location == "/dashboard", "\(reply)")
          let cookie = try #require(reply.cookies.first)
          #expect(cookie.hasPrefix("__Host-cachet-mfa-"))
          for word in ["path=/", "HttpOnly", "Secure", "SameSite=Strict", "Max-Age=900"] {
            #expect(cookie.contains(";" + word), "\(cookie)")
          }
          #expect(!cookie.contains("alice") && !cookie.contains(code))
          let pages = (0..<100).map { Browser.Request("/dashboard/incidents/\($0)") }
          for page in try await browser.send(pages) {
            #expect(page.page == page.request.target.asPage && page.user == "alice", "\(page)")
          }
        }
        #expect(right.filter { !$0.hasPrefix("account") } == ["accepted code"], "\(right)")

        // The same answer from elsewhere is a replay; the next code opens a session of its own.
        var second = browser
        second.name = "second"
        let replay = try await home.journal {
          let reply = try await second.signIn("alice", "alice-password" + code)
          #expect(reply.location == "/cachet-mfa/sign-in.html#failed", "\(reply)")
        }
        #expect(replay.contains("refused used-code"), "\(replay)")
        let next = try await second.signIn("alice", "alice-password" + home.alice.nextCode())
        #expect(next.location == "/dashboard", "\(next)")
        for either in [browser, second] {
          #expect(try await either.get("/dashboard").user == "alice")
        }
      }
    }

    @Test(
      "neither a wrong password, nor somebody who is no administrator, nor an unknown name comes in"
    )
    func refused() async throws {
      try await withWebDoor(.apache()) { home, browser in
        let bob = try await home.host.enroll("bob")
        let refused = try await [
          browser.signIn("alice", "bob-password" + home.alice.code()),
          browser.signIn("bob", "bob-password" + bob.code()),
          browser.signIn("nobody-has-this", "password123456"), browser.signIn("alice", ""),
          browser.signIn("root", "root-password123456"),
        ]
        for reply in refused {
          #expect(reply.location == "/cachet-mfa/sign-in.html#failed", "\(reply)")
          // Nothing tells which part was wrong.
          #expect(
            reply.body.replacing(/Date:.*|Set-Cookie:.*/, with: "")
              == refused[0].body.replacing(/Date:.*|Set-Cookie:.*/, with: ""))
        }
        #expect(try await browser.get("/dashboard").page == nil)
      }
    }

    @Test("who is disabled, expired, or must change the password is out at the next request")
    func accounts() async throws {
      try await withWebDoor(.apache()) { home, browser in
        let reply = try await browser.signIn("alice", "alice-password" + home.alice.code())
        #expect(reply.location == "/dashboard", "\(reply)")
        for (ill, well) in [
          ("cachet-mfa disable alice", "cachet-mfa enable alice"),
          ("chage -E 1 alice", "chage -E -1 alice"),
          ("chage -d 0 alice", "chage -d 2026-01-01 alice"),
          ("gpasswd -d alice cachet-admins", "gpasswd -a alice cachet-admins"),
        ] {
          #expect(try await browser.get("/dashboard").user == "alice")
          try await home.host.must(ill)
          let out = try await browser.get("/dashboard")
          #expect(out.page == nil && [302, 401, 403].contains(out.status), "\(ill): \(out)")
          try await home.host.must(well)
        }
        #expect(try await browser.get("/dashboard").user == "alice")
      }
    }

    @Test("a session ends by signing out, by a pause, and for all when the passphrases change")
    func ends() async throws {
      try await withWebDoor(.apache()) { home, browser in
        func signIn() async throws {
          let reply = try await browser.signIn("alice", "alice-password" + home.alice.nextCode())
          #expect(reply.location == "/dashboard", "\(reply)")
          let page = try await browser.get("/dashboard")
          #expect(page.user == "alice", "\(reply)\n\(page)")
        }
        func expectOut() async throws {
          let page = try await browser.get("/dashboard")
          #expect(
            page.page == nil && page.location.hasPrefix("/cachet-mfa/sign-in.html"), "\(page)")
        }
        try await signIn()
        let out = try await browser.get("/cachet-mfa/sign-out")
        #expect(out.location == "/cachet-mfa/sign-in.html#signed-out", "\(out)")
        try await expectOut()

        try await signIn()
        for _ in 0..<3 {
          try home.host.later(800)
          #expect(try await browser.get("/dashboard").user == "alice")
        }
        // The status page, which reloads itself, keeps no session alive.
        try home.host.later(800)
        #expect(try await browser.get("/").page == "GET /")
        try home.host.later(200)
        try await expectOut()

        try await signIn()
        try await home.host.must(
          "/usr/share/cachet-mfa/apache/passphrases && apachectl graceful && sleep 1")
        try await expectOut()
        try await signIn()
      }
    }

    @Test("who has copied the cookie is in, whoever signs out, until the passphrases change")
    func copied() async throws {
      try await withWebDoor(.apache()) { home, browser in
        let reply = try await browser.signIn("alice", "alice-password" + home.alice.code())
        #expect(reply.location == "/dashboard", "\(reply)")
        try await home.host.must("cp /root/browser.jar /root/copy.jar")
        var copy = browser
        copy.name = "copy"
        let out = try await browser.get("/cachet-mfa/sign-out")
        #expect(out.location == "/cachet-mfa/sign-in.html#signed-out", "\(out)")
        #expect(try await browser.get("/dashboard").page == nil)
        #expect(try await copy.get("/dashboard").user == "alice")

        try await home.host.mfa("disable", "alice")
        #expect(try await copy.get("/dashboard").page == nil)
        try await home.host.mfa("enable", "alice")
        #expect(try await copy.get("/dashboard").user == "alice")

        // As the timer does every night.
        try await home.host.must(
          "/usr/share/cachet-mfa/apache/passphrases && apachectl graceful && sleep 1")
        let late = try await copy.get("/dashboard")
        #expect(late.page == nil && late.location.hasPrefix("/cachet-mfa/sign-in.html"), "\(late)")
      }
    }

    @Test("no other site signs anybody in, and what the application sees holds no password")
    func neighbours() async throws {
      try await withWebDoor(.apache()) { home, browser in
        let answer = try await "alice-password" + home.alice.code()
        for origin in [nil, "null", "https://evil.example.com", "http://127.0.0.1"] as [String?] {
          let reply = try await browser.signIn(
            "alice", answer, to: "https://evil.example.com/", origin: origin)
          #expect(reply.status == 403 && reply.location.isEmpty, "\(reply)")
        }
        // mod_auth_form takes a name and a password from a form that is sent to any page.
        let form = ["httpd_username=alice", "httpd_password=\(answer)"]
        let elsewhere = ["httpd_location=https://evil.example.com/"]
        let replay = ["httpd_method=POST", "httpd_mimetype=text/plain", "httpd_body=a"]
        for fields in [form, form + elsewhere, form + replay] {
          let reply = try await browser.send([
            .init(
              "/dashboard", method: "POST", headers: ["Origin: https://evil.example.com"],
              form: fields)
          ])[0]
          #expect(
            reply.page == nil && reply.cookies.isEmpty
              && reply.location == "/cachet-mfa/sign-in.html?to=/dashboard", "\(reply)")
        }
        let reply = try await browser.signIn("alice", answer, to: "/dashboard/team")
        #expect(reply.location == "/dashboard/team", "\(reply)")
        // Cachet's own cookie, which it gives with each page, stays.
        _ = try await browser.get("/")
        let told = try await browser.send([.init("/dashboard"), .init("/")])
        for page in told {
          #expect(
            page.page != nil && page.told == ["told HTTP_COOKIE laravel_session=abc"], "\(page)")
        }
      }
    }

    @Test("no other site signs anybody out; a bookmark and this site's links do")
    func staysIn() async throws {
      try await withWebDoor(.apache()) { home, browser in
        let reply = try await browser.signIn("alice", "alice-password" + home.alice.code())
        #expect(reply.location == "/dashboard", "\(reply)")
        for site in ["cross-site", "same-site"] {
          let out = try await browser.send([
            .init("/cachet-mfa/sign-out", headers: ["Sec-Fetch-Site: \(site)"])
          ])[0]
          #expect(out.status == 403 && out.cookies.isEmpty, "\(out)")
          #expect(try await browser.get("/dashboard").user == "alice")
        }
        for site in ["none", "same-origin", nil] {
          let again = try await browser.signIn(
            "alice", "alice-password" + home.alice.nextCode())
          #expect(again.location == "/dashboard", "\(again)")
          let out = try await browser.send([
            .init("/cachet-mfa/sign-out", headers: site.map { ["Sec-Fetch-Site: \($0)"] } ?? [])
          ])[0]
          #expect(out.location == "/cachet-mfa/sign-in.html#signed-out", "\(out)")
          #expect(try await browser.get("/dashboard").page == nil)
        }
      }
    }

    @Test("wrong answers count by address, whatever its owner calls it")
    func addresses() async throws {
      try await withWebDoor(.apache(), site: ["HostnameLookups On"]) { home, browser in
        try await home.host.must("echo '127.0.0.1 trusted.example.com' >/etc/hosts")
        let visit = try await home.visit {
          _ = try await browser.signIn("alice", "alice-password" + home.alice.code())
          return try await home.host.run("true")
        }
        #expect(visit.decisions.contains("accepted code"), "\(visit)")
        #expect(visit.journal.contains { $0.contains("rhost=127.0.0.1") }, "\(visit)")
        #expect(!visit.journal.contains { $0.contains("trusted") }, "\(visit)")
      }
    }

    @Test("one address has so many answers decided by nginx, and keeps nobody else")
    func limit() async throws {
      try await withWebDoor(.nginx(), policy: "session.cachet-admin = 900") { home, browser in
        let garbage = """
          for n in $(seq 80); do
            curl -sk -u "alice:garbage$n" -o /dev/null -w '%{http_code}\\n' https://127.0.0.1/dashboard &
          done; wait
          """
        async let storm = home.host.shell(garbage)
        // From elsewhere, and without a password, nobody waits for a turn; and what is open is open.
        try await Task.sleep(for: .seconds(2))
        let code = try await home.alice.code()
        let other = try await home.host.shell(
          """
          for n in $(seq 15); do
            curl -sk --interface 127.0.0.2 -u alice:alice-password\(code) -o /dev/null \
              -w '%{http_code}\\n' https://127.0.0.1/dashboard
          done
          """)
        #expect(other.lines == Array(repeating: "200", count: 15), "\(other)")
        let pages = (0..<60).map { _ in Browser.Request("/dashboard") }
        for reply in try await browser.send(pages) { #expect(reply.status == 401, "\(reply)") }
        for reply in try await browser.send((0..<60).map { _ in .init("/robots.txt") }) {
          #expect(reply.status == 200, "\(reply)")
        }
        let told = try await storm.lines
        // 1 + burst, and what the rate lets in while the first ones are being decided.
        let decided = told.count { $0 == "401" }
        #expect(told.count == 80 && (41...60).contains(decided), "\(told)")
        #expect(told.count { $0 == "429" } == 80 - decided, "\(told)")
      }
    }

    @Test("without the broker nobody comes in and nobody stays; with it again they do")
    func brokerDown() async throws {
      try await withWebDoor(.apache()) { home, browser in
        let code = try await home.alice.code()
        var second = browser
        second.name = "second"
        #expect(
          try await browser.signIn("alice", "alice-password" + code).location == "/dashboard")
        try await home.host.must("mv /run/cachet-mfa/decide.sock /run/cachet-mfa/away")
        let page = try await browser.get("/dashboard")
        #expect(page.page == nil, "\(page)")
        let answer = try await "alice-password" + home.alice.nextCode()
        let reply = try await second.signIn("alice", answer)
        #expect(reply.location == "/cachet-mfa/sign-in.html#failed", "\(reply)")
        #expect(try await browser.get("/").page == "GET /")
        try await home.host.must("mv /run/cachet-mfa/away /run/cachet-mfa/decide.sock")
        #expect(try await browser.get("/dashboard").user == "alice")
        #expect(try await second.signIn("alice", answer).location == "/dashboard")
      }
    }

    @Test(
      "a site with basic-cache works as basic after an upgrade, and Apache's log says so",
      arguments: ["a2enmod -q log_debug", "true"])
    func basicCache(modules: String) async throws {
      try await withWebDoor(
        .apache(guard: "basic-cache"), policy: "session.cachet-admin = 900"
      ) { home, browser in
        try await home.host.must("\(modules) && apachectl -k restart")
        var browser = browser
        browser.basic = ("alice", try await "alice-password" + home.alice.code())
        let files = (0..<30).map { Browser.Request("/dashboard/\($0 % 3)/file\($0).js") }
        let told = try await home.journal {
          for reply in try await browser.send(files) {
            #expect(reply.user == "alice", "\(reply)")
            #expect(!reply.told.contains { $0.contains("AUTH") }, "\(reply)")
          }
        }
        #expect(told.filter { !$0.hasPrefix("account") } == ["accepted code"], "\(told)")
        let log = home.host.read("/var/log/apache2/error.log")
        #expect(log.contains("'Define CACHET_MFA_GUARD basic'") == (modules != "true"), "\(log)")

        // Apache has no cache of its own: the answer is no answer from elsewhere, and guesses are counted.
        let elsewhere = try await home.visit {
          try await home.host.run(
            "curl", "--silent", "--insecure", "--interface", "127.0.0.2", "--user",
            "alice:\(browser.basic?.answer ?? "")", "--output", "/dev/null", "--write-out",
            "%{http_code}", "https://127.0.0.1/dashboard")
        }
        #expect(elsewhere.outcome.output == "401", "\(elsewhere)")
        #expect(elsewhere.decisions == ["refused used-code"], "\(elsewhere)")
      }
    }

    @Test("of thirty files that a page asks for at once all come, by one evaluation")
    func basicBurst() async throws {
      try await withWebDoor(.apache(guard: "basic"), policy: "session.cachet-admin = 900") {
        home, _ in
        let answer = try await "alice:alice-password" + home.alice.code()
        let visit = try await home.visit {
          try await home.host.shell(
            """
            mkdir /root/files && curl --parallel --parallel-immediate --parallel-max 30 \
              --insecure --silent --http1.1 --user \(answer) --output '/root/files/#1' \
              --write-out '%{http_code}\\n' 'https://127.0.0.1/dashboard/[1-30].js'
            cat /root/files/* | grep '^user ' | sort | uniq -c
            """)
        }
        let answers = visit.outcome.lines.map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(answers == Array(repeating: "200", count: 30) + ["30 user alice"], "\(visit)")
        #expect(visit.journal.count { $0.contains("event=sign-in") } == 1, "\(visit)")
        #expect(visit.decisions == ["accepted code"], "\(visit)")
      }
    }

    @Test(
      "Basic authentication with the broker's session: thirty files by one code, two browsers",
      arguments: [.apache(guard: "basic"), .nginx()] as [Web.Server])
    func basicSession(server: Web.Server) async throws {
      try await withWebDoor(server, policy: "session.cachet-admin = 900") { home, browser in
        #expect(try await browser.get("/dashboard").status == 401)
        var first = browser
        first.basic = ("alice", try await "alice-password" + home.alice.code())
        let files = (0..<30).map { Browser.Request("/dashboard/\($0 % 3)/file\($0).js") }
        for reply in try await first.send(files) { #expect(reply.page != nil, "\(reply)") }
        var second = browser
        second.basic = ("alice", try await "alice-password" + home.alice.nextCode())
        #expect(try await second.get("/dashboard").page == "GET /dashboard")
        #expect(try await first.get("/dashboard").page == "GET /dashboard")
        var wrong = browser
        wrong.basic = ("alice", try await "alice-password" + home.alice.wrongCode())
        #expect(try await wrong.get("/dashboard").status == 401)
        try await home.host.mfa("disable", "alice")
        #expect(try await first.get("/dashboard").page == nil)
        try await home.host.mfa("enable", "alice")
        try home.host.later(901)
        #expect(try await first.get("/dashboard").status == 401)
      }
    }
  }
}

extension String {
  fileprivate var asPage: String { "GET \(self)" }
}

extension Guarded {
  /// What was decided meanwhile.
  func journal(_ body: () async throws -> Void) async throws -> [String] {
    try await visit {
      try await body()
      return try await host.run("true")
    }.decisions
  }
}

/// A guarded host with the broker and a web server in front of Cachet 2.4; alice is an administrator of it.
private func withWebDoor(
  _ server: Web.Server, policy line: String = "", site lines: [String] = [],
  body: (Guarded, Browser) async throws -> Void
) async throws {
  try await withBroker(policy: line) { home in
    _ = try await Web(server, cachet: "2.4", site: lines, on: home.host)
    try await body(home, Browser(host: home.host))
  }
}
