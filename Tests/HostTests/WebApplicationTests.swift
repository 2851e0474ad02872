import Foundation
import TestSupport
import Testing

extension HostTests {
  /// Requests that were seen to come through, to the letter.
  @Suite("What the application gets of an open request")
  struct WebApplication {
    private static let servers: [Web.Server] = [
      .apache(), .apache(guard: "basic", by: "proxy"), .nginx(), .nginx(by: "proxy"),
    ]
    private static let sets = ["2.3", "2.4", "3", "3 /status/"]

    @Test("index.php in the middle of an address leads nowhere", arguments: servers, sets)
    func scripts(server: Web.Server, version: String) async throws {
      try await withWeb(server, cachet: version) { browser in
        let folders = CachetPages(version).folders
        let addresses = folders.flatMap { folder in
          [
            "/\(folder)/index.php/xx/dashboard", "/\(folder)/index.php/x/dashboard",
            "/\(folder)/index.php/dashboard", "/\(folder)/index.php/xx/setup",
            "/\(folder)/index.php/xx/dashboard/user/1/api/regen",
            "/\(folder)/css/app.css/dashboard",
            "/\(folder)/a.php", "/\(folder)/.env", "/\(folder)/a.css.php",
          ]
        }
        for reply in try await browser.send(addresses.map { .init($0) }) {
          expectTurnedAway(reply, by: server)
        }
      }
    }

    @Test("a body with GET is not read (CVE-2021-39165)", arguments: servers, ["2.3", "2.4"])
    func bodies(server: Web.Server, version: String) async throws {
      try await withWeb(server, cachet: version) { browser in
        let json = #"{"name":"zz","1":["id","=",1,"or 1=1 and"]}"#
        for kind in ["application/json", "application/x-www-form-urlencoded"] {
          for framing in [[], ["Transfer-Encoding: chunked"]] {
            let reply = try await browser.send([
              .init(
                "/api/v1/components", headers: ["Content-Type: \(kind)"] + framing, body: json)
            ])[0]
            switch server {
            case .apache: expectTurnedAway(reply, by: server)
            case .nginx:
              #expect(reply.page == "GET /api/v1/components" && reply.input == nil, "\(reply)")
            }
          }
        }
      }
    }

    @Test("a form is read as a form, and by the method that it was sent with", arguments: servers)
    func forms(server: Web.Server) async throws {
      try await withWeb(server, cachet: "2.4") { browser in
        let form = "Content-Type: application/x-www-form-urlencoded"
        for kind in [form, "\(form); charset=UTF-8"] {
          let reply = try await browser.send([
            .init(
              "/subscribe?_method=PUT", method: "POST",
              headers: [kind, "X-HTTP-Method-Override: PATCH"], body: "_method=DELETE&email=a")
          ])[0]
          #expect(
            reply.page == "POST /subscribe" && reply.input == "_method email", "\(reply)")
        }
        let others = [
          "application/json", "multipart/form-data; boundary=b", "text/plain",
          "application/x-www-form-urlencoded, application/json",
          "application/x-www-form-urlencoded; a=/json",
        ]
        for kind in others {
          let reply = try await browser.send([
            .init(
              "/subscribe", method: "POST", headers: ["Content-Type: \(kind)"],
              body: #"{"_method":"DELETE"}"#)
          ])[0]
          expectTurnedAway(reply, by: server)
        }
      }
    }

    @Test(
      "a header's name with another sign for the dash is not that header",
      arguments: [.apache(by: "proxy"), .apache(guard: "basic", by: "proxy"), .nginx(by: "proxy")]
        as [Web.Server])
    func names(server: Web.Server) async throws {
      try await withWeb(server, cachet: "2.3") { browser in
        // Of such names Apache looks at the last.
        for last in [[], ["X_Empty;"]] {
          for header in [
            "X_Original_URL: /dashboard", "X-Original_URL: /dashboard", "X.Rewrite.URL: /dashboard",
            "X_HTTP_Method_Override: DELETE", "X-HTTP-Method.Override: DELETE",
            "Remote_User: alice@example.com", "X_Forwarded_Host: evil.example.com",
            "Content_Type: application/json",
          ] {
            for target in ["/", "/subscribe"] {
              let isPost = target == "/subscribe"
              let reply = try await browser.send([
                .init(
                  target, method: isPost ? "POST" : "GET", headers: [header] + last,
                  form: isPost ? ["_method=DELETE"] : nil)
              ])[0]
              let isRead = reply.page == (isPost ? "POST /subscribe" : "GET /")
              #expect(isRead || reply.page == nil, "\(reply)")
              #expect(
                !reply.told.contains { $0.contains("example.com") && !$0.contains("status.") })
              if !isRead { expectTurnedAway(reply, by: server) }
            }
          }
        }
      }
    }

    @Test(
      "no client has mod_proxy leave out what the guard says",
      arguments: ["X-HTTP-Method-Override", "close, x-http-method-override", "Cookie, close"])
    func leftOut(connection: String) async throws {
      let server = Web.Server.apache(by: "proxy")
      try await withWeb(server, cachet: "2.4") { browser in
        let form = Browser.Request(
          "/subscribe", method: "POST", headers: ["Connection: \(connection)"],
          form: ["_method=DELETE"])
        expectTurnedAway(try await browser.send([form])[0], by: server)
        var usual = form
        usual.headers = ["Connection: Keep-Alive, TE"]
        #expect(try await browser.send([usual])[0].page == "POST /subscribe")
      }
    }

    @Test("password and code stay here on open pages too; a token arrives", arguments: servers)
    func basic(server: Web.Server) async throws {
      try await withWeb(server, cachet: "2.4") { browser in
        for target in ["/", "/incidents/7", "/api/v1/components"] {
          // "alice:secret123456"
          for scheme in ["Basic", "basic", "BASIC", "Bearer a, Basic"] {
            let reply = try await browser.send([
              .init(target, headers: ["Authorization: \(scheme) YWxpY2U6c2VjcmV0MTIzNDU2"])
            ])[0]
            #expect(reply.page == "GET \(target)" && reply.user == nil, "\(reply)")
            #expect(!reply.told.contains { $0.contains("AUTH") }, "\(reply)")
          }
          let token = try await browser.send([
            .init(target, headers: ["Authorization: Bearer token"])
          ])[0]
          #expect(token.told.contains("told HTTP_AUTHORIZATION Bearer token"), "\(token)")
        }
      }
    }

    @Test("what the site says of the scheme arrives, what a client says does not")
    func scheme() async throws {
      for server in [.apache(by: "proxy"), .nginx(by: "proxy")] as [Web.Server] {
        try await withWeb(server, cachet: "2.4") { browser in
          let reply = try await browser.send([
            .init("/", headers: ["X-Forwarded-Proto: ftp", "X-Forwarded-Port: 21"])
          ])[0]
          #expect(
            reply.told.filter { $0.contains("PROTO") } == ["told HTTP_X_FORWARDED_PROTO https"])
          #expect(!reply.told.contains { $0.contains("PORT") }, "\(reply)")
        }
      }
    }
  }
}
