import Foundation
import TestSupport
import Testing

@testable import CachetAudit

@Suite("Versions as Composer compares them")
struct ComposerVersionTests {
  @Test(
    "each is before the next",
    arguments: [
      [
        "3.0.0-dev", "3.0.0-alpha", "3.0.0-alpha1", "3.0.0-alpha.2", "3.0.0-alpha10",
        "3.0.0-beta.1-dev", "3.0.0-beta.1", "3.0.0-b2", "3.0.0-RC1", "v3.0", "3.0.0-p1",
        "3.0.0-patch2", "3.0.0.1", "3.0.1", "3.5.4", "3.6.3", "3.6.4", "3.10.0", "10.0",
      ]
    ])
  func order(texts: [String]) throws {
    let versions = try texts.map { try #require(ComposerVersion($0), "\($0)") }
    for (index, version) in versions.enumerated() {
      for (other, later) in versions.enumerated() {
        #expect((version < later) == (index < other), "\(texts[index]) \(texts[other])")
        #expect((version == later) == (index == other), "\(texts[index]) \(texts[other])")
      }
    }
  }

  @Test(
    "what is written in two ways is the same",
    arguments: [
      ("3.0", "v3.0.0.0"), ("1.0.0-beta2", "1.0b2"), ("1.0-RC.1", "1.0.0rc1"),
      ("1.0", "1.0-stable"),
      ("1.0.0-alpha.1", "1.0_a1"), ("2.0+build.7", "2.0"), ("1.0pl1", "1.0-patch1"),
      ("1.0.0.dev", "1.0_dev"),
      ("1.0-", "1."),
    ])
  func same(one: String, other: String) throws {
    #expect(try #require(ComposerVersion(one)) == #require(ComposerVersion(other)))
  }

  @Test(
    "a branch, an alias, a date and what is none are not compared",
    arguments: [
      "dev-main", "dev-develop", "12.x-dev", "3.x", "dev-main as 3.0", "3.0 as 2.0", "20190101", "",
      "v", "1.0-foo", "1.0-betaX", "1.0+", "9223372036854775808.0", "1.0.0.0.1",
      "1.99999999999999999999", "1.0-beta99999999999999999999", "a1.0", "-1", "1..0",
    ])
  func none(text: String) { #expect(ComposerVersion(text) == nil) }

  static let livewire = ">=3.0.0-beta.1,<3.6.4"

  /// Composer puts '-dev' behind the bound of a '<' and a '>=' that names no stability.
  @Test(
    "borders of a constraint",
    arguments: [
      (livewire, "3.0.0-alpha.9", false), (livewire, "3.0.0-beta.1", true),
      (livewire, "v3.5.4", true), (livewire, "3.6.3", true), (livewire, "3.6.3-p1", true),
      (livewire, "3.6.4-beta1", false), (livewire, "3.6.4-dev", false), (livewire, "3.6.4", false),
      (livewire, "2.12.7", false), (livewire, "4.0.0", false),
      ("<2.12.7 || >=3.0.0-beta.1,<3.5.2", "0.1.0", true),
      ("<2.12.7 || >=3.0.0-beta.1,<3.5.2", "2.12.6", true),
      ("<2.12.7 || >=3.0.0-beta.1,<3.5.2", "2.12.7", false),
      ("<2.12.7 || >=3.0.0-beta.1,<3.5.2", "3.5.1", true),
      ("<2.12.7|>=3.0.0-beta.1,<3.5.2", "3.5.2", false),
      (">=3.0", "3.0.0-dev", true), (">=3.0", "3.0.0-alpha1", true), (">3.0", "3.0.0", false),
      (">3.0", "3.0.0-p1", true), (">3.0", "3.0.0-beta1", false), ("<=3.0", "3.0.0", true),
      ("<=3.0", "3.0.1", false), ("<=3.0", "3.0-beta1", true), ("<3.0-beta1", "3.0-alpha1", true),
      ("<3.0-beta1", "3.0-beta1", false), ("=3.0", "v3.0.0.0", true), ("==3.0", "3.0.1", false),
      ("3.0", "3.0.0", true), ("!=3.0,<4", "3.0", false), ("<>3.0 <4", "3.1", true),
    ])
  func constraint(text: String, version: String, isAffected: Bool) throws {
    let affected = try #require(AffectedVersions(constraint: text))
    #expect(try affected.contains(#require(ComposerVersion(version))) == isAffected)
  }

  @Test(
    "a range in another form is not understood",
    arguments: ["^3.0", "~3.0", "3.*", "3.0 - 3.6", "*", "", "|", ">=3.0,dev-main", "<"])
  func unknown(text: String) { #expect(AffectedVersions(constraint: text) == nil) }
}

@Suite("Known holes in what Cachet brings along")
struct PackageTests {
  private func audit(
    _ packages: [(String, String)], locked: [(String, String)]? = nil, isInstalled: Bool = true,
    _ change: (inout Subject.Options) throws -> Void = { _ in }
  ) throws -> Audit {
    let fixture = try Fixture(.three)
    try fixture.install((locked ?? packages) + [CheckTests.dotenvFive, CheckTests.core])
    if isInstalled {
      try fixture.install(packages + [CheckTests.dotenvFive, CheckTests.core], locked: false)
    } else {
      try FileManager.default.removeItem(atPath: "\(fixture.root)/\(Fixture.installed)")
    }
    return try fixture.audit(change)
  }

  private let laravel = ("laravel/framework", "v12.61.1")

  @Test("Livewire 3.5.4 runs code without a sign-in, and that is said first")
  func livewire() throws {
    let audit = try audit([laravel, ("livewire/livewire", "v3.5.4")])
    #expect(audit.worst == .critical)
    let found = try #require(audit.findings.first { $0.check.id == "package-holes-critical" })
    #expect(
      found.evidence.message
        == "livewire/livewire is v3.5.4: CVE-2025-54068 (being used)")
    #expect(found.evidence.place == Place(path: Fixture.installed, line: 4))
    #expect(found.fingerprint.hasSuffix(" livewire/livewire CVE-2025-54068"))
    #expect(audit.told.contains("package-holes-medium \(Fixture.installed):4"))
    #expect(!audit.told.contains("package-holes-high \(Fixture.installed):4"))
  }

  @Test(
    "each border of the bundled list for Livewire's hole",
    arguments: [("3.0.0-beta.1", true), ("v3.6.3", true), ("v3.6.4", false), ("v2.12.9", false)])
  func borders(version: String, isOpen: Bool) throws {
    let audit = try audit([laravel, ("livewire/livewire", version)]) {
      $0.advisories = .success(try Advisories.bundled())
    }
    let told = audit.findings.filter { $0.check.id == "package-holes-critical" }
    #expect(told.contains { $0.evidence.about == "livewire/livewire CVE-2025-54068" } == isOpen)
  }

  @Test("the holes of one package are told in one for people, and each by itself for programs")
  func together() throws {
    let audit = try audit([laravel, ("livewire/livewire", "v3.5.1")]) {
      $0.advisories = .success(
        Advisories([
          Advisories.Source(
            path: "x", published: Day.today,
            list: try AdvisoryList(
              Array(
                """
                {"published": "2026-08-07", "advisories": [
                  {"id": "CVE-1", "package": "livewire/livewire", "affected": "<3.6", "severity": "high"},
                  {"id": "CVE-2", "package": "livewire/livewire", "affected": "<3.6"}]}
                """.utf8)))
        ]))
    }
    #expect(audit.findings.count { $0.check.id == "package-holes-high" } == 2)
    let fixture = try Fixture(.three)
    let text = TextReport(
      audit: audit, installation: try Installation(Folder(root: fixture.root)), inColour: false,
      width: 200
    ).text()
    #expect(text.contains("json:4: livewire/livewire is v3.5.1: CVE-1, CVE-2\n"))
  }

  @Test("what runs is judged and not what is locked, and the difference is told")
  func installed() throws {
    let audit = try audit(
      [laravel, ("livewire/livewire", "v3.6.3")],
      locked: [laravel, ("livewire/livewire", "v3.8.3")])
    let told = audit.findings.map { "\($0.check.id): \($0.evidence.message)" }
    #expect(
      told.contains(
        "package-holes-critical: livewire/livewire is v3.6.3: CVE-2025-54068 (being used)"))
    #expect(
      told.contains(
        "lock-differs: livewire/livewire: v3.6.3 is installed, v3.8.3 is locked"))
  }

