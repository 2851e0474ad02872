import Foundation
import TestSupport
import Testing

extension HostTests {
  /// PHP, or somebody who may write where it may, can write a .htaccess.
  @Suite("A .htaccess beside Cachet")
  struct WebHtaccess {
    private static let openings = [
      "Satisfy Any", "Require all granted", "AuthMerging Off\nRequire all granted",
      "Order allow,deny\nAllow from all\nSatisfy Any", "Satisfy Any\nRequire all granted",
      "<If \"true\">\nSatisfy Any\nRequire all granted\n</If>",
      "<Files \"*\">\nSatisfy Any\nRequire all granted\n</Files>",
      "<Limit GET POST>\nSatisfy Any\nRequire all granted\n</Limit>",
      "SetEnv CACHET_MFA_OPEN 1", "SetEnvIf Request_URI . CACHET_MFA_OPEN",
      "SetEnvIfExpr true CACHET_MFA_OPEN", "RewriteRule ^ - [E=CACHET_MFA_OPEN:1]",
      "RewriteCond %{REQUEST_URI} !index\\.php\nRewriteRule ^ index.php [E=CACHET_MFA_OPEN:1,L]",
      "ErrorDocument 401 /index.php",
      "AuthType None\nRequire all granted\nSatisfy Any", "DirectoryIndex index.php\nSatisfy Any",
    ]

    @Test(
      "does not open the administration, whatever is in it", arguments: ["form", "basic"])
    func opens(door: String) async throws {
      try await withSite(door, .all) { host, browser in
        let guarded =
          CachetPages("2.4").guarded.prefix(6)
          + [
            .init(
              "/subscribe", method: "POST", headers: ["Content-Type: application/json"], body: "{}"),
            .init("/", headers: ["X_Original_URL: /dashboard"]),
          ]
        for text in Self.openings {
          try host.write("RewriteEngine On\n\(text)\n\(Web.htaccess)", to: Self.path)
          for reply in try await browser.send(Array(guarded)) {
            #expect(
              reply.page == nil && [302, 401].contains(reply.status), "\(text): \(reply)")
          }
          #expect(try await browser.get("/incidents/7").page == "GET /incidents/7", "\(text)")
        }
      }
    }

    @Test("changes nothing of what the application gets of an open request")
    func headers() async throws {
      try await withSite("form", .all) { host, browser in
        for text in [
          "RequestHeader set X-Original-URL /dashboard", "RequestHeader set Remote-User alice",
          "RequestHeader set X-HTTP-Method-Override DELETE",
          "SetEnvIf Request_URI . !CACHET_MFA_OPEN",
          "UnsetEnv CACHET_MFA_OPEN", "CGIPassAuth On",
          "ProxyFCGISetEnvIf true HTTP_AUTHORIZATION \"%{HTTP:Authorization}\"",
        ] {
          try host.write("\(text)\n\(Web.htaccess)", to: Self.path)
          let reply = try await browser.send([
            .init(
              "/subscribe", method: "POST",
              headers: ["Authorization: Basic YWxpY2U6c2VjcmV0MTIzNDU2"], form: ["_method=DELETE"])
          ])[0]
          #expect(reply.page == "POST /subscribe", "\(text): \(reply)")
          #expect(
            !reply.told.contains { $0.contains("AUTH") || $0.contains("REMOTE_USER") },
            "\(text): \(reply)")
        }
      }
    }

    @Test("may say what Cachet's own says, and no more, where a site names the directives")
    func refused() async throws {
      try await withSite("form", .listed) { host, browser in
        #expect(try await browser.get("/incidents/7").page == "GET /incidents/7")
        #expect(try await browser.get("/incidents/7/").status == 302)
        for reply in try await browser.send(CachetPages("2.4").guarded) {
          expectTurnedAway(reply, by: .apache())
        }
        for text in Self.openings where !text.hasPrefix("Rewrite") && !text.hasPrefix("<") {
          try host.write("\(text)\n\(Web.htaccess)", to: Self.path)
          let reply = try await browser.get("/incidents/7")
          #expect(reply.status == 500 && reply.page == nil, "\(text): \(reply)")
        }
      }
    }

    @Test("is not read where the site is that of docs/web.md, and PHP gets no password by it")
    func unread() async throws {
      let spy = """
        RewriteEngine On
        RewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization},E=HTTP_FORWARDED:%{HTTP:Cookie}]
        \(Web.htaccess)
        """
      let secret = "YWxpY2U6c2VjcmV0MTIzNDU2"
      for (door, site) in [("form", Site.documented), ("basic", .documented), ("form", .listed)] {
        try await withSite(door, site, "permit") { host, browser in
          var browser = browser
          if door == "form" {
            #expect(try await browser.signIn("alice", "x").location == "/dashboard")
          }
          try host.write(spy, to: Self.path)
          browser.basic = door == "basic" ? ("alice", "x") : nil
          let inside = try await browser.get("/dashboard")
          #expect(inside.page == "GET /dashboard" && inside.user == "alice", "\(inside)")
          // The right to write RewriteRule is the right to read the session.
          #expect(
            inside.told.contains { $0.contains("__Host-cachet-mfa-") } == (site == .listed),
            "\(inside)")
          guard site == .documented else { return }
          #expect(!inside.told.contains { $0.contains("AUTH") }, "\(inside)")
          let open = try await browser.send([
            .init("/incidents/7", headers: ["Authorization: Basic \(secret)"]),
            .init("/incidents/7", headers: ["Authorization: Bearer a, Basic \(secret)"]),
            .init("/dist/none.css", headers: ["Authorization: Basic \(secret)"]),
            .init("/", headers: ["Authorization: Bearer token"]),
            .init("/api/v1/components", headers: ["Authorization: Bearer token"]),
          ])
          for reply in open.prefix(3) {
            #expect(reply.page == "GET \(reply.request.target)", "\(reply)")
            #expect(!reply.told.contains { $0.contains("AUTH") }, "\(reply)")
          }
          for reply in open.suffix(2) {
            #expect(reply.told.contains("told HTTP_AUTHORIZATION Bearer token"), "\(reply)")
          }
          try host.write("Satisfy Any\nno directive\n", to: Self.path)
          #expect(try await browser.get("/incidents/7").page == "GET /incidents/7")
          // Files are files, and folders are not listed.
          #expect(try await browser.get("/dist/css/app.css").body.hasSuffix("\n\nfile\n"))
          #expect(!(try await browser.get("/dist/css/")).body.contains("Index of"))
        }
      }
    }

    private static let path = "/srv/cachet/public/.htaccess"

    private enum Site {
      /// That of docs/web.md, and those of its former versions: with a list of directives, with all.
      case documented, listed, all

      var text: String? {
        switch self {
        case .documented: nil
        case .listed: FormerDocs.listed
        case .all: FormerDocs.apache
        }
      }
    }

    private func withSite(
      _ door: String, _ site: Site, _ answer: String = "deny",
      _ body: (TestHost, Browser) async throws -> Void
    ) async throws {
      try await withHost(
        pam: [
          "cachet-admin": ["auth required pam_\(answer).so", "account required pam_\(answer).so"]
        ],
        sshd: nil
      ) { host in
        try await Web.install(on: host)
        try await Web.startApache(
          Web.apache(
            cachet: ["2.4"], guard: door, by: "fastcgi", of: site.text ?? WebDocs.apache), on: host)
        try await body(host, Browser(host: host))
      }
    }
  }
}
