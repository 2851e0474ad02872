/// How each server is asked what the account may do.
extension Privileges {
  /// MySQL and MariaDB. Roles count as if they were always on, which SET ROLE makes them.
  init(
    mySQL session: any DatabaseSession, trail: String, isLocal: Bool
  ) throws(Obstacle) {
    let facts = try session.rows(of: 3, "SELECT VERSION(), CURRENT_USER(), DATABASE()")
    guard let row = facts.first, let version = row[0], let account = row[1], let database = row[2]
    else { throw .database("it does not say who this account is") }
    let found = try session.rows(
      of: 1,
      "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = '\(trail)'"
    )
    let grants =
      version.contains("MariaDB")
      ? try Self.grantsOfMariaDB(session) : try Self.grantsOfMySQL(session)
    self.init(
      grants, account: account, database: database, trail: found.isEmpty ? nil : trail,
      isLocal: isLocal)
  }

  /// Who may not read the tables of accounts sees a role's grants while it is the current one, and
  /// with them those of the roles that it has.
  private static func grantsOfMariaDB(_ session: any DatabaseSession) throws(Obstacle) -> [Grant] {
    _ = try session.rows("SET ROLE NONE")
    var (grants, roles) = try lines(of: "SHOW GRANTS", session)
    for role in roles {
      _ = try session.rows("SET ROLE \(quoted(role.name))")
      let seen = try lines(of: "SHOW GRANTS FOR CURRENT_ROLE", session).grants
      grants += seen.filter { !grants.contains($0) }
    }
    return grants
  }

  private static func grantsOfMySQL(_ session: any DatabaseSession) throws(Obstacle) -> [Grant] {
    let (grants, roles) = try lines(of: "SHOW GRANTS", session)
    guard !roles.isEmpty else { return grants }
    let names = roles.map { "\(quoted($0.name))@\(quoted($0.host ?? "%"))" }
    return try lines(
      of: "SHOW GRANTS FOR CURRENT_USER() USING \(names.joined(separator: ", "))", session
    ).grants
  }

  private static func quoted(_ name: String) -> String {
    "`\(name.replacing("`", with: "``"))`"
  }

  private static func lines(
    of query: String, _ session: any DatabaseSession
  ) throws(Obstacle) -> (grants: [Grant], roles: [Grant.Role]) {
    var (grants, roles): ([Grant], [Grant.Role]) = ([], [])
    for row in try session.rows(of: 1, query) {
      do throws(Grant.Refusal) {
        switch try Grant.parse(row.first.flatMap { $0 } ?? "") {
        case .grant(let grant): grants.append(grant)
        case .roles(let named): roles += named
        case .other: break
        }
      } catch {
        throw .database("a line of SHOW GRANTS is not understood")
      }
    }
    return (grants, roles)
  }

  /// PostgreSQL. What a role may become by SET ROLE counts as its own.
  init(postgreSQL session: any DatabaseSession, schema: String, trail: String) throws(Obstacle) {
    try judgeRoles(session)
    if !excess.contains(where: { $0.about == "SUPERUSER" }) { try judgeDatabases(session) }
    try judgeSchema(session, schema)
    overTrail = try session.rows(
      of: 4,
      """
      SELECT has_table_privilege(c.oid, 'UPDATE'), has_table_privilege(c.oid, 'DELETE'),
        has_table_privilege(c.oid, 'TRUNCATE'), pg_has_role(c.relowner, 'MEMBER')
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = '\(schema)' AND c.relname = '\(trail)' AND c.relkind IN ('r', 'p')
      """
    ).first.map { row in
      zip(["UPDATE", "DELETE", "TRUNCATE", "ownership"], row).filter { $0.1 == "t" }.map(\.0)
    }
  }

  private mutating func judgeRoles(_ session: any DatabaseSession) throws(Obstacle) {
    let attributes = ["SUPERUSER", "CREATEROLE", "CREATEDB", "REPLICATION", "BYPASSRLS"]
    let roles = try session.rows(
      of: 7,
      """
      SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,
        rolname = current_user
      FROM pg_roles WHERE pg_has_role(oid, 'MEMBER') ORDER BY rolname = current_user DESC, rolname
      """)
    for row in roles {
      let name = Printable.name((row[0] ?? "").utf8)
      let held = zip(attributes, row.dropFirst()).filter { $0.1 == "t" }.map(\.0)
      let isOwn = row[6] == "t"
      for attribute in held {
        excess.append(
          Right(
            about: isOwn ? attribute : "\(name) \(attribute)",
            words: isOwn ? "it has \(attribute)" : "it may become \(name), which has \(attribute)"))
      }
      // A superuser is a member of all there are.
      if isOwn, held.contains("SUPERUSER") { return }
      // Whoever owns the database is one of that role's, and gains nothing by it.
      if name.hasPrefix("pg_"), name != "pg_database_owner" {
        excess.append(Right(about: name, words: "it is a member of \(name)"))
      }
    }
  }

  private mutating func judgeDatabases(_ session: any DatabaseSession) throws(Obstacle) {
    for row in try session.rows(
      of: 1,
      """
      SELECT datname FROM pg_database
      WHERE datname <> current_database() AND NOT datistemplate
      AND (pg_has_role(datdba, 'MEMBER') OR has_database_privilege(oid, 'CREATE'))
      """)
    {
      let name = Printable.name((row[0] ?? "").utf8)
      excess.append(Right(about: name, words: "it owns, or may create in, the database \(name)"))
    }
  }

  private mutating func judgeSchema(
    _ session: any DatabaseSession, _ schema: String
  ) throws(Obstacle) {
    let rows = try session.rows(
      of: 3,
      """
      SELECT has_schema_privilege(n.oid, 'CREATE'), pg_has_role(n.nspowner, 'MEMBER'),
        EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid
          AND c.relkind IN ('r', 'p') AND pg_has_role(c.relowner, 'MEMBER'))
      FROM pg_namespace n WHERE n.nspname = '\(schema)'
      """)
    guard let row = rows.first else { throw .database("there is no schema \(schema)") }
    let ways = [
      "CREATE on the schema", "ownership of the schema", "ownership of tables",
    ]
    overSchema = zip(ways, row).filter { $0.1 == "t" }.map(\.0)
  }
}
