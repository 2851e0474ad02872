/// What Cachet's own account sees in its database, read once. Of columns that hold secrets only
/// whether they hold something is asked; their content stays where it is.
struct LiveDatabase: Sendable {
  typealias Answer<Value> = Result<Value, Obstacle>

  struct Account: Sendable, Equatable {
    /// The name of 2.x, the address of 3.x.
    let name: String
    let isAdministrator: Bool
    let hasSecondFactor: Bool
  }

  struct Token: Sendable, Equatable {
    let number: String
    let name: String
    let expires: Bool
    let mayDoAll: Bool
  }

  let accounts: Answer<[Account]>
  /// `nil` where this Cachet has none.
  let tokens: Answer<[Token]?>
  /// Whether each setting is on, or given; those that nobody has changed may be missing.
  let settings: Answer<[String: Bool]>
  /// How many subscribers each feature has that is there for them, by its name.
  let uses: Answer<[String: Int]>
  /// `nil` for SQLite.
  let privileges: Answer<Privileges?>

  init(of installation: Installation, _ settings: DatabaseSettings) throws(Obstacle) {
    let tables = try CachetTables(of: installation, settings)
    let session = tables.session
    accounts = Answer { () throws(Obstacle) in try tables.accounts() }
    tokens = Answer { () throws(Obstacle) in try tables.tokens() }
    self.settings = Answer { () throws(Obstacle) in try tables.storedSettings() }
    uses = Answer { () throws(Obstacle) in try tables.uses() }
    // Last: it takes roles off, and puts them on.
    let trail = "\(settings.prefix)actions"
    privileges = Answer { () throws(Obstacle) in
      switch settings.driver {
      case .mysql: try Privileges(mySQL: session, trail: trail, isLocal: settings.isLocal)
      case .pgsql: try Privileges(postgreSQL: session, schema: settings.schema, trail: trail)
      case .sqlite, nil: nil
      }
    }
  }
}

extension Subject {
  /// Asks the database that `.env` names.
  mutating func askDatabase() {
    CachetTables.forgetVariables()
    let (installation, settings) = (installation, database)
    options.database = Result { () throws(Obstacle) in
      try LiveDatabase(of: installation, settings)
    }
  }
}
