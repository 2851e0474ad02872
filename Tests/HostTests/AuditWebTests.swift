import Foundation
import TestSupport
import Testing

@testable import CachetAudit

extension HostTests {
  @Suite("What the audit says of a web server is what the web server does")
  struct AuditWeb {
    /// Lines of a site; `true` where the audit says that it cannot tell some of it.
    typealias Site = (lines: String, isUnclear: Bool)

    private static let ask =
      "AuthType Basic\nAuthName a\nAuthBasicProvider file\nAuthUserFile /dev/null\n"
    private static let valid = ask + "Require valid-user\n"

    /// A document root with a `.htaccess` of its own.
    private static func tree(
      _ name: String, _ lines: String, overrides: String = "All", folder: String = "/public"
    ) -> String {
      let root = "/srv/\(name)\(folder)"
      return
        "DocumentRoot \(root)\n<Directory \(root)>\nAllowOverride \(overrides)\n\(lines)\n</Directory>\n"
    }

    private static let trees = [
      "any/public": Web.htaccess + "Satisfy Any\n",
      "granted/public": Web.htaccess + "Require all granted\n",
      "below": "RewriteEngine On\nRewriteRule ^(.*)$ public/$1 [L]\n",
      "below/public": Web.htaccess,
    ]

    static let apache: [Site] = [
      ("", false),
      // The backend of another, which redirects nothing.
      ("RewriteEngine On\nRewriteRule ^ /srv/cachet/public/index.php [L]", false),
      ("FallbackResource /index.php\n<Location /index.php>\n\(valid)</Location>", false),
      ("<Location /dashboard>\n\(valid)</Location>", false),
      ("<Location /dashboard/>\n\(valid)</Location>", false),
      ("<Location ~ \"^/(dashboard|auth|setup)\">\n\(valid)</Location>", false),
      (
        "<LocationMatch \"^/(index\\.php/)?(dashboard|auth)(/|$)\">\n\(valid)</LocationMatch>",
        false
      ),
      ("<Location \"/dash*\">\n\(valid)</Location>", false),
      ("<Directory /srv/cachet/public/dashboard>\n\(valid)</Directory>", false),
      ("<DirectoryMatch \"^/srv/cachet/public/dash\">\n\(valid)</DirectoryMatch>", false),
      ("<Files dashboard>\n\(valid)</Files>", false),
      ("<FilesMatch \"^index\\.php$\">\n\(valid)</FilesMatch>", false),
      ("<Directory /srv/cachet>\n<Files auth>\n\(valid)</Files>\n</Directory>", false),
      ("<Location />\n\(ask)<Limit GET>\nRequire valid-user\n</Limit>\n</Location>", false),
      (
        "<Location />\n\(ask)<Limit GET POST>\nRequire valid-user\n</Limit>\n</Location>", false
      ),
      (
        "<Location />\n\(ask)<Limit GET POST>\nRequire valid-user\n</Limit>\n</Location>\nHttpProtocolOptions RegisteredMethods",
        false
      ),
      (
        "<Location /api>\n\(ask)<LimitExcept GET>\nRequire valid-user\n</LimitExcept>\n</Location>",
        false
      ),
      (
        "<Location />\n\(valid)</Location>\n<Location /auth>\nRequire all granted\n</Location>",
        false
      ),
      (
        """
        <Location />
        \(valid)</Location>
        <Location /auth>
        AuthMerging And
        Require all granted
        </Location>
        <Location /setup>
        AuthMerging Or
        Require all granted
        </Location>
        """, false
      ),
      ("<Location />\n\(valid)Satisfy Any\n</Location>", false),
      ("<Location />\n\(valid)Order deny,allow\nDeny from all\nSatisfy Any\n</Location>", false),
      ("<Location /setup>\nOrder allow,deny\n</Location>", false),
      ("<Location /auth>\nOrder deny,allow\nDeny from all\n</Location>", false),
      (
        """
        <Location /dashboard>
        \(ask)<RequireAll>
        Require all granted
        Require not method POST
        </RequireAll>
        </Location>
        <Location /auth>
        \(ask)<RequireAny>
        Require valid-user
        Require method POST
        </RequireAny>
        </Location>
        <Location /setup>
        <RequireAll>
        <RequireNone>
        Require method POST
        Require all denied
        </RequireNone>
        Require all granted
        </RequireAll>
        </Location>
        """, false
      ),
      (
        """
        <If "%{REQUEST_URI} =~ m#^/dashboard#">
        \(valid)</If>
        <ElseIf "%{REQUEST_METHOD} == 'POST'">
        Require all denied
        </ElseIf>
        <Else>
        Require all granted
        </Else>
        """, false
      ),
      (
        """
        SetEnvIf Request_URI "^/(auth|setup)" ADMIN
        SetEnvIfExpr "%{THE_REQUEST} =~ m#^[A-Z]+ /dashboard#" ADMIN=1 DASHBOARD
        <Location />
        Order allow,deny
        Allow from all
        Deny from env=DASHBOARD
        </Location>
        <If "-n reqenv('ADMIN') && !(-z reqenv('ADMIN'))">
        \(valid)</If>
        """, false
      ),
      ("<If \"%{HTTP:X-Proxy} != 'a'\">\n\(valid)</If>", true),
      (
        """
        SetEnvIf Request_URI "^/(incidents|dashboard)" READ
        SetEnvIf "[._]" "." !READ
        SetEnvIfExpr "%{HTTP:Content-Length} !~ /^0*$/" !READ
        <If "-z reqenv('READ')">
        \(valid)</If>
        """, false
      ),
      (
        """
        SetEnvIf Request_URI "." GUARDED
        SetEnvIf X-Skip "^1$" !GUARDED
        <If "-n reqenv('GUARDED')">
        \(valid)</If>
        """, true
      ),
      (
        """
        SetEnvIf "^X-Secret$" "^a$" KNOWN
        <If "-z reqenv('KNOWN')">
        \(valid)</If>
        """, true
      ),
      ("RewriteEngine On\nRewriteRule ^/+dashboard - [F]", false),
      ("RewriteEngine On\nRewriteCond %{REQUEST_METHOD} =POST\nRewriteRule ^ - [F]", false),
      ("RewriteEngine On\nRewriteRule ^/auth https://status.example.org/ [R,L]", false),
      (
        "RewriteEngine On\nRewriteRule ^/auth /index.php [PT]\n<Location /auth>\n\(valid)</Location>",
        true
      ),
      (
        """
        RewriteEngine On
        RewriteRule ^ /srv/cachet/public/index.php [L]
        <Location /index.php>
        \(valid)</Location>
        """, false
      ),
      ("<Location /index.php>\n\(valid)</Location>", false),
      ("MergeSlashes Off\n<LocationMatch ^/dashboard>\n\(valid)</LocationMatch>", false),
      (
        "AllowEncodedSlashes On\n<LocationMatch ^/dashboard/>\n\(valid)</LocationMatch>", false
      ),
      (
        "AllowEncodedSlashes NoDecode\n<LocationMatch ^/dashboard/>\n\(valid)</LocationMatch>",
        false
      ),
      (
        """
        ProxyPass / http://127.0.0.1:8101/
        <Directory /srv/cachet/public>
        \(valid)</Directory>
        <Location /auth>
        \(valid)</Location>
        """, false
      ),
      ("Redirect /auth https://status.example.org/\nRedirectMatch gone ^/setup", false),
      // Who comes first: rules, then the proxy, then redirects.
      (
        "Redirect permanent / https://status.example.org/\nProxyPass / http://127.0.0.1:8101/",
        false
      ),
      (
        "ProxyPass / http://127.0.0.1:8101/\nRewriteEngine On\nRewriteRule ^/dash - [F]\nRewriteRule ^/auth https://a/ [R]",
        false
      ),
      (
        "Redirect /auth https://status.example.org/\nRewriteEngine On\nRewriteRule ^/auth /srv/cachet/public/index.php [L]",
        false
      ),
      (
        "ErrorDocument 403 /index.php\n<Location /dashboard>\nRequire all denied\n</Location>",
        false
      ),
      ("ErrorDocument 401 /index.php\n<Location /auth>\n\(valid)</Location>", false),
      ("ErrorDocument 404 /index.php\nRedirectMatch 404 ^/auth\nRedirect gone /setup", false),
      (
        "ErrorDocument 410 /index.php\nRewriteEngine On\nRewriteRule ^/auth - [G]\nRewriteRule ^/setup - [F]\nRewriteRule ^/dash - [R=410]",
        false
      ),
      (
        "ErrorDocument 404 /index.php\n<LocationMatch ^/dashboard/>\n\(valid)</LocationMatch>",
        false
      ),
      (
        "ErrorDocument 403 /index.php\n<Location />\nRequire all denied\n</Location>", false
      ),
      ("ErrorDocument 403 \"no\"\n<Location /dashboard>\nRequire all denied\n</Location>", false),
      ("VirtualDocumentRoot /srv/cachet/public\n<Location /auth>\n\(valid)</Location>", false),
      // What .htaccess says counts where it may say it.
      (tree("any", "Require all granted") + "<Location /dashboard>\n\(valid)</Location>", false),
      (
        tree("any", "Require all granted\nOrder deny,allow\nDeny from all")
          + "<Location /dashboard>\n\(valid)</Location>", false
      ),
      (tree("granted", valid), false),
      (tree("granted", valid, overrides: "FileInfo"), false),
      (tree("granted", valid, overrides: "FileInfo Nonfatal=Override"), false),
      (tree("below", "Require all granted", folder: ""), false),
      (
        tree("below", "Require all granted", folder: "")
          + "<Location /public/dashboard>\n\(valid)</Location>",
        false
      ),
      (
        """
        Define CACHET_MFA /usr/share/cachet-mfa
        Define CACHET_MFA_GUARD basic
        Include ${CACHET_MFA}/apache/cachet-2.4.conf
        """, false
      ),
    ]

