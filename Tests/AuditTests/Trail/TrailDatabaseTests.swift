import CSQLite
import Foundation
import Testing

@testable import CachetAudit

@Suite("Trail: the table, asked in a database")
struct TrailDatabaseTests {
  private func fixture(_ statements: [String]) throws -> Fixture {
    let fixture = try Fixture(.two4)
    try fixture.set("DB_DRIVER", "sqlite")
    try fixture.set("DB_DATABASE", "database/cachet.sqlite")
    try fixture.set("DB_PREFIX", "chq_")
    try fixture.write("database/cachet.sqlite", "", mode: 0o640)
    try run(statements, in: fixture)
    return fixture
  }

  private func run(_ statements: [String], in fixture: Fixture) throws {
    var file: OpaquePointer?
    try #require(unsafe sqlite3_open("\(fixture.root)/database/cachet.sqlite", &file) == SQLITE_OK)
    defer { unsafe sqlite3_close(file) }
    for statement in statements {
      try #require(
        unsafe sqlite3_exec(file, statement, nil, nil, nil) == SQLITE_OK, "\(statement)")
    }
  }

  /// As Cachet's own migration makes it.
  private let table = """
    CREATE TABLE chq_actions (id INTEGER PRIMARY KEY AUTOINCREMENT, class_name VARCHAR(255),
      user_id INTEGER, username VARCHAR(255), information VARCHAR(255), description VARCHAR(255),
      created_at DATETIME, updated_at DATETIME)
    """

  private func rows(_ event: String, _ count: Int) -> String {
    """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
    INSERT INTO chq_actions (class_name, user_id, username, description, created_at)
    SELECT 'CachetHQ\\Cachet\\Bus\\Events\\\(event)Event', 1, 'alice', 'planted',
      datetime('2026-10-01 12:00:00', '+' || i || ' minutes') FROM n
    """
  }

  @Test("all its pages, and behind a mark what is new alone")
  func pages() async throws {
    let fixture = try fixture([
      table, rows("User\\UserLoggedIn", 1), rows("Component\\ComponentWasUpdated", 2500),
    ])
    let words = [
      "log", fixture.root, "--database", "--mark", "\(fixture.root)/mark", "--format", "jsonl",
    ]
    let first = try await AuditProgram.run(words + ["--reviewed-by", "alice"])
    #expect(first.status == 0 && first.errors.isEmpty)
    #expect(
      first.output.contains(#"{"name":"actions","records":2501,"events":2501,"unreadable":0}"#))
    #expect(
      first.output.split(separator: "\n").count { $0.contains("ComponentWasUpdated") } == 2500)
    #expect(!first.output.contains("planted") && !first.output.contains("no-sign-in"))

    try run([rows("User\\UserDisabledTwoAuth", 1)], in: fixture)
    let second = try await AuditProgram.run(words)
    #expect(second.status == 1)
    let told = second.output.split(separator: "\n").filter { $0.contains("\"event\"") }
    #expect(told.count == 1 && told[0].contains("second-factor-off") && told[0].contains("2502"))
  }

  @Test("no such table, and nobody asks: told, and not clean")
  func missing() async throws {
    let fixture = try fixture([])
    #expect(try await AuditProgram.run(["log", fixture.root, "--database"]).status == 2)
    let unasked = try await AuditProgram.run(["log", fixture.root])
    #expect(unasked.status == 0)
    #expect(unasked.output.contains("note: the table 'actions' was not read: ask for --database"))
    let both = ["log", fixture.root, "--database", "--actions", "x"]
    #expect(try await AuditProgram.run(both).status == 64)
  }
}
