import Foundation
import TestSupport
import Testing

extension HostTests {
  @Suite("What the web's guard leaves open")
  struct WebPaths {
    private static let everywhere: [(Web.Server, String)] = [
      (.apache(), "2.3"), (.apache(), "2.4"), (.apache(), "3"), (.apache(), "3 /status/"),
      (.apache(mpm: "prefork"), "2.4"), (.apache(guard: "basic"), "2.4"),
      (.apache(guard: "basic-cache"), "3"), (.apache(by: "proxy"), "2.4"),
      (.nginx(), "2.3"), (.nginx(), "2.4"), (.nginx(), "3"),
      (.nginx(), "3 /status/"), (.nginx(by: "proxy"), "2.3"), (.nginx(by: "proxy"), "3 /status/"),
    ]

    @Test("the status page is open, the administration is not", arguments: everywhere)
    func table(server: Web.Server, version: String) async throws {
      try await withWeb(server, cachet: version) { browser in
        let cachet = CachetPages(version)
        for reply in try await browser.send(cachet.open) {
          #expect(reply.status == 200 && reply.page == reply.request.asked, "\(reply)")
          #expect(reply.user == nil && !reply.body.contains("__Host"), "\(reply)")
        }
        for reply in try await browser.send(cachet.guarded) { expectTurnedAway(reply, by: server) }
        let files = try await browser.send([
          .init("/\(cachet.files)/css/app.css"), .init("/robots.txt"),
          .init("/.well-known/acme-challenge/abc_DEF-1"), .init("/favicon.ico"),
        ])
        for reply in files { #expect(reply.status == 200, "\(reply)") }
      }
    }

    @Test("no other spelling leads to the administration", arguments: everywhere)
    func spellings(server: Web.Server, version: String) async throws {
      try await withWeb(server, cachet: version) { browser in
        let cachet = CachetPages(version)
        let spelled = cachet.guarded.flatMap { request in
          spellings(of: request.target, behind: cachet.open.map(\.target)).map {
            Browser.Request($0, method: request.method)
          }
        }
        #expect(spelled.count > 200)
        for reply in try await browser.send(spelled) {
          #expect(
            reply.page == nil && [301, 302, 400, 401, 403, 404].contains(reply.status), "\(reply)")
        }
      }
    }

