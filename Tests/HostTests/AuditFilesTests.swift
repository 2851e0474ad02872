import Foundation
import TestSupport
import Testing

@testable import CachetAudit

extension HostTests {
  /// The same folders twice: in the test root, where the server runs, and in a folder of this machine,
  /// which the audit reads.
  @Suite("What the audit says of files is what the web server hands out")
  struct AuditFiles {
    /// A site, and the installation that it is about.
    struct Layout: Sendable {
      let lines: String
      let tree: String
      /// The audit says that it cannot tell.
      let isUnclear: Bool
      /// A request may be for this host.
      let host: String?

      init(
        _ lines: String, of tree: String = "cachet", isUnclear: Bool = false, host: String? = nil
      ) {
        (self.lines, self.tree, self.isUnclear, self.host) = (lines, tree, isUnclear, host)
      }
    }

    private static func open(_ tree: String, _ lines: String = "") -> String {
      "<Directory /srv/\(tree)>\nRequire all granted\n\(lines)\n</Directory>\n"
    }
    private static let closed = "<Directory /srv/cachet>\nRequire all denied\n</Directory>\n"
    private static let publicRoot =
      "DocumentRoot /srv/cachet/public\n<Directory /srv/cachet/public>\nRequire all granted\n</Directory>\n"
    private static let proxy = "http://127.0.0.1:8099/"

