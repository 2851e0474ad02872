import Foundation
import TestSupport

/// A web server in a test root: on 127.0.0.1:443 with packaging/apache or packaging/nginx and the site of
/// docs/web.md as they stand, and behind it Tests/HostTests/cachet in Cachet's place, run by PHP-FPM as a user
/// of its own.
struct Web {
  enum Server: Sendable, CustomStringConvertible {
    /// `by` "fastcgi" or, to a container, "proxy".
    case apache(guard: String = "form", mpm: String = "event", by: String = "fastcgi")
    case nginx(by: String = "fastcgi")

    var description: String {
      switch self {
      case .apache(let door, let mpm, let way): "Apache, \(door), \(mpm), \(way)"
      case .nginx(let way): "nginx, \(way)"
      }
    }
  }

  let host: TestHost

  /// Starts `server` in front of Cachet `version` ("2.4"; "3 /status/" for one under a path).
  /// `lines` are Apache's virtual host's own.
  init(
    _ server: Server, cachet version: String, site lines: [String] = [], on host: TestHost
  ) async throws {
    self.host = host
    let words = version.split(separator: " ").map(String.init)
    try await Web.install(on: host)
    switch server {
    case .apache(let door, let mpm, let way):
      if way == "proxy" {
        try host.write(Web.container, to: "/etc/apache2/conf-enabled/container.conf")
      }
      try await Web.startApache(
        Web.apache(cachet: words, guard: door, by: way, lines), mpm: mpm, on: host)
    case .nginx(let way):
      var set = "/usr/share/cachet-mfa/nginx/cachet-\(words[0]).conf"
      if words.count > 1 {
        // As its head says.
        try await host.must(
          "sed 's,(?#CACHET_PATH),\(words[1].dropLast()),' \(set) >/etc/nginx/cachet.conf")
        set = "/etc/nginx/cachet.conf"
      }
      if way == "proxy" { try await Web.startContainer(on: host) }
      try await Web.startNginx(
        Web.nginx(set: set, by: way),
        backend: way == "proxy" ? WebDocs.nginxProxy : WebDocs.nginxFastCGI, on: host)
    }
  }

  // MARK: - Parts, for sites of other kinds

  /// The package's files, Cachet with some files of its own, and PHP-FPM; a certificate.
  ///
  /// With RECIPES in the environment the files are those of another version.
  static func install(on host: TestHost) async throws {
    let recipes = ProcessInfo.processInfo.environment["RECIPES"].map { URL(filePath: $0) }
    for server in ["apache", "nginx"] {
      let from = recipes ?? Built.package.appending(path: "packaging")
      try host.copy(from.appending(path: server), to: "/usr/share/cachet-mfa/\(server)")
    }
    try host.copy("Tests/HostTests/cachet", to: "/srv/cachet/public/index.php")
    for file in [
      "dist/css/app.css", "build/css/app.css", "robots.txt", "favicon.ico",
      ".well-known/acme-challenge/abc_DEF-1",
    ] {
      try host.write("file\n", to: "/srv/cachet/public/\(file)")
    }
    try host.write(htaccess, to: "/srv/cachet/public/.htaccess")
    try await startPHP(on: host)
    try await host.must(
      """
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
        -subj /CN=status.example.com -addext basicConstraints=CA:FALSE \
        -keyout /etc/ssl/private/status.example.com.key \
        -out /etc/ssl/certs/status.example.com.pem 2>/dev/null
      """)
  }

  /// Not the web server's user: a program that has that one may ask the broker.
  static func startPHP(on host: TestHost) async throws {
    try host.write(WebDocs.pool, to: "/root/pool.conf")
    try await host.must(
      """
      useradd --system cachet && install -d -m 755 /run/php
      cd /etc/php/*/fpm/pool.d && rm www.conf && cp /root/pool.conf cachet.conf && /usr/sbin/php-fpm[0-9]*
      """)
  }

