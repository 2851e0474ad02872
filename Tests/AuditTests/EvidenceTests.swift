import Foundation
import Testing

@testable import CachetAudit

/// A check whose evidence is missing, cannot be read, or is of a kind that is not known.
struct Lack: Sendable, CustomTestStringConvertible {
  enum Kind: String, Sendable, CaseIterable { case missing, unreadable, unknown }

  let checks: [String]
  let kind: Kind
  let lines: [Installation.Line]
  let change: @Sendable (Fixture, inout Subject.Options) throws -> Void
  var testDescription: String {
    "\(kind): \(checks.count > 8 ? "\(checks.count) checks" : checks.joined(separator: ", "))"
  }

  init(
    _ kind: Kind, _ checks: String..., on lines: [Installation.Line] = Installation.Line.allCases,
    change: @escaping @Sendable (Fixture, inout Subject.Options) throws -> Void
  ) {
    (self.kind, self.checks, self.lines, self.change) = (kind, checks, lines, change)
  }
}

@Suite("What was not judged never holds")
struct EvidenceTests {
  private static let twos: [Installation.Line] = [.two3, .two4, .two5]
  private static let handler =
    "app/Bus/Handlers/Commands/System/Config/UpdateConfigCommandHandler.php"
  private static let incidents = "app/Bus/Handlers/Commands/Incident"
  private static let renderer = "vendor/cachethq/core/src/Renderers/TwigRenderer.php"

  /// A file of the installation that is not there, that is a folder, and that holds something else.
  private static func file(
    _ path: String, _ checks: String..., on lines: [Installation.Line],
    besides others: [String] = []
  ) -> [Lack] {
    Lack.Kind.allCases.map { kind in
      var lack = Lack(kind, on: lines) { fixture, _ in
        for path in [path] + others { try? fixture.remove(path) }
        switch kind {
        case .missing: break
        case .unreadable: try fixture.makeFolder(path)
        case .unknown: try fixture.write(path, "something else\n")
        }
      }
      lack = Lack(kind, checks, lines, lack.change)
      return lack
    }
  }

  /// What only the database tells.
  private static let live =
    (Check.liveDatabase + Check.accounts).map(\.id) + ["unused-features"]

  /// What a file of the command line tells.
  private static func given(
    _ checks: String..., read: @escaping @Sendable (String, inout Subject.Options) throws -> Void
  ) -> [Lack] {
    [
      Lack(.missing, checks, Installation.Line.allCases) { _, _ in },
      Lack(.unreadable, checks, Installation.Line.allCases) { fixture, options in
        try fixture.makeFolder("given")
        try read("\(fixture.root)/given", &options)
      },
      Lack(.unknown, checks, Installation.Line.allCases) { fixture, options in
        try fixture.write("given", "something else\n")
        try read("\(fixture.root)/given", &options)
      },
    ]
  }

  /// What the settings tell: without them nothing is judged at all.
  private static let everything: [Lack] = [
    Lack(.missing, Check.all.map(\.id), Installation.Line.allCases) { fixture, _ in
      try fixture.remove(".env")
    },
    Lack(.unreadable, Check.all.map(\.id), Installation.Line.allCases) { fixture, _ in
      try fixture.remove(".env")
      try fixture.makeFolder(".env")
    },
    Lack(.unknown, Check.all.map(\.id), Installation.Line.allCases) { fixture, _ in
      // No Cachet has it, and how it reads is not known.
      try fixture.install(
        Fixture.packages(of: fixture.line).map {
          $0.name == "vlucas/phpdotenv" ? ($0.name, "v4.3.0") : $0
        })
    },
    Lack(.unknown, Check.all.map(\.id), Installation.Line.allCases) { fixture, _ in
      try fixture.add("A=some thing")
    },
    Lack(.missing, Check.all.map(\.id), Installation.Line.allCases) { fixture, _ in
      try fixture.remove("composer.lock")
      try fixture.remove("vendor/composer")
    },
    Lack(.unknown, Check.all.map(\.id), Installation.Line.allCases) { fixture, _ in
      try fixture.install([("vlucas/phpdotenv", "dev-master"), CheckTests.core])
    },
  ]

