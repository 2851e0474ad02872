import Foundation
import Testing

@testable import CachetAudit

@Suite(
  "The web server: whether it hands out files of the installation that are not for the public",
  .timeLimit(.minutes(2)))
struct ExposedFilesTests {
  /// What 'document-root' says.
  enum Told: Equatable {
    case holds
    /// Where, and which file.
    case found(line: Int, file: String)
    case unclear(line: Int)
    case notMade

    init(_ audit: Audit) {
      let result = audit.results.first { $0.check.id == "document-root" }
      switch result?.outcome {
      case .held: self = .holds
      case .found(let findings):
        let evidence = findings[0].evidence
        let line = evidence.place.line ?? 0
        if evidence.message.hasPrefix("cannot tell") {
          self = .unclear(line: line)
        } else {
          let file = evidence.message.split(separator: " ").last.map(String.init) ?? ""
          self = .found(line: line, file: file)
        }
      default: self = .notMade
      }
    }
  }

  struct Layout: Sendable, CustomTestStringConvertible {
    let lines: String
    let verdict: Told
    var root = "/srv/cachet/public"
    /// Files of the installation, by path.
    var files: [String: String] = [:]
    var before = ""
    var testDescription: String { root == "/srv/cachet/public" ? lines : "\(root) \(lines)" }

    init(
      _ lines: String, _ verdict: Told, root: String = "/srv/cachet/public",
      files: [String: String] = [:], before: String = ""
    ) {
      (self.lines, self.verdict, self.root) = (lines, verdict, root)
      (self.files, self.before) = (files, before)
    }
  }

  private static let granted = "<Directory /srv/cachet>\nRequire all granted\n</Directory>\n"
  private static let denied = "<Directory /srv/cachet>\nRequire all denied\n</Directory>\n"
  private static func overrides(_ classes: String) -> String {
    "<Directory /srv/cachet>\nAllowOverride \(classes)\nRequire all denied\n</Directory>\n"
  }