  @Test("another commit of the same branch is a difference")
  func commits() throws {
    func list(_ reference: String) -> String {
      """
      {"packages": [
      {"name": "cachethq/core", "version": "dev-main", "source": {"reference": "\(reference)"}},
      {"name": "vlucas/phpdotenv", "version": "v5.6.1"}]}
      """
    }
    let fixture = try Fixture(.three)
    try fixture.write("composer.lock", list("0123456789abcdef"))
    try fixture.write(Fixture.installed, list("0123456789abcdef"))
    #expect(try !fixture.audit().told.contains { $0.hasPrefix("lock-differs") })
    try fixture.write(Fixture.installed, list("fedcba9876543210"))
    let found = try #require(fixture.audit().findings.first { $0.check.id == "lock-differs" })
    #expect(
      found.evidence.message
        == "cachethq/core: dev-main (fedcba987654) is installed, dev-main (0123456789ab) is locked")
  }

  @Test("a lock alone tells what is locked, and never that all is well")
  func locked() throws {
    let open = try audit([laravel, ("livewire/livewire", "v3.5.4")], isInstalled: false)
    let found = try #require(open.findings.first { $0.check.id == "package-holes-critical" })
    #expect(
      found.evidence.message
        == "livewire/livewire is v3.5.4, as locked: CVE-2025-54068 (being used)")
    #expect(found.evidence.place.path == "composer.lock")
    let sound = try audit([laravel], isInstalled: false)
    for check in sound.results.map(\.check)
    where check.id.hasPrefix("package-holes") || check.id == "laravel-lifetime" {
      guard
        case .notAsked(let why) = try #require(
          sound.results.first { $0.check.id == check.id }
        ).outcome
      else {
        Issue.record("\(check.id)")
        continue
      }
      #expect(why.contains("as locked"))
    }
  }

  @Test(
    "a branch and an alias are not made, unless something is found",
    arguments: ["dev-main", "3.x-dev", "dev-main as 3.8.3"])
  func branches(version: String) throws {
    let audit = try audit([laravel, ("livewire/livewire", version)])
    let result = try #require(audit.results.first { $0.check.id == "package-holes-critical" })
    guard case .notAsked(let why) = result.outcome else {
      Issue.record("\(result.outcome)")
      return
    }
    #expect(why == "cannot tell whether livewire/livewire \(version) has CVE-2025-54068")
  }

  @Test("Composer 1 wrote a list, and Composer 2 an object; both are read")
  func composerOne() throws {
    let fixture = try Fixture(.three)
    try fixture.write(
      Fixture.installed,
      """
      [{"name": "cachethq/core", "version": "dev-main"},
       {"name": "vlucas/phpdotenv", "version": "v5.6.1"},
       {"name": "Livewire/Livewire", "version": "v3.5.4"}]
      """)
    let told = try fixture.audit().told
    #expect(told.contains("package-holes-critical \(Fixture.installed):3"))
  }

  @Test(
    "a file of Composer's that is damaged stops the run",
    arguments: [
      "", "{", "[]x", "{\"packages\": {}}", "{\"packages\": [{\"name\": \"a/b\"}]}",
      "{\"packages\": [{\"name\": \"a\", \"version\": \"1.0\"}]}",
      "{\"packages\": [{\"name\": \"a/b\", \"version\": \"1.0\"}, {\"name\": \"A/b\", \"version\": \"2.0\"}]}",
      "{\"packages\": [], \"packages\": []}", String(repeating: "[", count: 100_000),
    ])
  func damaged(text: String) throws {
    for path in [Fixture.installed, "composer.lock"] {
      let fixture = try Fixture(.three)
      try fixture.write(path, text)
      #expect(throws: Obstacle.self) { try fixture.audit() }
    }
  }

  @Test(
    "files of many packages and many holes take no longer than they are", .timeLimit(.minutes(10)))
  func many() throws {
    let fixture = try Fixture(.three)
    var packages = CheckTests.three + (0..<60_000).map { ("many/p\($0)", "v1.0.0") }
    try fixture.install(packages)
    packages.removeLast(30_000)
    try fixture.install(packages, locked: false)
    let list = (0..<40_000).map {
      "{\"id\": \"X-\($0)\", \"package\": \"many/p\($0)\", \"affected\": \"<1.0\"}"
    }
    let text = "{\"published\": \"2026-08-07\", \"advisories\": [\(list.joined(separator: ","))]}"
    let audit = try fixture.audit {
      $0.advisories = .success(
        Advisories([
          Advisories.Source(
            path: "x", published: Day.today, list: try AdvisoryList(Array(text.utf8)))
        ]))
    }
    #expect(audit.findings.count { $0.check.id == "lock-differs" } == 30_000)
    #expect(!audit.told.contains { $0.hasPrefix("package-holes-high") })
  }

  @Test("hostile names and versions cannot write to the terminal")
  func hostile() throws {
    let audit = try audit([laravel, ("livewire/livewire", "\\u001b[2J\\nRating: clean")])
    let result = try #require(audit.results.first { $0.check.id == "package-holes-critical" })
    guard case .notAsked(let why) = result.outcome else {
      Issue.record("\(result.outcome)")
      return
    }
    #expect(why.contains("livewire/livewire ?[2J?Rating: clean has"))
  }

  @Test(
    "its age is told: in time, too old, of the future",
    arguments: [(180, false), (181, true), (-1, true)])
  func age(days: Int, isFound: Bool) throws {
    let audit = try audit([laravel]) {
      $0.now = Moment(seconds: Day.today.begin.seconds + days * 86_400)
    }
    #expect(audit.told.contains("advisory-age known holes:") == isFound)
  }

  @Test("each border of the bundled list: what it begins with is in, what ends it is out")
  func everyBorder() throws {
    let file = Built.package.appending(path: "Sources/CAdvisories/advisories.json")
    let list = try JSONValue(Array(Data(contentsOf: file)))
    var borders = 0
    for entry in try #require(list["advisories"]?.elements) {
      let text = try #require(entry["affected"]?.text)
      for alternative in text.split(separator: "||") {
        let affected = try #require(AffectedVersions(constraint: String(alternative)))
        for bound in alternative.split(whereSeparator: { $0 == "," || $0 == " " }) {
          let number = String(bound.drop { "<>=".contains($0) })
          let version = try #require(ComposerVersion(number), "\(number)")
          let isIn = bound.hasPrefix(">=") || bound.hasPrefix("<=")
          #expect(affected.contains(version) == isIn, "\(bound)")
          guard bound.hasPrefix("<"), !bound.hasPrefix("<=") else { continue }
          // Composer counts the betas of the correction as corrected.
          #expect(!affected.contains(try #require(ComposerVersion("\(number)-beta1"))))
          borders += 1
        }
      }
    }
    #expect(borders > 200)
  }

  @Test("the bundled list is read whole: every range, every day, and what it must know")
  func bundled() throws {
    let source = try #require(Advisories.bundled().sources.first)
    #expect(source.list.advisories.count > 150)
    #expect(source.list.advisories.allSatisfy { $0.affected != nil })
    #expect(source.published.number > (Day("2026-08-01")?.number ?? .max))
    let names = Set(source.list.advisories.map(\.package))
    for name in [
      "laravel/framework", "livewire/livewire", "filament/filament", "symfony/http-foundation",
      "guzzlehttp/guzzle", "twig/twig", "league/commonmark",
    ] {
      #expect(names.contains(name), "\(name)")
    }
    let ids = source.list.advisories.map { "\($0.package) \($0.id)" }
    #expect(Set(ids).count == ids.count)
    #expect(source.list.lifetimes["php"]?["8.2"] != nil)
    #expect(source.list.lifetimes["laravel/framework"]?["5.7"] != nil)
  }
}

