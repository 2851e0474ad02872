import Foundation

@testable import CachetAudit

/// An installation made up of its structure and the few lines that the checks look for, in a
/// temporary folder. Unchanged, nothing is wrong with it but what its release cannot help.
final class Fixture {
  let root: String
  /// A host without logs, beside it.
  let host: String
  let line: Installation.Line

  init(_ line: Installation.Line) throws {
    self.line = line
    root =
      FileManager.default.temporaryDirectory.appendingPathComponent(
        "cachet-\(UUID().uuidString)"
      ).path
    host = root + "-host"
    for folder in ["public", "bootstrap/cache", "storage/logs", "storage/framework/views"] {
      try FileManager.default.createDirectory(
        atPath: "\(root)/\(folder)", withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o755])
    }
    try write("artisan", "#!/usr/bin/env php\n")
    try write("public/index.php", "<?php\n")
    try write(".env", Self.environment(of: line).joined(separator: "\n") + "\n", mode: 0o640)
    for (path, text) in Self.sources(of: line) { try write(path, text) }
    try install(Self.packages(of: line))
  }

  /// What Composer has installed, from line 3 on a package each, and locked alike.
  func install(_ packages: [(name: String, version: String)], locked: Bool = true) throws {
    let lines = packages.map { "{\"name\": \"\($0.name)\", \"version\": \"\($0.version)\"}" }
    let text = "{\n\"packages\": [\n\(lines.joined(separator: ",\n"))\n]}\n"
    try write("vendor/composer/installed.json", text)
    if locked { try write("composer.lock", text) }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: root)
    try? FileManager.default.removeItem(atPath: host)
  }

  func write(_ path: String, _ text: String, mode: Int = 0o644) throws {
    let whole = "\(root)/\(path)"
    try FileManager.default.createDirectory(
      atPath: (whole as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: whole))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: whole)
  }

  /// A file of the host, by its whole path there.
  func writeHost(_ path: String, _ text: String) throws {
    let whole = host + path
    try FileManager.default.createDirectory(
      atPath: (whole as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: whole))
  }

  /// What 'php artisan config:cache' makes of `.env` as it is unchanged, in part; the debug mode in
  /// line 4, the database's password in line 9.
  func cache(
    debug: String = "false", password: String = Fixture.password, mode: Int = 0o640
  ) throws {
    let mailer = line == .three ? "default" : "driver"
    try write(
      "bootstrap/cache/config.php",
      """
      <?php return array (
        'app' =>\u{20}
        array (
          'env' => 'production', 'debug' => \(debug), 'url' => 'https://status.example.org',
          'key' => 'base64:WE0wA/8iV4UgVHPE1xr0bqzNcntjKYCQOfLXkGtYvfU=', 'timezone' => 'UTC',
        ),
        'database' => array ('default' => 'mysql', 'connections' => array ('mysql' => array (
          'host' => '127.0.0.1', 'database' => 'cachet', 'username' => 'cachet',
          'password' => '\(password)', 'port' => 3306,
        ),),),
        'mail' => array ('\(mailer)' => 'log',),
        'cachet' => array ('beacon' => false,),
        'session' => array ('secure' => true,),
        'logging' => array ('channels' => array ('single' => array ('level' => 'warning',),),),
      );

      """, mode: mode)
  }

  /// One more line of `.env`.
  func add(_ line: String) throws {
    let text = try String(contentsOfFile: "\(root)/.env", encoding: .utf8)
    try write(".env", text + line + "\n", mode: 0o640)
  }

  /// A log of the host.
  func log(_ folder: String, folder mode: Int, _ name: String, _ fileMode: Int) throws {
    let whole = "\(host)/var/log/\(folder)"
    let files = FileManager.default
    try files.createDirectory(atPath: whole, withIntermediateDirectories: true)
    _ = files.createFile(
      atPath: "\(whole)/\(name)", contents: nil, attributes: [.posixPermissions: fileMode])
    try files.setAttributes([.posixPermissions: mode], ofItemAtPath: whole)
  }

  func mode(_ path: String, _ mode: Int) throws {
    try FileManager.default.setAttributes(
      [.posixPermissions: mode], ofItemAtPath: "\(root)/\(path)")
  }

  /// Puts `text` in place of the line that sets `name`, or behind the last one.
  func set(_ name: String, _ text: String?) throws {
    var lines = try String(contentsOfFile: "\(root)/.env", encoding: .utf8)
      .split(separator: "\n").map(String.init)
    let place = lines.firstIndex { $0.hasPrefix("\(name)=") }
    if let text {
      if let place { lines[place] = "\(name)=\(text)" } else { lines.append("\(name)=\(text)") }
    } else if let place {
      lines.remove(at: place)
    }
    try write(".env", lines.joined(separator: "\n") + "\n", mode: 0o640)
  }

  func audit(
    database: Bool = false, _ change: (inout Subject.Options) throws -> Void = { _ in }
  ) throws -> Audit {
    let installation = try Installation(Folder(root: root))
    var subject = Subject(
      installation: installation, configuration: try Configuration(of: installation))
    subject.options.hostRoot = host
    subject.options.advisories = .success(try Self.advisories())
    try change(&subject.options)
    if database { subject.askDatabase() }
    return Audit(
      of: subject, checks: Check.all,
      accepting: try Acceptance(in: subject.configuration.file))
  }

  // MARK: - What it is made of

  static let password = "Quiet-Harbor=Lantern7"

  static func environment(of line: Installation.Line) -> [String] {
    let three = line == .three
    return [
      "APP_ENV=production", "APP_DEBUG=false", "APP_URL=https://status.example.org",
      "APP_KEY=base64:WE0wA/8iV4UgVHPE1xr0bqzNcntjKYCQOfLXkGtYvfU=",
      three ? "DB_CONNECTION=mysql" : "DB_DRIVER=mysql", "DB_HOST=127.0.0.1",
      "DB_DATABASE=cachet", "DB_USERNAME=cachet", "DB_PASSWORD=\"\(password)\"",
      three ? "MAIL_MAILER=log" : "MAIL_DRIVER=log", "CACHET_BEACON=false",
      "SESSION_SECURE_COOKIE=true",
    ] + [three ? "LOG_LEVEL=warning" : "APP_TIMEZONE=UTC"]
  }

  static func sources(of line: Installation.Line) -> [(path: String, text: String)] {
    let search = "app/Models/Traits/SearchableTrait.php"
    let ready = "app/Http/Middleware/ReadyForUse.php"
    let writer = "app/Bus/Handlers/Commands/System/Config/UpdateConfigCommandHandler.php"
    let incidents = "app/Bus/Handlers/Commands/Incident"
    let openSearch = "<?php\n\nreturn $query->where($search);\n"
    let openReady = "<?php\nif (!$this->settings->get('app_name')) {\n"
    let openWriter = "<?php\nfile_put_contents($path, $text);\n"
    let bareTemplate = "<?php\nuse TwigBridge\\Bridge;\n"
    let sandboxed = "<?php\nuse Twig\\Environment;\nnew \\Twig\\Extension\\SandboxExtension();\n"
    let proxies = (
      "app/Http/Middleware/TrustProxies.php",
      "<?php\n\n$proxies = Config::get('trustedproxies.proxies');\n"
    )
    switch line {
    case .two3:
      return [
        ("VERSION", "2.3.18\n"), (search, openSearch), (ready, openReady),
        ("\(incidents)/ReportIncidentCommandHandler.php", bareTemplate),
        ("\(incidents)/UpdateIncidentCommandHandler.php", bareTemplate),
        ("config/session.php", "<?php\nreturn [\n    'secure' => true,\n];\n"),
        (
          "config/trustedproxy.php",
          "<?php\nreturn [\n    'proxies' => [\n        '192.0.2.1',\n    ],\n];\n"
        ),
      ]
    case .two4:
      return [
        ("VERSION", "2.4.0-dev\n"), (search, openSearch), (ready, openReady),
        (writer, openWriter), proxies,
        ("\(incidents)/CreateIncidentCommandHandler.php", sandboxed),
        ("\(incidents)/UpdateIncidentCommandHandler.php", sandboxed),
      ]
    case .two5:
      return [
        ("VERSION", "v2.5.1\n"), proxies,
        (search, "<?php\n$allowed = array_intersect_key($search, $known);\n"),
        (ready, "<?php\nif ($this->settings->get('app_name') === null) {\n"),
        (
          writer,
          "<?php\nif (strstr($value, \"\\n\")) {\n}\n$this->resolveNestedVariables($value);\nfile_put_contents($path, $text);\n"
        ),
        ("\(incidents)/CreateIncidentCommandHandler.php", bareTemplate),
        ("\(incidents)/UpdateIncidentCommandHandler.php", bareTemplate),
      ]
    case .three:
      return [
        (
          "config/cachet.php",
          "<?php\n// AuthenticateRemoteUser::class,\nreturn ['middleware' => [], 'path' => env('CACHET_PATH', '/')];\n"
        ),
        (
          "vendor/cachethq/core/src/Renderers/TwigRenderer.php",
          "<?php\n$env = new Environment(new ArrayLoader([]));\n$env->addExtension(new SandboxExtension());\n"
        ),
      ]
    }
  }

  static func packages(of line: Installation.Line) -> [(name: String, version: String)] {
    switch line {
    case .two3: [("laravel/framework", "v5.2.39"), ("vlucas/phpdotenv", "v2.6.1")]
    case .two4: [("laravel/framework", "v5.7.29"), ("vlucas/phpdotenv", "v2.6.9")]
    case .two5: [("laravel/framework", "v5.7.29"), ("vlucas/phpdotenv", "v2.6.7")]
    case .three:
      [
        ("laravel/framework", "v12.61.1"), ("vlucas/phpdotenv", "v5.6.1"),
        ("cachethq/core", "dev-main"), ("livewire/livewire", "v4.3.4"),
      ]
    }
  }

  /// Of today, with two holes of Livewire, and Laravel's series that have ended and one that has not.
  static func advisories() throws -> Advisories {
    let list = try AdvisoryList(
      Array(
        """
        {"published": "\(Day.today)", "advisories": [
          {"id": "CVE-2025-54068", "package": "livewire/livewire",
           "affected": ">=3.0.0-beta.1,<3.6.4", "severity": "critical", "exploited": true},
          {"id": "CVE-2024-47823", "package": "livewire/livewire",
           "affected": "<2.12.7 || >=3.0.0-beta.1,<3.5.2", "severity": "high"},
          {"id": "CVE-2026-81887", "package": "livewire/livewire",
           "affected": ">=3.0.0-beta.1,<3.8.3 || >=4.0.0-beta.1,<4.3.4", "severity": "medium"}],
         "lifetimes": {
           "laravel/framework":
             {"5.2": "2016-12-21", "5.7": "2019-09-04", "6": "2022-09-06", "11": "2026-03-12",
              "12": "2999-01-01"},
           "php": {"7.4": "2022-11-28", "8.2": "2024-12-31", "8.4": "2999-01-01"}},
         "distributions": [{"system": "debian 12", "php": "8.2", "until": "2999-01-01"}]}
        """.utf8))
    return Advisories([
      Advisories.Source(path: "known holes", published: Day.today, list: list)
    ])
  }

  static let installed = "vendor/composer/installed.json"

  /// What a release cannot help.
  static func given(_ line: Installation.Line) -> Set<String> {
    switch line {
    case .two3:
      [
        "end-of-life VERSION:", "cve-2021-39165 app/Models/Traits/SearchableTrait.php:3",
        "cve-2021-39173 app/Http/Middleware/ReadyForUse.php:2",
        "cve-2023-43661 app/Bus/Handlers/Commands/Incident/ReportIncidentCommandHandler.php:2",
        "cve-2024-52301 \(installed):3", "laravel-lifetime \(installed):3",
      ]
    case .two4:
      [
        "end-of-life VERSION:", "cve-2021-39165 app/Models/Traits/SearchableTrait.php:3",
        "cve-2021-39172 app/Bus/Handlers/Commands/System/Config/UpdateConfigCommandHandler.php:2",
        "cve-2021-39173 app/Http/Middleware/ReadyForUse.php:2",
        "cve-2021-39174 app/Bus/Handlers/Commands/System/Config/UpdateConfigCommandHandler.php:2",
        "cve-2024-52301 \(installed):3", "laravel-lifetime \(installed):3",
        "trusted-proxies app/Http/Middleware/TrustProxies.php:3",
      ]
    case .two5:
      [
        "end-of-life VERSION:",
        "cve-2023-43661 app/Bus/Handlers/Commands/Incident/CreateIncidentCommandHandler.php:2",
        "cve-2024-52301 \(installed):3", "laravel-lifetime \(installed):3",
        "trusted-proxies app/Http/Middleware/TrustProxies.php:3",
      ]
    case .three: []
    }
  }
}

extension Audit {
  /// Check, file and line of every finding.
  var told: Set<String> {
    Set(
      findings.map {
        "\($0.check.id) \($0.evidence.place.path):\($0.evidence.place.line.map(String.init) ?? "")"
      })
  }
}