    private static let pass = """
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME /srv/cachet/public/index.php;
      fastcgi_pass unix:/run/php/cachet.sock;
      """
    private static let snippet =
      "include snippets/fastcgi-php.conf; fastcgi_pass unix:/run/php/cachet.sock;"
    private static let basic = "auth_basic a; auth_basic_user_file /dev/null;"
    private static let php = "location ~ \\.php(/|$) { \(pass) }"
    private static let front = "location / { try_files $uri /index.php$is_args$args; }"

    static let nginx: [Site] = [
      ("location / { \(pass) }", false),
      ("\(front)\n\(php)", false),
      ("index index.php; location / { try_files $uri $uri/ /index.php; }\n\(php)", false),
      (
        "index index.php; location / { }\nlocation ~ ^(?<script_name>.+\\.php)(/|$) { \(pass) }",
        false
      ),
      ("\(front)\n\(php)\nlocation /dashboard { \(basic) try_files $uri /index.php; }", false),
      ("\(front)\n\(php)\nlocation = /dashboard { \(basic) try_files $uri /index.php; }", false),
      ("\(front)\n\(php)\nlocation /dashboard { return 403; }", false),
      ("\(front)\nlocation ~ \\.php(/|$) { \(basic) \(pass) }", false),
      ("location / { \(pass) } location ~ ^/(dashboard|auth) { \(basic) \(pass) }", false),
      (
        "location / { \(pass) } location ^~ /dashboard { \(pass) } location ~ dash { deny all; }",
        false
      ),
      ("location / { \(pass) } location ~* ^/DASH { \(basic) \(pass) }", false),
      (
        "location / { \(basic) \(pass) location /auth { auth_basic off; \(pass) } }", false
      ),
      ("location / { \(pass) location ~ ^/auth { deny all; \(pass) } location /setup { } }", false),
      ("location /dashboard/ { \(basic) \(pass) } location / { \(pass) }", false),
      ("location / { \(pass) limit_except GET { deny all; } }", false),
      (
        "location /api/ { \(pass) limit_except GET HEAD { \(basic) } } location / { \(pass) }",
        false
      ),
      ("location / { satisfy any; deny all; \(basic) \(pass) }", false),
      ("location / { satisfy any; allow all; \(basic) \(pass) }", false),
      ("location / { allow all; deny all; \(pass) } location /auth { deny all; \(pass) }", false),
      ("location / { if ($request_uri ~ ^/(dashboard|auth)) { return 403; } \(pass) }", false),
      ("location / { if ($uri ~ ^/(dashboard|auth)) { return 403; } \(pass) }", false),
      ("if ($request_method !~ ^(GET|HEAD)$) { return 405; } location / { \(pass) }", false),
      (
        "location / { set $admin 0; if ($uri ~ ^/auth) { set $admin 1; } if ($admin) { return 401; } \(pass) }",
        false
      ),
      ("location / { if ($http_x_proxy != a) { return 403; } \(pass) }", true),
      (
        "rewrite ^/auth/(.*)$ /closed/$1; location / { \(pass) } location /closed { deny all; }",
        false
      ),
      (
        "rewrite ^/dashboard /x last; location / { \(pass) } location /x { internal; \(pass) }",
        false
      ),
      (
        "location / { rewrite ^/setup /y last; rewrite ^ /index.php break; \(pass) } location /y { \(basic) \(pass) }",
        false
      ),
      ("location / { \(basic) \(pass) error_page 401 = @open; } location @open { \(pass) }", true),
      ("error_page 404 = /index.php; root /srv/cachet/public; location / { } \(php)", false),
      ("merge_slashes off; location / { \(pass) } location /dashboard { \(basic) \(pass) }", false),
      ("location / { if ($guarded) { return 404; } \(pass) }", false),
      // As Debian ships it.
      ("\(front)\nlocation ~ \\.php$ { \(snippet) }", false),
      ("\(front)\nlocation ~ \\.php(/|$) { \(snippet) }", false),
      (
        "\(front)\nlocation ~ \\.php$ { \(snippet) } location /dashboard { \(basic) try_files $uri /index.php; }",
        false
      ),
      (
        "\(front)\nlocation ~ [^/]\\.php(/|$) { fastcgi_split_path_info ^(.+?\\.php)(/.*)$; if (!-f $document_root$fastcgi_script_name) { return 404; } \(pass) }",
        false
      ),
      (
        "set $base /srv/cachet; root $base/public; \(front)\n\(php)\nlocation /auth { deny all; }",
        false
      ),
      ("include /usr/share/cachet-mfa/nginx/guard.conf;", false),
    ]