@Suite("Lists of known holes")
struct AdvisoryListTests {
  private func list(_ text: String) throws -> AdvisoryList { try AdvisoryList(Array(text.utf8)) }

  private func ids(_ list: AdvisoryList, _ version: String) throws -> [String] {
    let version = try #require(ComposerVersion(version))
    return list.advisories.filter { $0.affected?.contains(version) == true }.map(\.id)
  }

  static let osv = """
    {"id": "GHSA-29cq-5w36-x7w3", "modified": "2026-01-01T00:00:00Z", "aliases": ["CVE-2025-54068"],
     "affected": [
       {"package": {"ecosystem": "Packagist", "name": "Livewire/livewire"},
        "ranges": [{"type": "ECOSYSTEM",
          "events": [{"introduced": "3.0.0-beta.1"}, {"fixed": "3.6.4"}]}]},
       {"package": {"ecosystem": "npm", "name": "livewire"}, "versions": ["1.0.0"]}],
     "database_specific": {"severity": "CRITICAL"}}
    """

  @Test("OSV: one entry, a list of them, and an answer of its service")
  func osv() throws {
    for text in [Self.osv, "[\(Self.osv)]", "{\"vulns\": [\(Self.osv)]}"] {
      let list = try list(text)
      #expect(list.advisories.count == 1)
      let advisory = try #require(list.advisories.first)
      #expect(advisory.id == "CVE-2025-54068" && advisory.package == "livewire/livewire")
      #expect(advisory.severity == .critical && list.published == nil)
      #expect(try ids(list, "3.0.0-alpha1").isEmpty && ids(list, "3.6.4").isEmpty)
      #expect(try ids(list, "3.0.0-beta.1") == [advisory.id] && ids(list, "3.6.3") == [advisory.id])
    }
  }