    static let apache: [Layout] = [
      Layout(publicRoot),
      Layout("DocumentRoot /srv/cachet\n\(open("cachet"))"),
      Layout("DocumentRoot /srv\n\(open("cachet"))"),
      Layout("DocumentRoot /srv/cachet/\n\(closed)"),
      Layout("\(publicRoot)Alias /cachet \"/srv/cachet\"\n\(open("cachet"))"),
      Layout("\(publicRoot)Alias /cachet \"/srv/cachet\""),
      Layout("\(publicRoot)Alias /c/ /srv/cachet/\n\(open("cachet"))"),
      Layout("\(publicRoot)Alias /c /srv/cachet/\n\(open("cachet"))"),
      Layout("\(publicRoot)Alias /c/ /srv/cachet\n\(open("cachet"))"),
      Layout("\(publicRoot)Alias /logs /srv/cachet/storage/logs\n\(open("cachet"))"),
      Layout("\(publicRoot)Alias /css /srv/cachet/public/css\n\(open("cachet"))"),
      Layout("\(publicRoot)AliasMatch ^/app/(.+)$ /srv/cachet/$1\n\(open("cachet"))"),
      Layout("\(publicRoot)AliasMatch ^/static(.*)$ /srv/cachet/public/$1\n\(open("cachet"))"),
      Layout("\(publicRoot)AliasMatch ^/static/(.*)$ /srv/cachet/public/$1\n\(open("cachet"))"),
      Layout(
        "\(publicRoot)AliasMatch ^/([^/]+)/files/(.*)$ /srv/$1/$2\n\(open("cachet"))"),
      Layout(
        "\(publicRoot)<Location /file>\nAlias /srv/cachet/.env\n</Location>\n\(open("cachet"))"),
      Layout("\(publicRoot)<Location /loc>\nAlias /srv/cachet\n</Location>\n\(open("cachet"))"),
      Layout(
        "\(publicRoot)<Location /loc>\nAlias /srv/cachet\nAliasPreservePath On\n</Location>\n\(open("cachet"))"
      ),
      Layout(
        "\(publicRoot)RewriteEngine On\nRewriteRule ^/files/(.*)$ /srv/cachet/$1 [L]\n\(open("cachet"))"
      ),
      Layout(
        "\(publicRoot)RewriteEngine On\nRewriteRule ^/rw(.*)$ /srv/cachet/public/$1\n\(open("cachet"))"
      ),
      Layout("\(publicRoot)RewriteRule ^/files/(.*)$ /srv/cachet/$1 [L]\n\(open("cachet"))"),
      Layout(
        "\(publicRoot)RewriteEngine On\nRewriteRule ^/files/(.*)$ /srv/%{HTTP:X-Site}/$1 [L]\n\(open("cachet"))",
        isUnclear: true),
      Layout("VirtualDocumentRoot /srv/%0\n\(open("cachet"))", host: "cachet"),
      Layout("VirtualDocumentRoot /srv/%0/public\n\(open("cachet"))", host: "cachet"),
      Layout("VirtualDocumentRoot /srv/%1\n\(open("cachet"))", host: "cachet.example.org"),
      Layout("\(publicRoot)UserDir /srv\n\(open("cachet"))"),
      Layout("\(publicRoot)UserDir /srv\nUserDir disabled\n\(open("cachet"))"),
      Layout("\(publicRoot)UserDir /srv/*/storage\n\(open("cachet"))"),
      Layout(
        "DocumentRoot /srv/cachet\n\(open("cachet"))<FilesMatch \"^\\.\">\nRequire all denied\n</FilesMatch>"
      ),
      Layout(
        "DocumentRoot /srv/cachet\n\(open("cachet"))<Location />\nRequire all denied\n</Location>"),
      Layout(
        "DocumentRoot /srv/cachet\n\(open("cachet"))<Location />\nAuthType Basic\nAuthName a\nAuthBasicProvider file\nAuthUserFile /dev/null\nRequire valid-user\n</Location>"
      ),
      Layout("DocumentRoot /srv/cachet\n\(open("cachet"))RedirectMatch 404 ^/(?!public/)"),
      Layout(
        "DocumentRoot /srv/cachet\n\(open("cachet"))RewriteEngine On\nRewriteCond %{REQUEST_URI} !^/public/\nRewriteRule ^ - [F]"
      ),
      Layout(
        "DocumentRoot /srv/cachet\n\(open("cachet"))RewriteEngine On\nRewriteRule ^/(.*)$ /srv/cachet/public/$1 [L]"
      ),
      // .htaccess: 'granted' and its like have one in the installation.
      Layout(
        "DocumentRoot /srv/granted\n<Directory /srv/granted>\nAllowOverride All\nRequire all denied\n</Directory>",
        of: "granted"),
      Layout(
        "DocumentRoot /srv/granted\n<Directory /srv/granted>\nAllowOverride AuthConfig\nRequire all denied\n</Directory>",
        of: "granted"),
      Layout(
        "DocumentRoot /srv/granted\n<Directory /srv/granted>\nAllowOverride None\nRequire all denied\n</Directory>",
        of: "granted"),
      Layout(
        "DocumentRoot /srv/granted\n<Directory /srv/granted>\nAllowOverride Limit\nRequire all granted\n</Directory>",
        of: "granted"),
      Layout(
        "DocumentRoot /srv/granted\n<Directory /srv/granted>\nAllowOverride Limit Nonfatal=Override\nRequire all denied\n</Directory>",
        of: "granted"),
      Layout(
        "DocumentRoot /srv/granted\n<Directory /srv/granted>\nAllowOverride None\nAllowOverrideList Require\nRequire all denied\n</Directory>",
        of: "granted"),
      Layout(
        "DocumentRoot /srv/granted/public\nAlias /a /srv/granted\n<Directory /srv/granted>\nAllowOverride All\nRequire all denied\n</Directory>",
        of: "granted"),
      Layout(
        "DocumentRoot /srv/satisfy\n<Directory /srv/satisfy>\nAllowOverride All\nAuthType Basic\nAuthName a\nAuthBasicProvider file\nAuthUserFile /dev/null\nRequire valid-user\nOrder deny,allow\nDeny from all\n</Directory>",
        of: "satisfy"),
      Layout(
        "DocumentRoot /srv/satisfy\n<Directory /srv/satisfy>\nAllowOverride AuthConfig\nRequire all denied\n</Directory>",
        of: "satisfy"),
      Layout(
        "DocumentRoot /srv/rewrite\n<Directory /srv/rewrite>\nAllowOverride All\nRequire all granted\n</Directory>",
        of: "rewrite"),
      Layout(
        "DocumentRoot /srv/rewrite\n<Directory /srv/rewrite>\nAllowOverride AuthConfig\nRequire all granted\n</Directory>",
        of: "rewrite"),
      Layout(
        "DocumentRoot /srv/cachet/public\n\(open("cachet"))Alias /r /srv/rewrite\n<Directory /srv/rewrite>\nAllowOverride All\nRequire all granted\n</Directory>",
        of: "rewrite"),
      Layout(
        "AccessFileName .access\nDocumentRoot /srv/access\n<Directory /srv/access>\nAllowOverride All\nRequire all denied\n</Directory>",
        of: "access"),
      // Links, in a folder that Debian's main file opens.
      Layout("DocumentRoot /var/www"),
      Layout("DocumentRoot /var/www\n<Directory /var/www>\nOptions None\n</Directory>"),
      Layout(
        "DocumentRoot /var/www\n<Directory /var/www>\nOptions SymLinksIfOwnerMatch\n</Directory>"),
      // Who comes first: rules, the proxy, redirects, aliases.
      Layout("\(publicRoot)ProxyPass / \(proxy)\nAlias /cachet /srv/cachet\n\(open("cachet"))"),
      Layout(
        "\(publicRoot)ProxyPass /cachet !\nProxyPass / \(proxy)\nAlias /cachet /srv/cachet\n\(open("cachet"))"
      ),
      Layout(
        "\(publicRoot)Redirect permanent / https://status.example.org/\nAlias /cachet /srv/cachet\n\(open("cachet"))"
      ),
      Layout(
        "\(publicRoot)RewriteEngine On\nRewriteRule ^/cachet/(.*)$ /srv/cachet/$1\nRedirect permanent / https://status.example.org/\n\(open("cachet"))"
      ),
      Layout(
        "DocumentRoot /srv/cachet\n\(open("cachet"))<FilesMatch \"\\.(env|log|json)$\">\nSetHandler \"proxy:unix:/run/none.sock|fcgi://localhost\"\n</FilesMatch>\n<FilesMatch \"^(artisan|VERSION|HEAD)$\">\nRequire all denied\n</FilesMatch>",
        isUnclear: true),
    ]

