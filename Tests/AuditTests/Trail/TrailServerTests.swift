import Foundation
import TestSupport
import Testing

@testable import CachetAudit

/// The table `actions` in real servers, in a test root of their own, reached by their sockets.
@Suite(
  "Trail: the table, asked in MariaDB and PostgreSQL", .serialized,
  .enabled(if: isRoot, Comment(rawValue: needsRoot)))
struct TrailServerTests {
  private static let columns = ["id", "class_name", "username", "created_at"]

  @Test("MariaDB")
  func mariaDB() async throws {
    try await withHost(database: true) { host in
      try await host.startMariaDB()
      // As Cachet's own migrations make it.
      try await host.mariaDB([
        "CREATE DATABASE cachet", "USE cachet",
        """
        CREATE TABLE chq_actions (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
          class_name VARCHAR(255) NOT NULL, user_id INT UNSIGNED, username VARCHAR(255),
          information VARCHAR(255), description VARCHAR(255), created_at TIMESTAMP NULL,
          updated_at TIMESTAMP NULL)
        """,
        // Of a column of this type a session sees times in its own zone: all have the server's.
        "SET GLOBAL time_zone = '+09:00'", "SET time_zone = '+09:00'",
        rows("seq", "seq_1_to_2499", "DATE_ADD('2026-07-01 12:00:00', INTERVAL seq SECOND)"),
        "CREATE USER cachet@localhost IDENTIFIED BY '\(Fixture.password)'",
        "GRANT SELECT (\(Self.columns.joined(separator: ", "))) ON cachet.chq_actions TO cachet@localhost",
      ])
      let fixture = try fixture("mysql")
      try fixture.set("DB_UNIX_SOCKET", host.path("/run/mysqld/mysqld.sock").path)
      try await review(fixture) { try await host.mariaDB(["USE cachet"] + $0) }
      try await host.mariaDB(["USE cachet", "REVOKE ALL, GRANT OPTION FROM cachet@localhost"])
      try await refused(fixture, ["DB_UNIX_SOCKET": "/nonexistent"])
    }
  }

  @Test("PostgreSQL")
  func postgreSQL() async throws {
    try await withHost(database: true) { host in
      try await host.startPostgreSQL()
      try await host.postgreSQL([
        "CREATE DATABASE cachet", "CREATE ROLE cachet LOGIN PASSWORD '\(Fixture.password)'",
        "ALTER ROLE cachet SET timezone = 'Asia/Tokyo'",
      ])
      try await host.postgreSQL(
        [
          "CREATE SCHEMA status",
          """
          CREATE TABLE status.chq_actions (id SERIAL PRIMARY KEY, class_name VARCHAR(255) NOT NULL,
            user_id INTEGER, username VARCHAR(255), information VARCHAR(255),
            description VARCHAR(255), created_at TIMESTAMP(0), updated_at TIMESTAMP(0))
          """,
          "SET search_path = status",
          rows(
            "seq", "generate_series(1, 2499) AS seq",
            "TIMESTAMP '2026-07-01 12:00:00' + seq * INTERVAL '1 second'"),
          "GRANT USAGE ON SCHEMA status TO cachet",
          "GRANT SELECT (\(Self.columns.joined(separator: ", "))) ON chq_actions TO cachet",
        ], in: "cachet")
      let fixture = try fixture("pgsql")
      try fixture.set("DB_HOST", host.path("/run/postgresql").path)
      try fixture.set("DB_SCHEMA", "status")
      try await review(fixture) {
        try await host.postgreSQL(["SET search_path = status"] + $0, in: "cachet")
      }
      try await host.postgreSQL(["REVOKE USAGE ON SCHEMA status FROM cachet"], in: "cachet")
      try await refused(fixture, ["DB_HOST": "/nonexistent"])
    }
  }

  // MARK: - What they have in common

  private func fixture(_ driver: String) throws -> Fixture {
    let fixture = try Fixture(.two4)
    try fixture.set("DB_DRIVER", driver)
    try fixture.set("DB_PREFIX", "chq_")
    try fixture.set("APP_TIMEZONE", "Europe/Berlin")
    return fixture
  }

