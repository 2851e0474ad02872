import Foundation
import Testing

@testable import CachetAudit

/// The structure of a release, and the lines that are probed in it, written anew.
struct Tree: Sendable, CustomTestStringConvertible {
  let name: String
  let line: Installation.Line
  /// As reports name it.
  let version: String
  let dialect: Dotenv.Dialect
  let packages: [(name: String, version: String)]
  let files: [(path: String, text: String)]
  /// Check, file and line of all that is found, with Fixture's list of known holes.
  let found: Set<String>
  /// What the list of this program must tell as critical.
  var critical: Set<String> = []
  var testDescription: String { name }
}

@Suite("Trees of releases: what is planted is found, and nothing else")
struct TreeTests {
  private static let search = "app/Models/Traits/SearchableTrait.php"
  private static let ready = "app/Http/Middleware/ReadyForUse.php"
  private static let writer =
    "app/Bus/Handlers/Commands/System/Config/UpdateConfigCommandHandler.php"
  private static let incidents = "app/Bus/Handlers/Commands/Incident"
  private static let proxies = "app/Http/Middleware/TrustProxies.php"
  private static let renderer = "vendor/cachethq/core/src/Renderers/TwigRenderer.php"
  private static let installed = Fixture.installed

  private static let openSearch = (
    search,
    "<?php\n// all of it goes into the query\nif (!array_intersect(array_keys($search), $this->searchable)) {\n}\nreturn $query->where($search);\n"
  )
  private static let closedSearch = (
    search, "<?php\n$allowed = array_intersect_key($search, array_flip($this->searchable));\n"
  )
  private static let openReady = (
    ready, "<?php\nif (!$request->is('setup*') && !$this->settings->get('app_name')) {\n"
  )
  private static let openWriter = (
    writer, "<?php\n$path = 1;\nfile_put_contents($path, str_replace(\n"
  )
  private static let believing = (
    proxies, "<?php\n$proxies = Config::get('trustedproxies.proxies');\n"
  )
  private static func handlers(_ first: String, _ text: String) -> [(path: String, text: String)] {
    [first, "Update"].map { ("\(incidents)/\($0)IncidentCommandHandler.php", "<?php\n\(text)\n") }
  }
  private static let network = (
    "config/trustedproxy.php",
    "<?php\nreturn [\n  /*\n   | 'proxies' of a network\n   */\n  'proxies' => [\n    '192.0.2.0/24',\n    '2001:db8::/32',\n  ],\n];\n"
  )

  private static func two3(_ version: String, _ dotenv: String, _ dialect: Dotenv.Dialect) -> Tree {
    Tree(
      name: version, line: .two3, version: version, dialect: dialect,
      packages: [
        ("fideloper/proxy", "3.1.0"), ("laravel/framework", "v5.2.39"), ("twig/twig", "v1.24.1"),
        ("vlucas/phpdotenv", dotenv),
      ],
      files: [
        ("VERSION", "\(version)\n"), openSearch, network,
        (ready, "<?php\nif (!Config::get('setting.app_name')) {\n"),
        ("config/session.php", "<?php\nreturn [\n  'secure' => false,\n];\n"),
      ] + handlers("Report", "use Twig_Loader_String;"),
      found: [
        "end-of-life VERSION:", "cve-2021-39165 \(search):5", "cve-2021-39173 \(ready):2",
        "cve-2023-43661 \(incidents)/ReportIncidentCommandHandler.php:2",
        "cve-2024-52301 \(installed):4", "laravel-lifetime \(installed):4",
        "secure-cookie config/session.php:3",
      ], critical: ["twig/twig CVE-2026-46633"])
  }

