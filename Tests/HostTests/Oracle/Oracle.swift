import Foundation
import TestSupport

/// A web server in front of all path sets at once, by plain HTTP on loopback, with an application behind each
/// that writes down what Laravel reads in whatever arrives.
struct Oracle {
  enum Front: String, Sendable, CaseIterable { case apache = "Apache", nginx }
  /// How the application is reached: by FastCGI; as a web server with PHP-FPM; as PHP's own server.
  enum Backend: String, Sendable, CaseIterable {
    case fastCGI = "FastCGI"
    case server = "a web server"
    case builtIn = "PHP's own server"
  }

  static let versions = ["2.3", "2.4", "3", "3 /status/"]

  let host: TestHost
  let front: Front
  let backend: Backend

  /// Sites as the former version of docs/web.md had them.
  let isFormer: Bool

  init(
    _ front: Front, _ backend: Backend, former: Bool = false, on host: TestHost
  ) async throws {
    (self.host, self.front, self.backend) = (host, front, backend)
    isFormer = former
    try await Web.install(on: host)
    for folder in Set(Self.versions.flatMap { CachetPages($0).folders }) {
      try host.write("file\n", to: "/srv/cachet/public/\(folder)/css/app.css")
    }
    try await host.must("install -d -o cachet /run/cachet")
    switch backend {
    case .fastCGI: break
    case .server where front == .nginx: try await Web.startContainer(on: host)
    case .server:
      try host.write(Web.container, to: "/etc/apache2/conf-enabled/container.conf")
    case .builtIn:
      try host.write(Self.router, to: "/srv/cachet/router.php")
      try await host.must(
        """
        PHP_CLI_SERVER_WORKERS=4 setsid setpriv --reuid cachet --clear-groups \
          php -S 127.0.0.1:8000 -t /srv/cachet/public /srv/cachet/router.php </dev/null >/dev/null 2>&1 &
        """)
    }
    switch front {
    case .apache: try await startApache()
    case .nginx: try await startNginx()
    }
    try await waitForPorts()
  }

  /// As 'php artisan serve' does: files that are there, and the application for all else.
  private static let router = """
    <?php
    $path = rawurldecode(explode('?', $_SERVER['REQUEST_URI'])[0]);
    if (is_file(__DIR__ . "/public$path")) return false;
    require __DIR__ . '/public/index.php';

    """

  static func port(of version: String) -> Int { 8100 + (versions.firstIndex(of: version) ?? 0) }
  /// nginx 1.22 has a port of its own for HTTP/2 without TLS.
  private static func secondPort(of version: String) -> Int { port(of: version) + 100 }

  // MARK: - The servers

  private func startApache() async throws {
    // Both kinds of doors.
    let doors = ["form", isFormer ? "basic-cache" : "basic", "basic", "form"]
    let sites = zip(Self.versions, doors).map { version, door in
      Web.apache(
        cachet: version.split(separator: " ").map(String.init), guard: door,
        by: backend == .fastCGI ? "fastcgi" : "proxy",
        of: isFormer ? FormerDocs.apache : WebDocs.apache
      )
      .replacing("*:443", with: "127.0.0.1:\(Self.port(of: version))")
      .replacing(/\ *SSL.*\n/, with: "") + "UnDefine CACHET_PATH\n"
    }
    try host.write(sites.joined(), to: "/etc/apache2/sites-available/cachet.conf")
    let ports = Self.versions.map { "Listen 127.0.0.1:\(Self.port(of: $0))" }.joined(
      separator: "\n")
    try host.write("\(ports)\nProtocols h2c http/1.1\n", to: "/etc/apache2/ports.conf")
    try await host.must(
      """
      a2dissite -q 000-default && a2enmod -q \(WebDocs.modules) proxy_http http2 && a2dismod -q ssl
      a2ensite -q cachet && echo 'ServerName status.example.com' >/etc/apache2/conf-enabled/name.conf
      mkdir -p -m 1777 /run/lock && install -d -m 700 /etc/cachet-mfa
      /usr/share/cachet-mfa/apache/passphrases
      apachectl start
      """)
  }