  static let apacheLayouts: [Layout] = [
    Layout("", .holds),
    Layout("", .found(line: 10, file: ".env"), root: "/srv/cachet"),
    Layout(granted, .found(line: 10, file: ".env"), root: "/srv"),
    Layout("Alias /cachet \"/srv/cachet\"\n\(granted)", .found(line: 15, file: ".env")),
    Layout("Alias /cachet \"/srv/cachet\"", .holds),
    Layout("Alias /c/ /srv/cachet/\n\(granted)", .found(line: 15, file: ".env")),
    Layout("Alias /c /srv/cachet/\n\(granted)", .found(line: 15, file: ".env")),
    Layout(
      "Alias /logs /srv/cachet/storage/logs\n\(granted)",
      .found(line: 15, file: "storage/logs/laravel.log")),
    Layout("Alias /css /srv/cachet/public/css\n\(granted)", .holds),
    Layout("Alias /uploads /srv/cachet/storage/app/public\n\(granted)", .holds),
    Layout("AliasMatch ^/app/(.+)$ /srv/cachet/$1\n\(granted)", .found(line: 15, file: ".env")),
    // Two dots behind the name lead out of the folder.
    Layout(
      "AliasMatch ^/static(.*)$ /srv/cachet/public/$1\n\(granted)",
      .found(line: 15, file: ".env")),
    Layout("AliasMatch ^/static/(.*)$ /srv/cachet/public/$1\n\(granted)", .holds),
    Layout(
      "<Location /file>\nAlias /srv/cachet/.env\n</Location>\n\(granted)",
      .found(line: 16, file: ".env")),
    Layout("<Location /loc>\nAlias /srv/cachet\n</Location>\n\(granted)", .holds),
    Layout(
      "<Location /loc>\nAlias /srv/cachet\nAliasPreservePath On\n</Location>\n\(granted)",
      .found(line: 16, file: ".env")),
    Layout(
      "RewriteEngine On\nRewriteRule ^/files/(.*)$ /srv/cachet/$1 [L]\n\(granted)",
      .found(line: 16, file: ".env")),
    Layout(
      "RewriteEngine On\nRewriteRule ^/rw(.*)$ /srv/cachet/public/$1\n\(granted)",
      .found(line: 16, file: ".env")),
    Layout("RewriteRule ^/files/(.*)$ /srv/cachet/$1 [L]\n\(granted)", .holds),
    // Where it leads a client's header says.
    Layout(
      "RewriteEngine On\nRewriteRule ^/files/(.*)$ /srv/%{HTTP:X-Site}/$1 [L]\n\(granted)",
      .unclear(line: 16)),
    // A folder for each name: a client asks by the folder's.
    Layout("VirtualDocumentRoot /srv/%0\n\(granted)", .found(line: 15, file: ".env")),
    // Nothing lies there for the name that Cachet has.
    Layout("VirtualDocumentRoot /srv/%0/public\n\(granted)", .notMade),
    Layout("VirtualDocumentRootIP /srv/%0\n\(granted)", .unclear(line: 15)),
    Layout("DocumentRoot ${CACHET}/public\n\(granted)", .unclear(line: 15)),
    Layout(
      "Define CACHET /srv/cachet\nDocumentRoot ${CACHET}\n\(granted)",
      .found(line: 16, file: ".env")),
    Layout("UserDir /srv\n\(granted)", .found(line: 15, file: ".env")),
    Layout("UserDir public_html\nUserDir disabled\n\(granted)", .holds),
    // Refused is refused, whatever the document root.
    Layout(denied, .holds, root: "/srv/cachet"),
    Layout("<Location />\nRequire valid-user\n</Location>", .holds, root: "/srv/cachet"),
    Layout(
      "<FilesMatch \"^\\.\">\nRequire all denied\n</FilesMatch>",
      .found(line: 10, file: "storage/logs/laravel.log"), root: "/srv/cachet"),
    Layout(
      "RedirectMatch 404 ^/(?!public/)", .holds, root: "/srv/cachet"),
    Layout(
      "RewriteEngine On\nRewriteCond %{REQUEST_URI} !^/public/\nRewriteRule ^ - [F]", .holds,
      root: "/srv/cachet"),
    Layout(
      "RewriteEngine On\nRewriteRule ^/(.*)$ /srv/cachet/public/$1 [L]", .holds,
      root: "/srv/cachet"),
    // What .htaccess says counts where it may say it.
    Layout(
      overrides("All"), .found(line: 10, file: ".env"), root: "/srv/cachet",
      files: [".htaccess": "Require all granted\n"]),
    Layout(
      overrides("AuthConfig"), .found(line: 10, file: ".env"), root: "/srv/cachet",
      files: [".htaccess": "Require all granted\n"]),
    Layout(
      overrides("None"), .holds, root: "/srv/cachet",
      files: [".htaccess": "Require all granted\n"]),
    Layout(
      overrides("Limit"), .holds, root: "/srv/cachet",
      files: [".htaccess": "Require all granted\n"]),
    Layout(
      "<Directory /srv/cachet>\nAllowOverrideList Require\n</Directory>\n\(denied)",
      .found(line: 10, file: ".env"), root: "/srv/cachet",
      files: [".htaccess": "Require all granted\n"]),
    Layout(
      """
      <Directory /srv/cachet>
      AllowOverride All
      AuthType Basic
      AuthName a
      Require valid-user
      Order deny,allow
      Deny from all
      </Directory>
      """, .found(line: 10, file: ".env"), root: "/srv/cachet",
      files: [".htaccess": "Allow from all\nSatisfy Any\n"]),
    Layout(
      "AccessFileName .access\n\(overrides("All"))", .found(line: 10, file: ".env"),
      root: "/srv/cachet", files: [".access": "Require all granted\n"]),
    Layout(
      "<Directory /srv/cachet>\nAllowOverride All\nRequire all granted\n</Directory>", .holds,
      root: "/srv/cachet",
      files: [
        ".htaccess": "RewriteEngine On\nRewriteRule ^(.*)$ public/$1 [L]\n",
        "public/.htaccess": WebFixture.htaccess,
      ]),
    Layout(
      "<Directory /srv/cachet>\nAllowOverride All\nRequire all granted\n</Directory>",
      .found(line: 10, file: ".env"), root: "/srv/cachet",
      files: [".htaccess": "RewriteRule ^(.*)$ public/$1 [L]\n"]),
    // A program is handed all that is below.
    Layout(
      "ProxyPass / http://127.0.0.1:8000/\nAlias /cachet /srv/cachet\n\(granted)", .holds),
    Layout(
      "ProxyPass /cachet !\nProxyPass / http://127.0.0.1:8000/\nAlias /cachet /srv/cachet\n\(granted)",
      .found(line: 17, file: ".env")),
  ]

