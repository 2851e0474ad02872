import Foundation
import Testing

@testable import CachetAudit

/// One thing changed in a sound installation, and what has to be found for it, no more.
struct Plant: Sendable, CustomTestStringConvertible {
  let check: String
  var lines: [Installation.Line] = Installation.Line.allCases
  /// Behind the check's name: file and line.
  let found: [String]
  let change: @Sendable (Fixture) throws -> Void
  var testDescription: String { "\(check) \(found)" }

  init(
    _ check: String, _ lines: [Installation.Line] = Installation.Line.allCases, at found: String...,
    change: @escaping @Sendable (Fixture) throws -> Void
  ) {
    (self.check, self.lines, self.found, self.change) = (check, lines, found, change)
  }

  static func set(
    _ check: String, _ name: String, _ value: String?, at found: String...,
    on lines: [Installation.Line] = Installation.Line.allCases
  ) -> Plant {
    var plant = Plant(check, lines) { try $0.set(name, value) }
    plant = Plant(check, lines, found: found, change: plant.change)
    return plant
  }

  private init(
    _ check: String, _ lines: [Installation.Line], found: [String],
    change: @escaping @Sendable (Fixture) throws -> Void
  ) {
    (self.check, self.lines, self.found, self.change) = (check, lines, found, change)
  }
}

@Suite("Checks: what was planted is found, at its line, and nothing else")
struct CheckTests {
  @Test("sound installations", arguments: Installation.Line.allCases)
  func sound(line: Installation.Line) throws {
    let fixture = try Fixture(line)
    let audit = try fixture.audit()
    #expect(audit.told == Fixture.given(line))
    #expect(audit.failures.isEmpty)
  }