  @Test(
    "OSV: events in any order, several ranges, last_affected, single versions, what was taken back")
  func osvEvents() throws {
    func entry(_ affected: String, _ more: String = "") -> String {
      """
      {"id": "X-1"\(more), "affected": [{"package": {"ecosystem": "Packagist", "name": "a/b"}, \(affected)}]}
      """
    }
    func range(_ events: String) -> String {
      "\"ranges\": [{\"type\": \"ECOSYSTEM\", \"events\": [\(events)]}]"
    }
    let turned = try list(
      entry(
        range(
          "{\"fixed\": \"2.5\"}, {\"introduced\": \"2.0\"}, {\"fixed\": \"1.5\"}, {\"introduced\": \"0\"}"
        )))
    for (version, isOpen) in [
      ("0.1", true), ("1.5", false), ("1.9", false), ("2.0", true), ("2.5", false),
    ] {
      #expect(try ids(turned, version).isEmpty != isOpen, "\(version)")
    }
    let last = try list(entry(range("{\"introduced\": \"1.0\"}, {\"last_affected\": \"1.9\"}")))
    #expect(try ids(last, "1.9") == ["X-1"] && ids(last, "1.9.1").isEmpty)
    let single = try list(entry("\"versions\": [\"v1.2\", \"dev-main\"]"))
    #expect(try ids(single, "1.2.0") == ["X-1"] && ids(single, "1.3").isEmpty)
    #expect(single.advisories.first?.severity == .high)
    let commits = try list(
      entry("\"ranges\": [{\"type\": \"GIT\", \"events\": [{\"introduced\": \"0\"}]}]"))
    #expect(commits.advisories.first?.affected == nil)
    let odd = try list(entry(range("{\"introduced\": \"dev-main\"}")))
    #expect(odd.advisories.first?.affected == nil)
    #expect(
      try list(entry(range("{\"introduced\": \"0\"}"), ", \"withdrawn\": \"2026-01-01T00:00:00Z\""))
        .advisories.isEmpty)
  }

  @Test("composer audit: by package, with and without a severity, and none at all")
  func composer() throws {
    let list = try list(
      """
      {"advisories": {"livewire/livewire": [
        {"advisoryId": "PKSA-1", "packageName": "livewire/livewire", "affectedVersions": ">=3.0.0-beta.1,<3.6.4",
         "title": "words", "cve": "CVE-2025-54068", "severity": "critical"},
        {"advisoryId": "PKSA-2", "packageName": "livewire/livewire", "affectedVersions": "<2.0|>=3.0,<3.1",
         "cve": null}],
       "a/b": {"1": {"advisoryId": "PKSA-3", "affectedVersions": "^1.0", "severity": "low"}}},
       "abandoned": []}
      """)
    #expect(list.advisories.map(\.id) == ["PKSA-3", "CVE-2025-54068", "PKSA-2"])
    #expect(list.advisories.map(\.severity) == [.low, .critical, .high])
    #expect(list.advisories.map { $0.affected == nil } == [true, false, false])
    #expect(try ids(list, "3.0.5") == ["CVE-2025-54068", "PKSA-2"])
    #expect(try self.list("{\"advisories\": [], \"abandoned\": {}}").advisories.isEmpty)
  }

  @Test(
    "what is no such list is refused",
    arguments: [
      "", "{}", "[1]", "\"x\"", "{\"advisories\": 7}", "{\"advisories\": {\"a/b\": 1}}",
      "{\"advisories\": {\"a\": [{\"advisoryId\": \"x\"}]}}",
      "{\"published\": \"soon\", \"advisories\": []}",
      "{\"published\": \"2026-01-01\", \"advisories\": [{\"id\": \"x\"}]}",
      "{\"published\": \"2026-01-01\", \"advisories\": [], \"lifetimes\": {\"php\": {\"8\": 1}}}",
      "{\"published\": \"2026-01-01\", \"advisories\": [], \"distributions\": [{}]}",
      "[{\"id\": \"x\"}]", "{\"affected\": []}",
    ])
  func refused(text: String) {
    #expect(throws: AdvisoryList.Refusal.self) { try list(text) }
  }
}

