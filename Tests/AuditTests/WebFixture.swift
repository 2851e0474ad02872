import Foundation

@testable import CachetAudit

/// A system in a temporary folder: an installation at /srv/cachet, our own includes where the package
/// puts them, and a web server's configuration.
final class WebFixture {
  let cachet: Fixture
  let root: String

  init(_ line: Installation.Line) throws {
    cachet = try Fixture(line)
    root =
      FileManager.default.temporaryDirectory.appendingPathComponent("web-\(UUID().uuidString)").path
    for folder in ["srv", "etc/cachet-mfa", "usr/share/cachet-mfa"] {
      try FileManager.default.createDirectory(
        atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
    }
    try FileManager.default.createSymbolicLink(
      atPath: "\(root)/srv/cachet", withDestinationPath: cachet.root)
    let sources = (#filePath as NSString).deletingLastPathComponent + "/../../packaging"
    for server in ["apache", "nginx"] {
      try FileManager.default.copyItem(
        atPath: "\(sources)/\(server)", toPath: "\(root)/usr/share/cachet-mfa/\(server)")
    }
    try write(
      "/etc/cachet-mfa/apache-passphrases.conf", "SessionCryptoPassphrase planted-passphrase\n")
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func write(_ path: String, _ text: String) throws {
    let whole = root + path
    try FileManager.default.createDirectory(
      atPath: (whole as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: whole))
  }

  func server(_ paths: String...) throws -> WebServer {
    try WebServer(paths, in: ServerFiles(root: root))
  }

  /// The checks of web servers alone, over the file at `path`.
  func audit(_ path: String) throws -> Audit {
    let installation = try Installation(Folder(root: cachet.root))
    var subject = Subject(
      installation: installation, configuration: try Configuration(of: installation))
    do throws(Obstacle) {
      subject.options.webServer = .success(
        try WebServer([path], in: ServerFiles(root: root)))
    } catch {
      subject.options.webServer = .failure(error)
    }
    return Audit(of: subject, checks: Check.webServer, accepting: Acceptance())
  }

  static let apache = "/etc/apache2/apache2.conf"
  static let nginx = "/etc/nginx/nginx.conf"

  /// Apache with a virtual host for Cachet, whose first line of its own is line 15.
  func apache(
    _ lines: String, before: String = "", port: String = "443", root: String = "/srv/cachet/public"
  ) throws -> Audit {
    let head = """
      ServerRoot "/etc/apache2"
      \(before)
      <Directory />
        AllowOverride None
        Require all denied
      </Directory>
      <VirtualHost *:\(port)>
        ServerName status.example.org
        SSLEngine \(port == "443" ? "On" : "Off")
        DocumentRoot \(root)
        <Directory \(root)>
          AllowOverride All
          Require all granted
        </Directory>

      """
    try write(Self.apache, head + lines + "\n</VirtualHost>\n")
    return try audit(Self.apache)
  }

  /// nginx with a server for Cachet, whose first line of its own is line 6.
  func nginx(
    _ lines: String, before: String = "", listen: String = "443 ssl",
    root: String = "/srv/cachet/public"
  ) throws -> Audit {
    let head = """
      http {
        \(before)
        server {
          listen \(listen);
          \(root.isEmpty ? "" : "root \(root);")

      """
    try write(Self.nginx, head + lines + "\n}\n}\n")
    return try audit(Self.nginx)
  }

  /// What Cachet ships in public/.htaccess.
  static let htaccess = """
    RewriteEngine On
    RewriteCond %{REQUEST_FILENAME} !-d
    RewriteCond %{REQUEST_FILENAME} !-f
    RewriteRule ^ index.php [L]

    """

  /// Headers as our own includes remove them.
  static let headers =
    [
      "X-Original-URL", "X-Rewrite-URL", "Remote-User", "X-Forwarded-For", "X-Forwarded-Host",
      "X-Forwarded-Port", "X-Forwarded-Proto",
    ].map { "RequestHeader unset \($0)" }.joined(separator: "\n")
}

extension Audit {
  /// The checks that found something, and those that could not look.
  var broken: Set<String> { Set(findings.map(\.check.id)).union(failures.map(\.check.id)) }

  func places(of check: String) -> Set<String> {
    Set(findings.filter { $0.check.id == check }.map(\.evidence.place.words))
  }

  func about(_ check: String) -> Set<String> {
    Set(findings.filter { $0.check.id == check }.map(\.evidence.about))
  }
}
