extension Check {
  static let database: [Check] = [
    Check(
      id: "database-defaults", family: .database, severity: .critical,
      title: "the database credentials are not the ones of the documentation",
      rationale: "everybody who has seen the example file knows them",
      fix: "make an account for Cachet alone, with a password from 'openssl rand -base64 24'",
      reference: "cachet .env.example; cachethq/Docker entrypoint.sh",
      look: { subject in
        guard !subject.usesSQLite else { return .notApplicable("SQLite has no accounts") }
        let password = subject.setting("DB_PASSWORD")
        guard password.isGiven else {
          return .broken(password.evidence("DB_PASSWORD is empty"))
        }
        guard password.isAny(of: "secret", "postgres", "root", "cachet", "homestead", "password")
        else { return .holds }
        return .broken(password.evidence("DB_PASSWORD is a well-known default"))
      }),
    Check(
      id: "database-superuser", family: .database, severity: .high,
      title: "Cachet does not use an administrator's database account",
      rationale: "one hole in Cachet then is a hole in every database of that server",
      fix: "make an account that owns Cachet's database alone (docs/audit.md, Database)",
      reference: "cachet docs, least privilege",
      look: { subject in
        guard !subject.usesSQLite else { return .notApplicable("SQLite has no accounts") }
        let user = subject.setting("DB_USERNAME")
        guard user.isAny(of: "root", "postgres", "sa", "admin", "mysql", "homestead") else {
          return .holds
        }
        return .broken(
          user.evidence("DB_USERNAME is the name of an administrator, or of the example file"))
      }),
  ]
}

extension Subject {
  var usesSQLite: Bool {
    let driver = setting("DB_CONNECTION", "DB_DRIVER")
    return driver.isAny(of: "sqlite") || installation.line == .three && !driver.isSet
  }
}
