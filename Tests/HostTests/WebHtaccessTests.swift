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
      try await withSite(door, former: true) { host, browser in
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
      try await withSite("form", former: true) { host, browser in
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

    @Test("may say what Cachet's own says, and no more, where the site is that of docs/web.md")
    func refused() async throws {
      try await withSite("form", former: false) { host, browser in
        #expect(try await browser.get("/incidents/7").page == "GET /incidents/7")
        #expect(try await browser.get("/incidents/7/").status == 302)
        for text in Self.openings where !text.hasPrefix("Rewrite") && !text.hasPrefix("<") {
          try host.write("\(text)\n\(Web.htaccess)", to: Self.path)
          let reply = try await browser.get("/incidents/7")
          #expect(reply.status == 500 && reply.page == nil, "\(text): \(reply)")
        }
      }
    }

    private static let path = "/srv/cachet/public/.htaccess"

    /// `former`: a site that still has `AllowOverride All`, as the former version of docs/web.md had.
    private func withSite(
      _ door: String, former: Bool, _ body: (TestHost, Browser) async throws -> Void
    ) async throws {
      try await withHost(
        pam: ["cachet-admin": ["auth required pam_deny.so", "account required pam_deny.so"]],
        sshd: nil
      ) { host in
        try await Web.install(on: host)
        let site = Web.apache(cachet: ["2.4"], guard: door, by: "fastcgi")
        try await Web.startApache(
          former
            ? site.replacing(
              /\ *AllowOverride .*\n\ *AllowOverrideList.*\n/, with: "AllowOverride All\n") : site,
          on: host)
        try await body(host, Browser(host: host))
      }
    }
  }
}