  static let files: [Lack] =
    file("app/Models/Traits/SearchableTrait.php", "cve-2021-39165", on: twos)
    + file("app/Http/Middleware/ReadyForUse.php", "cve-2021-39173", on: twos)
    + file(handler, "cve-2021-39172", "cve-2021-39174", on: [.two4, .two5])
    + file(
      "\(incidents)/UpdateIncidentCommandHandler.php", "cve-2023-43661", on: [.two4])
    + file(
      "\(incidents)/CreateIncidentCommandHandler.php", "cve-2023-43661", on: [.two4])
    + file(renderer, "template-sandbox", on: [.three])
    + file("app/Http/Middleware/TrustProxies.php", "trusted-proxies", on: [.two4, .two5])
    + file("config/trustedproxy.php", "trusted-proxies", on: [.two3])
    + file("config/session.php", "secure-cookie", on: [.two3])
    + file("config/cachet.php", "remote-user", on: [.three])
    + file("composer.lock", "lock-differs", on: Installation.Line.allCases)
    + file(
      Fixture.installed, "package-holes-critical", "package-holes-high", "package-holes-medium",
      "cve-2024-52301", "laravel-lifetime", "lock-differs", on: [.three])
    + [
      Lack(.unknown, "package-holes-critical", "package-holes-medium", on: [.three]) {
        fixture, _ in try fixture.install(CheckTests.three + [("livewire/livewire", "dev-main")])
      },
      Lack(.unknown, "cve-2024-52301", "laravel-lifetime", on: [.three]) { fixture, _ in
        try fixture.install([
          ("laravel/framework", "12.x-dev"), CheckTests.dotenvFive, CheckTests.core,
        ])
      },
      Lack(.unknown, "laravel-lifetime", on: [.three]) { fixture, _ in
        try fixture.install([
          ("laravel/framework", "v99.0.0"), CheckTests.dotenvFive, CheckTests.core,
        ])
      },
    ]

  static let folders: [Lack] = [
    Lack(.missing, "storage-modes", "log-modes") { fixture, _ in try fixture.remove("storage") },
    Lack(.unreadable, "storage-modes", "log-modes", "debugbar", on: [.two4, .two5]) { fixture, _ in
      try fixture.remove("storage")
      try FileManager.default.createSymbolicLink(
        atPath: "\(fixture.root)/storage", withDestinationPath: "storage")
    },
    Lack(.unreadable, "public-leftovers") { fixture, _ in
      try FileManager.default.createSymbolicLink(
        atPath: "\(fixture.root)/public/x", withDestinationPath: "x/y")
      var deep = "public"
      for _ in 0...PublicFiles.deepest { deep += "/d" }
      try fixture.write("\(deep)/file", "")
    },
    Lack(.missing, "env-writable") { _, options in options.webUser = "nobody-of-that-name" },
    Lack(.missing, "host-logs", "php-lifetime", "process-environment") { _, _ in },
    Lack(.unreadable, "host-logs", "php-lifetime", "process-environment") { fixture, _ in
      try FileManager.default.createDirectory(
        atPath: fixture.host, withIntermediateDirectories: true)
      for name in ["var", "etc"] {
        try FileManager.default.createSymbolicLink(
          atPath: "\(fixture.host)/\(name)", withDestinationPath: name)
      }
    },
    Lack(.unknown, "php-lifetime") { fixture, _ in
      try fixture.writeHost("/etc/php/99.9/fpm/php.ini", "")
    },
    Lack(.unknown, "process-environment") { fixture, _ in
      try fixture.writeHost("/etc/php/8.2/fpm/pool.d/www.conf", "something else\n")
    },
  ]

  static let databases: [Lack] = [
    Lack(.missing, live, Installation.Line.allCases) { _, _ in },
    Lack(.unreadable, live, Installation.Line.allCases) { _, options in
      options.database = .failure(.database("no server"))
    },
    Lack(.missing, "sqlite-file") { fixture, _ in try fixture.useSQLite() },
    Lack(.unreadable, "sqlite-file") { fixture, _ in
      try fixture.useSQLite()
      try FileManager.default.createDirectory(
        atPath: "\(fixture.root)/database", withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        atPath: "\(fixture.root)/database/database.sqlite", withDestinationPath: "database.sqlite")
    },
    Lack(.unknown, "sqlite-file") { fixture, _ in
      try fixture.useSQLite()
      try fixture.makeFolder("database/database.sqlite")
    },
    Lack(.missing, "database-transport") { fixture, _ in
      try fixture.set("DB_HOST", "db.example.org")
    },
    Lack(.unreadable, "database-transport") { fixture, _ in
      try fixture.set("DB_HOST", "db.example.org")
      try fixture.makeFolder("config/database.php")
    },
    Lack(.unknown, "database-transport") { fixture, _ in
      try fixture.set("DB_HOST", "db.example.org")
      try fixture.write("config/database.php", "something else")
    },
    Lack(.unknown, "database-transport") { fixture, _ in
      try fixture.set("DB_HOST", "db.example.org")
      try fixture.set(fixture.line == .three ? "DB_CONNECTION" : "DB_DRIVER", "oracle")
      try fixture.write("config/database.php", "<?php\n'connections' => [\n")
    },
    Lack(
      .unknown, "database-defaults", "database-password", "database-superuser", "secret-reuse",
      "database-transport", "sqlite-file", on: [.three]
    ) { fixture, _ in
      try fixture.set("DB_URL", "\"mysql://h:port/d\"")
    },
    Lack(.unknown, "mail-transport", on: [.three]) { fixture, _ in
      try fixture.set("MAIL_MAILER", "smtp")
      try fixture.set("MAIL_URL", "smtp://h:port")
    },
    Lack(.missing, "database-password") { _, options in
      options.passwordRule.dictionary = "/nonexistent/cracklib"
    },
  ]

