import Testing

@testable import CachetAudit

@Suite("SHOW GRANTS, and what its lines come to")
struct GrantTests {
  private static func grant(
    _ privileges: String..., on object: Grant.Object, mayPassOn: Bool = false
  ) -> Grant.Line {
    .grant(Grant(privileges: privileges, object: object, mayPassOn: mayPassOn))
  }

  static let lines: [(String, Grant.Line)] = [
    (
      "GRANT USAGE ON *.* TO `cachet`@`localhost` IDENTIFIED BY PASSWORD '*2470C0C06DEE42FD1618BB'",
      grant("USAGE", on: .everything)
    ),
    ("GRANT USAGE ON *.* TO 'cachet'@'%'", grant("USAGE", on: .everything)),
    (
      "GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` IDENTIFIED VIA mysql_native_password USING 'invalid' OR unix_socket WITH GRANT OPTION",
      grant("ALL PRIVILEGES", on: .everything, mayPassOn: true)
    ),
    (
      "GRANT SELECT, INSERT, CREATE TEMPORARY TABLES ON `my\\_db`.* TO `cachet`@`localhost`",
      grant(
        "SELECT", "INSERT", "CREATE TEMPORARY TABLES", on: .database(DatabasePattern("my\\_db")))
    ),
    (
      "GRANT SELECT (`id`, `a,b)`), UPDATE ON `cachet`.`users` TO `cachet`@`localhost`",
      grant("SELECT", "UPDATE", on: .part(database: "cachet", name: "users"))
    ),
    (
      "GRANT SELECT ON `a``b`.`c.d` TO `cachet`@`localhost`",
      grant("SELECT", on: .part(database: "a`b", name: "c.d"))
    ),
    (
      "GRANT EXECUTE ON PROCEDURE `cachet`.`tidy` TO `cachet`@`localhost`",
      grant("EXECUTE", on: .part(database: "cachet", name: "tidy"))
    ),
    (
      "GRANT EXECUTE ON PACKAGE BODY `cachet`.`tidy` TO `cachet`@`localhost`",
      grant("EXECUTE", on: .part(database: "cachet", name: "tidy"))
    ),
    (
      "GRANT BACKUP_ADMIN,SYSTEM_VARIABLES_ADMIN ON *.* TO `cachet`@`localhost` WITH GRANT OPTION",
      grant("BACKUP_ADMIN", "SYSTEM_VARIABLES_ADMIN", on: .everything, mayPassOn: true)
    ),
    (
      "GRANT USAGE ON *.* TO `cachet`@`localhost` IDENTIFIED BY PASSWORD ' WITH GRANT OPTION'",
      grant("USAGE", on: .everything)
    ),
    (
      "GRANT USAGE ON *.* TO `c`@`%` REQUIRE SUBJECT '/CN=c' WITH GRANT OPTION MAX_USER_CONNECTIONS 5",
      grant("USAGE", on: .everything, mayPassOn: true)
    ),
    (
      "GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION",
      grant("PROXY", on: .proxy, mayPassOn: true)
    ),
    (
      "GRANT `writer`, `reader` TO `cachet`@`localhost`",
      .roles([Grant.Role(name: "writer", host: nil), Grant.Role(name: "reader", host: nil)])
    ),
    (
      "GRANT `writer`@`%` TO `cachet`@`localhost` WITH ADMIN OPTION",
      .roles([Grant.Role(name: "writer", host: "%")])
    ),
    ("SET DEFAULT ROLE `writer` FOR `cachet`@`localhost`", .other),
    ("REVOKE SELECT ON `mysql`.* FROM `cachet`@`localhost`", .other),
  ]

  @Test("lines are read", arguments: lines)
  func read(line: (text: String, wanted: Grant.Line)) throws {
    #expect(try Grant.parse(line.text) == line.wanted)
  }

  @Test(
    "what is not understood is refused",
    arguments: [
      "", "GRANT", "GRANT SELECT", "GRANT SELECT ON", "GRANT SELECT ON *.*", "GRANT SELECT ON *",
      "GRANT ON *.* TO `c`", "GRANT SELECT ON `a TO `c`", "GRANT SELECT, ON *.* TO `c`",
      "GRANT SELECT ON `a` TO `c`", "SHOW GRANTS", "GRANT SELECT (`a` ON *.* TO `c`",
      "GRANT USAGE ON *.* TO `c` IDENTIFIED BY PASSWORD '*24",
    ])
  func refused(line: String) {
    #expect(throws: Grant.Refusal.self) { try Grant.parse(line) }
  }

  @Test("patterns of databases")
  func patterns() {
    let exact = DatabasePattern("my\\_db")
    #expect(exact.isExactly("my_db") && exact.matches("my_db") && !exact.matches("myXdb"))
    let near = DatabasePattern("my_db")
    #expect(!near.isExactly("my_db") && near.isNearly("my_db") && near.matches("myXdb"))
    #expect(!near.matches("my_db2") && !near.isNearly("other"))
    let any = DatabasePattern("cachet%")
    #expect(!any.isNearly("cachet") && any.matches("cachet") && any.matches("cachet_old"))
    #expect(!any.matches("other") && DatabasePattern("%").matches("other"))
    let long = String(repeating: "a", count: 20_000)
    #expect(!DatabasePattern(String(repeating: "%a", count: 20) + "b").matches(long))
    #expect(DatabasePattern(long).matches(long) && DatabasePattern("%%").matches(""))
    #expect(DatabasePattern("%a%b_").matches("xxaxxbx") && !DatabasePattern("%a%b_").matches("ab"))
    #expect(DatabasePattern("a\\%").isExactly("a%") && !DatabasePattern("a\\%").matches("ab"))
  }