    private static let maps = """
      include /usr/share/cachet-mfa/nginx/cachet-2.4.conf;
      include /usr/share/cachet-mfa/nginx/http.conf;
      map $uri $guarded {
        default 0;
        /auth/login 1;
        ~^/dash 1;
        ~*^/SETUP yes;
      }

      """

    @Test("Apache")
    func apache() async throws {
      try await withServer { host in
        var text = ""
        for (index, site) in Self.apache.enumerated() {
          text += """
            Listen 127.0.0.1:\(8100 + index)
            <VirtualHost *:\(8100 + index)>
              ServerName site\(index)
              DocumentRoot /srv/cachet/public
              <Directory /srv/cachet/public>
                AllowOverride All
                Require all granted
              </Directory>
              <FilesMatch "\\.php$">
                SetHandler "proxy:unix:/run/php/cachet.sock|fcgi://localhost"
              </FilesMatch>
              \(site.lines)
            </VirtualHost>

            """
        }
        try host.write(text, to: "/etc/apache2/sites-available/cachet.conf")
        try await host.must(
          """
          a2enmod -q headers proxy_fcgi proxy_http request rewrite vhost_alias
          a2dissite -q 000-default && a2ensite -q cachet && : >/etc/apache2/ports.conf
          mkdir -p -m 1777 /run/lock && apachectl start
          """)
        try await compare(Self.apache, by: "/etc/apache2/apache2.conf", on: host)
      }
    }

