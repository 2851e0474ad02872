import Foundation
import TestSupport
import Testing

@testable import CachetAudit

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
