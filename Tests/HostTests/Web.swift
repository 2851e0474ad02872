import Foundation
import TestSupport

/// A web server in a test root: on 127.0.0.1:443 with packaging/apache or packaging/nginx as they stand,
/// and behind it Tests/HostTests/cachet in Cachet's place, run by FastCGI as a user of its own.
struct Web {
  enum Server: Sendable, CustomStringConvertible {
    case apache(guard: String = "form", mpm: String = "event")
    /// `by` "fastcgi" or, to a container, "proxy".
    case nginx(by: String = "fastcgi")

    var description: String {
      switch self {
      case .apache(let door, let mpm): "Apache, \(door), \(mpm)"
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
    try host.copy("packaging/apache", to: "/usr/share/cachet-mfa/apache")
    try host.copy("packaging/nginx", to: "/usr/share/cachet-mfa/nginx")
    try host.copy("Tests/HostTests/cachet", to: "/srv/cachet/public/index.php")
    for file in [
      "dist/css/app.css", "build/css/app.css", "robots.txt", "favicon.ico",
      ".well-known/acme-challenge/abc_DEF-1",
    ] {
      try host.write("file\n", to: "/srv/cachet/public/\(file)")
    }
    let words = version.split(separator: " ").map(String.init)
    switch server {
    case .apache(let door, let mpm):
      try host.write(
        Web.htaccess, to: "/srv/cachet/public/.htaccess")
      try host.write(
        Web.apache(cachet: words, guard: door, lines),
        to: "/etc/apache2/sites-available/cachet.conf")
      try await host.must(
        """
        a2dismod -q mpm_event && a2enmod -q mpm_\(mpm) && a2dissite -q 000-default
        a2enmod -q auth_form authn_socache headers proxy_fcgi proxy_http request rewrite session_cookie \
          session_crypto socache_shmcb ssl
        a2ensite -q cachet && echo 'Listen 127.0.0.1:443' >/etc/apache2/ports.conf
        echo 'ServerName status.example.com' >/etc/apache2/conf-enabled/name.conf
        mkdir -p -m 1777 /run/lock && install -d -m 700 /etc/cachet-mfa
        /usr/share/cachet-mfa/apache/passphrases
        \(Web.certificate)
        \(Web.application)
        apachectl start
        """)
    case .nginx(let way):
      var set = "/usr/share/cachet-mfa/nginx/cachet-\(words[0]).conf"
      if words.count > 1 {
        // As its head says.
        try await host.must(
          "sed 's,(?#CACHET_PATH),\(words[1].dropLast()),' \(set) >/etc/nginx/cachet.conf")
        set = "/etc/nginx/cachet.conf"
      }
      let isProxy = way == "proxy"
      try host.write(
        Web.nginx(set: set, isProxy ? "" : "root /srv/cachet/public;"),
        to: "/etc/nginx/conf.d/cachet.conf")
      try host.write(
        isProxy ? Web.byProxy : Web.byFastCGI, to: "/etc/nginx/cachet-backend.conf")
      try await host.must(
        "\(Web.certificate)\n\(Web.application)\nrm /etc/nginx/sites-enabled/default")
      if isProxy {
        try host.write(Web.htaccess, to: "/srv/cachet/public/.htaccess")
        try host.write(Web.container, to: "/etc/apache2/conf-enabled/container.conf")
        try await host.must(
          """
          a2enmod -q proxy_fcgi rewrite && : >/etc/apache2/ports.conf
          mkdir -p -m 1777 /run/lock && apachectl start
          """)
      }
      try await host.must("nginx")
    }
    try await host.must(
      """
      for n in $(seq 200); do grep -q ':01BB .* 0A ' /proc/net/tcp && exit; sleep 0.02; done
      echo 'nobody listens' >&2; exit 1
      """)
  }

  private static let certificate = """
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
      -subj /CN=status.example.com -addext basicConstraints=CA:FALSE \
      -keyout /etc/ssl/test.key -out /etc/ssl/test.pem 2>/dev/null || exit
    """

  /// Not the web server's user: who has that one may ask the broker.
  static let application = """
    useradd --system cachet && install -d -o cachet -m 755 /run/cachet
    chmod 755 /srv/cachet/public/index.php
    setsid setpriv --reuid cachet --clear-groups fcgiwrap -c 4 -s unix:/run/cachet/app.sock \
      </dev/null >/dev/null 2>&1 &
    for n in $(seq 200); do [ -S /run/cachet/app.sock ] && break; sleep 0.02; done
    chmod 666 /run/cachet/app.sock
    """

  /// What Cachet ships in public/.htaccess.
  static let htaccess = """
    RewriteEngine On
    RewriteCond %{REQUEST_FILENAME} !-d
    RewriteRule ^(.*)/$ /$1 [L,R=301]
    RewriteCond %{REQUEST_FILENAME} !-d
    RewriteCond %{REQUEST_FILENAME} !-f
    RewriteRule ^ index.php [L]
    RewriteCond %{HTTP:Authorization} .
    RewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]

    """

  /// How Apache serves Cachet, whoever stands in front.
  static let apacheSite = """
    DocumentRoot /srv/cachet/public
    <Directory /srv/cachet/public>
      AllowOverride All
      Require all granted
    </Directory>
    <FilesMatch "\\.php$">
      SetHandler "proxy:unix:/run/cachet/app.sock|fcgi://localhost"
    </FilesMatch>
    ProxyFCGIBackendType GENERIC
    """

  private static func apache(
    cachet words: [String], guard door: String, _ lines: [String]
  ) -> String {
    """
    <VirtualHost *:443>
      ServerName status.example.com
      SSLEngine On
      SSLCertificateFile /etc/ssl/test.pem
      SSLCertificateKeyFile /etc/ssl/test.key
      \(apacheSite)
      \(lines.joined(separator: "\n  "))

      Define CACHET_MFA /usr/share/cachet-mfa
      Define CACHET_MFA_GUARD \(door)
      \(words.count > 1 ? "Define CACHET_PATH \(words[1])" : "")
      Include ${CACHET_MFA}/apache/cachet-\(words[0]).conf
    </VirtualHost>

    """
  }

  /// Cachet as an HTTP server of its own, on 127.0.0.1:8000.
  static let container = """
    Listen 127.0.0.1:8000
    <VirtualHost 127.0.0.1:8000>
      \(apacheSite)
    </VirtualHost>

    """

  private static let byFastCGI = """
    include fastcgi_params;
    include /usr/share/cachet-mfa/nginx/headers-fastcgi.conf;
    fastcgi_param SCRIPT_FILENAME /srv/cachet/public/index.php;
    fastcgi_pass unix:/run/cachet/app.sock;

    """

  private static let byProxy = """
    include /usr/share/cachet-mfa/nginx/headers-proxy.conf;
    proxy_pass http://127.0.0.1:8000;

    """

  private static func nginx(set: String, _ root: String) -> String {
    """
    include \(set);
    include /usr/share/cachet-mfa/nginx/http.conf;
    server {
      listen 127.0.0.1:443 ssl;
      \(root)
      ssl_certificate /etc/ssl/test.pem;
      ssl_certificate_key /etc/ssl/test.key;
      include /usr/share/cachet-mfa/nginx/guard.conf;
    }

    """
  }
}

extension TestHost {
  /// Copies a file or folder of the sources to a place inside.
  func copy(_ source: String, to inside: String) throws {
    let to = path(inside)
    try FileManager.default.createDirectory(
      at: to.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: Built.package.appending(path: source), to: to)
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
