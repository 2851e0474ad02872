import Foundation
import TestSupport
import Testing

@testable import CachetAudit

@Suite("What somebody accepts")
struct AcceptanceTests {
  @Test("an ignore with its reason holds for that check in that file alone")
  func ignored() throws {
    let fixture = try Fixture(.three)
    try fixture.set("APP_DEBUG", "true")
    try fixture.set("APP_URL", "http://status.example.org")
    try fixture.add("# cachet-mfa:ignore app-url behind a tunnel")
    let audit = try fixture.audit()
    #expect(audit.open.map(\.check.id) == ["debug-mode"])
    let accepted = try #require(audit.findings.first { $0.accepted != nil })
    #expect(accepted.check.id == "app-url")
    #expect(accepted.accepted == "ignored in line 14: behind a tunnel")
  }

  @Test(
    "an ignore that accepts nothing is an error that names its line",
    arguments: [
      ("# cachet-mfa:ignore", "cachet-mfa:ignore names no check"),
      (
        "# cachet-mfa:ignore nosuch because",
        "cachet-mfa:ignore nosuch: there is no such check; '--list-checks' lists them"
      ),
      ("#cachet-mfa:ignore app-url", "cachet-mfa:ignore app-url has no reason behind it"),
      ("# cachet-mfa:ignore app-url   ", "cachet-mfa:ignore app-url has no reason behind it"),
    ])
  func useless(line: String, what: String) throws {
    let fixture = try Fixture(.three)
    try fixture.add(line)
    #expect(throws: Obstacle.damaged(path: ".env:14", what: what)) { try fixture.audit() }
  }

  @Test("an ignore counts only where nobody but root, or who runs this, can write")
  func strange() throws {
    let fixture = try Fixture(.three)
    try fixture.add("# cachet-mfa:ignore app-url behind a tunnel")
    try fixture.mode(".env", 0o660)
    let what = "cachet-mfa:ignore counts only where nobody but root can write; use --baseline"
    #expect(throws: Obstacle.damaged(path: ".env:14", what: what)) { try fixture.audit() }
  }

  @Test("a value is no comment")
  func value() throws {
    let fixture = try Fixture(.three)
    try fixture.add("NOTE=\"# cachet-mfa:ignore app-url no\"")
    #expect(try fixture.audit().told.isEmpty)
  }

  @Test("a baseline accepts what was there, whatever lines move, and nothing new")
  func baseline() throws {
    let fixture = try Fixture(.two4)
    try fixture.set("APP_DEBUG", "true")
    let path = "\(fixture.root)/baseline.json"
    try Baseline(fixture.audit()).write(to: path)
    let acceptance = Acceptance(baseline: Set(try Baseline(path: path).findings))

    let text = try String(contentsOfFile: "\(fixture.root)/.env", encoding: .utf8)
    try fixture.write(".env", "# moved\n\n" + text, mode: 0o640)
    try fixture.set("APP_ENV", "local")
    let installation = try Installation(Folder(root: fixture.root))
    let subject = Subject(
      installation: installation, configuration: try Configuration(of: installation))
    let audit = Audit(of: subject, checks: Check.all, accepting: acceptance)
    #expect(audit.open.map(\.check.id) == ["environment"])
    #expect(audit.findings.count > 5)
  }

  @Test(
    "what accepts findings counts for root only where nobody else can write it",
    .enabled(if: isRoot, Comment(rawValue: needsRoot)))
  func ours() throws {
    let fixture = try Fixture(.two4)
    let path = "\(fixture.root)/accepted"
    let refusal = Obstacle.damaged(
      path: path, what: "counts only where nobody but root can write it")
    try Baseline(fixture.audit()).write(to: path)
    _ = try Baseline(path: path)
    try #require(unsafe chown(path, 33, 0) == 0)
    #expect(throws: refusal) { try Baseline(path: path) }
    try fixture.write("accepted", "# none\n", mode: 0o646)
    #expect(throws: refusal) { try FeatureReview(path: path) }
    try #require(unsafe chown(path, 0, 0) == 0)
    try fixture.mode("accepted", 0o644)
    #expect(try FeatureReview(path: path).entries.isEmpty)
  }