    static let nginx: [Layout] = [
      Layout("root /srv/cachet/public;"),
      Layout("root /srv/cachet;"),
      Layout("root /srv;"),
      Layout("root /srv/cachet/public; location /cachet/ { alias /srv/cachet/; }"),
      Layout("root /srv/cachet/public; location /cachet { alias /srv/cachet; }"),
      Layout("root /srv/cachet/public; location /cachet/ { root /srv; }"),
      Layout("root /srv/cachet/public; location = /x { alias /srv/cachet/.env; }"),
      Layout("root /srv/cachet/public; location /logs/ { alias /srv/cachet/storage/logs/; }"),
      Layout("root /srv/cachet/public; location /static { alias /srv/cachet/public/; }"),
      Layout("root /srv/cachet/public; location /static/ { alias /srv/cachet/public/; }"),
      Layout("root /srv/cachet/public; location /static { alias /srv/cachet/public; }"),
      Layout("root /srv/cachet/public; location ~ ^/app/(.*)$ { alias /srv/cachet/$1; }"),
      Layout(
        "root /srv/cachet/public; location ~ ^/(?<site>[^/]+)/files/(?<rest>.*)$ { alias /srv/$site/$rest; }"
      ),
      Layout("root /srv/cachet/public; location ~* \\.(log|png)$ { root /srv/cachet; }"),
      Layout("root /srv/cachet/public; location ~* \\.(css|png)$ { root /srv/cachet; }"),
      Layout(
        "root /srv/cachet/public; location /cachet/ { alias /srv/cachet/; location ~ \\.env$ { deny all; } }"
      ),
      Layout("set $base /srv/cachet; root $base;"),
      Layout("set $base /srv/cachet; root $base/public;"),
      Layout("root $mapped;"),
      Layout("root /srv/$host;", host: "cachet"),
      Layout("root /srv/$host/public;", host: "cachet"),
      Layout("root /srv/$http_x_site;", isUnclear: true),
      Layout(
        "root /srv/cachet/public; location / { try_files $uri @rest; } location @rest { root /srv/cachet; }"
      ),
      Layout(
        "root /srv/cachet/public; location / { try_files $uri /files$uri =404; } location /files/ { internal; alias /srv/cachet/; }"
      ),
      Layout(
        "root /srv/cachet/public; location /files/ { internal; alias /srv/cachet/; } rewrite ^/dl/(.*)$ /files/$1 last;"
      ),
      Layout("root /srv/cachet/public; location /files/ { internal; alias /srv/cachet/; }"),
      Layout("root /srv/cachet; location / { deny all; }"),
      Layout("root /srv/cachet; location / { return 403; }"),
      Layout("root /srv/cachet; location / { auth_basic a; auth_basic_user_file /dev/null; }"),
      Layout("root /srv/cachet; location ~ ^/(?!public/) { deny all; }"),
      Layout("root /srv/cachet; location ~ /\\. { deny all; }"),
      Layout("root /srv/cachet; location / { proxy_pass \(proxy); }"),
      Layout("root /srv/cachet; if ($http_x_a) { return 403; }", isUnclear: true),
      Layout(
        "root /srv/cachet; location / { satisfy any; allow all; auth_basic a; auth_basic_user_file /dev/null; }"
      ),
      Layout("root /srv/cachet; location / { rewrite ^/(.*)$ /public/$1 break; }"),
      Layout("root /var/www;"),
      Layout("root /var/www; disable_symlinks on;"),
      Layout("root /var/www; disable_symlinks if_not_owner;"),
    ]