  /// A backslash is not the same in the literals of both.
  private func name(of event: String) -> String {
    "REPLACE('CachetHQ/Cachet/Bus/Events/\(event)Event', '/', CHR(92))"
  }

  /// More than two pages, each a second after the one before; what nobody asks for is in them too.
  private func rows(_ number: String, _ source: String, _ time: String) -> String {
    """
    INSERT INTO chq_actions (class_name, user_id, username, information, description, created_at)
    SELECT \(name(of: "Component/ComponentWasUpdated")), 1, 'alice', 'planted', 'planted',
      \(time) FROM \(source)
    """
  }

  private func row(_ event: String, _ user: String, _ time: String) -> String {
    """
    INSERT INTO chq_actions (class_name, user_id, username, information, created_at)
    VALUES (\(name(of: event)), NULL, \(user), 'planted', '\(time)')
    """
  }

  private func review(
    _ fixture: Fixture, _ insert: ([String]) async throws -> Void
  ) async throws {
    let words = [
      "log", fixture.root, "--database", "--format", "jsonl", "--mark", "\(fixture.root)/mark",
    ]
    func told(_ words: [String], zone: String = "UTC") async throws -> (
      Int32, events: [String], all: String
    ) {
      let seen = try await AuditProgram.run(words, zone: zone)
      #expect(seen.errors.isEmpty && !seen.output.contains("planted"), "\(seen.errors)")
      let lines = seen.output.split(separator: "\n").map(String.init)
      return (seen.status, lines.filter { $0.contains("\"type\":\"event\"") }, seen.output)
    }
    let first = try await told(words + ["--reviewed-by", "alice"], zone: "America/New_York")
    #expect(first.0 == 0 && first.events.count == 2499)
    #expect(
      first.all.contains(#"{"name":"actions","records":2499,"events":2499,"unreadable":0}"#))
    // Cachet's zone counts: neither the server's, nor the session's, nor this host's.
    let wanted =
      #"{"type":"event","time":"2026-07-01T10:00:01Z","kind":"changed","user":"alice","detail":"ComponentWasUpdated","source":"actions","record":1}"#
    #expect(first.events.first == wanted)
    #expect(first.events.last?.contains(#""time":"2026-07-01T10:41:39Z""#) == true)

    try await insert([
      row("User/UserDisabledTwoAuth", "'b\u{F6}b '' '", "2026-07-02 12:00:00"),
      row("User/UserRegeneratedApiToken", "NULL", "2026-12-02 12:00:00"),
    ])
    let second = try await told(words)
    #expect(second.0 == 1 && second.events.count == 2)
    #expect(
      second.events.first?.contains(
        #""time":"2026-07-02T10:00:00Z","kind":"second-factor-off","user":"'böb ? '"#) == true)
    #expect(
      second.events.last?.contains(
        #""time":"2026-12-02T11:00:00Z","kind":"key-regenerated","detail""#) == true)
    #expect(second.all.contains(#""rule":"second-factor-off""#))
    // A thousand that had been reviewed, for what the rules remember, and both.
    #expect(second.all.contains(#""records":1002,"#))
  }

  /// What cannot be asked is never clean, and no mark is written.
  private func refused(_ fixture: Fixture, _ elsewhere: [String: String]) async throws {
    let mark = "\(fixture.root)/none"
    let words = ["log", fixture.root, "--database", "--mark", mark, "--reviewed-by", "alice"]
    for setting in [[:], ["DB_PASSWORD": "Wrong-Harbor=Lantern8"], elsewhere] {
      for (name, value) in setting { try fixture.set(name, value) }
      let seen = try await AuditProgram.run(words)
      #expect(seen.status == 2 && seen.errors.contains("database: "), "\(seen)")
      #expect(!(seen.errors + seen.output).contains("Harbor"))
      #expect(!FileManager.default.fileExists(atPath: mark))
    }
  }
}
