import Foundation
import TestSupport
import Testing

extension HostTests {
  /// Pages of the host that the sign-in page is on: PHP's, or a script in one of them.
  @Suite("What other pages of this host may do to the sign-in page")
  struct WebWorkers {
    @Test(
      "no script of a service worker is given out, on open pages, on guarded ones and to who is in",
      arguments: [
        .apache(), .apache(guard: "basic"), .apache(by: "proxy"), .nginx(), .nginx(by: "proxy"),
      ] as [Web.Server])
    func refused(server: Web.Server) async throws {
      try await withWeb(server, cachet: "2.4", answer: "permit") { browser in
        var browser = browser
        if case .apache("form", _, _) = server {
          #expect(try await browser.signIn("alice", "x").location == "/dashboard")
        } else {
          browser.basic = ("alice", "x")
        }
        var stranger = Browser(host: browser.host)
        stranger.name = "stranger"
        let targets = [
          "/", "/dist/css/app.css", "/incidents/7", "/dashboard", "/cachet-mfa/sign-in.js",
          "/cachet-mfa/sign-in.html", "/robots.txt", "/index.php/x",
        ]
        for one in [browser, stranger] {
          for header in ["Service-Worker: script", "service-worker: x"] {
            let asked = targets.map { Browser.Request($0, headers: [header]) }
            for reply in try await one.send(asked) {
              #expect(reply.status == 403 && reply.page == nil, "\(reply)")
            }
          }
          #expect(try await one.get("/incidents/7").page == "GET /incidents/7")
        }
        #expect(try await browser.get("/dashboard").page == "GET /dashboard")
      }
    }

    /// What a page says of its attempt to install `/dist/worker.js`.
    private static let install = """
      navigator.serviceWorker.register('/dist/worker.js').then(() => 'installed', e => e.name)
        .then(told => document.title = told)
      """

    @Test("in a real browser no page installs a service worker")
    func worker() async throws {
      try await withPage { host, page in
        try host.write(
          "addEventListener('fetch', () => {});\n", to: "/srv/cachet/public/dist/worker.js")
        func install() async throws -> String {
          try await page.open("/incidents/7")
          try await page.call("Runtime.evaluate", ["expression": Self.install])
          try await page.wait(for: "false", at: "document.title === ''")
          return try await page.value("document.title")
        }
        #expect(try await install() != "installed")
        // Without the rule the same page does.
        try await Self.change(
          "sed -i '/HTTP:Service-Worker/,/<\\/If>/d' guard.conf && ! grep -q Service-Worker guard.conf",
          on: host)
        #expect(try await install() == "installed")
      }
    }

    @Test("in a real browser no page reads in the sign-in page that it opened")
    func opener() async throws {
      try await withPage { host, page in
        // Whether it reads the name that is typed, or has lost sight of the window.
        let look = """
          (() => {
            if (opened.closed) return 'lost';
            const field = opened.document.getElementById('user');
            if (!field) return '';
            field.value = 'alice';
            return opened.document.getElementById('user').value;
          })()
          """
        func open() async throws -> String {
          try await page.open("/incidents/7")
          try await page.call(
            "Runtime.evaluate",
            [
              "expression": "var opened = open('/cachet-mfa/sign-in.html')", "userGesture": true,
            ])
          try await page.wait(for: "true", at: "['lost', 'alice'].includes(\(look))")
          return try await page.value(look)
        }
        #expect(try await open() == "lost")
        try await Self.change("sed -i '/Opener-Policy/d' form-page.conf", on: host)
        #expect(try await open() == "alice")
      }
    }

    private static func change(_ script: String, on host: TestHost) async throws {
      try await host.must("cd /usr/share/cachet-mfa/apache && \(script) && apachectl -k restart")
    }

    private func withPage(_ body: (TestHost, PageDriver) async throws -> Void) async throws {
      try await withHost(
        pam: ["cachet-admin": ["auth required pam_deny.so", "account required pam_deny.so"]],
        sshd: nil, browser: true
      ) { host in
        _ = try await Web(.apache(), cachet: "2.4", on: host)
        try await body(host, PageDriver(on: host))
      }
    }
  }
}