    @Test("no header and no field turns an open page into another", arguments: everywhere)
    func headers(server: Web.Server, version: String) async throws {
      try await withWeb(server, cachet: version) { browser in
        let cachet = CachetPages(version)
        let home = cachet.open[0]
        for name in ["X-Original-URL", "X-Rewrite-URL", "X_Original_URL", "X-Original-Url"] {
          let reply = try await browser.send([
            .init(home.target, headers: ["\(name): /dashboard"])
          ])[0]
          // Apache opens nothing to a name that some take for another.
          #expect(
            reply.page == home.asked || name.contains("_") && reply.page == nil, "\(reply)")
        }
        let overrides = ["DELETE", "POST", "PUT"].flatMap { method in
          [
            Browser.Request(home.target, headers: ["X-HTTP-Method-Override: \(method)"]),
            .init(cachet.api, headers: ["X-HTTP-Method-Override: \(method)"]),
          ]
        }
        for reply in try await browser.send(overrides) {
          #expect(reply.page == reply.request.asked, "\(reply)")
        }
        // What only reads is open to GET and HEAD: a form that claims to be another method is a POST.
        let posts = [home.target, cachet.api].flatMap { target in
          ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get", "X"].map {
            Browser.Request(target, method: $0, form: ["_method=GET"])
          }
        }
        for reply in try await browser.send(posts) {
          #expect(reply.page == nil && [302, 400, 401, 405].contains(reply.status), "\(reply)")
        }
        // Nobody says by a header who he is or where he comes from.
        let claims = [
          "Remote-User: alice@example.com", "Forwarded: for=192.0.2.1",
          "X-Forwarded-Host: evil.example.com",
        ]
        let reply = try await browser.send([.init(home.target, headers: claims)])[0]
        #expect(
          reply.page == home.asked && !reply.told.contains { $0.contains("example.com") }
            && !reply.told.contains { $0.contains("FORWARDED ") }, "\(reply)")
      }
    }

    @Test(
      "queries that become SQL are not open (CVE-2021-39165)",
      arguments: [(.apache(), "2.3"), (.apache(), "2.4"), (.nginx(), "2.3"), (.nginx(), "2.4")]
        as [(Web.Server, String)])
    func queries(server: Web.Server, version: String) async throws {
      try await withWeb(server, cachet: version) { browser in
        let api = "/api/v1/components"
        let good = ["?name=API", "?status=1&sort=name&order=desc&per_page=20&page=2", "?name="]
        for reply in try await browser.send(good.map { .init(api + $0) }) {
          #expect(reply.page == "GET \(api)", "\(reply)")
        }
        let bad = [
          "?name=1&1[0]=&1[1]=a&1[2]=&1[3]=or+'a'='a')--+", "?1[0]=a", "?name[]=1", "?name%5B%5D=1",
          "?1=2", "?name=1&%31[0]=x", "?a.b=1", "?+name=1", "?name", "?name=1&&1[0]=2", "?%6eame=1",
          "?name=1;1[0]=2&2=3",
        ]
        for reply in try await browser.send(bad.map { .init(api + $0) }) {
          expectTurnedAway(reply, by: server)
        }
      }
    }

    @Test("a machine that writes to the API is let in by its address, and nowhere else")
    func machines() async throws {
      let line = """
        SetEnvIfExpr "%{THE_REQUEST} =~ m#^[A-Z]+ /api/v1(/[\\w-]+)+[? ]# && -R '127.0.0.1/32'" CACHET_MFA_OPEN
        """
      for (address, isLetIn) in [("127.0.0.1", true), ("192.0.2.10", false)] {
        try await withWeb(
          .apache(), cachet: "2.4", site: [line.replacing("127.0.0.1", with: address)]
        ) { browser in
          let replies = try await browser.send([
            .init("/api/v1/incidents", method: "POST", headers: ["Authorization: Bearer a"]),
            .init("/dashboard"),
            .init(
              "/api/v1/incidents/7", method: "PUT", headers: ["Content-Type: application/json"],
              body: #"{"name":"a"}"#),
            .init(
              "/api/v1/incidents", method: "POST", headers: ["Content-Type: application/json"],
              body: #"{"_method":"DELETE"}"#),
          ])
          #expect(replies[2].page == (isLetIn ? "PUT /api/v1/incidents/7" : nil), "\(replies[2])")
          #expect(replies[2].input == (isLetIn ? "name" : nil), "\(replies[2])")
          #expect(replies[3].page == (isLetIn ? "POST /api/v1/incidents" : nil), "\(replies[3])")
          #expect(
            replies[0].page == (isLetIn ? "POST /api/v1/incidents" : nil)
              && replies[0].told == (isLetIn ? ["told HTTP_AUTHORIZATION Bearer a"] : []),
            "\(replies[0])")
          expectTurnedAway(replies[1], by: .apache())
        }
      }
    }

    @Test("an application to which Apache hands everything is guarded alike")
    func proxied() async throws {
      try await withHost(
        pam: ["cachet-admin": ["auth required pam_permit.so", "account required pam_permit.so"]],
        sshd: nil
      ) { host in
        _ = try await Web(.apache(by: "proxy"), cachet: "2.4", on: host)
        let browser = Browser(host: host)
        #expect(try await browser.get("/").page == "GET /")
        let turned =
          CachetPages("2.4").guarded + [.init("//dashboard"), .init("/index.php/dashboard")]
        for reply in try await browser.send(turned) { expectTurnedAway(reply, by: .apache()) }
        #expect(try await browser.get("/cachet-mfa/sign-in.html").body.contains("<form"))
        #expect(try await browser.signIn("alice", "x").location == "/dashboard")
        let inside = try await browser.get("/dashboard")
        #expect(
          inside.page == "GET /dashboard"
            && inside.told == [
              "told HTTP_COOKIE laravel_session=abc", "told HTTP_X_FORWARDED_HOST 127.0.0.1",
              "told HTTP_X_FORWARDED_PROTO https",
            ], "\(inside)")
      }
    }

    /// Ways to write `path` that some server, framework or file system has taken for it.
    private func spellings(of target: String, behind open: [String]) -> [String] {
      let path = String(target.dropFirst())
      let first = path.first.map(String.init) ?? ""
      let encoded = first.utf8.map { "%" + String($0, radix: 16) }.joined()
      let plain = open.filter { !$0.contains("?") && $0 != "/" }.prefix(3)
      let up = plain.flatMap { page in
        let levels = String(repeating: "../", count: page.split(separator: "/").count)
        let coded = levels.replacing("../", with: "%2e%2e%2f")
        return [
          "\(page)/\(levels)\(path)", "\(page)/\(coded)\(path)", "\(page);/\(levels)\(path)",
          "\(page)%3f/\(levels)\(path)", "\(page)%20/\(levels)\(path)",
          "\(page)\\..\\..\\\(path)",
        ]
      }
      return up + [
        "//\(path)", "///\(path)", "/./\(path)", "/\(path)/", "/\(path)//", "/\(path)/.",
        "/x/../\(path)",
        "/index.php/\(path)", "//index.php/\(path)", "/index.php//\(path)", "/INDEX.PHP/\(path)",
        "/index%2ephp/\(path)", "/\(encoded)\(path.dropFirst())",
        "/%25\(encoded.dropFirst())\(path.dropFirst())",
        "/\(path);", "/\(path);x=/robots.txt", "/;/\(path)", "/\(path)%00", "/\(path)%20",
        "/\(path)%2f",
        "/\(path)%3f", "/\(path)?/robots.txt", "/%2f\(path)", "/%5c\(path)", "/\\\(path)",
        "/\(path).",
        "/\(path.uppercased())", "/robots.txt/../\(path)", "/robots.txt/\(path)",
        "https://status.example.com/\(path)", "https://127.0.0.1//\(path)", "http:/\(path)",
        "/\(path)#/robots.txt", "/dist/css/../../\(path)", "/dist/..%2f\(path)",
        "/build/%2e%2e/\(path)",
      ]
    }
  }
}

/// The reply is a question for password and code, and the application was not asked.
func expectTurnedAway(
  _ reply: Browser.Reply, by server: Web.Server, _ location: SourceLocation = #_sourceLocation
) {
  let isAsked =
    switch server {
    case .apache(let door, _, _) where door == "form":
      reply.status == 302 && reply.location.hasPrefix("/cachet-mfa/sign-in.html?to=/")
    case .apache, .nginx: reply.status == 401
    }
  #expect(isAsked && reply.page == nil, "\(reply)", sourceLocation: location)
}

/// A door that lets nobody in.
func withWeb(
  _ server: Web.Server, cachet version: String, site lines: [String] = [],
  _ body: (Browser) async throws -> Void
) async throws {
  try await withHost(
    pam: ["cachet-admin": ["auth required pam_deny.so", "account required pam_deny.so"]],
    sshd: nil
  ) { host in
    _ = try await Web(server, cachet: version, site: lines, on: host)
    try await body(Browser(host: host))
  }
}

extension Browser.Request {
  /// What the application takes it for, when it is let through.
  fileprivate var asked: String { "\(method) \(target.split(separator: "?")[0])" }
}
