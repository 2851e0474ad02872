import Foundation
import Testing

@testable import CachetAudit

@Suite(
  "The web server: what its configuration lets a stranger reach", .timeLimit(.minutes(2)))
struct WebServerTests {
  private static func set(_ line: Installation.Line) -> String {
    switch line {
    case .two3: "cachet-2.3"
    case .two4, .two5: "cachet-2.4"
    case .three: "cachet-3"
    }
  }

  @Test("a .htaccess that is nested without end is an obstacle, and no crash")
  func nested() throws {
    let fixture = try WebFixture(.three)
    try fixture.cachet.write(
      "public/.htaccess", String(repeating: "<If \"true\">\n", count: 100_000))
    let audit = try fixture.apache("ServerAdmin alice@example.org")
    #expect(audit.failures.contains { $0.check.id == "guarded-paths" })
  }

  @Test("blocks of nginx that are nested without end are an obstacle, and no crash")
  func nestedBlocks() throws {
    let fixture = try WebFixture(.three)
    let audit = try fixture.nginx(String(repeating: "location / {\n", count: 100_000))
    #expect(audit.failures.contains { $0.check.id == "guarded-paths" })
  }

  @Test(
    "more conditions than are judged are unclear, and end",
    arguments: ["%{HTTP:X} == 'a'", "true"])
  func manyConditions(condition: String) throws {
    let fixture = try WebFixture(.three)
    try fixture.cachet.write(
      "public/.htaccess",
      String(repeating: "<If \"\(condition)\">\n</If>\n", count: 20_000))
    let audit = try fixture.apache("ServerAdmin alice@example.org")
    #expect(
      audit.findings.contains {
        $0.check.id == "guarded-paths" && $0.evidence.message.contains("more conditions")
      })
  }

  @Test("so are those of nginx")
  func manyIfs() throws {
    let fixture = try WebFixture(.three)
    let audit = try fixture.nginx(
      String(repeating: "if ($http_x) { set $y 1; }\n", count: 40)
        + "location / { fastcgi_pass unix:/run/php/cachet.sock; }")
    #expect(
      audit.findings.contains {
        $0.check.id == "guarded-paths" && $0.evidence.message.contains("cannot tell")
      })
  }

  @Test(
    "what begins like a loopback address is not one yet",
    arguments: [
      ("127.0.0.1", true), ("127.0.0.1:8000", true), ("localhost:80", true), ("LOCALHOST", true),
      ("[::1]:80", true), ("::1", true), ("[::1]", true), ("unix:/run/php/cachet.sock", true),
      ("127.example.org", false), ("127.0.0.1.example.org:80", false),
      ("localhost.example.org", false), ("192.0.2.7:80", false), ("80", false), ("", false),
    ])
  func loopback(address: String, isLocal: Bool) {
    #expect(Loopback.isAddress(address) == isLocal)
  }

  @Test(
    "a condition that is nested without end is unclear, and no crash", arguments: ["!", "(", "f("])
  func nestedCondition(opening: String) {
    let facts = ApacheExpression.Facts(variable: { _ in nil }, environment: { _ in nil })
    let text = String(repeating: opening, count: 100_000) + "true"
    #expect(ApacheExpression.holds(text, facts) == .unclear)
  }

  @Test(
    "our own includes hold, for every line and every guard",
    arguments: Installation.Line.allCases, ["form", "basic", "basic-cache"])
  func ownApache(line: Installation.Line, door: String) throws {
    let fixture = try WebFixture(line)
    try fixture.cachet.write("public/.htaccess", WebFixture.htaccess)
    let audit = try fixture.apache(
      """
      <FilesMatch "\\.php$">
        SetHandler "proxy:unix:/run/php/cachet.sock|fcgi://localhost"
      </FilesMatch>
      Define CACHET_MFA /usr/share/cachet-mfa
      Define CACHET_MFA_GUARD \(door)
      Include ${CACHET_MFA}/apache/\(Self.set(line)).conf
      """)
    #expect(audit.broken.isEmpty, "\(audit.results)")
    #expect(audit.results.allSatisfy { if case .held = $0.outcome { true } else { false } })
  }

  @Test("Apache can be told to refuse methods that it does not know")
  func registered() throws {
    let lines = """
      <Location />
      AuthType Basic
      AuthName a
      <Limit GET POST PUT DELETE>
        Require valid-user
      </Limit>
      </Location>
      """
    for (option, isBroken) in [
      ("", true), ("HttpProtocolOptions Unsafe RegisteredMethods", false),
      ("HttpProtocolOptions LenientMethods", true),
    ] {
      let audit = try WebFixture(.two4).apache("\(lines)\n\(option)")
      #expect(audit.broken.isSuperset(of: ["guard-bypass", "api-writes"]) == isBroken)
    }
  }

  @Test("our own includes hold for nginx", arguments: Installation.Line.allCases)
  func ownNginx(line: Installation.Line) throws {
    let fixture = try WebFixture(line)
    try fixture.write(
      "/etc/nginx/cachet-backend.conf",
      """
      include /usr/share/cachet-mfa/nginx/headers-fastcgi.conf;
      fastcgi_param SCRIPT_FILENAME /srv/cachet/public/index.php;
      fastcgi_pass unix:/run/php/cachet.sock;
      """)
    let audit = try fixture.nginx(
      "include /usr/share/cachet-mfa/nginx/guard.conf;",
      before:
        "include /usr/share/cachet-mfa/nginx/\(Self.set(line)).conf; include /usr/share/cachet-mfa/nginx/http.conf;"
    )
    #expect(audit.broken.isEmpty, "\(audit.results)")
    #expect(audit.results.allSatisfy { if case .held = $0.outcome { true } else { false } })
  }

  @Test("our own include holds where Apache hands everything to a container")
  func ownProxied() throws {
    let fixture = try WebFixture(.two4)
    try fixture.write(
      WebFixture.apache,
      """
      <VirtualHost *:443>
        ServerName status.example.org
        SSLEngine On
        ProxyPass "/" "http://127.0.0.1:8000/"
        RequestHeader set X-Forwarded-Proto https
        Define CACHET_MFA /usr/share/cachet-mfa
        Define CACHET_MFA_GUARD form
        Include ${CACHET_MFA}/apache/cachet-2.4.conf
      </VirtualHost>
      """)
    let audit = try fixture.audit(WebFixture.apache)
    #expect(audit.results.allSatisfy { if case .held = $0.outcome { true } else { false } })
  }

  @Test("what the path sets call open is open, so a verdict is no accident")
  func open() throws {
    let fixture = try WebFixture(.two4)
    _ = try fixture.apache(
      """
      Define CACHET_MFA /usr/share/cachet-mfa
      Define CACHET_MFA_GUARD basic
      Include ${CACHET_MFA}/apache/cachet-2.4.conf
      """)
    try fixture.write(
      "/etc/nginx/cachet-backend.conf", "proxy_pass http://127.0.0.1:8000;")
    _ = try fixture.nginx(
      "include /usr/share/cachet-mfa/nginx/guard.conf;",
      before:
        "include /usr/share/cachet-mfa/nginx/cachet-2.4.conf; include /usr/share/cachet-mfa/nginx/http.conf;"
    )
    for path in [WebFixture.apache, WebFixture.nginx] {
      let site = try #require(try fixture.server(path).sites.first)
      for target in ["/", "/incidents/7", "/api/v1/components?name=a", "/subscribe/manage/a"] {
        let passage = site.passage(of: WebRequest("GET", target))
        guard case .open = passage else {
          Issue.record("\(path) \(target): \(passage)")
          continue
        }
      }
      for target in ["/api/v1/components?1[0]=a", "/nothing", "/incidents/7/x", "/index.php"] {
        #expect(site.passage(of: WebRequest("GET", target)).isClosed, "\(path) \(target)")
      }
      #expect(site.passage(of: WebRequest("POST", "/")).isClosed)
    }
  }

  /// A guard that lacks something, what is found for it, and where.
  struct Plant: Sendable, CustomTestStringConvertible {
    let check: String
    let found: Set<String>
    let places: Set<String>
    let lines: String
    var before = ""
    var testDescription: String { "\(check) \(found.sorted())" }

    init(
      _ check: String, _ found: Set<String>, at places: Set<String>, before: String = "",
      _ lines: String
    ) {
      (self.check, self.found, self.places) = (check, found, places)
      (self.lines, self.before) = (lines, before)
    }
  }

  static let sign = "AuthType Basic\nAuthName a\nAuthBasicProvider PAM\nRequire pam-account a"

  private static let limitedToGetAndPost = """
    <Location />
    AuthType Basic
    AuthName a
    <Limit GET POST>
      Require valid-user
    </Limit>
    </Location>
    """

  static let apachePlants: [Plant] = [
    Plant(
      "guarded-paths",
      [
        "/dashboard", "/dashboard/settings/mail", "/dashboard/user/1/api/regen",
        "/dashboard/api/components/order", "/auth/login", "/auth/2fa", "/setup",
        "/setup/api/step3", "/signup/invite/abcDEF123",
      ], at: ["/etc/apache2/apache2.conf:13"], "<Location /admin>\n\(sign)\n</Location>"),
    // Of a folder that is not there Apache never asks.
    Plant(
      "guarded-paths",
      [
        "/dashboard", "/dashboard/settings/mail", "/dashboard/user/1/api/regen",
        "/dashboard/api/components/order",
      ], at: ["/etc/apache2/apache2.conf:13"],
      """
      <LocationMatch "^/(auth|setup|signup)">
      \(sign)
      </LocationMatch>
      <Directory /srv/cachet/public/dashboard>
      \(sign)
      </Directory>
      """),
    Plant(
      "guarded-paths", ["/signup/invite/abcDEF123"], at: ["/etc/apache2/apache2.conf:22"],
      """
      <LocationMatch "^/(index\\.php|dashboard|auth|setup|signup)(/|$)">
      \(sign)
      </LocationMatch>
      <Location /signup>
        Require all granted
      </Location>
      """),
    // Asked of GET alone.
    Plant(
      "guarded-paths",
      [
        "/dashboard", "/dashboard/settings/mail", "/dashboard/api/components/order",
        "/auth/login", "/auth/2fa", "/setup", "/setup/api/step3",
        "/signup/invite/abcDEF123",
      ], at: ["/etc/apache2/apache2.conf:19"],
      """
      <Location />
      AuthType Basic
      AuthName a
      <Limit GET>
        Require valid-user
      </Limit>
      </Location>
      """),
    Plant(
      "guard-bypass", ["/index.php/dashboard", "//index.php/dashboard"],
      at: ["/etc/apache2/apache2.conf:13"],
      "<LocationMatch \"^/(dashboard|auth|setup|signup)(/|$)\">\n\(sign)\n</LocationMatch>"),
    // To Laravel they are GET and POST.
    Plant(
      "guard-bypass", ["get /dashboard", "post /auth/login", "post /setup/api/step3"],
      at: ["/etc/apache2/apache2.conf:19"],
      limitedToGetAndPost),
    Plant(
      "api-writes", ["post /api/v1/components", "PUT /api/v1/components/7"],
      at: ["/etc/apache2/apache2.conf:19"],
      limitedToGetAndPost),
    // Slashes at the front Apache always merges.
    Plant(
      "guard-bypass", ["/index.php//dashboard"], at: ["/etc/apache2/apache2.conf:13"],
      """
      <LocationMatch "^/(index\\.php/)?(dashboard|auth|setup|signup)(/|$)">
      \(sign)
      </LocationMatch>
      MergeSlashes Off
      """),
    // A variable that is made from the request line as it came.
    Plant(
      "guard-bypass",
      [
        "//dashboard", "/%64ashboard", "/index.php/dashboard", "/x/../dashboard", "/./dashboard",
        "https://status.example.org/dashboard",
      ], at: ["/etc/apache2/apache2.conf:13"],
      """
      SetEnvIfExpr "%{THE_REQUEST} =~ m#^[A-Z]+ /(dashboard|auth|setup|signup)#" ADMIN
      <If "-n reqenv('ADMIN')">
      \(sign)
      </If>
      """),
    Plant(
      "guard-satisfy", ["/dashboard"], at: ["/etc/apache2/apache2.conf:22"],
      """
      <Location />
      \(sign)
      Order deny,allow
      Deny from all
      Satisfy Any
      </Location>
      """),
    Plant(
      "api-writes", ["POST /api/v1/components", "DELETE /api/v1/incidents/7"],
      at: ["/etc/apache2/apache2.conf:13"],
      "<LocationMatch \"^/(index\\.php|dashboard|auth|setup|signup)(/|$)\">\n\(sign)\n</LocationMatch>"
    ),
    Plant(
      "forwarded-headers",
      ["X-Forwarded-For X-Forwarded-Host X-Forwarded-Port X-Forwarded-Proto"],
      at: ["/etc/apache2/apache2.conf:7"],
      "<Location />\n\(sign)\n</Location>\nRequestHeader unset X-Forwarded-For env=other"),
    Plant(
      "backend-open", ["app.example.org:9000"], at: ["/etc/apache2/apache2.conf:21"],
      "<Location />\n\(sign)\n</Location>\nProxyPass / http://app.example.org:9000/"),
    // The proxy comes before a redirect, and a page in place of a refusal is Cachet's.
    Plant(
      "guarded-paths", ["/dashboard", "/setup"], at: ["/etc/apache2/apache2.conf:7"],
      "Redirect permanent / https://status.example.org/\nProxyPass / http://127.0.0.1:8000/"),
    Plant(
      "guarded-paths", ["/dashboard"],
      at: ["/etc/apache2/apache2.conf:13", "/etc/apache2/apache2.conf:21"],
      """
      <FilesMatch "\\.php$">
        SetHandler "proxy:unix:/run/php/cachet.sock|fcgi://localhost"
      </FilesMatch>
      <Location /dashboard>
        Require all denied
      </Location>
      ErrorDocument 403 /index.php
      """),
    // What is not judged is not clean.
    Plant(
      "guarded-paths", ["/dashboard"], at: ["/etc/apache2/apache2.conf:15"],
      """
      <If "%{HTTP:X-Proxy} != 'a'">
      \(sign)
      </If>
      """),
    Plant(
      "guarded-paths", ["/dashboard"], at: ["/etc/apache2/apache2.conf:22"],
      """
      <Location />
      \(sign)
      </Location>
      RewriteEngine On
      RewriteRule ^/dashboard /index.php/dashboard [PT]
      """),
  ]

  @Test("Apache: planted", arguments: apachePlants)
  func apache(plant: Plant) throws {
    try expect(plant) { fixture in try fixture.apache(plant.lines) }
  }

  static let php = """
    location ~ \\.php(/|$) {
      fastcgi_param HTTP_X_FORWARDED_FOR "";
      fastcgi_param HTTP_X_FORWARDED_HOST "";
      fastcgi_param HTTP_X_FORWARDED_PORT "";
      fastcgi_param HTTP_X_FORWARDED_PROTO "";
      fastcgi_pass unix:/run/php/cachet.sock;
    }
    """

  static let nginxPlants: [Plant] = [
    // As Debian ships it for PHP.
    Plant(
      "guard-bypass", ["/index.php/dashboard"], at: ["/etc/nginx/nginx.conf:7"],
      """
      location / { try_files $uri $uri/ /index.php?$query_string; }
      location ~ \\.php(/|$) { include snippets/fastcgi-php.conf; fastcgi_pass unix:/run/php/cachet.sock; }
      location ~ ^/(dashboard|auth|setup|signup) { auth_pam a; try_files $uri /index.php; }
      """),
    Plant(
      "guarded-paths", ["/dashboard", "/auth/login", "/setup"], at: ["/etc/nginx/nginx.conf:7"],
      """
      location / { try_files $uri $uri/ /index.php?$query_string; }
      location ~ \\.php$ { include snippets/fastcgi-php.conf; fastcgi_pass unix:/run/php/cachet.sock; }
      """),
    Plant(
      "guarded-paths", ["/dashboard", "/auth/login", "/setup"], at: ["/etc/nginx/nginx.conf:7"],
      """
      location / { try_files $uri /index.php$is_args$args; }
      \(php)
      location /admin { auth_pam a; }
      """),
    Plant(
      "guard-bypass", ["/index.php/dashboard", "//index.php/dashboard"],
      at: ["/etc/nginx/nginx.conf:7"],
      """
      location / { try_files $uri /index.php$is_args$args; }
      \(php)
      location ~ ^/(dashboard|auth|setup|signup) {
        auth_pam a;
        try_files $uri /index.php$is_args$args;
      }
      """),
    // The path as it came.
    Plant(
      "guard-bypass", ["//dashboard", "/%64ashboard", "/index.php/dashboard"],
      at: ["/etc/nginx/nginx.conf:6"],
      """
      location / {
        if ($request_uri ~ ^/(dashboard|auth|setup|signup)) { return 403; }
        proxy_pass http://127.0.0.1:8000;
      }
      """),
    Plant(
      "guarded-paths", ["/dashboard"], at: ["/etc/nginx/nginx.conf:7"],
      """
      location / { auth_basic a; proxy_pass http://127.0.0.1:8000; }
      location = /dashboard { auth_basic off; proxy_pass http://127.0.0.1:8000; }
      """),
    Plant(
      "guard-satisfy", ["/dashboard"], at: ["/etc/nginx/nginx.conf:7"],
      """
      location / {
        satisfy any;
        allow 192.0.2.0/24;
        deny all;
        auth_pam a;
        proxy_pass http://127.0.0.1:8000;
      }
      """),
    Plant(
      "api-writes", ["POST /api/v1/components", "GET /api/v1/subscribers"],
      at: ["/etc/nginx/nginx.conf:7"],
      """
      location / { auth_pam a; proxy_pass http://127.0.0.1:8000; }
      location ~ ^/api/ { proxy_pass http://127.0.0.1:8000; }
      """),
    Plant(
      "forwarded-headers", ["X-Forwarded-For X-Forwarded-Host"], at: ["/etc/nginx/nginx.conf:11"],
      """
      location / {
        auth_pam a;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Forwarded-Port "";
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_pass http://127.0.0.1:8000;
      }
      """),
    Plant(
      "backend-open", ["192.0.2.7:9000"], at: ["/etc/nginx/nginx.conf:2"],
      before: "upstream app { server 127.0.0.1:9000; server 192.0.2.7:9000; }",
      "location / { auth_pam a; proxy_pass http://app; }"),
    Plant(
      "guarded-paths", ["/dashboard"], at: ["/etc/nginx/nginx.conf:7"],
      """
      location / {
        access_by_lua_block { if a then b() end }
        proxy_pass http://127.0.0.1:8000;
      }
      """),
    Plant(
      "guarded-paths", ["/dashboard"], at: ["/etc/nginx/nginx.conf:8"],
      """
      location / {
        auth_pam a;
        error_page 401 = @login;
        proxy_pass http://127.0.0.1:8000;
      }
      location @login { proxy_pass http://127.0.0.1:8000; }
      """),
  ]

  @Test("nginx: planted", arguments: nginxPlants)
  func nginx(plant: Plant) throws {
    try expect(plant) { fixture in try fixture.nginx(plant.lines, before: plant.before) }
  }

  private func expect(_ plant: Plant, _ look: (WebFixture) throws -> Audit) throws {
    let fixture = try WebFixture(.two4)
    try fixture.write(
      "/etc/nginx/snippets/fastcgi-php.conf",
      """
      fastcgi_split_path_info ^(.+?\\.php)(/.*)$;
      try_files $fastcgi_script_name =404;
      set $path_info $fastcgi_path_info;
      fastcgi_index index.php;
      """)
    let audit = try look(fixture)
    let about = audit.about(plant.check)
    #expect(plant.found.isSubset(of: about), "\(about.sorted())")
    #expect(audit.places(of: plant.check) == plant.places)
    #expect(audit.failures.isEmpty, "\(audit.failures)")
  }

  @Test("'Satisfy Any' and 'Require all granted' in .htaccess count where they may stand there")
  func satisfyInHtaccess() throws {
    let fixture = try WebFixture(.two4)
    for (line, overrides, isOpen) in [
      ("Satisfy Any", "All", true), ("Satisfy Any", "AuthConfig FileInfo", true),
      ("Satisfy Any", "FileInfo", false), ("Satisfy Any", "None", false),
      ("Require all granted", "All", true), ("Require all granted", "FileInfo", false),
    ] {
      try fixture.cachet.write("public/.htaccess", WebFixture.htaccess + line + "\n")
      let audit = try fixture.apache(
        """
        <Directory /srv/cachet/public>
        AllowOverride \(overrides)
        \(Self.sign)
        </Directory>
        """)
      #expect(audit.about("guarded-paths").contains("/dashboard") == isOpen, "\(line) \(overrides)")
    }
  }

  @Test("a site is known by a root with variables, and by the name that its folder has")
  func rootsWithVariables() throws {
    let fixture = try WebFixture(.two4)
    let open = "location / { proxy_pass http://127.0.0.1:8000; }"
    for root in ["set $base /srv/cachet; root $base/public;", "root /srv/$host/public;"] {
      let audit = try fixture.nginx("\(open)\n\(root)", root: "")
      #expect(audit.about("guarded-paths").contains("/dashboard"), "\(root)")
    }
    // Whose it is nobody can tell: it may be this one's.
    let unknown = try fixture.nginx("\(Self.php)\nroot $http_x;", root: "")
    #expect(unknown.about("guarded-paths").contains("/dashboard"))
    for lines in [
      "VirtualDocumentRoot /srv/cachet/public", "VirtualDocumentRoot /srv/%1/public",
      "Define HOME /srv/cachet\nDocumentRoot ${HOME}/public",
    ] {
      let audit = try fixture.apache(
        lines + "\nServerName cachet.example.net\nProxyPass / http://127.0.0.1:8000/",
        root: "/usr/share")
      #expect(audit.about("guarded-paths").contains("/dashboard"), "\(lines)")
    }
  }

  @Test("an address is no sign-in, and is no open door either")
  func addresses() throws {
    let fixture = try WebFixture(.two4)
    for lines in [
      "<Location />\nRequire ip 192.0.2.0/24\n</Location>",
      "<Location />\nOrder deny,allow\nDeny from all\nAllow from 192.0.2.0/24\n</Location>",
      "<Location />\n<RequireAny>\n\(Self.sign)\nRequire local\n</RequireAny>\n</Location>",
      "RewriteEngine On\nRewriteCond %{REMOTE_ADDR} !^192\\.0\\.2\\.\nRewriteRule ^ - [F]",
    ] {
      #expect(try fixture.apache(lines).about("guarded-paths").isEmpty, "\(lines)")
    }
    let open = try fixture.apache("<Location />\nRequire ip 0.0.0.0/0\n</Location>")
    #expect(open.about("guarded-paths").contains("/dashboard"))
  }

  @Test("the document root is the installation, or above it")
  func documentRoot() throws {
    let fixture = try WebFixture(.two4)
    let audit = try fixture.apache("", root: "/srv/cachet")
    #expect(audit.places(of: "document-root") == ["/etc/apache2/apache2.conf:10"])
    #expect(try fixture.apache("").about("document-root").isEmpty)
  }

  @Test("without https, unless it is redirected")
  func plain() throws {
    let fixture = try WebFixture(.two4)
    let guarded = "<Location />\n\(Self.sign)\n</Location>"
    #expect(
      try fixture.apache(guarded, port: "80").places(of: "plain-http")
        == ["/etc/apache2/apache2.conf:19"])
    #expect(try fixture.apache(guarded).about("plain-http").isEmpty)
    let redirect = "Redirect permanent / https://status.example.org/"
    #expect(try fixture.apache(redirect, port: "80").broken.isEmpty)
    let rule = "RewriteEngine On\nRewriteCond %{HTTPS} off\nRewriteRule ^ https://a/ [R=301,L]"
    #expect(try fixture.apache(rule, port: "80").broken.isEmpty)
    let location = "location / { auth_pam a; proxy_pass http://127.0.0.1:8000; }"
    #expect(
      try fixture.nginx(location, listen: "80").places(of: "plain-http")
        == ["/etc/nginx/nginx.conf:6"])
    #expect(
      try fixture.nginx(location, listen: "80; listen 443 ssl").about("plain-http") == ["http"])
    let redirected = "if ($scheme = http) { return 301 https://$host$request_uri; }\n" + location
    #expect(
      try fixture.nginx(redirected, listen: "80; listen 443 ssl").about("plain-http").isEmpty)
    #expect(
      try fixture.nginx("return 301 https://$host$request_uri;", listen: "80").broken.isEmpty)
  }

  @Test("what cannot be read is not clean; what is not there is not asked")
  func obstacles() throws {
    let fixture = try WebFixture(.two4)
    for (lines, line) in [
      ("Include conf/none.conf", 15), ("<Location />", 16), ("</Location>", 15), ("Use Macro", 15),
      ("<LocationMatch \"^(/a\">\n</LocationMatch>", 15),
    ] {
      let audit = try fixture.apache(lines)
      #expect(audit.failures.count == Check.webServer.count, "\(lines)")
      #expect(
        audit.failures.allSatisfy {
          $0.obstacle.words.hasPrefix("/etc/apache2/apache2.conf:\(line):")
        },
        "\(audit.failures.first?.obstacle.words ?? "")")
    }
    for lines in ["include none.conf;", "location / {", "a 'b;", "}}", "location ~ (/a { }"] {
      let audit = try fixture.nginx(lines)
      #expect(audit.failures.count == Check.webServer.count, "\(lines)")
    }
    try fixture.write("/etc/apache2/loop.conf", "Include loop.conf\n")
    #expect(try fixture.audit("/etc/apache2/loop.conf").failures.count == Check.webServer.count)
    try fixture.write(
      "/etc/apache2/other.conf", "<VirtualHost *>\nDocumentRoot /usr/share\n</VirtualHost>\n")
    let other = try fixture.audit("/etc/apache2/other.conf")
    #expect(
      other.results.filter { if case .notAsked = $0.outcome { true } else { false } }.count
        == Check.webServer.count)
  }

  @Test("no passphrase of a configuration comes into a report")
  func redacted() throws {
    let fixture = try WebFixture(.two4)
    let audit = try fixture.apache(
      "Include /etc/cachet-mfa/apache-passphrases.conf\nRequestHeader set X-Token planted-token")
    #expect(!audit.findings.isEmpty)
    #expect(audit.findings.allSatisfy { !"\($0)".contains("planted-") })
  }
}