  static func startApache(
    _ site: String, mpm: String = "event", on host: TestHost
  ) async throws {
    try host.write(site, to: "/etc/apache2/sites-available/cachet.conf")
    try await host.must(
      """
      a2dismod -q mpm_event && a2enmod -q mpm_\(mpm) && a2dissite -q 000-default
      a2enmod -q \(WebDocs.modules) proxy_http
      a2ensite -q cachet && echo 'Listen 127.0.0.1:443' >/etc/apache2/ports.conf
      echo 'ServerName status.example.com' >/etc/apache2/conf-enabled/name.conf
      mkdir -p -m 1777 /run/lock && install -d -m 700 /etc/cachet-mfa
      /usr/share/cachet-mfa/apache/passphrases
      apachectl start
      \(listening)
      """)
  }

  /// Cachet as an HTTP server of its own, which is Apache, behind something else.
  static func startContainer(on host: TestHost) async throws {
    try host.write(container, to: "/etc/apache2/conf-enabled/container.conf")
    try await host.must(
      """
      a2dissite -q 000-default && a2enmod -q proxy_fcgi rewrite && : >/etc/apache2/ports.conf
      echo 'ServerName container' >/etc/apache2/conf-enabled/name.conf
      mkdir -p -m 1777 /run/lock && apachectl start
      """)
  }

  static func startNginx(_ site: String, backend: String, on host: TestHost) async throws {
    try host.write(site, to: "/etc/nginx/sites-enabled/cachet")
    try host.write(backend, to: "/etc/nginx/cachet-backend.conf")
    try await host.must("rm /etc/nginx/sites-enabled/default && nginx\n\(listening)")
  }

  private static let listening = """
    for n in $(seq 200); do grep -q ':01BB .* 0A ' /proc/net/tcp && exit; sleep 0.02; done
    echo 'nothing listens' >&2; exit 1
    """

  /// What Cachet ships in public/.htaccess, in all versions.
  static let htaccess = """
    <IfModule mod_negotiation.c>
      Options -MultiViews -Indexes
    </IfModule>
    RewriteEngine On
    RewriteCond %{REQUEST_FILENAME} !-d
    RewriteRule ^(.*)/$ /$1 [L,R=301]
    RewriteCond %{REQUEST_FILENAME} !-d
    RewriteCond %{REQUEST_FILENAME} !-f
    RewriteRule ^ index.php [L]
    RewriteCond %{HTTP:Authorization} .
    RewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]

    """

  /// Cachet as an HTTP server of its own, on 127.0.0.1:8000.
  static var container: String {
    "Listen 127.0.0.1:8000\n<VirtualHost 127.0.0.1:8000>\n\(WebDocs.served(in: WebDocs.apache))</VirtualHost>\n"
  }

  static func apache(
    cachet words: [String], guard door: String, by way: String, _ lines: [String] = [],
    of text: String = WebDocs.apache
  ) -> String {
    let path = words.count > 1 ? "  Define CACHET_PATH \(words[1])\n" : ""
    let served = WebDocs.served(in: text)
    return text.replacing(served, with: way == "proxy" ? WebDocs.apacheProxy : served)
      .replacing(
        "\n  # Last", with: lines.map { "  \($0)\n" }.joined() + "\n  # Last", maxReplacements: 1
      )
      .replacing("CACHET_MFA_GUARD form", with: "CACHET_MFA_GUARD \(door)")
      .replacing(
        "  Include ${CACHET_MFA}/apache/cachet-2.4.conf",
        with: "\(path)  Include ${CACHET_MFA}/apache/cachet-\(words[0]).conf")
  }

  static func nginx(set: String, by way: String, of text: String = WebDocs.nginx) -> String {
    let text = text.replacing("/usr/share/cachet-mfa/nginx/cachet-2.4.conf", with: set)
    return way == "proxy" ? text.replacing("  root /srv/cachet/public;\n", with: "") : text
  }
}

extension TestHost {
  /// Copies a file or folder of the sources to a place inside.
  func copy(_ source: String, to inside: String) throws {
    try copy(Built.package.appending(path: source), to: inside)
  }

  func copy(_ source: URL, to inside: String) throws {
    let to = path(inside)
    try FileManager.default.createDirectory(
      at: to.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: source, to: to)
  }

  /// Runs a script inside that has to work.
  func must(_ script: String) async throws {
    let done = try await shell(script)
    guard done.status == 0 else { throw Failed(script: script, outcome: done) }
  }

  struct Failed: Error {
    let script: String
    let outcome: Outcome
  }
}
