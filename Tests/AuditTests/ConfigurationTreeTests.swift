import Foundation
import Testing

@testable import CachetAudit

@Suite("The files of the configuration: which variables they ask for, and what they take without")
struct ConfigurationTreeTests {
  private func told(_ text: String) throws -> [String: String] {
    let entries = try ConfigurationReader.entries(of: Array(text.utf8))
    return entries.mapValues { "\($0.line) \(Self.told($0.expression))" }
  }

  private static func told(_ expression: ConfigurationReader.Expression) -> String {
    switch expression {
    case .value(.null): "null"
    case .value(.bool(let value)): "\(value)"
    case .value(.text(let text)): "'\(String(decoding: text.bytes, as: UTF8.self))'"
    case .variable(let name, nil): name
    case .variable(let name, let otherwise?): "\(name) or \(told(otherwise))"
    case .unknown: "?"
    }
  }

  @Test("values, variables and what only PHP knows")
  func entries() throws {
    let text = """
      <?php

      use App\\Models\\User;

      /* return [ 'no' => 1 ]; */
      return [
          // 'no' => env('NO'),
          'debug' => (bool) env('APP_DEBUG', false),
          'url' => env('APP_URL', 'http://localhost'),  # a comment
          'key' => env('APP_KEY'),
          'name' => "it's",
          'quoted' => 'it\\'s \\\\ \\n',
          'dollar' => "a $b",
          'number' => -12,
          'hex' => 0x1F, 'octal' => 017, 'broken' => 1.5, 'none' => -0,
          'nested' => array(
              'a' => ['b' => env('B', env('C', 'd')), 'c' => null,],
              User::class => ['e' => 1],
          ),
          'list' => ['web', \\Cachet\\Http\\Middleware\\AuthenticateRemoteUser::class],
          'joined' => 'a' . env('A'),
          'choice' => env('A') ? 'x' : 'y',
          'call' => strtolower('X'),
          'else' => env('A') ?: 'b',
          'merged' => ['x' => 1] + ['y' => 2],
          'called' => env('A', database_path('a')),
          'spread' => ['x' => 1, ...array_filter(explode(',', env('X', ''))), 'y' => [2]],
          'true' => TRUE, 'a.b' => 1,
          'closure' => function () { return ['z' => 1]; },
          'last' => \\env('LAST', true)
      ];

      """
    #expect(
      try told(text) == [
        "debug": "8 APP_DEBUG or false", "url": "9 APP_URL or 'http://localhost'",
        "key": "10 APP_KEY", "name": "11 'it's'", "quoted": "12 'it's \\ \\n'",
        "dollar": "13 ?", "number": "14 '-12'", "hex": "15 ?", "octal": "15 ?", "broken": "15 ?",
        "none": "15 ?",
        "nested.a.b": "17 B or C or 'd'", "nested.a.c": "17 null",
        "joined": "21 ?", "choice": "22 ?", "call": "23 ?", "else": "24 ?", "merged": "25 ?",
        "called": "26 A or ?", "spread": "27 ?", "spread.x": "27 '1'", "true": "28 true",
        "a\\.b": "28 '1'", "closure": "29 ?", "last": "30 LAST or true",
      ])
    #expect(try told("<?php // a\rreturn ['a' => 1];") == ["a": "1 '1'"])
  }

  @Test(
    "what returns no array, or another one each time, is not read",
    arguments: [
      "", "<?php", "<?php return 1;", "return [];", "<?php return array_merge([], []);",
      "<?php if (x()) { return ['a' => 1]; } return ['a' => 2];", "<?php return ['a' => 1]",
      "<?php return ['a' => 1", "<?php return ['a' => 'b];", "<?php /* return [];",
      "<?php return ['a' => 1, 'a' => 2];", "<?php return [] + ['a' => 1];",
      "<?php $a = []; return $a;", "<?php return ['a' => <<<X\nb\nX];",
      "<?php return ['a' => 1 ?> ];", "<?php // ?> <?php exit; ?>\nreturn ['a' => 1];",
      "<?php foreach ($a as $b) {} return ['a' => 1];", "<?php return ['a' => [1}];",
      "<?php return ['a' => 1, ...$b];",
    ])
  func refused(text: String) {
    #expect(throws: ConfigurationReader.Refusal.self) { try told(text) }
  }

  @Test("one that is nested, or goes on, without end is refused in a moment")
  func endless() {
    for text in [
      String(repeating: "[", count: 1_000_000), String(repeating: "['a' => ", count: 300_000),
      String(repeating: "'a' => (", count: 300_000),
      (0..<200_000).map { "'a\($0)' => 1,\n" }.joined(),
    ] {
      #expect(throws: ConfigurationReader.Refusal.self) { try told("<?php return [" + text) }
    }
  }

  // MARK: - What counts

  private func paths(_ fixture: Fixture) throws -> CachetPaths? {
    let installation = try Installation(Folder(root: fixture.root))
    return try CachetPaths(Configuration(of: installation))
  }

  @Test(
    "Cachet 3 is where its files say, unless a variable says otherwise",
    arguments: [
      ("'path' => env('CACHET_PATH', 'status')", nil, "/status", "/status/dashboard"),
      ("'path' => env('CACHET_PATH', '/')", nil, "", "/dashboard"),
      ("'path' => env('CACHET_PATH', 'status')", "/a/b/", "/a/b", "/a/b/dashboard"),
      ("'path' => env('CACHET_PATH', 'status')", "/", "", "/dashboard"),
      ("'path' => env('STATUS_PATH', 'x')", "/a", "/x", "/x/dashboard"),
      // Nobody asks for the variable.
      ("'path' => '/fixed'", "/a", "/fixed", "/fixed/dashboard"),
      // Of the core, where the installation's own file does not say it.
      ("'beacon' => false", nil, "/core", "/core/dashboard"),
      (
        "'path' => env('CACHET_PATH', 'status'), 'dashboard_path' => '/admin/'", nil, "/status",
        "/admin"
      ),
    ] as [(String, String?, String, String)])
  func path(lines: String, variable: String?, base: String, dashboard: String) throws {
    let fixture = try Fixture(.three)
    try fixture.write("config/cachet.php", "<?php\nreturn [\n\(lines)\n];\n")
    try fixture.write(
      ConfigurationTree.core, "<?php return ['path' => env('CACHET_PATH', 'core')];\n")
    if let variable { try fixture.set("CACHET_PATH", variable) }
    let paths = try #require(try paths(fixture))
    #expect(paths.base == base && paths.dashboard == dashboard, "\(paths)")
  }

  @Test("without a file of the installation's own that of the core counts")
  func core() throws {
    let fixture = try Fixture(.three)
    try FileManager.default.removeItem(atPath: "\(fixture.root)/config/cachet.php")
    #expect(try paths(fixture) == nil)
    try fixture.write(
      ConfigurationTree.core, "<?php return ['path' => env('CACHET_PATH', 'core')];\n")
    #expect(try paths(fixture)?.base == "/core")
    try fixture.set("CACHET_PATH", "/mine")
    #expect(try paths(fixture)?.base == "/mine")
    try FileManager.default.removeItem(atPath: "\(fixture.root)/\(ConfigurationTree.core)")
    #expect(try paths(fixture)?.base == "/mine")
  }

  @Test("what is cached counts, whatever the files say")
  func cached() throws {
    let fixture = try Fixture(.three)
    try fixture.write(
      "bootstrap/cache/config.php", "<?php return array ('cachet' => array ('path' => '/c',),);\n")
    #expect(try paths(fixture)?.base == "/c")
  }

  @Test(
    "a dashboard below the path of the files is found open, and one that nobody can tell not made")
  func guarded() throws {
    let fixture = try WebFixture(.three)
    let sign = WebServerTests.sign
    let guarded = """
      ProxyPass / http://127.0.0.1:8000/
      <LocationMatch "^/(dashboard|setup|livewire|mcp|api)">
      \(sign)
      </LocationMatch>
      """
    try fixture.cachet.write(
      "config/cachet.php", "<?php\nreturn ['path' => env('CACHET_PATH', 'status')];\n")
    let open = try fixture.apache(guarded)
    #expect(
      open.about("guarded-paths").isSuperset(of: ["/status/dashboard", "/status/setup"]),
      "\(open.about("guarded-paths"))")
    #expect(open.about("api-writes").contains("POST /status/api/components"))
    try fixture.cachet.write(
      "config/cachet.php", "<?php\nreturn ['path' => env('CACHET_PATH', '/')];\n")
    #expect(try fixture.apache(guarded).about("guarded-paths").isEmpty)
    try fixture.cachet.write(
      "config/cachet.php", "<?php\nreturn ['path' => trim(env('CACHET_PATH'))];\n")
    let unknown = try fixture.apache(guarded)
    let failure = try #require(unknown.failures.first { $0.check.id == "guarded-paths" })
    #expect(failure.obstacle.words == "config/cachet.php:2: what 'cachet.path' is, only PHP knows")
    try FileManager.default.removeItem(atPath: "\(fixture.cachet.root)/config/cachet.php")
    let missing = try fixture.apache(guarded)
    #expect(
      missing.results.contains { result in
        if result.check.id == "guarded-paths", case .notAsked = result.outcome {
          true
        } else {
          false
        }
      })
  }

  @Test(
    "a default that a tree changes is judged like the variable that it stands for",
    arguments: [
      (Installation.Line.three, "app", "'debug' => (bool) env('APP_DEBUG', true)", "debug-mode"),
      (.two4, "app", "'debug' => true", "debug-mode"),
      (.three, "app", "'env' => env('APP_ENV', 'local')", "environment"),
      (.three, "app", "'url' => env('APP_URL', 'http://status.example.org')", "app-url"),
      (
        .three, "cachet", "'trusted_proxies' => env('CACHET_TRUSTED_PROXIES', '*')",
        "trusted-proxies"
      ),
      (.three, "cachet", "'demo_mode' => env('CACHET_DEMO_MODE', true)", "demo-mode"),
      (.three, "cachet", "'renderers' => ['blade' => true]", "template-code"),
      (.two4, "debugbar", "'enabled' => env('DEBUGBAR_ENABLED', true)", "debugbar"),
      (
        .two4, "database",
        "'default' => env('DB_DRIVER', 'mysql'), 'connections' => ['mysql' => ['password' => 'secret']]",
        "database-password"
      ),
      (.three, "session", "'secure' => env('SECURE', false)", "secure-cookie"),
    ])
  func changed(line: Installation.Line, file: String, entry: String, check: String) throws {
    let fixture = try Fixture(line)
    for name in [
      "APP_DEBUG", "APP_ENV", "APP_URL", "CACHET_TRUSTED_PROXIES", "DEBUGBAR_ENABLED",
    ] { try fixture.set(name, nil) }
    let path = file == "cachet" ? "'path' => env('CACHET_PATH', '/')," : ""
    try fixture.write("config/\(file).php", "<?php\nreturn [\(path)\n\(entry)\n];\n")
    let audit = try fixture.audit()
    #expect(audit.told.contains("\(check) config/\(file).php:3"), "\(audit.told.sorted())")
  }

  @Test(
    "what only PHP knows is not judged, whatever .env has",
    arguments: [
      ("app", "'debug' => env('APP_DEBUG') || true", "debug-mode"),
      ("app", "'debug' => (bool) env('DEBUG', strtolower('X'))", "debug-mode"),
      ("app", "'env' => gethostname() === 'x' ? 'local' : 'production'", "environment"),
      ("session", "'secure' => ! app()->runningInConsole()", "secure-cookie"),
      ("mail", "'default' => pick()", "mail-transport"),
      ("database", "'default' => pick()", "database-password"),
      ("cachet", "'path' => '/', 'demo_mode' => (bool) getenv('X')", "demo-mode"),
      ("session", "'secure' => [...flags()]", "secure-cookie"),
      ("database", "'connections' => ['mysql' => ['password' => ''] + own()]", "database-password"),
      ("logging", "'channels' => array_merge([], own())", "log-level"),
      // A whole file that is not read.
      ("app", "'debug' => false, ...extra()", "debug-mode"),
    ])
  func doubtful(file: String, entry: String, check: String) throws {
    let fixture = try Fixture(.three)
    let look = try #require(Check.all.first { $0.id == check })
    let (before, text) = (try fixture.audit(), "<?php\nreturn [\n\(entry)\n];\n")
    try fixture.write("config/\(file).php", text)
    let after = try fixture.audit()
    func outcome(_ audit: Audit) -> String {
      "\(audit.results.first { $0.check.id == look.id }.map { "\($0.outcome)" } ?? "")"
    }
    #expect(!outcome(before).contains("PHP knows"))
    #expect(
      outcome(after).hasPrefix("notAsked(\"config/\(file).php"), "\(outcome(after))")
  }

  @Test("a tree as it came says nothing new, and one that is better is believed")
  func unchanged() throws {
    let fixture = try Fixture(.three)
    for name in ["APP_DEBUG", "APP_ENV", "SESSION_SECURE_COOKIE", "LOG_LEVEL", "CACHET_BEACON"] {
      try fixture.set(name, nil)
    }
    let before = try fixture.audit().told
    try fixture.write(
      "config/app.php",
      "<?php\nreturn ['debug' => (bool) env('APP_DEBUG', false), 'env' => env('APP_ENV', 'production')];\n"
    )
    try fixture.write(
      "config/session.php", "<?php\nreturn ['secure' => env('SESSION_SECURE_COOKIE')];\n")
    #expect(try fixture.audit().told == before)
    #expect(before.isSuperset(of: ["secure-cookie .env:", "log-level .env:", "beacon .env:"]))
    try fixture.write(
      "config/session.php", "<?php\nreturn ['secure' => env('SESSION_SECURE_COOKIE', true)];\n")
    try fixture.write(
      "config/logging.php",
      "<?php\nreturn ['channels' => ['single' => ['level' => env('LOG_LEVEL', 'warning')]]];\n")
    try fixture.write(
      "config/cachet.php",
      "<?php\nreturn ['path' => '/', 'beacon' => env('CACHET_BEACON', false)];\n")
    #expect(
      try fixture.audit().told.isDisjoint(with: [
        "secure-cookie .env:", "log-level .env:", "beacon .env:",
      ]))
  }

  @Test("a site is Cachet's by CACHET_DOMAIN too")
  func domain() throws {
    let fixture = try WebFixture(.three)
    try fixture.cachet.write(
      "config/cachet.php",
      "<?php\nreturn ['path' => '/', 'domain' => env('CACHET_DOMAIN', 'Status.example.net')];\n")
    let audit = try fixture.apache(
      "ServerName status.example.net\nProxyPass / http://127.0.0.1:8000/", root: "/usr/share")
    #expect(audit.about("guarded-paths").contains("/dashboard"))
  }
}