@Suite("JSON that others wrote")
struct JSONValueTests {
  private func value(_ text: String) throws -> JSONValue { try JSONValue(Array(text.utf8)) }

  @Test("what is JSON is read")
  func read() throws {
    #expect(
      try value(
        " { \"a\\u0041\\n\\ud83d\\ude00\" : [ 1, -0.5e+3, true, false, null, \"\\/ü\" ], \"b\": {} } "
      )
        == .object([
          "aA\n😀": .array([
            .number("1"), .number("-0.5e+3"), .bool(true), .bool(false), .null, .string("/ü"),
          ]), "b": .object([:]),
        ]))
  }

  @Test(
    "what is none is refused, at its line",
    arguments: [
      "", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "1e", "-", "\"\\x\"", "\"\\ud800\"",
      "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\\u12g4\"", "\"\u{1}\"", "\"open", "nul", "[1] 2",
      "{\"a\":1,\"a\":2}", "{a:1}", "[1 2]", "\"\\", "\"\\u12", "+1",
    ])
  func refused(text: String) {
    #expect(throws: JSONValue.Refusal(line: 3)) { try value("\n\n" + text) }
  }

  @Test("no bytes that are no text, nothing too deep, nothing too long", .timeLimit(.minutes(10)))
  func bounds() {
    #expect(throws: JSONValue.Refusal.self) { try JSONValue([0x22, 0xFF, 0x22]) }
    #expect(throws: JSONValue.Refusal.self) { try value(String(repeating: "[", count: 65)) }
    let many = "[" + String(repeating: "1,", count: 1_000_001) + "1]"
    #expect(throws: JSONValue.Refusal.self) { try value(many) }
  }
}