  private func startNginx() async throws {
    let isFastCGI = backend == .fastCGI
    try host.write(
      isFormer
        ? isFastCGI ? FormerDocs.nginxFastCGI : FormerDocs.nginxProxy
        : isFastCGI ? WebDocs.nginxFastCGI : WebDocs.nginxProxy,
      to: "/etc/nginx/cachet-backend.conf")
    for version in Self.versions {
      let words = version.split(separator: " ").map(String.init)
      let port = Self.port(of: version)
      let set = "/etc/nginx/set-\(port).conf"
      let path = words.count > 1 ? String(words[1].dropLast()) : ""
      if isFormer, !path.isEmpty {
        try host.write(FormerDocs.nginxSet, to: set)
      } else {
        try await host.must(
          "sed 's,(?#CACHET_PATH),\(path),' /usr/share/cachet-mfa/nginx/cachet-\(words[0]).conf >\(set)"
        )
      }
      let site = Web.nginx(
        set: set, by: isFastCGI ? "fastcgi" : "proxy",
        of: isFormer ? FormerDocs.nginx : WebDocs.nginx
      )
      .replacing(
        "listen 443 ssl;",
        with: "listen 127.0.0.1:\(port); listen 127.0.0.1:\(Self.secondPort(of: version)) http2;"
      )
      .replacing(/\ *ssl_.*\n/, with: "")
      try host.write(
        """
        include /etc/nginx/modules-enabled/*.conf;
        user www-data;
        pid /run/nginx-\(port).pid;
        error_log /var/log/nginx/error.log;
        events {}
        http {
          access_log off;
          \(site)
        }

        """, to: "/etc/nginx/nginx-\(port).conf")
      try await host.must("nginx -c /etc/nginx/nginx-\(port).conf")
    }
  }

  private func waitForPorts() async throws {
    var ports = Self.versions.map { Self.port(of: $0) }
    if backend != .fastCGI { ports.append(8000) }
    let wanted = ports.map { ":" + String($0, radix: 16, uppercase: true) + " .* 0A " }
    try await host.must(
      wanted.map {
        "for n in $(seq 500); do grep -q '\($0)' /proc/net/tcp && break; sleep 0.02; done; grep -q '\($0)' /proc/net/tcp || { echo 'nothing listens'; exit 1; }"
      }.joined(separator: "\n"))
  }

  /// Changes the package's files in there, and lets the servers read them; `undo` puts them back before.
  func change(_ script: String) async throws {
    try await host.must(
      """
      cd /usr/share && { [ -d cachet-mfa.whole ] || cp -a cachet-mfa cachet-mfa.whole; }
      rm -r cachet-mfa && cp -a cachet-mfa.whole cachet-mfa && cd cachet-mfa/\(front.rawValue.lowercased())
      \(script)
      """)
    switch front {
    case .apache: try await host.must("apachectl -k restart")
    case .nginx:
      try await host.must("pkill -x nginx; while pgrep -x nginx >/dev/null; do sleep 0.02; done")
      try await startNginx()
    }
    try await waitForPorts()
  }

  // MARK: - Asking

  /// What came of requests.
  struct Answers {
    let requests: [OracleRequest]
    let statuses: [Int]
    let readings: [OracleReading]

    var arrived: Set<Int> { Set(readings.compactMap(\.index)) }
  }

  func ask(_ requests: [OracleRequest], cachet version: String) async throws -> Answers {
    try await host.must(
      "rm -f /run/cachet/requests && install -o cachet -m 600 /dev/null /run/cachet/requests")
    let records = requests.map { request in
      let isSecond = request.isHTTP2 && front == .nginx
      return request.record(port: isSecond ? Self.secondPort(of: version) : Self.port(of: version))
    }
    let sent = try await host.run(
      "/opt/build/test/requests", input: records.joined(), within: 600)
    let statuses = sent.lines.compactMap { Int($0) }
    guard sent.status == 0, statuses.count == requests.count else {
      throw TestHost.Failed(script: "requests", outcome: sent)
    }
    let lines = host.read("/run/cachet/requests").split(separator: "\n")
    let readings = lines.compactMap { OracleReading($0) }
    guard readings.count == lines.count else {
      throw TestHost.Failed(script: "the application's lines", outcome: sent)
    }
    return Answers(requests: requests, statuses: statuses, readings: readings)
  }
}
