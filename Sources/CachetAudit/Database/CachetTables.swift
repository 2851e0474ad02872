import FoundationEssentials
import Glibc

/// The tables of Cachet, as far as they are read. Conditions are written so that all servers give
/// 1 and 0 for them.
struct CachetTables {
  let session: any DatabaseSession
  let settings: DatabaseSettings
  let line: Installation.Line

  init(of installation: Installation, _ settings: DatabaseSettings) throws(Obstacle) {
    for name in [settings.prefix, settings.schema] {
      guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "_$-".contains($0)) })
      else { throw .database("DB_PREFIX or DB_SCHEMA is no name") }
    }
    session = try settings.open(in: installation.folder)
    (self.settings, line) = (settings, installation.line)
  }

  /// The libraries get to know nothing but what `.env` says: variables of this process, which could
  /// lead them to another server, are removed.
  static func forgetVariables() {
    for name in ProcessInfo.processInfo.environment.keys
    where ["PG", "MYSQL_", "MARIADB_"].contains(where: { name.hasPrefix($0) }) {
      unsafe unsetenv(name)
    }
  }

  func accounts() throws(Obstacle) -> [LiveDatabase.Account] {
    let columns = try columns(of: "users")
    guard !columns.isEmpty else { throw .database("there is no table users to be seen") }
    let (name, administers, lacks) =
      line == .three
      ? (
        "email", columns.contains("is_admin") ? "is_admin" : "TRUE",
        // Releases before 2026-07-08 have no second factor.
        columns.contains("app_authentication_secret") ? "app_authentication_secret IS NULL" : "TRUE"
      )
      // Sign-in does not look at the column 'active'.
      : (
        "username", "level = 1", "google_2fa_secret IS NULL OR TRIM(google_2fa_secret) = ''"
      )
    return try session.rows(
      of: 3,
      """
      SELECT \(name), CASE WHEN \(administers) THEN 1 ELSE 0 END, CASE WHEN \(lacks) THEN 1 ELSE 0 END
      FROM \(table("users")) ORDER BY id \(limit)
      """
    ).map { row in
      LiveDatabase.Account(
        name: Printable.name((row[0] ?? "").utf8), isAdministrator: row[1] == "1",
        hasSecondFactor: row[2] != "1")
    }
  }

  func tokens() throws(Obstacle) -> [LiveDatabase.Token]? {
    guard line == .three else { return nil }
    guard try !columns(of: "personal_access_tokens").isEmpty else { return nil }
    return try session.rows(
      of: 4,
      """
      SELECT id, name, CASE WHEN expires_at IS NULL THEN 0 ELSE 1 END,
        CASE WHEN abilities LIKE '%"*"%' THEN 1 ELSE 0 END
      FROM \(table("personal_access_tokens")) ORDER BY id \(limit)
      """
    ).map { row in
      LiveDatabase.Token(
        number: row[0] ?? "", name: Printable.name((row[1] ?? "").utf8),
        expires: row[2] == "1", mayDoAll: row[3] == "1")
    }
  }

  /// The trail of 2.4 and 2.5: rows with an id above `after`, by id.
  func actions(after: Int, limit: Int) throws(Obstacle) -> [[String?]] {
    try session.rows(
      of: ActionRow.columns.count,
      """
      SELECT \(ActionRow.columns.joined(separator: ", ")) FROM \(table("actions"))
      WHERE id > \(after) ORDER BY id LIMIT \(limit)
      """)
  }

  private static let names = [
    "app_name", "always_authenticate", "enable_subscribers", "enable_external_dependencies",
    "dashboard_login_link", "api_enabled", "api_protected", "mcp_enabled", "mcp_protected",
    "allow_subscribers",
  ]

  func storedSettings() throws(Obstacle) -> [String: Bool] {
    let wanted = Self.names.map { "'\($0)'" }.joined(separator: ", ")
    // 2.x: what PHP takes for false. 3.x keeps JSON.
    let rows = try session.rows(
      of: 2,
      line == .three
        ? """
        SELECT name, CASE WHEN \(text("payload")) IN ('false', 'null', '""') THEN 0 ELSE 1 END
        FROM \(table("settings")) WHERE name IN (\(wanted))
          AND \(quoted("group")) = CASE WHEN name = 'allow_subscribers' THEN 'mail' ELSE 'app' END
        ORDER BY id \(limit)
        """
        : """
        SELECT name, CASE WHEN value IS NULL OR value IN ('', '0') THEN 0 ELSE 1 END
        FROM \(table("settings")) WHERE name IN (\(wanted)) ORDER BY id \(limit)
        """)
    return Dictionary(rows.map { ($0[0] ?? "", $0[1] == "1") }) { _, last in last }
  }

  /// How many subscribers use each feature that is there for them, by its name.
  func uses() throws(Obstacle) -> [String: Int] {
    let columns = try columns(of: "subscribers")
    guard !columns.isEmpty else { throw .database("there is no table subscribers to be seen") }
    var uses: [String: Int] = [:]
    for (feature, column) in [
      ("subscribers", "id"), ("mail", "email"), ("sms", "phone_number"),
    ] where columns.contains(column) {
      let count = try session.rows(
        of: 1,
        "SELECT COUNT(NULLIF(\(text(column)), '')) FROM \(table("subscribers"))")
      uses[feature] = count.first?.first.flatMap { $0.flatMap { Int($0) } }
    }
    return uses
  }

  private let limit = "LIMIT \(DatabaseLimit.usual.rows + 1)"

  private func quoted(_ name: String) -> String {
    settings.driver == .mysql ? "`\(name)`" : "\"\(name)\""
  }

  private func text(_ column: String) -> String {
    "CAST(\(column) AS \(settings.driver == .mysql ? "CHAR" : "TEXT"))"
  }

  private func table(_ name: String) -> String {
    let own = quoted(settings.prefix + name)
    return settings.driver == .pgsql ? "\(quoted(settings.schema)).\(own)" : own
  }

  /// None where there is no such table, or none that this account, which is Cachet's, can see.
  private func columns(of name: String) throws(Obstacle) -> Set<String> {
    let whole = settings.prefix + name
    let query =
      switch settings.driver {
      case .mysql:
        "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '\(whole)'"
      case .pgsql:
        "SELECT column_name FROM information_schema.columns WHERE table_schema = '\(settings.schema)' AND table_name = '\(whole)'"
      case .sqlite, nil: "SELECT name FROM pragma_table_info('\(whole)')"
      }
    return Set(try session.rows(of: 1, query).compactMap { $0.first.flatMap { $0 } })
  }
}
