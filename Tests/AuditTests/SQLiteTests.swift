import CSQLite
import Foundation
import Testing

@testable import CachetAudit

@Suite("A SQLite database, asked")
struct SQLiteTests {
  private func fixture(
    _ line: Installation.Line, _ statements: [String], prefix: String? = nil
  ) throws -> Fixture {
    let fixture = try Fixture(line)
    try fixture.set(line == .three ? "DB_CONNECTION" : "DB_DRIVER", "sqlite")
    try fixture.set("DB_DATABASE", "database/cachet.sqlite")
    try fixture.set("DB_PREFIX", prefix)
    try fixture.write("database/cachet.sqlite", "", mode: 0o640)
    try write(statements, to: "\(fixture.root)/database/cachet.sqlite")
    return fixture
  }

  private func write(_ statements: [String], to path: String) throws {
    var file: OpaquePointer?
    try #require(unsafe sqlite3_open(path, &file) == SQLITE_OK)
    defer { unsafe sqlite3_close(file) }
    for statement in statements {
      try #require(
        unsafe sqlite3_exec(file, statement, nil, nil, nil) == SQLITE_OK, "\(statement)")
    }
  }

  @Test("a pipe in the file's place is waited for by nobody", .timeLimit(.minutes(10)))
  func pipe() throws {
    let fixture = try Fixture(.three)
    let path = "\(fixture.root)/pipe"
    try #require(unsafe mkfifo(path, 0o600) == 0)
    #expect(throws: Obstacle.notRegular(path: path)) { try SQLiteSession(path) }
  }

  @Test("nothing is made beside a file that has a write-ahead log, and what is in that is seen")
  func aheadLog() throws {
    let fixture = try Fixture(.three)
    let (folder, path) = ("\(fixture.root)/database", "\(fixture.root)/database/a?b#c %41.sqlite")
    try fixture.write("database/a?b#c %41.sqlite", "")
    try write(
      ["PRAGMA journal_mode = WAL", "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)"], to: path)
    let before = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(try SQLiteSession(path).rows("SELECT a FROM t") == [["1"]])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == before)

    var file: OpaquePointer?
    try #require(unsafe sqlite3_open(path, &file) == SQLITE_OK)
    defer { unsafe sqlite3_close(file) }
    try #require(unsafe sqlite3_exec(file, "INSERT INTO t VALUES (2)", nil, nil, nil) == SQLITE_OK)
    #expect(try SQLiteSession(path).rows("SELECT a FROM t") == [["1"], ["2"]])
  }

  @Test("a value larger than is looked at is an obstacle before it is made")
  func large() throws {
    let fixture = try Fixture(.three)
    let path = "\(fixture.root)/large.sqlite"
    try write(["CREATE VIEW large AS SELECT hex(zeroblob(400000000))"], to: path)
    let session = try SQLiteSession(path)
    #expect(throws: Obstacle.database("string or blob too big")) {
      try session.rows("SELECT * FROM large")
    }
  }

  @Test("what lets people in is found, in every line", arguments: Installation.Line.allCases)
  func lax(line: Installation.Line) throws {
    let fixture = try fixture(line, CachetSchema(line: line).lax)
    let audit = try fixture.audit(database: true)
    #expect(audit.failures.isEmpty)
    #expect(audit.toldOfDatabase == CachetSchema.found(line))
    #expect(
      audit.findings.allSatisfy { $0.check.family != .accounts || $0.evidence.place.line == 7 })
  }

  @Test("where all is well nothing is found", arguments: Installation.Line.allCases)
  func strict(line: Installation.Line) throws {
    let prefix = line == .two3 ? "chq_" : ""
    let fixture = try fixture(
      line, CachetSchema(line: line, prefix: prefix).strict, prefix: prefix)
    let audit = try fixture.audit(database: true)
    #expect(audit.failures.isEmpty)
    #expect(audit.toldOfDatabase == [])
    #expect(audit.told == Fixture.given(line))
  }

  @Test("3.x before its second factor: nobody has one, and nobody is less than an administrator")
  func early() throws {
    let fixture = try fixture(
      .three,
      CachetSchema(line: .three).strict + [
        "ALTER TABLE users DROP COLUMN app_authentication_secret",
        "ALTER TABLE users DROP COLUMN is_admin", "DROP TABLE personal_access_tokens",
      ])
    let audit = try fixture.audit(database: true)
    #expect(
      audit.toldOfDatabase == [
        "native-two-factor-admin: alice@example.org", "native-two-factor-admin: bob@example.org",
      ])
  }

  @Test("a token with an end for all of them, and one that may do all")
  func tokens() throws {
    let fixture = try fixture(
      .three,
      CachetSchema(line: .three).strict + [
        "UPDATE personal_access_tokens SET expires_at = NULL"
      ])
    #expect(try fixture.audit(database: true).toldOfDatabase == ["api-tokens: token 1"])
    try fixture.write("config/sanctum.php", "<?php\nreturn ['expiration' => null];\n")
    #expect(try fixture.audit(database: true).toldOfDatabase == ["api-tokens: token 1"])
    try fixture.write("config/sanctum.php", "<?php\nreturn ['expiration' => env('ENDS')];\n")
    #expect(try fixture.audit(database: true).toldOfDatabase == ["api-tokens: token 1"])
    try fixture.write("config/sanctum.php", "<?php\nreturn ['expiration' => 1440];\n")
    #expect(try fixture.audit(database: true).toldOfDatabase == [])
  }

  @Test("what is on for subscribers, and has none, is told unless somebody wants it")
  func unused() throws {
    let fixture = try fixture(.two4, CachetSchema(line: .two4).lax)
    try fixture.set("MAIL_DRIVER", "smtp")
    try fixture.set("MAIL_HOST", "localhost")
    try fixture.set("NEXMO_KEY", "abcdefgh")
    func told(_ change: (inout Subject.Options) throws -> Void = { _ in }) throws -> Set<String> {
      let audit = try fixture.audit(database: true, change)
      return Set(audit.findings.filter { $0.check.id == "unused-features" }.map(\.evidence.about))
    }
    #expect(try told() == ["mail", "sms", "subscribers"])
    try fixture.write("features", "sms on 2026-10-01 the pager of the night\n")
    let review = try FeatureReview(path: "\(fixture.root)/features")
    #expect(try told { $0.features = review } == ["mail", "subscribers"])
    let path = "\(fixture.root)/database/cachet.sqlite"
    try write(["INSERT INTO subscribers VALUES (1, 'bob@example.org', '', NULL)"], to: path)
    #expect(try told() == ["sms"])
    try write(["DROP TABLE subscribers"], to: path)
    #expect(try fixture.audit(database: true).failures.map(\.check.id) == ["unused-features"])
  }

  @Test("subscribers of 3.x are a setting of its mail")
  func subscribersOfThree() throws {
    let fixture = try fixture(
      .three,
      CachetSchema(line: .three).strict + [
        "INSERT INTO settings VALUES (9, 'app', 'allow_subscribers', FALSE, 'true')"
      ])
    #expect(try fixture.audit(database: true).told.isEmpty)
    try write(
      ["INSERT INTO settings VALUES (10, 'mail', 'allow_subscribers', FALSE, 'true')"],
      to: "\(fixture.root)/database/cachet.sqlite")
    #expect(
      try fixture.audit(database: true).findings.map(\.fingerprint)
        == ["unused-features .env subscribers"])
  }

  @Test("features are as the database says, not as the kept file does")
  func features() throws {
    let fixture = try fixture(.two4, CachetSchema(line: .two4).strict)
    try fixture.write(
      "bootstrap/cachet/production.php", "<?php return array (\n  'enable_subscribers' => '1',\n")
    let installation = try Installation(Folder(root: fixture.root))
    var subject = Subject(
      installation: installation, configuration: try Configuration(of: installation))
    let subscribers = try #require(Feature.all.first { $0.name == "subscribers" })
    #expect(try subscribers.state(subject).isOn == true)
    subject.askDatabase()
    #expect(try subscribers.state(subject).isOn == false)
    let links = try #require(Feature.all.first { $0.name == "login-link" })
    #expect(try links.state(subject).isOn == true)
  }

  @Test("features of 3.x are known from the database alone")
  func featuresOfThree() throws {
    let fixture = try fixture(.three, CachetSchema(line: .three).lax)
    let installation = try Installation(Folder(root: fixture.root))
    var subject = Subject(
      installation: installation, configuration: try Configuration(of: installation))
    let features = try ["api", "mcp"].map { name in
      try #require(Feature.all.first { $0.name == name })
    }
    for feature in features { #expect(try feature.state(subject).isOn == nil) }
    subject.askDatabase()
    // The one nobody has ever set, and is on then.
    for feature in features { #expect(try feature.state(subject).isOn == true) }
    try write(
      ["UPDATE settings SET payload = 'false' WHERE name = 'mcp_enabled'"],
      to: "\(fixture.root)/database/cachet.sqlite")
    subject.askDatabase()
    #expect(try features.map { try $0.state(subject).isOn } == [true, false])
  }

  @Test("without --database nothing of it is checked, and that is said")
  func notAsked() throws {
    let fixture = try fixture(.two4, CachetSchema(line: .two4).lax)
    let audit = try fixture.audit()
    #expect(audit.toldOfDatabase == [])
    let notAsked = audit.results.filter { if case .notAsked = $0.outcome { true } else { false } }
    #expect(
      Set(notAsked.map(\.check.id)).isSuperset(of: [
        "native-two-factor-admin", "native-two-factor", "setup-open", "remote-user",
      ]))
  }

  @Test("a file that is not there, is no database, or has no tables is never clean")
  func unreadable() throws {
    let asked: Set<String> = ["native-two-factor-admin", "native-two-factor", "setup-open"]
    let fixture = try fixture(.two4, [])
    #expect(Set(try fixture.audit(database: true).failures.map(\.check.id)).isSuperset(of: asked))
    try fixture.write("database/cachet.sqlite", String(repeating: "no database ", count: 99))
    #expect(Set(try fixture.audit(database: true).failures.map(\.check.id)).isSuperset(of: asked))
    try fixture.set("DB_DATABASE", "database/other.sqlite")
    #expect(Set(try fixture.audit(database: true).failures.map(\.check.id)).isSuperset(of: asked))
    #expect(!FileManager.default.fileExists(atPath: "\(fixture.root)/database/other.sqlite"))
    try fixture.set("DB_PREFIX", "\"a'b\"")
    #expect(Set(try fixture.audit(database: true).failures.map(\.check.id)).isSuperset(of: asked))
  }

  @Test("it is read and not written, in bounds")
  func bounds() throws {
    let fixture = try fixture(.two4, CachetSchema(line: .two4).lax)
    let session = try SQLiteSession("\(fixture.root)/database/cachet.sqlite")
    #expect(throws: Obstacle.database("attempt to write a readonly database")) {
      try session.rows("DELETE FROM users")
    }
    let count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
    #expect(throws: Obstacle.self) { try session.rows("\(count) LIMIT 10001) SELECT i FROM n") }
    #expect(throws: Obstacle.database("interrupted")) {
      try session.rows("\(count)) SELECT count(*) FROM n")
    }
    #expect(try session.rows("\(count) LIMIT 10000) SELECT i FROM n").count == 10_000)
    #expect(try session.rows("SELECT NULL, 1, 'x'") == [[nil, "1", "x"]])
  }

  @Test("what is found is shown without secrets, and names cannot act on a terminal")
  func shown() throws {
    let fixture = try fixture(
      .two4,
      CachetSchema(line: .two4).lax + [
        "UPDATE users SET username = 'al\u{1B}[2J\nice\u{202E}' WHERE id = 1"
      ])
    let audit = try fixture.audit(database: true)
    let installation = try Installation(Folder(root: fixture.root))
    let text = TextReport(audit: audit, installation: installation, inColour: false).text()
    #expect(text.contains("'al?[2J?ice?' has no second factor"))
    #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"))
    #expect(!text.contains(CachetSchema.planted))
  }
}