  static let trees: [Tree] = [
    two3("2.3.5", "v2.3.0", .twoFour), two3("2.3.18", "v2.6.1", .lenientTwo),
    Tree(
      name: "2.4.1", line: .two4, version: "2.4.0-dev", dialect: .two,
      packages: [("laravel/framework", "v5.7.29"), ("vlucas/phpdotenv", "v2.6.9")],
      files: [("VERSION", "2.4.0-dev\n"), openSearch, openReady, openWriter, believing]
        + handlers("Create", "use Twig\\Environment;\nnew \\Twig\\Extension\\SandboxExtension($p);"),
      found: [
        "end-of-life VERSION:", "cve-2021-39165 \(search):5", "cve-2021-39172 \(writer):3",
        "cve-2021-39173 \(ready):2", "cve-2021-39174 \(writer):3", "trusted-proxies \(proxies):2",
        "cve-2024-52301 \(installed):3", "laravel-lifetime \(installed):3",
      ], critical: ["laravel/framework CVE-2019-9081"]),
    Tree(
      name: "fork 2.5.1", line: .two5, version: "2.5.1", dialect: .two,
      packages: [("laravel/framework", "v5.7.29"), ("vlucas/phpdotenv", "v2.6.7")],
      files: [
        ("VERSION", "v2.5.1\n"), closedSearch, believing,
        (ready, "<?php\nif ($this->settings->get('app_name') === null) {\n"),
        (
          writer,
          "<?php\nif (strstr($value, \"\\n\") !== false) {}\nif ($this->resolveNestedVariables($value) !== $value) {}\nfile_put_contents($p);\n"
        ),
      ] + handlers("Create", "use Twig\\Environment as Twig_Environment;"),
      found: [
        "end-of-life VERSION:", "trusted-proxies \(proxies):2",
        "cve-2023-43661 \(incidents)/CreateIncidentCommandHandler.php:2",
        "cve-2024-52301 \(installed):3", "laravel-lifetime \(installed):3",
      ], critical: ["laravel/framework CVE-2019-9081"]),
    Tree(
      name: "fork 2.6", line: .two5, version: "2.6.0-dev", dialect: .two,
      packages: [("laravel/framework", "v5.7.29"), ("vlucas/phpdotenv", "v2.6.7")],
      files: [("VERSION", "v2.6.0-dev\n"), closedSearch, openReady, openWriter, believing]
        + handlers("Create", "use Twig\\Environment as Twig_Environment;"),
      found: [
        "end-of-life VERSION:", "trusted-proxies \(proxies):2", "cve-2021-39172 \(writer):3",
        "cve-2021-39173 \(ready):2", "cve-2021-39174 \(writer):3",
        "cve-2023-43661 \(incidents)/CreateIncidentCommandHandler.php:2",
        "cve-2024-52301 \(installed):3", "laravel-lifetime \(installed):3",
      ], critical: ["laravel/framework CVE-2019-9081"]),
    Tree(
      name: "3.x of 2020", line: .two4, version: "2.4.0-dev, the 3.x of 2020",
      dialect: .lenientThree,
      packages: [("laravel/framework", "v6.18.13"), ("vlucas/phpdotenv", "v3.6.4")],
      files: [("VERSION", "2.4.0-dev\n"), openSearch, openReady, openWriter, believing]
        + handlers("Create", "use Twig\\Environment as Twig_Environment;"),
      found: [
        "end-of-life VERSION:", "trusted-proxies \(proxies):2", "cve-2021-39165 \(search):5",
        "cve-2021-39172 \(writer):3", "cve-2021-39173 \(ready):2", "cve-2021-39174 \(writer):3",
        "cve-2023-43661 \(incidents)/CreateIncidentCommandHandler.php:2",
        "cve-2024-52301 \(installed):3", "laravel-lifetime \(installed):3",
      ], critical: ["laravel/framework CVE-2019-9081"]),
    Tree(
      name: "3.x of October 2024", line: .three, version: "dev-main", dialect: .five,
      packages: [
        ("cachethq/core", "dev-main"), ("filament/filament", "v3.2.117"),
        ("laravel/framework", "v11.27.2"), ("livewire/livewire", "v3.5.4"),
        ("twig/twig", "v3.14.0"), ("vlucas/phpdotenv", "v5.6.1"),
      ],
      files: [
        (renderer, "<?php\nuse Twig\\Environment;\n$env = new Environment(new ArrayLoader([]));\n"),
        (
          "config/cachet.php",
          "<?php return [\n'path' => env('CACHET_PATH', 'status'),\n'middleware' => [],\n];\n"
        ),
      ],
      found: [
        "package-holes-critical \(installed):6", "package-holes-medium \(installed):6",
        "template-sandbox \(renderer):3", "cve-2024-52301 \(installed):5",
        "laravel-lifetime \(installed):5",
      ], critical: ["livewire/livewire CVE-2025-54068", "twig/twig CVE-2026-46633"]),
    Tree(
      name: "3.x of August 2026", line: .three, version: "dev-main", dialect: .five,
      packages: [
        ("cachethq/core", "dev-main"), ("filament/filament", "v5.7.6"),
        ("laravel/framework", "v12.61.1"), ("livewire/livewire", "v4.3.4"),
        ("twig/twig", "v3.27.0"), ("vlucas/phpdotenv", "v5.6.4"),
      ],
      files: [
        (
          renderer,
          "<?php\n$env = new Environment(new ArrayLoader([]));\n$env->addExtension(new SandboxExtension(\n"
        ),
        (
          "vendor/cachethq/core/config/cachet.php",
          "<?php return [\n'path' => env('CACHET_PATH', '/'),\n'middleware' => [\n// AuthenticateRemoteUser::class,\n],\n];\n"
        ),
      ], found: []),
  ]

  private func fixture(_ tree: Tree) throws -> Fixture {
    let fixture = try Fixture(tree.line)
    for path in ["app", "config", "vendor", "VERSION", "composer.lock"] {
      try? fixture.remove(path)
    }
    for (path, text) in tree.files { try fixture.write(path, text) }
    try fixture.install(tree.packages)
    return fixture
  }

  @Test("exactly what is planted", arguments: trees)
  func planted(tree: Tree) throws {
    let fixture = try fixture(tree)
    let installation = try Installation(Folder(root: fixture.root))
    #expect(installation.line == tree.line && installation.version == tree.version)
    #expect(try installation.dialect() == tree.dialect)
    let audit = try fixture.audit()
    #expect(audit.told == tree.found)
    // Judged, and not merely not found.
    let proxies = try #require(audit.results.first { $0.check.id == "trusted-proxies" })
    if case .notAsked(let why) = proxies.outcome { Issue.record("\(why)") }
    #expect(audit.failures.isEmpty)
  }

  @Test(
    "with the list of this program, its worst holes are told, and no more where there are none",
    arguments: trees)
  func bundled(tree: Tree) throws {
    let audit = try fixture(tree).audit { $0.advisories = .success(try Advisories.bundled()) }
    let told = audit.findings.filter { $0.check.id == "package-holes-critical" }
    #expect(Set(told.map(\.evidence.about)) == tree.critical)
    let isSound = tree.name == "3.x of August 2026"
    #expect(audit.findings.contains { $0.check.id.hasPrefix("package-holes") } != isSound)
  }
}