  static let twos: [Installation.Line] = [.two3, .two4, .two5]
  static let plants: [Plant] = [
    .set("debug-mode", "APP_DEBUG", "true", at: ".env:2"),
    .set("debug-mode", "APP_DEBUG", "off", at: ".env:2"),
    .set("debug-mode", "APP_DEBUG", "1", at: ".env:2"),
    .set("environment", "APP_ENV", "local", at: ".env:1"),
    .set("debugbar", "DEBUGBAR_ENABLED", "true", at: ".env:14", on: [.two4, .two5]),
    Plant("debugbar", [.two4, .two5], at: "storage/debugbar:") {
      try $0.write("storage/debugbar/X1.json", "{}")
    },
    Plant("cached-configuration") { try $0.cache() },
    Plant("cached-configuration", at: "bootstrap/cache/config.php:9") {
      try $0.cache(password: "Other-Harbor=Lantern8")
    },
    Plant("cached-configuration", at: "bootstrap/cache/config.php:") {
      try $0.cache()
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -60)],
        ofItemAtPath: "\($0.root)/bootstrap/cache/config.php")
    },
    Plant("env-readable", at: "bootstrap/cache/config.php:") { try $0.cache(mode: 0o644) },
    Plant("process-environment", at: "/etc/php/8.4/fpm/pool.d/www.conf:3") {
      try $0.writeHost(
        "/etc/php/8.4/fpm/pool.d/www.conf", "[www]\n;env[APP_ENV] = local\nenv[APP_DEBUG] = on\n")
    },
    .set("app-key", "APP_KEY", "SomeRandomString", at: ".env:4"),
    .set("app-key", "APP_KEY", "", at: ".env:4"),
    .set("app-key", "APP_KEY", "base64:AAECAwQ=", at: ".env:4"),
    .set("app-key", "APP_KEY", "tooshort", at: ".env:4"),
    Plant("environment-file", at: ".env:14") {
      try $0.write(
        ".env", Fixture.environment(of: $0.line).joined(separator: "\n") + "\nAPP_ENV=production\n",
        mode: 0o640)
    },
    .set("environment-file", "GITHUB", "abc#def", at: ".env:14", on: [.three]),
    .set("environment-file", "GITHUB", "\"abc", at: ".env:14", on: [.three]),
    .set("database-password", "DB_PASSWORD", "Sh0rt!", at: ".env:9"),
    .set("database-password", "DB_PASSWORD", "alllowercaseletters", at: ".env:9"),
    .set("database-superuser", "DB_USERNAME", "root", at: ".env:8"),
    Plant("database-transport", at: ".env:6") {
      try $0.set("DB_HOST", "db.example.org")
      try $0.write("config/database.php", "<?php\n'connections' => [\n")
    },
    .set("secret-reuse", "REDIS_PASSWORD", "\"\(Fixture.password)\"", at: ".env:14"),
    Plant("redis-remote", at: ".env:15") { try redis($0, "192.0.2.7") },
    Plant("redis-remote", at: ".env:15") {
      try redis($0, "192.0.2.7")
      try $0.add("REDIS_PASSWORD=Calm-Valley=Beacon42")
    },
    Plant("redis-remote") {
      try redis($0, "tls://192.0.2.7")
      try $0.add("REDIS_PASSWORD=Calm-Valley=Beacon42")
    },
    Plant("redis-remote") { try redis($0, "localhost") },
    Plant("redis-remote") { try $0.add("REDIS_HOST=192.0.2.7") },
    Plant("redis-remote", [.three], at: ".env:16") {
      try redis($0, "127.0.0.1")
      try $0.add("REDIS_URL=tls://192.0.2.7:6379")
    },
    Plant("sqlite-file", at: "database/database.sqlite:") {
      try $0.set("DB_DRIVER", $0.line == .three ? nil : "sqlite")
      try $0.set("DB_CONNECTION", $0.line == .three ? "sqlite" : nil)
      try $0.set("DB_DATABASE", nil)
      try $0.write("database/database.sqlite", "")
    },
    Plant("sqlite-file", at: "public/data.db:") {
      try $0.set("DB_DRIVER", $0.line == .three ? nil : "sqlite")
      try $0.set("DB_CONNECTION", $0.line == .three ? "sqlite" : nil)
      try $0.set("DB_DATABASE", "\($0.root)/public/data.db")
      try $0.write("public/data.db", "", mode: 0o600)
    },
    .set("half-configured", "NEXMO_KEY", "abcdefgh", at: ".env:14"),
    .set("half-configured", "GITHUB_TOKEN", "abcdefgh", at: ".env:14"),
    .set("half-configured", "MAIL_PASSWORD", "abcdefgh", at: ".env:14"),
    .set("beacon", "CACHET_BEACON", "true", at: ".env:11", on: [.two4, .two5, .three]),
    .set("beacon", "CACHET_BEACON", nil, at: ".env:", on: [.two4, .two5, .three]),
    Plant("mail-transport", twos, at: ".env:15") {
      try $0.set("MAIL_DRIVER", "smtp")
      try $0.set("MAIL_HOST", "mail.example.org")
      try $0.set("MAIL_ENCRYPTION", "null")
    },
    // What 2.x takes where nothing is set.
    Plant("mail-transport", twos, at: ".env:14") {
      try $0.set("MAIL_DRIVER", nil)
      try $0.set("MAIL_HOST", "mail.example.org")
      try $0.set("MAIL_ENCRYPTION", "")
    },
    Plant("mail-transport") {
      try $0.set($0.line == .three ? "MAIL_MAILER" : "MAIL_DRIVER", "smtp")
      try $0.set("MAIL_HOST", "mail.example.org")
    },
    // The relay of a URL, with and without its encryption.
    Plant("mail-transport", [.three], at: ".env:15") {
      try $0.set("MAIL_MAILER", "smtp")
      try $0.set("MAIL_ENCRYPTION", "null")
      try $0.set("MAIL_URL", "smtp://alice:\(mailPassword)@mail.example.org?encryption=null")
    },
    Plant("mail-transport", [.three]) {
      try $0.set("MAIL_MAILER", "smtp")
      try $0.set("MAIL_URL", "smtp://alice:\(mailPassword)@mail.example.org?encryption=tls")
    },
    Plant("half-configured", [.three], at: ".env:14") {
      try $0.set("MAIL_URL", "smtp://alice:\(mailPassword)@mail.example.org")
    },
    Plant("secret-reuse", [.three], at: ".env:15") {
      try $0.set("MAIL_MAILER", "smtp")
      try $0.set("REDIS_PASSWORD", mailPassword)
      try $0.set("MAIL_URL", "smtp://alice:\(mailPassword)@mail.example.org")
    },
    // Names of the other Cachet.
    Plant("ignored-names", [.three], at: ".env:14", ".env:15", ".env:16", ".env:17") {
      try $0.add("DB_DRIVER=mysql\nMAIL_DRIVER=smtp\nCACHE_DRIVER=redis\nTRUSTED_PROXIES=192.0.2.1")
    },
    Plant("ignored-names", [.three]) {
      try $0.add("CACHE_DRIVER=file")
      try $0.write("config/cache.php", "<?php\n'default' => env('CACHE_DRIVER', 'file'),\n")
    },
    Plant("ignored-names", twos, at: ".env:14", ".env:15") {
      try $0.add("DB_CONNECTION=mysql\nCACHE_STORE=redis")
    },
    .set("environment", "APP_ENV", "Production", at: ".env:1"),
    .set("database-superuser", "DB_USERNAME", nil, at: ".env:", on: [.two4, .two5, .three]),
    Plant("database-transport", at: ".env:6") {
      try $0.set("DB_HOST", "127.example.org")
      try $0.write("config/database.php", "<?php\n'connections' => [\n")
    },
    Plant("database-transport", [.three]) {
      try $0.set(
        "DB_URL", "pgsql://cachet:\(Fixture.password)@db.example.org/cachet?sslmode=verify-full")
    },
    // PHP takes the last one.
    Plant("database-transport", [.three], at: ".env:14") {
      try $0.set(
        "DB_URL",
        "pgsql://cachet:\(Fixture.password)@db.example.org/c?sslmode=verify-full&sslmode=prefer")
    },
    Plant("database-transport", [.three]) {
      try $0.set("DB_CONNECTION", "pgsql")
      try $0.set("DB_HOST", "db.example.org")
      try $0.set("DB_SSLMODE", "verify-full")
      try $0.write(
        "config/database.php",
        "<?php\n'connections' => [\n'sslmode' => env('DB_SSLMODE', 'prefer'),\n")
    },
    Plant("secret-reuse", [.three], at: ".env:13") {
      try $0.set("DB_URL", "mysql://cachet:\(Fixture.password)@127.0.0.1/cachet")
      try $0.set("REDIS_PASSWORD", "\"\(Fixture.password)\"")
      try $0.set("DB_PASSWORD", nil)
    },
    Plant("public-leftovers", at: "public/logs:") {
      try FileManager.default.createSymbolicLink(
        atPath: "\($0.root)/public/logs", withDestinationPath: "../storage/logs")
    },
    Plant("public-leftovers", at: "storage/app/public/dump.sql:") {
      try $0.write("storage/app/public/dump.sql", "")
      try FileManager.default.createSymbolicLink(
        atPath: "\($0.root)/public/storage", withDestinationPath: "../storage/app/public")
    },
    // A release of several that share one storage.
    Plant("public-leftovers") {
      let files = FileManager.default
      try files.createDirectory(
        atPath: "\($0.host)/shared/app/public", withIntermediateDirectories: true)
      try files.removeItem(atPath: "\($0.root)/storage")
      try files.createSymbolicLink(
        atPath: "\($0.root)/storage", withDestinationPath: "\($0.host)/shared")
      try files.createSymbolicLink(
        atPath: "\($0.root)/public/storage", withDestinationPath: "../storage/app/public")
    },
    Plant("template-sandbox", [.three], at: "vendor/cachethq/core/src/Renderers/TwigRenderer.php:3")
    {
      try $0.write(
        "vendor/cachethq/core/src/Renderers/TwigRenderer.php",
        "<?php\n\n$env = new Environment(new ArrayLoader([]));\n")
    },
    Plant("template-sandbox", [.three]) {
      try $0.write(
        "vendor/cachethq/core/src/Renderers/TwigRenderer.php",
        "<?php\n\n$env = new Environment(new ArrayLoader([]));\n$env->addExtension(new SandboxExtension());\n"
      )
    },
    .set("template-code", "CACHET_BLADE_RENDERER", "true", at: ".env:14", on: [.three]),
    .set("demo-mode", "CACHET_DEMO_MODE", "true", at: ".env:14", on: [.three]),
    Plant("env-readable", at: ".env:") { try $0.mode(".env", 0o644) },
    // Nobody gets so far.
    Plant("env-readable") {
      try $0.mode(".env", 0o644)
      try $0.mode("", 0o750)
    },
    // Here nobody does, but to where it lies.
    Plant("env-readable", at: ".env:") {
      let files = FileManager.default
      try files.createDirectory(atPath: "\($0.host)/shared", withIntermediateDirectories: true)
      try files.moveItem(atPath: "\($0.root)/.env", toPath: "\($0.host)/shared/.env")
      try files.createSymbolicLink(
        atPath: "\($0.root)/.env", withDestinationPath: "\($0.host)/shared/.env")
      try $0.mode(".env", 0o644)
      try $0.mode("", 0o750)
    },
    Plant("env-readable", at: ".env.bak:") { try $0.write(".env.bak", "A=1\n", mode: 0o644) },
    Plant("env-writable", at: ".env:") { try $0.mode(".env", 0o642) },
    Plant("storage-modes", at: "storage/logs:") { try $0.mode("storage/logs", 0o777) },
    Plant("public-leftovers", at: "public/dump.sql:") { try $0.write("public/dump.sql", "") },
    Plant("public-leftovers", at: "public/old/site/db.sql.gz:") {
      try $0.write("public/old/site/db.sql.gz", "")
    },
    Plant("public-leftovers", at: "public/etc:") {
      try FileManager.default.createSymbolicLink(
        atPath: "\($0.root)/public/etc", withDestinationPath: "/etc")
    },
    Plant("public-leftovers") {
      // As 'artisan storage:link' makes it.
      try $0.write("storage/app/public/logo.png", "")
      try FileManager.default.createSymbolicLink(
        atPath: "\($0.root)/public/storage", withDestinationPath: "../storage/app/public")
    },
    Plant("env-writable", at: ".env:") { try $0.mode("", 0o757) },
    Plant("env-writable", at: ".env:") {
      let files = FileManager.default
      let shared = "\($0.host)/shared"
      try files.createDirectory(atPath: shared, withIntermediateDirectories: true)
      try files.moveItem(atPath: "\($0.root)/.env", toPath: "\(shared)/.env")
      try files.createSymbolicLink(
        atPath: "\($0.root)/.env", withDestinationPath: "\(shared)/.env")
      try files.setAttributes([.posixPermissions: 0o757], ofItemAtPath: shared)
    },
    Plant("public-leftovers", at: "public/.git:") { try $0.write("public/.git/HEAD", "") },
    .set("app-url", "APP_URL", "http://status.example.org", at: ".env:3"),
    .set(
      "secure-cookie", "SESSION_SECURE_COOKIE", "false", at: ".env:12", on: [.two4, .two5, .three]),
    .set("secure-cookie", "SESSION_SECURE_COOKIE", nil, at: ".env:", on: [.two4, .two5, .three]),
    Plant("secure-cookie", [.two3], at: "config/session.php:2") {
      try $0.write("config/session.php", "<?php\n'secure' => false,\n")
    },
    Plant("secure-cookie", [.two3], at: "config/session.php:2") {
      try $0.write("config/session.php", "<?php\n// 'secure' => true,\n")
    },
    .set("trusted-proxies", "CACHET_TRUSTED_PROXIES", "*", at: ".env:14", on: [.three]),
    .set(
      "trusted-proxies", "CACHET_TRUSTED_PROXIES", "10.0.0.1,0.0.0.0/0", at: ".env:14", on: [.three]
    ),
    Plant("remote-user", [.three], at: "config/cachet.php:2") {
      try $0.write("config/cachet.php", "<?php\n  AuthenticateRemoteUser::class,\n'middleware'")
    },
    // Ends of lines as Windows has them end a comment too.
    Plant("remote-user", [.three], at: "config/cachet.php:3") {
      try $0.write(
        "config/cachet.php",
        "<?php\r\n// who asks\r\n  AuthenticateRemoteUser::class,\r\n'middleware'\r\n")
    },
    Plant("log-modes", at: "storage/logs/laravel.log:") {
      try $0.write("storage/logs/laravel.log", "x", mode: 0o644)
    },
    Plant("other-environment", at: ".env.staging:") {
      try $0.write(".env.staging", "A=1\n", mode: 0o600)
    },
    .set("log-level", "LOG_LEVEL", "debug", at: ".env:13", on: [.three]),
    .set("log-level", "LOG_LEVEL", nil, at: ".env:", on: [.three]),
    Plant("host-logs", at: "/var/log/apache2/access.log.1:") {
      try $0.log("apache2", folder: 0o755, "access.log.1", 0o644)
    },
    Plant("host-logs", at: "/var/log/nginx:") {
      try $0.log("nginx", folder: 0o777, "access.log", 0o640)
    },
    // As Debian has them.
    Plant("host-logs") {
      try $0.log("apache2", folder: 0o750, "access.log", 0o644)
      try $0.log("nginx", folder: 0o755, "access.log", 0o640)
    },
    Plant("host-logs", at: "/var/log/journal:") {
      try FileManager.default.createDirectory(
        atPath: "\($0.host)/run/systemd/system", withIntermediateDirectories: true)
    },
    .set("env-injection", "MAIL_HOST", "\"${DB_PASSWORD}\"", at: ".env:14"),
    Plant("laravel-lifetime", [.three], at: "\(Fixture.installed):3") {
      try $0.install([("laravel/framework", "v11.44.0"), dotenvFive, core])
    },
    Plant("package-holes-medium", [.three], at: "\(Fixture.installed):6") {
      try $0.install(three + [("livewire/livewire", "v4.3.3")])
    },
    Plant("lock-differs", [.three], at: "\(Fixture.installed):6", "\(Fixture.installed):") {
      try $0.install(three + [("twig/twig", "v3.27.0")])
      try $0.install(three + [("livewire/livewire", "v4.3.4")], locked: false)
    },
    Plant("php-lifetime", at: "/etc/php/7.4/fpm:") {
      try $0.writeHost("/etc/php/7.4/fpm/php.ini", "")
    },
    // The distribution's own, and one that serves nobody.
    Plant("php-lifetime") {
      try $0.writeHost("/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n")
      try $0.writeHost("/etc/php/8.2/fpm/php.ini", "")
      try $0.writeHost("/etc/php/7.4/cli/php.ini", "")
    },
    Plant("php-lifetime", at: "/etc/php/8.2/apache2:") {
      try $0.writeHost("/etc/os-release", "ID=debian\nVERSION_ID=\"13\"\n")
      try $0.writeHost("/etc/php/8.2/apache2/php.ini", "")
    },
    Plant("trusted-proxies", [.two3], at: "config/trustedproxy.php:4") {
      try $0.write(
        "config/trustedproxy.php",
        "<?php\nreturn [\n// 'proxies' => '192.0.2.1',\n'proxies' => '*',\n];\n")
    },
    Plant("trusted-proxies", [.two3], at: "config/trustedproxy.php:5") {
      try $0.write(
        "config/trustedproxy.php",
        "<?php return [\n  'proxies' => array(\n  '192.0.2.1', // ours\n\n  \"0.0.0.0/0\"),\n];\n")
    },
    // What is commented out counts as little as in PHP.
    Plant("trusted-proxies", [.two3]) {
      try $0.write(
        "config/trustedproxy.php",
        "<?php\n/*\n'proxies' => '*',\n*/\n# 'proxies' => '*',\nreturn ['proxies' => '192.0.2.1' /* '*' */];\n"
      )
    },
    Plant("trusted-proxies", [.three], at: "bootstrap/app.php:2") {
      try $0.write("bootstrap/app.php", "<?php\n$middleware->trustProxies(at: '*');\n")
    },
    // An example, until it holds what is in use.
    Plant("env-readable") { try $0.write(".env.docker.example", "DB_PASSWORD=postgres\n") },
    Plant("env-readable", at: ".env.docker.example:") {
      try $0.write(".env.docker.example", "DB_PASSWORD=\"\(Fixture.password)\"\n")
    },
  ]

  static let three = [("laravel/framework", "v12.61.1"), dotenvFive, core]

  static let mailPassword = "Brisk-Meadow=Signal5"
  static let core = (name: "cachethq/core", version: "dev-main")
  static let dotenvFive = (name: "vlucas/phpdotenv", version: "v5.6.1")

  private static func redis(_ fixture: Fixture, _ host: String) throws {
    try fixture.add("SESSION_DRIVER=redis\nREDIS_HOST=\(host)")
  }

  @Test("planted", arguments: plants)
  func planted(plant: Plant) throws {
    for line in plant.lines {
      let fixture = try Fixture(line)
      try plant.change(fixture)
      let audit = try fixture.audit()
      let wanted = Set(plant.found.map { "\(plant.check) \($0)" })
      // What everybody can write everybody can read.
      let mode = try Folder(root: fixture.root).status(".env")?.mode ?? 0
      let implied: Set<String> = mode & 0o002 != 0 ? ["env-readable .env:"] : []
      #expect(audit.told == Fixture.given(line).union(wanted).union(implied), "\(line)")
    }
  }

  @Test("every check is planted or given once, and has all its words")
  func complete() {
    let planted = Set(Self.plants.map(\.check))
    let given = Set(
      Installation.Line.allCases.flatMap { Fixture.given($0) }.map {
        String($0.prefix { $0 != " " })
      })
    // What only a live database shows has its own tests.
    let elsewhere = Set([
      "feature-review", "unused-features", "database-defaults", "secret-age",
      "package-holes-critical", "package-holes-high", "advisory-age",
    ])
    .union((Check.liveDatabase + Check.accounts + Check.trail).map(\.id))
    for check in Check.all {
      #expect(
        planted.contains(check.id) || given.contains(check.id) || elsewhere.contains(check.id)
          || check.family == .webServer,
        "\(check.id)")
      for words in [check.title, check.rationale, check.fix, check.reference] {
        #expect(!words.isEmpty && !words.hasSuffix("."))
      }
    }
    #expect(Set(Check.all.map(\.id)).count == Check.all.count)
  }

  @Test("a second line for where sessions are kept is a trace; the same line twice is none")
  func moved() throws {
    for (line, second, isTrace) in [
      (Installation.Line.two4, "REDIS_HOST=192.0.2.66", true),
      (.two4, "REDIS_HOST=127.0.0.1", false),
      (.three, "REDIS_HOST=192.0.2.66", false),
    ] {
      let fixture = try Fixture(line)
      try fixture.set("REDIS_HOST", "127.0.0.1")
      try fixture.add(second)
      let told = try fixture.audit().told
      #expect(told.contains("environment-file .env:15"))
      #expect(told.contains("env-injection .env:14") == isTrace, "\(line) \(second)")
    }
  }

  @Test("what is cached has no defaults: null is null")
  func cachedNull() throws {
    let fixture = try Fixture(.two4)
    try fixture.cache()
    let path = "bootstrap/cache/config.php"
    let text = try String(contentsOfFile: "\(fixture.root)/\(path)", encoding: .utf8)
    try fixture.write(
      path,
      text.replacing(
        "'driver' => 'log'",
        with: "'driver' => 'smtp', 'host' => 'mail.example.org', 'encryption' => NULL"
      )
      .replacing("'username' => 'cachet'", with: "'username' => NULL"), mode: 0o640)
    let told = try fixture.audit().told
    #expect(told.contains { $0.hasPrefix("mail-transport \(path):") })
    let configuration = try Configuration(of: Installation(Folder(root: fixture.root)))
    #expect(DatabaseSettings(configuration).user == "")
  }

  @Test("default passwords are defaults, and weak beside it")
  func defaults() throws {
    let fixture = try Fixture(.two4)
    for password in ["secret", "postgres", "null", ""] {
      try fixture.set("DB_PASSWORD", password)
      let told = try fixture.audit().told
      #expect(told.contains("database-defaults .env:9"), "\(password)")
    }
  }

  @Test("no finding, in no report, shows a secret")
  func redacted() throws {
    for line in Installation.Line.allCases {
      let fixture = try Fixture(line)
      let secrets = [
        "DB_PASSWORD": "planted-db-9", "APP_KEY": "planted-key-8", "REDIS_PASSWORD": "planted-db-9",
        "MAIL_PASSWORD": "planted-mail-7", "NEXMO_KEY": "planted-nexmo-6",
        "GITHUB_TOKEN": "planted-token-5", "APP_DEBUG": "on",
      ]
      for (name, value) in secrets { try fixture.set(name, value) }
      let audit = try fixture.audit()
      let installation = try Installation(Folder(root: fixture.root))
      let text = TextReport(audit: audit, installation: installation, inColour: false).text()
      let json = try JSONReport(audit, of: installation, in: installation.folder).text()
      #expect(text.contains("database-password") && json.contains("database-password"))
      for report in [text, json] { #expect(!report.contains("planted-")) }
    }
  }
}