  @Test("Apache: by every way that leads to them", arguments: apacheLayouts)
  func apache(layout: Layout) throws {
    let fixture = try WebFixture(.two4)
    try Self.prepare(fixture, layout)
    let audit = try fixture.apache(layout.lines, root: layout.root)
    #expect(Told(audit) == layout.verdict, "\(audit.findings.map(\.evidence.message))")
  }

  private static let front = "location / { try_files $uri /index.php?$query_string; }\n"

  static let nginxLayouts: [Layout] = [
    Layout(front, .holds),
    Layout("root /srv/cachet;", .found(line: 6, file: ".env"), root: ""),
    Layout("root /srv;", .found(line: 6, file: ".env"), root: ""),
    Layout("location /cachet/ { alias /srv/cachet/; }", .found(line: 6, file: ".env")),
    Layout("location /cachet { alias /srv/cachet; }", .found(line: 6, file: ".env")),
    Layout("location /cachet/ { root /srv; }", .found(line: 6, file: ".env")),
    Layout("location = /x { alias /srv/cachet/.env; }", .found(line: 6, file: ".env")),
    Layout(
      "location /logs/ { alias /srv/cachet/storage/logs/; }",
      .found(line: 6, file: "storage/logs/laravel.log")),
    Layout("location /css/ { alias /srv/cachet/public/css/; }", .holds),
    // Two dots behind the name lead out of the folder.
    Layout("location /static { alias /srv/cachet/public/; }", .found(line: 6, file: ".env")),
    Layout("location /static/ { alias /srv/cachet/public/; }", .holds),
    Layout("location /static { alias /srv/cachet/public; }", .holds),
    Layout(
      "location ~ ^/app/(.*)$ { alias /srv/cachet/$1; }", .found(line: 6, file: ".env")),
    Layout(
      "location ~ ^/(?<site>[^/]+)/files/(?<rest>.*)$ { alias /srv/$site/$rest; }",
      .found(line: 6, file: ".env")),
    Layout(
      "location ~* \\.(log|png)$ { root /srv/cachet; }",
      .found(line: 6, file: "storage/logs/laravel.log")),
    Layout("location ~* \\.(css|png)$ { root /srv/cachet; }", .holds),
    Layout("set $base /srv/cachet; root $base;", .found(line: 6, file: ".env"), root: ""),
    Layout("set $base /srv/cachet; root $base/public;", .holds, root: ""),
    Layout(
      "root $base;", .found(line: 6, file: ".env"), root: "",
      before: "map $uri $base { default /srv/cachet; }"),
    Layout("root /srv/$host;", .found(line: 6, file: ".env"), root: ""),
    Layout("root /srv/$host/public;", .holds, root: ""),
    Layout(
      "server_name a.example.org; root /srv/$host;", .found(line: 6, file: ".env"), root: ""),
    // Other names come to the first server.
    Layout(
      "server_name a.example.org; root /srv/$host;", .notMade, root: "",
      before: "server { listen 443 ssl; return 444; }"),
    Layout("root /srv/$http_x_site;", .unclear(line: 6), root: ""),
    Layout(
      "server_name ~^(?<site>.+)\\.example\\.org$; root /srv/$site;", .unclear(line: 6), root: ""),
    Layout(
      "location / { try_files $uri @rest; }\nlocation @rest { root /srv/cachet; }",
      .found(line: 7, file: ".env")),
    Layout(
      "location /files/ { internal; alias /srv/cachet/; }\nrewrite ^/dl/(.*)$ /files/$1 last;",
      .found(line: 6, file: ".env")),
    Layout("location /files/ { internal; alias /srv/cachet/; }", .holds),
    // Refused is refused, whatever the root.
    Layout("root /srv/cachet; location / { deny all; }", .holds, root: ""),
    Layout("root /srv/cachet; location / { return 403; }", .holds, root: ""),
    Layout("root /srv/cachet; location / { auth_basic a; }", .holds, root: ""),
    Layout(
      "root /srv/cachet; location ~ ^/(?!public/) { deny all; }", .holds, root: ""),
    Layout(
      "root /srv/cachet; location ~ /\\. { deny all; }",
      .found(line: 6, file: "storage/logs/laravel.log"), root: ""),
    Layout(
      "root /srv/cachet; location / { proxy_pass http://127.0.0.1:8000; }", .holds, root: ""),
    Layout(
      "root /srv/cachet; if ($http_x_a) { return 403; }", .unclear(line: 6), root: ""),
    Layout(
      "root /srv/cachet; location / { satisfy any; allow all; auth_basic a; }",
      .found(line: 6, file: ".env"), root: ""),
    Layout(
      "root /srv/cachet; location / { content_by_lua_block { a() } }", .unclear(line: 6), root: ""),
  ]