    @Test("nginx")
    func nginx() async throws {
      try await withServer { host in
        var text = Self.maps
        for (index, site) in Self.nginx.enumerated() {
          text += """
            server {
              listen 127.0.0.1:\(8100 + index);
              server_name site\(index);
              \(site.lines.contains("root ") ? "" : "root /srv/cachet/public;")
              \(site.lines)
            }

            """
        }
        try host.write(Self.pass, to: "/etc/nginx/cachet-backend.conf")
        try host.write(text, to: "/etc/nginx/conf.d/cachet.conf")
        try await host.must("rm /etc/nginx/sites-enabled/default && nginx")
        // Not the main file: its modules are links that begin at "/".
        try await compare(Self.nginx, by: "/etc/nginx/conf.d/cachet.conf", on: host)
      }
    }

    private func withServer(_ body: (TestHost) async throws -> Void) async throws {
      try await withHost(
        pam: ["cachet-admin": ["auth required pam_deny.so", "account required pam_deny.so"]],
        sshd: nil
      ) { host in
        try host.copy("packaging/apache", to: "/usr/share/cachet-mfa/apache")
        try host.copy("packaging/nginx", to: "/usr/share/cachet-mfa/nginx")
        try host.copy("Tests/HostTests/cachet", to: "/srv/cachet/public/index.php")
        try host.write(Web.htaccess, to: "/srv/cachet/public/.htaccess")
        for (folder, text) in Self.trees {
          try host.write(text, to: "/srv/\(folder)/.htaccess")
          guard folder.hasSuffix("public") else { continue }
          try host.copy("Tests/HostTests/cachet", to: "/srv/\(folder)/index.php")
        }
        try await Web.startPHP(on: host)
        try await body(host)
      }
    }