    private static let trees = ["cachet", "granted", "satisfy", "rewrite", "access"]
    private static let privates = [
      ".env", "artisan", "VERSION", "composer.json", "storage/logs/laravel.log", ".git/HEAD",
    ]

    /// Every file says where it is.
    private static var files: [String: String] {
      var files: [String: String] = [:]
      for tree in trees {
        for name in privates + ["public/a.txt", "public/css/app.css"] {
          files["/srv/\(tree)/\(name)"] = name == "VERSION" ? "2.4.0\n" : "file \(tree)/\(name)\n"
        }
      }
      files["/srv/granted/.htaccess"] = "Require all granted\n"
      files["/srv/satisfy/.htaccess"] = "Allow from all\nSatisfy Any\n"
      files["/srv/rewrite/.htaccess"] = "RewriteEngine On\nRewriteRule ^(.*)$ public/$1 [L]\n"
      files["/srv/rewrite/public/.htaccess"] =
        "RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^ a.txt [L]\n"
      files["/srv/access/.access"] = "Require all granted\n"
      files["/var/www/index.html"] = "nothing\n"
      return files
    }

    @Test("Apache")
    func apache() async throws {
      try await withHosts { host, mirror in
        var text =
          "ServerRoot /etc/apache2\n<Directory />\nRequire all denied\n</Directory>\n<Directory /var/www>\nRequire all granted\n</Directory>\n"
        for (index, layout) in Self.apache.enumerated() {
          text +=
            "Listen 127.0.0.1:\(8100 + index)\n<VirtualHost *:\(8100 + index)>\nServerName site\(index)\n\(layout.lines)\n</VirtualHost>\n"
        }
        try host.write(text, to: "/etc/apache2/sites-available/cachet.conf")
        try mirror.write(text, to: "/etc/apache2/sites-available/cachet.conf")
        try await host.must(
          """
          a2enmod -q proxy_fcgi proxy_http rewrite userdir vhost_alias
          a2disconf -q serve-cgi-bin >/dev/null; : >/etc/apache2/mods-enabled/userdir.conf
          a2dissite -q 000-default && a2ensite -q cachet && : >/etc/apache2/ports.conf
          mkdir -p -m 1777 /run/lock && apachectl start
          """)
        try await compare(
          Self.apache, by: "/etc/apache2/sites-available/cachet.conf", on: host, mirror)
      }
    }

    @Test("nginx")
    func nginx() async throws {
      try await withHosts { host, mirror in
        var text = "map $server_port $mapped { default /srv/cachet; }\n"
        for (index, layout) in Self.nginx.enumerated() {
          text +=
            "server {\nlisten 127.0.0.1:\(8100 + index);\nserver_name site\(index);\n\(layout.lines)\n}\n"
        }
        try host.write(text, to: "/etc/nginx/conf.d/cachet.conf")
        try mirror.write(text, to: "/etc/nginx/conf.d/cachet.conf")
        try await host.must("rm /etc/nginx/sites-enabled/default && nginx")
        try await compare(Self.nginx, by: "/etc/nginx/conf.d/cachet.conf", on: host, mirror)
      }
    }