  @Test("nginx: by every way that leads to them", arguments: nginxLayouts)
  func nginx(layout: Layout) throws {
    let fixture = try WebFixture(.two4)
    try Self.prepare(fixture, layout)
    let audit = try fixture.nginx(layout.lines, before: layout.before, root: layout.root)
    #expect(Told(audit) == layout.verdict, "\(audit.findings.map(\.evidence.message))")
  }

  private static func prepare(_ fixture: WebFixture, _ layout: Layout) throws {
    try fixture.cachet.write("storage/logs/laravel.log", "")
    try fixture.cachet.write("public/css/app.css", "")
    try fixture.cachet.write("storage/app/public/a.png", "")
    for (path, text) in layout.files { try fixture.cachet.write(path, text) }
  }

  @Test("a link below what another site serves leads to them, where links are followed")
  func links() throws {
    let fixture = try WebFixture(.two4)
    try FileManager.default.createDirectory(
      atPath: "\(fixture.root)/var/www/old", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: "\(fixture.root)/var/www/old/status", withDestinationPath: fixture.cachet.root)
    for (options, verdict) in [
      ("", Told.found(line: 10, file: ".env")), ("Options None", .holds),
      ("Options -FollowSymLinks", .holds), ("Options Indexes", .holds),
      ("Options -FollowSymLinks +SymLinksIfOwnerMatch", .found(line: 10, file: ".env")),
    ] {
      let audit = try fixture.apache(
        """
        <Directory /var/www>
        \(options)
        </Directory>
        ServerAlias status.example.org
        """, root: "/var/www")
      #expect(Told(audit) == verdict, "\(options)")
    }
    for (line, verdict) in [
      ("", Told.found(line: 6, file: ".env")), ("disable_symlinks on;", .holds),
      ("disable_symlinks if_not_owner;", .found(line: 6, file: ".env")),
    ] {
      let audit = try fixture.nginx("root /var/www; server_name status.example.org; \(line)")
      #expect(Told(audit) == verdict, "\(line)")
    }
  }