  static let lists: [Lack] =
    given("feature-review") { path, options in options.features = try FeatureReview(path: path) }
    + given("trail-review") { path, options in options.trail = (path, try TrailMark.read(path)) }
    + given("secret-age") { path, options in
      // As the program makes one.
      unsafe chmod(path, 0o600)
      options.ages = try SecretAges(path: path)
    }
    + given("advisory-age") { path, options in
      options.advisories = .success(Advisories([]))
      var known = Advisories([])
      try known.add(path, webUser: "www-data")
      options.advisories = .success(known)
    }.filter { $0.kind != .missing }
    + [
      Lack(.missing, "advisory-age") { _, options in options.advisories = .success(Advisories([]))
      },
      Lack(
        .unreadable, "advisory-age", "package-holes-critical", "package-holes-high",
        "package-holes-medium", "laravel-lifetime"
      ) { _, options in options.advisories = .failure(.notRegular(path: "known holes")) },
    ]

  static let webServers: [Lack] = [
    Lack(.missing, Check.webServer.map(\.id), Installation.Line.allCases) { _, _ in },
    Lack(.unreadable, Check.webServer.map(\.id), Installation.Line.allCases) { _, options in
      options.webServer = .failure(.notRegular(path: "/etc/apache2/apache2.conf"))
    },
    Lack(.unknown, Check.webServer.map(\.id), Installation.Line.allCases) { fixture, options in
      try fixture.write("Caddyfile", "status.example.org {\n  root * \(fixture.root)\n}\n")
      options.webServer = Result { () throws(Obstacle) in
        try WebServer(["\(fixture.root)/Caddyfile"])
      }
    },
  ]

  /// What is cached is read in place of the rest.
  static let cached: [Lack] = [
    Lack(.unreadable, Check.all.map(\.id), Installation.Line.allCases) { fixture, _ in
      try fixture.makeFolder("bootstrap/cache/config.php")
    },
    Lack(.unknown, Check.all.map(\.id), Installation.Line.allCases) { fixture, _ in
      try fixture.write("bootstrap/cache/config.php", "<?php return strtolower('X');\n")
    },
    Lack(.unknown, "remote-user", on: [.three]) { fixture, _ in try fixture.cache() },
    Lack(.unknown, "trusted-proxies", on: [.two3]) { fixture, _ in try fixture.cache() },
  ]

  static let all = everything + files + folders + databases + lists + webServers + cached

  @Test("not made, where its evidence lacks", arguments: all)
  func lacking(lack: Lack) throws {
    for line in lack.lines {
      let fixture = try Fixture(line)
      let audit: Audit
      do {
        var options = Subject.Options()
        options.hostRoot = fixture.host
        options.advisories = .success(try Fixture.advisories())
        try lack.change(fixture, &options)
        audit = try fixture.audit { $0 = options }
      } catch is Obstacle {
        // The run ends with 2, and its reports with an error for every check.
        continue
      }
      for id in lack.checks {
        let result = try #require(audit.results.first { $0.check.id == id })
        switch result.outcome {
        case .notAsked(let why): #expect(!why.isEmpty)
        case .failed: break
        // Of another line's code; never of all lines.
        case .notApplicable: #expect(lack.lines.count > 1, "\(line) \(id): \(result.outcome)")
        case .held, .found: Issue.record("\(line) \(id): \(result.outcome)")
        }
      }
    }
  }

  @Test("every check is in the table, with its evidence missing, unreadable and unknown")
  func complete() {
    for kind in Lack.Kind.allCases {
      let checks = Set(Self.all.filter { $0.kind == kind }.flatMap(\.checks))
      for check in Check.all { #expect(checks.contains(check.id), "\(kind) \(check.id)") }
    }
  }

  @Test("nothing stops the run where nothing lacks")
  func control() throws {
    for line in Installation.Line.allCases {
      #expect(try Fixture(line).audit().failures.isEmpty)
    }
  }
}

extension Lack {
  init(
    _ kind: Kind, _ checks: [String], _ lines: [Installation.Line],
    _ change: @escaping @Sendable (Fixture, inout Subject.Options) throws -> Void
  ) {
    (self.kind, self.checks, self.lines, self.change) = (kind, checks, lines, change)
  }
}

extension Fixture {
  func remove(_ path: String) throws {
    try FileManager.default.removeItem(atPath: "\(root)/\(path)")
  }

  func makeFolder(_ path: String) throws {
    try FileManager.default.createDirectory(
      atPath: "\(root)/\(path)", withIntermediateDirectories: true)
  }

  func useSQLite() throws {
    try set("DB_DRIVER", line == .three ? nil : "sqlite")
    try set("DB_CONNECTION", line == .three ? "sqlite" : nil)
    try set("DB_DATABASE", nil)
  }
}