    private func withHosts(_ body: (TestHost, TemporaryFolder) async throws -> Void) async throws {
      try await withHost(bare: true) { host in
        try await withFolder { mirror in
          for (path, text) in Self.files {
            try host.write(text, to: path)
            try mirror.write(text, to: path)
          }
          try await host.must("ln -s ../../srv/cachet /var/www/status")
          try FileManager.default.createSymbolicLink(
            atPath: mirror.path + "/var/www/status", withDestinationPath: "../../srv/cachet")
          try await body(host, mirror)
        }
      }
    }

    private func compare(
      _ layouts: [Layout], by file: String, on host: TestHost, _ mirror: TemporaryFolder
    ) async throws {
      let files = ServerFiles(root: mirror.path)
      let server = try WebServer([file], in: files)
      var counts = (exposed: 0, closed: 0, unclear: 0)
      for (index, layout) in layouts.enumerated() {
        let site = try #require(server.sites.first { $0.names.contains("site\(index)") })
        let folder = Folder(root: mirror.path + "/srv/\(layout.tree)")
        let seen = ExposedFiles.look(
          at: try Installation(folder), in: WebServer([site], in: files), hosts: []
        ).seen
        let isUnclear = seen.contains { $0.message.hasPrefix("cannot tell") }
        let told = seen.compactMap { Self.target(in: $0.message) }
        let reached = try await Self.exposed(
          told + Self.attempts, of: layout, port: 8100 + index, on: host)
        let words = "\(layout.lines)\n\(seen.map(\.message)) \(reached.sorted())"
        #expect(isUnclear == layout.isUnclear, "\(words)")
        for target in told { #expect(reached.contains(target), "\(words)") }
        if seen.isEmpty { #expect(reached.isEmpty, "\(words)") }
        if isUnclear {
          counts.unclear += 1
        } else if seen.isEmpty {
          counts.closed += 1
        } else {
          counts.exposed += 1
        }
      }
      #expect(counts.exposed > 10 && counts.closed > 10 && counts.unclear > 0, "\(counts)")
    }

    private static func target(in message: String) -> String? {
      message.hasPrefix("GET ")
        ? message.split(separator: " ").dropFirst().first.map(String.init) : nil
    }

    /// What somebody would try.
    private static let attempts: [String] = {
      let fronts = [
        "", "/cachet", "/c", "/c/", "/public/..", "/static..", "/static../..", "/static", "/app",
        "/files",
        "/cachet/files", "/rw..", "/rw", "/~cachet", "/~cachet/..", "/loc", "/file", "/dl",
        "/status", "/a",
        "/r", "/srv/cachet", "/logs..", "/css..", "/storage", "/%2e%2e",
      ]
      return [
        "/file", "/x", "/logs/laravel.log", "/logs", "/laravel.log", "/~cachet/logs/laravel.log",
      ]
        + fronts.flatMap { front in privates.map { "\(front)/\($0)" } }
    }()

    /// Those of the targets that private files of the layout's installation were handed out for.
    private static func exposed(
      _ targets: [String], of layout: Layout, port: Int, on host: TestHost
    ) async throws -> Set<String> {
      let header = layout.host.map { "header = \"Host: \($0)\"\n" } ?? ""
      let lines = targets.map { target in
        """
        url = http://127.0.0.1:\(port)/
        request-target = "\(target)"
        \(header)silent
        max-time = 20
        write-out = "\\n<<%{http_code}>>\\n"

        """
      }
      let asked = try await host.run(
        "curl", "--config", "-", input: lines.joined(separator: "next\n"), within: 120)
      let bodies = asked.output.components(separatedBy: "\n<<").dropLast()
      try #require(bodies.count == targets.count, "\(asked)")
      let handed = privates.map { "file \(layout.tree)/\($0)" } + ["2.4.0"]
      return Set(
        zip(targets, bodies).filter { _, body in
          let lines = body.split(separator: "\n").map(String.init)
          return handed.contains { lines.contains($0) }
        }.map(\.0))
    }
  }
}