  @Test(
    "a file that is no configuration of Apache or nginx holds nothing",
    arguments: [
      "", "\n# a comment\n",
      "status.example.org {\n  root * /srv/cachet/public\n  php_fastcgi unix//run/php.sock\n  file_server\n}\n",
      "global\n  daemon\nfrontend www\n  bind :80\n  default_backend cachet\nbackend cachet\n  server one 127.0.0.1:8000 check\n",
      "server.document-root = \"/srv/cachet/public\"\n",
      "http:\n  routers:\n    cachet:\n      rule: Host(`status.example.org`)\n",
      "[http.routers.cachet]\n  rule = \"Host(`status.example.org`)\"\n",
      "<?xml version=\"1.0\"?>\n<configuration>\n</configuration>\n",
      "<html>\n<body>\n</body>\n</html>\n",
    ])
  func noConfiguration(text: String) throws {
    for name in ["/etc/caddy/Caddyfile", "/etc/nginx/nginx.conf", "/etc/apache2/apache2.conf"] {
      let fixture = try WebFixture(.two4)
      try fixture.write(name, text)
      let audit = try fixture.audit(name)
      #expect(audit.failures.count == Check.webServer.count, "\(audit.results)")
      #expect(
        audit.failures.allSatisfy {
          $0.obstacle.words == "\(name): is no configuration of Apache or nginx"
        }, "\(audit.failures.first?.obstacle.words ?? "")")
    }
  }

  @Test("which server's configuration it is, is told by its text, whatever its name")
  func kinds() throws {
    let apache = "<VirtualHost *:80>\n  Header set A b;\n</VirtualHost>\n"
    let nginx = "upstream a {\n  server 127.0.0.1:9000;\n}\n"
    for (text, kind) in [
      (apache, ServerKind.apache), ("DocumentRoot /srv\n", .apache), ("Include a.conf\n", .apache),
      (nginx, .nginx), ("server {\n}\n", .nginx), ("http\n{\n  include a;\n}\n", .nginx),
      ("include sites/*;\n", .nginx),
      ("server { listen 80; location / { deny all; } }  # of one line\n", .nginx),
    ] {
      #expect(ServerKind(SourceFile(path: "x", bytes: Array(text.utf8))) == kind, "\(text)")
    }
  }

  @Test("a site that serves something else says nothing of this installation")
  func otherSites() throws {
    let fixture = try WebFixture(.two4)
    try fixture.write(
      WebFixture.apache, "<VirtualHost *>\nDocumentRoot /usr/share\n</VirtualHost>\n")
    #expect(Told(try fixture.audit(WebFixture.apache)) == .notMade)
    try fixture.write(
      WebFixture.apache,
      "<VirtualHost *>\nServerName status.example.org\nDocumentRoot /elsewhere\n</VirtualHost>\n")
    #expect(Told(try fixture.audit(WebFixture.apache)) == .notMade)
  }

  @Test("the main server answers where no virtual host does")
  func mainServer() throws {
    let fixture = try WebFixture(.two4)
    for (listen, verdict) in [
      ("Listen 443", Told.holds), ("Listen 443\nListen 80", .found(line: 1, file: ".env")),
    ] {
      try fixture.write(
        WebFixture.apache,
        """
        DocumentRoot /srv/cachet
        \(listen)
        <VirtualHost *:443>
        DocumentRoot /srv/cachet/public
        </VirtualHost>

        """)
      #expect(Told(try fixture.audit(WebFixture.apache)) == verdict)
    }
  }

  @Test("a .env that releases share is found where it lies")
  func shared() throws {
    let fixture = try WebFixture(.two4)
    let files = FileManager.default
    try files.createDirectory(
      atPath: "\(fixture.root)/srv/shared", withIntermediateDirectories: true)
    try files.moveItem(
      atPath: "\(fixture.cachet.root)/.env", toPath: "\(fixture.root)/srv/shared/.env")
    try files.createSymbolicLink(
      atPath: "\(fixture.cachet.root)/.env",
      withDestinationPath: "\(fixture.root)/srv/shared/.env")
    let audit = try fixture.apache(
      "Alias /shared /srv/shared\n<Directory /srv/shared>\nRequire all granted\n</Directory>")
    #expect(Told(audit) == .found(line: 15, file: ".env"))
  }

  @Test(
    "the way back through an expression",
    arguments: [
      ("^/app/(.+)$", "/srv/$1", "/srv/x/y", ["/app/x/y"]),
      ("^/([^/]+)/files/(.*)$", "/srv/$1/$2", "/srv/a/b/c", ["/a/files/b/c"]),
      ("/(?:old|new)/(\\d+)?/?(.*)", "/srv/$2", "/srv/x", ["/old/x"]),
      ("^/a{2}[bc](.*)", "/s$1", "/s/x", ["/aab/x"]),
      ("^/(a|b)/(.*)$", "/srv/$1/$1/$2", "/srv/b/b/x", ["/b/x"]),
      ("^/(a|b)/(.*)$", "/srv/$1/$1/$2", "/srv/a/b/x", []),
      ("^/x(?!y)(.*)$", "/srv/$1", "/srv/y", []),
      ("(?i)^/X(.*)$", "/srv/$1", "/srv/y", ["/Xy"]),
      ("^/(.*)$", "/other/$1", "/srv/y", []),
    ])
  func inverse(expression: String, target: String, result: String, texts: [String]) {
    #expect(ExpressionInverse(expression, target).texts(for: result) == texts)
  }
}
