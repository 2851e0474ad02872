import Foundation
import FoundationXML
import Testing

@testable import CachetAudit

@Suite("Reports")
struct ReportTests {
  private static func audited(_ line: Installation.Line = .two4) throws -> (Audit, Installation) {
    let fixture = try Fixture(line)
    try fixture.set("APP_DEBUG", "off")
    try fixture.set("APP_URL", "http://status.example.org")
    try fixture.add("# cachet-mfa:ignore app-url <behind> a \"tunnel\" & more")
    return (try fixture.audit(), try Installation(Folder(root: fixture.root)))
  }

  @Test("a clean installation takes at most one screen, and says so first")
  func clean() throws {
    let fixture = try Fixture(.three)
    let audit = try fixture.audit()
    let report = TextReport(
      audit: audit, installation: try Installation(Folder(root: fixture.root)), inColour: false)
    let lines = report.text().split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines[1]
        == "Rating: clean as far as checked (nothing found, \(audit.unmade) checks not made)")
    #expect(lines.count <= 24)
  }

  @Test("many findings of one check do not drown the others, and are counted")
  func many() throws {
    let fixture = try Fixture(.three)
    for number in 0..<150 { try fixture.write("public/\(number).sql", "") }
    try fixture.set("APP_URL", "http://status.example.org")
    let report = TextReport(
      audit: try fixture.audit(), installation: try Installation(Folder(root: fixture.root)),
      inColour: false
    ).text()
    #expect(report.split(separator: "\n").count { $0.hasSuffix("the web server serves it") } == 100)
    #expect(report.contains("and 50 more; '--format json' tells all\n"))
    #expect(report.contains("150 critical") && report.contains("APP_URL does not begin"))
  }

  @Test("clean without more is said only where every check was made, or has nothing to look at")
  func bound() throws {
    let check = try #require(Check.all.first)
    func rating(_ outcomes: [Audit.Result.Outcome]) throws -> String {
      let results = outcomes.enumerated().map { Audit.Result(check: Check.all[$0], outcome: $1) }
      let fixture = try Fixture(.three)
      let report = TextReport(
        audit: Audit(results: results),
        installation: try Installation(Folder(root: fixture.root)), inColour: false)
      return String(report.text().split(separator: "\n")[1])
    }
    func finding(_ severity: Severity) throws -> Audit.Result.Outcome {
      let check = try #require(Check.all.first { $0.severity == severity })
      return .found([
        Finding(check: check, evidence: Evidence("x", "wrong"), acceptance: Acceptance())
      ])
    }
    let held = Array(repeating: Audit.Result.Outcome.held, count: Check.all.count - 1)
    let failed = Audit.Result.Outcome.failed(.notRegular(path: "x"))
    #expect(try rating(held + [.notApplicable("")]) == "Rating: clean (nothing found)")
    #expect(
      try rating(held + [.notAsked("")])
        == "Rating: clean as far as checked (nothing found, 1 check not made)")
    #expect(
      try rating(held) == "Rating: clean as far as checked (nothing found, 1 check not made)")
    #expect(try rating(held + [finding(.low)]) == "Rating: good (1 low)")
    #expect(
      try rating(held.dropLast() + [.notAsked(""), finding(.low)])
        == "Rating: good as far as checked (1 low, 1 check not made)")
    #expect(try rating([finding(.medium)]) == "Rating: fair (1 medium)")
    #expect(
      try rating(held + [failed]) == "Rating: unknown (nothing found, 1 check could not be made)")
    #expect(
      try rating([finding(.high), failed])
        == "Rating: unknown (1 high, 1 check could not be made)")
    let accepted = Audit.Result.Outcome.found([
      Finding(
        check: check, evidence: Evidence("x", "wrong"),
        acceptance: Acceptance(baseline: ["\(check.id) x x"]))
    ])
    #expect(try rating(held + [accepted]) == "Rating: nothing new (1 accepted)")
  }

  @Test("what a screen would obey is replaced for people, and escaped for programs")
  func turned() throws {
    let fixture = try Fixture(.three)
    // A name that shows as 'sqlmoc.txt' and its like, and an invisible one above U+FFFF.
    try fixture.write("public/\u{202E}\u{2066}\u{200B}\u{9B}2J\u{7F}\u{E0041}ü.sql", "")
    let audit = try fixture.audit()
    let installation = try Installation(Folder(root: fixture.root))
    let text = TextReport(audit: audit, installation: installation, inColour: false).text()
    #expect(text.contains("public/????2J??ü.sql: the web server serves it"))
    let json = try JSONReport(audit, of: installation, in: installation.folder).text()
    #expect(json.contains(#""public/\u202e\u2066\u200b\u009b2J\u007f\udb40\udc41ü.sql""#))
    let read = try #require(
      JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let files = try #require(read["checks"] as? [[String: Any]]).flatMap {
      ($0["findings"] as? [[String: Any]] ?? []).compactMap { $0["file"] as? String }
    }
    #expect(files == ["public/\u{202E}\u{2066}\u{200B}\u{9B}2J\u{7F}\u{E0041}ü.sql"])
    let sarif = try SARIFReport(audit).text()
    #expect(sarif.contains(#"public-leftovers public/\u202e"#))
    #expect(sarif.contains(#""uri" : "public/%E2%80%AE%E2%81%A6"#))
    let junit = JUnitReport(audit: audit, failOn: .info).text()
    for report in [text, json, sarif, junit] {
      for scalar in report.unicodeScalars {
        #expect(scalar == "\n" || Printable.isShown(scalar), "\(scalar.value)")
      }
    }
    #expect(JUnitReport.escaped("a\u{202E}\u{7F}é") == "a&#8238;&#127;é")
  }

  @Test("names of files cannot write lines of the report, nor move a terminal's cursor")
  func forged() throws {
    let fixture = try Fixture(.three)
    try fixture.write("public/x\nRating: clean.\u{1B}[2J.sql", "")
    let report = TextReport(
      audit: try fixture.audit(), installation: try Installation(Folder(root: fixture.root)),
      inColour: false
    ).text()
    #expect(report.contains("public/x?Rating: clean.?[2J.sql: the web server serves it\n"))
    #expect(!report.contains("\u{1B}"))
    #expect(
      Obstacle.notRegular(path: "a\nRating: clean\u{1B}").words
        == "a?Rating: clean?: not a regular file")
  }

  @Test("a value put together from others is never shown")
  func interpolated() throws {
    let fixture = try Fixture(.two4)
    try fixture.set("APP_ENV", nil)
    try fixture.add("APP_ENV=${DB_PASSWORD}")
    let told = try #require(fixture.audit().findings.first { $0.check.id == "environment" })
    #expect(told.evidence.message == "APP_ENV is (\(Fixture.password.utf8.count) bytes, not shown)")
  }

  @Test(
    "what is taken for a version is one, and no other file by way of a link",
    arguments: ["root:x:0", "2.4.\u{1B}[2J", "0123456789abcdef0123456789abcdef", ""])
  func version(text: String) throws {
    let fixture = try Fixture(.two4)
    try fixture.write("VERSION", text + "\n")
    #expect(throws: Obstacle.self) { try Installation(Folder(root: fixture.root)) }
  }

  @Test("the worst rates, each finding names its place, and what is accepted is said")
  func text() throws {
    let (audit, installation) = try Self.audited()
    let text = TextReport(audit: audit, installation: installation, inColour: false).text()
    #expect(
      text.hasPrefix(
        "Cachet 2.4.0-dev in \(installation.folder.root)\nRating: dangerous (1 critical, 4 high, "))
    #expect(
      text.contains("\n\n  Production mode                 1 critical\n  Exposure       "))
    #expect(text.contains("\n  critical  debug-mode\n            .env:2: APP_DEBUG is 'off', "))
    #expect(text.contains("Accepted\n  app-url                  .env:3, ignored in line 14: "))
    #expect(!text.contains("\u{1B}"))
    for line in text.split(separator: "\n") where line.count > 80 {
      #expect(line.split(separator: " ").count == 1, "longer than a line of words has to be")
    }
    let coloured = TextReport(audit: audit, installation: installation, inColour: true).text()
    #expect(coloured.contains("\u{1B}[1;31mdangerous\u{1B}[0m"))
  }

  @Test("a file's name, a reason and a path cannot write to the terminal")
  func hostile() throws {
    let fixture = try Fixture(.three)
    let escape = "\u{1B}[2J\n  critical\u{202E}"
    try fixture.write("public/\(escape).sql", "")
    try fixture.set("APP_URL", "http://status.example.org")
    try fixture.add("# cachet-mfa:ignore app-url \u{1B}[2Jbecause")
    let report = TextReport(
      audit: try fixture.audit(), installation: try Installation(Folder(root: fixture.root)),
      inColour: false)
    let text = report.text()
    #expect(text.contains("public/?[2J? critical?.sql: ") && text.contains(": ?[2Jbecause"))
    #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"))
    #expect(Obstacle.noInstallation("\u{1B}\n").words.hasPrefix("??: "))
    // As libpq says it: once for each way that it tried.
    let said = Obstacle.said("no server\n\tIs it running?\nno server\n\tIs it running?\n")
    #expect(said.words == "database: no server; Is it running?")
  }

  @Test("json: every check with its outcome")
  func json() throws {
    let (audit, installation) = try Self.audited()
    let data = Data(try JSONReport(audit, of: installation, in: installation.folder).text().utf8)
    let report = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    let checks = try #require(report["checks"] as? [[String: Any]])
    #expect(checks.compactMap { $0["id"] as? String } == Check.all.map(\.id))
    let debug = try #require(checks.first { $0["id"] as? String == "debug-mode" })
    let finding = try #require((debug["findings"] as? [[String: Any]])?.first)
    #expect(finding["file"] as? String == ".env" && finding["line"] as? Int == 2)
  }

  @Test("sarif: rules, results, places, suppressions")
  func sarif() throws {
    let (audit, _) = try Self.audited()
    let data = Data(try SARIFReport(audit).text().utf8)
    let log = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(log["version"] as? String == "2.1.0")
    let run = try #require((log["runs"] as? [[String: Any]])?.first)
    let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
    let rules = try #require(driver["rules"] as? [[String: Any]])
    let results = try #require(run["results"] as? [[String: Any]])
    #expect(rules.count == Check.all.count && results.count == audit.findings.count)
    for result in results {
      let index = try #require(result["ruleIndex"] as? Int)
      #expect(rules[index]["id"] as? String == result["ruleId"] as? String)
    }
    let accepted = results.filter { $0["suppressions"] != nil }
    #expect(accepted.compactMap { $0["ruleId"] as? String } == ["app-url"])
  }

  @Test("junit: well-formed, counted right, and hostile words are words")
  func junit() throws {
    let (audit, _) = try Self.audited()
    let text = JUnitReport(audit: audit, failOn: .info).text()
    let counter = XMLCounter()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = counter
    #expect(parser.parse())
    #expect(counter.elements["testcase"] == Check.all.count)
    #expect(counter.elements["failure"] == Set(audit.open.map(\.check.id)).count)
    #expect(counter.failures == counter.elements["failure"])
    #expect(
      JUnitReport.escaped("<a b=\"c\">&\n\u{1B}\u{0}") == "&lt;a b=&quot;c&quot;&gt;&amp;&#10;??")
  }

  @Test("junit fails what the run fails, and tells what is below that")
  func junitThreshold() throws {
    let (audit, _) = try Self.audited()
    for severity in Severity.allCases {
      let counter = XMLCounter()
      let parser = XMLParser(
        data: Data(JUnitReport(audit: audit, failOn: severity).text().utf8))
      parser.delegate = counter
      #expect(parser.parse())
      let open = Set(audit.open.map(\.check.id))
      let failing = Check.all.filter { open.contains($0.id) && $0.severity >= severity }.count
      #expect(counter.failures == failing && counter.elements["failure"] ?? 0 == failing)
      #expect(counter.elements["system-out"] ?? 0 == open.count - failing)
      // As 'check' ends the run.
      #expect((audit.worst ?? .info >= severity) == (failing > 0))
    }
  }

  @Test("sarif: a file outside of the installation is a file URI, one inside is relative")
  func uris() throws {
    let fixture = try Fixture(.three)
    try fixture.writeHost("/etc/php/8.4/fpm/pool.d/www.conf", "[www]\nenv[APP_DEBUG] = on\n")
    try fixture.set("APP_DEBUG", "on")
    let sarif = try SARIFReport(fixture.audit()).text()
    #expect(sarif.contains("\"uri\" : \"file:///etc/php/8.4/fpm/pool.d/www.conf\""))
    #expect(sarif.contains("\"uri\" : \".env\""))
    #expect("/a b:c".uriReference == "file:///a%20b%3Ac" && "a:b".uriReference == "a%3Ab")
  }

  @Test("where nothing could be judged every format says so for every check")
  func nothing() throws {
    let audit = Audit(checks: Check.all, stoppedBy: .notRegular(path: ".env"))
    let counter = XMLCounter()
    let parser = XMLParser(data: Data(JUnitReport(audit: audit, failOn: .high).text().utf8))
    parser.delegate = counter
    #expect(parser.parse() && counter.elements["error"] == Check.all.count)
    let sarif = try SARIFReport(audit).text()
    #expect(sarif.contains("\"executionSuccessful\" : false"))
    #expect(sarif.contains("\"could not check anything: .env: not a regular file\""))
    let json = try JSONReport(audit, of: nil, in: Folder(root: "/srv")).text()
    #expect(json.split(separator: "\"outcome\" : \"failed\"").count == Check.all.count + 1)
    #expect(json.contains("\"path\" : \"/srv\"") && !json.contains("\"version\""))
  }

  @Test("what could not be looked at is an error in every format, and no rating is given")
  func failed() throws {
    let fixture = try Fixture(.two4)
    try FileManager.default.removeItem(
      atPath: "\(fixture.root)/app/Models/Traits/SearchableTrait.php")
    try FileManager.default.createDirectory(
      atPath: "\(fixture.root)/app/Models/Traits/SearchableTrait.php",
      withIntermediateDirectories: true)
    let audit = try fixture.audit()
    let installation = try Installation(Folder(root: fixture.root))
    #expect(audit.failures.map(\.check.id) == ["cve-2021-39165"])
    let words = "app/Models/Traits/SearchableTrait.php: not a regular file"
    let text = TextReport(
      audit: audit, installation: installation, inColour: false, width: 160
    ).text()
    #expect(text.contains("Rating: unknown (") && text.contains("1 check could not be made)"))
    #expect(text.contains("\nCould not be made\n  cve-2021-39165           \(words)\n"))
    #expect(
      JUnitReport(audit: audit, failOn: .info).text().contains("<error message=\"\(words)\"/>"))
    #expect(try SARIFReport(audit).text().contains("\"executionSuccessful\" : false"))
    #expect(
      try JSONReport(audit, of: installation, in: installation.folder).text().contains(
        "\"outcome\" : \"failed\""))
  }
}

private final class XMLCounter: NSObject, XMLParserDelegate {
  var elements: [String: Int] = [:]
  var failures = 0

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    elements[name, default: 0] += 1
    if name == "testsuite" { failures += attributes["failures"].flatMap { Int($0) } ?? 0 }
  }
}
