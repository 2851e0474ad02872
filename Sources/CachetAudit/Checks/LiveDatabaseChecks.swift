extension Check {
  /// What only the server itself can tell.
  static let liveDatabase: [Check] = [
    Check(
      id: "database-grants", family: .database, severity: .high,
      title: "Cachet's account has what Cachet needs in its own database, and nothing else",
      rationale:
        "a hole in Cachet, of which 2.x has several, is then one in the whole server, and with FILE or its like in the host",
      fix:
        "revoke what is listed, or make a new account with the grants of docs/audit.md, 'Least privilege'",
      reference: "cachet docs, faq; MySQL SHOW GRANTS; PostgreSQL pg_roles",
      look: { (subject) throws(Obstacle) in
        try subject.withPrivileges { subject.rights($0.excess) }
      }),
    Check(
      id: "database-pattern", family: .database, severity: .low,
      title: "grants name Cachet's database and none with nearly its name",
      rationale: "an unescaped _ in a grant of MySQL stands for any character",
      fix: "write it as \\_: GRANT … ON `my\\_db`.*",
      reference: "MySQL manual, GRANT: wildcards in database names",
      look: { (subject) throws(Obstacle) in
        try subject.withPrivileges { subject.rights($0.loose) }
      }),
    Check(
      id: "database-runtime", family: .database, severity: .low,
      title: "the account that Cachet runs as cannot change its tables' structure",
      rationale: "who gets to run SQL in Cachet can drop tables, and plant columns and indexes",
      fix:
        "let Cachet run with SELECT, INSERT, UPDATE and DELETE, and migrate with an account of its own (docs/audit.md, 'Least privilege')",
      reference: "policy; which rights migrations need is inferred from them",
      look: { (subject) throws(Obstacle) in
        try subject.withPrivileges { privileges in
          let ways = privileges.overSchema
          return ways.isEmpty
            ? .holds
            : subject.rights([
              Privileges.Right(about: "schema", words: "it has \(ways.joined(separator: ", "))")
            ])
        }
      }),
    Check(
      id: "audit-trail-writable", family: .database, severity: .low,
      title: "Cachet's account cannot change its own audit trail",
      rationale: "whoever breaks into Cachet removes the traces from the table 'actions'",
      fix:
        "take UPDATE and DELETE on 'actions' from the account (docs/audit.md, 'Least privilege'), and keep the rows elsewhere too",
      reference: "cachet 2.4 ActionStorageHandler, which only inserts",
      look: { (subject) throws(Obstacle) in
        guard subject.installation.line == .two4 || subject.installation.line == .two5 else {
          return .notApplicable("only 2.4 and 2.5 write one")
        }
        return try subject.withPrivileges { privileges in
          guard let ways = privileges.overTrail else {
            return .notApplicable("the table 'actions' is not there")
          }
          return ways.isEmpty
            ? .holds
            : subject.rights([
              Privileges.Right(
                about: "actions", words: "it has \(ways.joined(separator: ", ")) on 'actions'")
            ])
        }
      }),
    Check(
      id: "database-tls", family: .database, severity: .high,
      title: "a remote database server takes part in TLS",
      rationale: "with a server that does not, no setting of Cachet encrypts anything",
      fix: "give the server a certificate, and refuse connections without TLS",
      reference: "seen in the connection of this run, which asks for TLS",
      look: { (subject) throws(Obstacle) in
        let database = subject.database
        guard database.driver != .sqlite, !database.isLocal else {
          return .notApplicable("the database is on this machine")
        }
        if case .failure(.withoutTLS)? = subject.options.database {
          return .broken(database.hostSetting.evidence("the server offers no TLS"))
        }
        // It is not spoken with otherwise.
        return try subject.withDatabase { _ in .holds }
      }),
  ]
}

extension Subject {
  func withDatabase(
    _ judge: (LiveDatabase) throws(Obstacle) -> Verdict
  ) throws(Obstacle) -> Verdict {
    guard let database = options.database else { return .notAsked("give --database") }
    return try judge(try database.get())
  }

  func withPrivileges(
    _ judge: (Privileges) -> Verdict
  ) throws(Obstacle) -> Verdict {
    guard database.driver != .sqlite else { return .notApplicable("SQLite has no accounts") }
    return try withDatabase { (live) throws(Obstacle) in
      guard let privileges = try live.privileges.get() else {
        return .notApplicable("SQLite has no accounts")
      }
      return judge(privileges)
    }
  }

  /// What is seen of the account is told at the line that names it.
  func rights(_ rights: [Privileges.Right]) -> Verdict {
    Verdict(
      rights.map {
        Evidence(place: database.userSetting.place, about: $0.about, message: $0.words)
      })
  }
}