    private static let requests: [WebRequest] = {
      let guarded = GuardedPaths(.two4)
      let spelled = ["/dashboard", "/auth/login", "/dashboard/settings/mail"].flatMap {
        GuardedPaths.spellings(of: $0).map { WebRequest("GET", $0) }
      }
      let open = ["/", "/incidents/7", "/api/v1/components", "/index.php", "/Dashboard"]
      return guarded.paths.flatMap { path, methods in methods.map { WebRequest($0, path) } }
        + spelled + guarded.writes + open.map { WebRequest("GET", $0) }
        + [
          WebRequest("get", "/dashboard"), .init("post", "/auth/login"),
          .init("post", "/api/v1/components"), .init("PoSt", "/setup"), .init("POST", "/subscribe"),
        ]
    }()

    private func compare(_ sites: [Site], by file: String, on host: TestHost) async throws {
      let files = ServerFiles(root: host.path("/").path)
      let told = try WebServer([file], in: files).sites
      var counts = (open: 0, closed: 0)
      for (index, site) in sites.enumerated() {
        let own = try #require(told.first { $0.names == ["site\(index)"] })
        let reached = try await ask(Self.requests, port: 8100 + index, on: host)
        var unclear = 0
        for (request, isReached) in zip(Self.requests, reached) {
          let passage = own.passage(of: request)
          switch passage {
          case .unclear: unclear += 1
          case .open:
            counts.open += 1
            #expect(isReached, "\(site.lines)\n\(request): \(passage)")
          case .closed:
            counts.closed += 1
            #expect(!isReached, "\(site.lines)\n\(request): \(passage)")
          }
        }
        #expect((unclear > 0) == site.isUnclear, "\(site.lines): \(unclear)")
      }
      #expect(counts.open > 300 && counts.closed > 300, "\(counts)")
    }

    /// Which of the requests came to the application.
    private func ask(
      _ requests: [WebRequest], port: Int, on host: TestHost
    ) async throws -> [Bool] {
      let lines = requests.map { request in
        """
        url = http://127.0.0.1:\(port)/
        request-target = "\(request.target)"
        request = \(request.method)
        \(request.contentType.isEmpty ? "" : "header = \"Content-Type: \(request.contentType)\"")
        silent
        max-time = 20
        write-out = "\\n<<%{http_code}>>\\n"

        """
      }
      let asked = try await host.run(
        "curl", "--config", "-", input: lines.joined(separator: "next\n"), within: 120)
      let answers = asked.output.split(separator: "\n<<", omittingEmptySubsequences: false)
      try #require(answers.count == requests.count + 1, "\(asked)")
      let codes = answers.dropFirst().map { Int($0.prefix(3)) ?? 0 }
      #expect(
        codes.allSatisfy { $0 >= 200 && $0 != 502 },
        "\(zip(requests.map(\.line), codes).filter { $0.1 < 200 || $0.1 == 502 })")
      return answers.dropLast().map { $0.contains("\npage ") || $0.hasPrefix("page ") }
    }
  }
}