  @Test("in a container a checkout's baseline counts, but not one of PHP's, or one for all")
  func container() throws {
    var file = SourceFile(path: "baseline.json", bytes: [], isWritableByOthers: true, owner: 4242)
    let refusal = Obstacle.damaged(
      path: "baseline.json", what: "counts only where nobody but root can write it")
    func judge(_ file: SourceFile, isInContainer: Bool) throws(Obstacle) {
      try file.mustBeOurs(webUser: "www-data", isInContainer: isInContainer)
    }
    guard geteuid() == 0 else { return }
    try judge(file, isInContainer: true)
    #expect(throws: refusal) { try judge(file, isInContainer: false) }
    file.isOpenToWrite = true
    #expect(throws: refusal) { try judge(file, isInContainer: true) }
    (file.isOpenToWrite, file.owner) = (false, 33)
    #expect(throws: refusal) { try judge(file, isInContainer: true) }
  }

  @Test("a container is known by what its manager leaves inside")
  func containers() throws {
    let fixture = try Fixture(.three)
    func isAround(_ environment: [String: String] = [:]) -> Bool {
      Container.isAround(below: fixture.host, environment: environment)
    }
    #expect(!isAround() && !isAround(["container": ""]))
    #expect(isAround(["container": "podman"]) && isAround(["KUBERNETES_SERVICE_HOST": "192.0.2.1"]))
    try fixture.writeHost("/.dockerenv", "")
    #expect(isAround())
  }

  @Test("what is no baseline is not taken for an empty one")
  func damaged() throws {
    let fixture = try Fixture(.two4)
    try fixture.write("baseline.json", "{}")
    let path = "\(fixture.root)/baseline.json"
    #expect(throws: Obstacle.damaged(path: path, what: "is no baseline")) {
      try Baseline(path: path)
    }
    let missing = Obstacle.damaged(
      path: "\(path)x", what: "no baseline here; --write-baseline FILE makes one")
    #expect(throws: missing) { try Baseline(path: "\(path)x") }
  }
}

@Suite("Features and their review")
struct FeatureReviewTests {
  private func told(_ line: Installation.Line, _ review: String) throws -> [String] {
    let fixture = try Fixture(line)
    let audit = try fixture.audit {
      $0.features = try FeatureReview(Array(review.utf8), path: "features")
    }
    return audit.findings.filter { $0.check.id == "feature-review" }.map(\.evidence.message)
  }

  private func reviewed(_ day: String) -> [String] {
    [
      "mail off", "slack-log off", "beacon off", "subscribers off", "api on", "mcp off",
      "demo-mode off",
      "blade-renderer off",
    ].map { "\($0) \(day) because" }
  }

  @Test("all of them reviewed today: nothing to say")
  func reviewed() throws {
    #expect(try told(.three, reviewed("\(Day.today)").joined(separator: "\n")) == [])
  }