  /// Lines without their ends, and what they come to for the database 'my_db'.
  struct Judged: Sendable {
    let lines: [String]
    var excess: [String] = []
    var loose: [String] = []
    var overSchema: [String] = []
    var overTrail: [String] = []
  }

  static let judged: [Judged] = [
    Judged(lines: ["GRANT USAGE ON *.*", "GRANT SELECT, INSERT ON `my\\_db`.*"]),
    Judged(
      lines: ["GRANT SELECT, INSERT, UPDATE, DELETE ON `my\\_db`.*"],
      overTrail: ["UPDATE", "DELETE"]),
    Judged(lines: ["GRANT UPDATE, DELETE ON `my_db`.`users`"]),
    Judged(lines: ["GRANT UPDATE (`id`) ON `my_db`.`actions`"], overTrail: ["UPDATE"]),
    Judged(
      lines: ["GRANT SELECT, CREATE, ALTER, DROP, INDEX, REFERENCES ON `my\\_db`.*"],
      overSchema: ["CREATE", "ALTER", "DROP", "INDEX", "REFERENCES"], overTrail: ["DROP"]),
    Judged(
      lines: ["GRANT ALL PRIVILEGES ON `my\\_db`.*"],
      excess: ["my\\_db.*"], overSchema: ["CREATE", "ALTER", "DROP", "INDEX", "REFERENCES"],
      overTrail: ["UPDATE", "DELETE", "DROP"]),
    Judged(lines: ["GRANT SELECT, EVENT ON `my\\_db`.*"], excess: ["my\\_db.*"]),
    Judged(lines: ["GRANT SELECT ON `my_db`.*"], loose: ["my_db.*"]),
    Judged(lines: ["GRANT UPDATE ON `my%`.*"], excess: ["my%.*"], overTrail: ["UPDATE"]),
    Judged(lines: ["GRANT UPDATE ON `other`.*"], excess: ["other.*"]),
    Judged(lines: ["GRANT SELECT ON `mysql`.`user`"], excess: ["mysql.user"]),
    Judged(lines: ["GRANT FILE, SUPER ON *.*"], excess: ["*.*"]),
    Judged(lines: ["GRANT SELECT ON `my\\_db`.* G"], excess: ["GRANT OPTION on my\\_db.*"]),
    Judged(lines: ["GRANT USAGE ON *.* G"], excess: ["GRANT OPTION on *.*"]),
    Judged(lines: ["GRANT PROXY ON ``@`%`"], excess: ["another account (PROXY)"]),
    Judged(lines: ["GRANT EXECUTE ON FUNCTION `my_db`.`f`"], excess: ["my_db.f"]),
  ]

  @Test("what they come to", arguments: judged)
  func judge(row: Judged) throws {
    let grants = try row.lines.compactMap { line -> Grant? in
      let option = line.hasSuffix(" G") ? " WITH GRANT OPTION" : ""
      let start = option.isEmpty ? line : String(line.dropLast(2))
      guard case .grant(let grant) = try Grant.parse("\(start) TO `c`@`localhost`\(option)") else {
        return nil
      }
      return grant
    }
    let privileges = Privileges(
      grants, account: "c@localhost", database: "my_db", trail: "actions", isLocal: true)
    #expect(privileges.excess.map(\.about) == row.excess)
    #expect(privileges.loose.map(\.about) == row.loose)
    #expect(privileges.overSchema == row.overSchema)
    #expect(privileges.overTrail == row.overTrail)
  }

  @Test("an account for every machine, with a server on this one")
  func host() {
    func excess(_ account: String, isLocal: Bool) -> [String] {
      Privileges([], account: account, database: "d", trail: nil, isLocal: isLocal)
        .excess.map(\.about)
    }
    #expect(excess("c@%", isLocal: true) == ["host"])
    #expect(excess("c@10.0.0.%", isLocal: true) == ["host"])
    #expect(excess("c@%", isLocal: false) == [])
    #expect(excess("c@localhost", isLocal: true) == [])
  }

  /// MySQL, of which no server is at hand here: its answers, as its manual shows them.
  private struct MySQL: DatabaseSession {
    let lines: [String]

    func rows(_ query: String) throws(Obstacle) -> [[String?]] {
      switch query {
      case "SELECT VERSION(), CURRENT_USER(), DATABASE()":
        return [["8.0.36", "c@localhost", "cachet"]]
      case "SHOW GRANTS": return lines.map { [$0] }
      case "SHOW GRANTS FOR CURRENT_USER() USING `writer`@`%`, `a``b`@`localhost`":
        return (["GRANT BACKUP_ADMIN ON *.* TO `c`@`localhost`"] + lines).map { [$0] }
      case _ where query.contains("information_schema.tables"): return []
      default: throw .database(query)
      }
    }
  }

  @Test("roles of MySQL are followed by its own means")
  func rolesOfMySQL() throws {
    let usage = "GRANT USAGE ON *.* TO `c`@`localhost`"
    func privileges(_ lines: String...) throws(Obstacle) -> Privileges {
      try Privileges(mySQL: MySQL(lines: lines), trail: "actions", isLocal: true)
    }
    #expect(try privileges(usage) == Privileges())
    let roles = "GRANT `writer`@`%`,`a``b`@`localhost` TO `c`@`localhost`"
    #expect(
      try privileges(usage, roles).excess.map(\.words) == ["it has BACKUP_ADMIN on *.*"])
    #expect(throws: Obstacle.database("a line of SHOW GRANTS is not understood")) {
      try privileges(usage, "GRANT something new")
    }
  }
}
