@testable import CachetAudit

/// The tables of a line of Cachet, as far as they are read, and what is in them.
struct CachetSchema {
  let line: Installation.Line
  var prefix = ""
  var quote = "\""

  /// Nobody has a second factor; settings are those that let people in.
  var lax: [String] { tables + rows(secret: line == .three ? "NULL" : "''", lax: true) }
  /// Everybody has one.
  var strict: [String] { tables + rows(secret: "'\(Self.planted)2FA'", lax: false) }

  /// What is in every column that holds a secret.
  static let planted = "PLANTED"

  private func table(_ name: String) -> String { "\(quote)\(prefix)\(name)\(quote)" }
  private var group: String { "\(quote)group\(quote)" }

  private var tables: [String] {
    let own = line == .two3 ? "" : ", phone_number VARCHAR(255), slack_webhook_url VARCHAR(255)"
    return ownTables + [
      "CREATE TABLE \(table("subscribers")) (id INTEGER PRIMARY KEY, email VARCHAR(255)\(own))"
    ]
  }

  private var ownTables: [String] {
    line == .three
      ? [
        "CREATE TABLE \(table("users")) (id INTEGER PRIMARY KEY, name VARCHAR(255), email VARCHAR(255), password VARCHAR(255), is_admin BOOLEAN, app_authentication_secret TEXT)",
        "CREATE TABLE \(table("settings")) (id INTEGER PRIMARY KEY, \(group) VARCHAR(255), name VARCHAR(255), locked BOOLEAN, payload JSON)",
        "CREATE TABLE \(table("personal_access_tokens")) (id INTEGER PRIMARY KEY, name VARCHAR(255), token VARCHAR(64), abilities TEXT, expires_at TIMESTAMP NULL)",
      ]
      : [
        "CREATE TABLE \(table("users")) (id INTEGER PRIMARY KEY, username VARCHAR(255), password VARCHAR(255), google_2fa_secret VARCHAR(255), email VARCHAR(255), api_key VARCHAR(255), active BOOLEAN, level SMALLINT)",
        "CREATE TABLE \(table("settings")) (id INTEGER PRIMARY KEY, name VARCHAR(255), value TEXT)",
      ]
        + (line == .two3
          ? []
          : [
            "CREATE TABLE \(table("actions")) (id INTEGER PRIMARY KEY, class_name VARCHAR(255), username VARCHAR(255))"
          ])
  }

  private func rows(secret: String, lax: Bool) -> [String] {
    let planted = Self.planted
    if line == .three {
      return [
        "INSERT INTO \(table("users")) VALUES (1, 'Alice', 'alice@example.org', '\(planted)', TRUE, \(secret)), (2, 'Bob', 'bob@example.org', '\(planted)', FALSE, \(secret))",
        "INSERT INTO \(table("settings")) VALUES (1, 'app', 'api_protected', FALSE, '\(!lax)'), (2, 'app', 'mcp_enabled', FALSE, '\(lax)'), (3, 'app', 'mcp_protected', FALSE, '\(!lax)'), (4, 'mail', 'api_protected', FALSE, '\(lax)')",
        "INSERT INTO \(table("personal_access_tokens")) VALUES (1, 'deploy', '\(planted)', '\(lax ? "[\"*\"]" : "[\"incidents.manage\"]")', \(lax ? "NULL" : "'2030-01-01 00:00:00'"))",
      ]
    }
    return [
      // The second one is not active, and signs in all the same.
      "INSERT INTO \(table("users")) VALUES (1, 'alice', '\(planted)', \(secret), 'alice@example.org', '\(planted)1', TRUE, 1), (2, 'bob', '\(planted)', \(secret), 'bob@example.org', '\(planted)2', FALSE, 2)",
      "INSERT INTO \(table("settings")) VALUES (1, 'app_name', '\(lax ? "" : "Status")'), (2, 'always_authenticate', '\(lax ? "1" : "0")'), (3, 'enable_subscribers', '\(lax ? "1" : "0")')",
    ]
  }

  /// What has to be told about the lax tables, beside what is told of the account.
  static func found(_ line: Installation.Line) -> Set<String> {
    line == .three
      ? [
        "native-two-factor-admin: alice@example.org", "native-two-factor: bob@example.org",
        "api-tokens: token 1", "open-interfaces: api_protected", "open-interfaces: mcp_protected",
      ]
      : Set(
        [
          "native-two-factor-admin: alice", "native-two-factor: bob", "setup-open: app_name",
        ] + (line == .two3 ? [] : ["remote-user: always_authenticate"]))
  }
}

extension Audit {
  /// Check and subject of each finding that the database gave.
  var toldOfDatabase: Set<String> {
    let asked = Set((Check.liveDatabase + Check.accounts).map(\.id) + ["remote-user"])
    return Set(
      findings.filter { asked.contains($0.check.id) }.map { "\($0.check.id): \($0.evidence.about)" }
    )
  }
}