  @Test("what is not listed, in another state, or long ago")
  func findings() throws {
    #expect(try told(.three, "").count == 8)
    var lines = reviewed("\(Day.today)")
    lines[0] = "mail on \(Day.today) notices"
    #expect(
      try told(.three, lines.joined(separator: "\n")) == [
        "mail is off, and on in line 1 of features"
      ])
    lines[0] = "# nothing"
    #expect(
      try told(.three, lines.joined(separator: "\n"))
        == ["mail (notices by mail) is not in features"])
    lines[0] = "mail off 2020-02-29 long ago"
    let old = try told(.three, lines.joined(separator: "\n"))
    #expect(old.count == 1 && old[0].hasPrefix("mail was reviewed "))
  }

  @Test(
    "a line that says too little is refused",
    arguments: [
      ("nosuch on 2026-10-01 x", FeatureReview.Refusal.Cause.unknownFeature("nosuch")),
      ("mail", .noState), ("mail yes 2026-10-01 x", .noState), ("mail on", .noDate),
      ("mail on 2026-02-30 x", .noDate), ("mail on 1.10.2026 x", .noDate),
      ("mail on 2026-10-01", .noReason),
      ("mail on 2026-10-01 x\nmail on 2026-10-01 x", .twice("mail")),
    ])
  func refused(text: String, cause: FeatureReview.Refusal.Cause) {
    let line = text.split(separator: "\n").count
    #expect(throws: FeatureReview.Refusal(cause: cause, line: line)) {
      try FeatureReview(Array(text.utf8), path: "features")
    }
  }

  @Test("the settings that 2.x keeps in a file count")
  func kept() throws {
    let fixture = try Fixture(.two4)
    try fixture.write(
      "bootstrap/cachet/production.php",
      "<?php return array (\n  'enable_subscribers' => '0',\n  'dashboard_login_link' => '1',\n);\n"
    )
    let installation = try Installation(Folder(root: fixture.root))
    let subject = Subject(
      installation: installation, configuration: try Configuration(of: installation))
    func isOn(_ name: String) throws -> Bool? {
      try Feature.all.first { $0.name == name }?.state(subject).isOn
    }
    #expect(try isOn("subscribers") == false)
    #expect(try isOn("login-link") == true)
    #expect(try isOn("external-dependencies") == true)
    try fixture.write(
      "bootstrap/cachet/production.php",
      "<?php return array (\n  'enable_subscribers' => '1',\n  'a' => '',\n  'enable_subscribers' => '0',\n);"
    )
    #expect(
      throws: Obstacle.damaged(
        path: "bootstrap/cachet/production.php",
        what: "'enable_subscribers' is set in line 2 and in line 4")
    ) { try isOn("subscribers") }
    #expect(try isOn("login-link") == true)
  }
}

@Suite("Ages of secrets")
struct SecretAgesTests {
  @Test("counted from the first sight, anew after a change, without a secret in the file")
  func ages() throws {
    let fixture = try Fixture(.two4)
    let path = "\(fixture.root)/ages"
    let start = try #require(Day("2026-01-01"))
    func run(_ day: Day) throws -> SecretAges {
      let configuration = try Configuration(of: Installation(Folder(root: fixture.root)))
      var ages = try SecretAges(path: path)
      ages.today = day
      ages.note(configuration.secrets)
      try ages.write(to: path)
      return ages
    }
    func found(_ ages: SecretAges) throws -> [String] {
      try fixture.audit { $0.ages = ages }.findings.filter { $0.check.id == "secret-age" }
        .map(\.evidence.about)
    }
    #expect(try found(run(start)) == [])
    let later = try #require(Day("2026-04-02"))
    #expect(try found(run(later)) == ["APP_KEY", "DB_PASSWORD"])
    try fixture.set("DB_PASSWORD", "\"Another-Harbor=Lantern8\"")
    #expect(try found(run(later)) == ["APP_KEY"])
    let kept = try String(contentsOfFile: path, encoding: .utf8)
    #expect(kept.contains("DB_PASSWORD") && !kept.contains("Harbor"))
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test("a file for others, or of something else, is refused")
  func refused() throws {
    let fixture = try Fixture(.two4)
    let path = "\(fixture.root)/ages"
    try fixture.write("ages", "{}", mode: 0o600)
    #expect(throws: Obstacle.damaged(path: path, what: "keeps no ages of secrets")) {
      try SecretAges(path: path)
    }
    try fixture.mode("ages", 0o644)
    #expect(
      throws: Obstacle.damaged(path: path, what: "has to be for its owner alone: chmod 600")
    ) { try SecretAges(path: path) }
  }
}
