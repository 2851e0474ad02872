/// What the lines of SHOW GRANTS come to.
extension Privileges {
  private static let migrating = ["CREATE", "ALTER", "DROP", "INDEX", "REFERENCES"]
  private static let destroying = ["UPDATE", "DELETE", "DROP"]
  /// What Cachet needs to run and to migrate, and what is of no use outside of one's own tables.
  private static let sound =
    ["SELECT", "INSERT", "UPDATE", "DELETE"] + migrating
    + ["LOCK TABLES", "CREATE TEMPORARY TABLES", "SHOW VIEW"]

  /// - Parameters:
  ///   - account: as CURRENT_USER() gives it.
  ///   - trail: the table of the audit trail, where there is one.
  init(_ grants: [Grant], account: String, database: String, trail: String?, isLocal: Bool) {
    overTrail = trail.map { _ in [] }
    if isLocal, account.split(separator: "@").last?.contains("%") == true {
      excess.append(
        Right(
          about: "host",
          words:
            "the account \(Printable.name(account.utf8)) may sign in from elsewhere, and the server is on this machine"
        ))
    }
    for grant in grants { judge(grant, database: database, trail: trail) }
  }

  private mutating func judge(_ grant: Grant, database: String, trail: String?) {
    let name = Printable.text(grant.object.name.utf8)
    if grant.mayPassOn {
      excess.append(
        Right(about: "GRANT OPTION on \(name)", words: "it may pass on rights on \(name)"))
    }
    let given = grant.privileges.filter { $0 != "USAGE" }
    guard !given.isEmpty else { return }
    switch grant.object {
    case .everything, .proxy: exceed(given, on: name)
    case .database(let pattern) where pattern.isExactly(database): keepOwn(given, on: name)
    case .database(let pattern) where pattern.isNearly(database):
      keepOwn(given, on: name)
      loose.append(
        Right(about: name, words: "in the grant on \(name) each _ stands for any character"))
    case .part(database, _): keepOwn(given, on: name)
    case .database, .part: exceed(given, on: name)
    }
    guard grant.object.covers(database) else { return }
    for privilege in Self.migrating where given.holds(privilege) && !overSchema.contains(privilege)
    {
      overSchema.append(privilege)
    }
    guard let trail, grant.object.covers(trail, in: database) else { return }
    for privilege in Self.destroying
    where given.holds(privilege) && overTrail?.contains(privilege) == false {
      overTrail?.append(privilege)
    }
  }

  private mutating func exceed(_ given: [String], on name: String) {
    let list = given.joined(separator: ", ")
    excess.append(Right(about: name, words: "it has \(list) on \(name)"))
  }

  /// Its own database: only what has no place there exceeds.
  private mutating func keepOwn(_ given: [String], on name: String) {
    let surplus = given.filter { !Self.sound.contains($0) }
    guard !surplus.isEmpty else { return }
    let list = surplus.joined(separator: ", ")
    excess.append(
      Right(
        about: name,
        words: "it has \(list) on \(name), which neither Cachet nor its migrations need"))
  }
}

extension [String] {
  fileprivate func holds(_ privilege: String) -> Bool {
    contains { $0 == privilege || $0 == "ALL PRIVILEGES" || $0 == "ALL" }
  }
}

extension Grant.Object {
  /// As a report names it.
  var name: String {
    switch self {
    case .everything: "*.*"
    case .database(let pattern): "\(pattern.text).*"
    case .part(let database, let name): "\(database).\(name)"
    case .proxy: "another account (PROXY)"
    }
  }

  func covers(_ database: String) -> Bool {
    switch self {
    case .everything: true
    case .database(let pattern): pattern.matches(database)
    case .part(let named, _): named == database
    case .proxy: false
    }
  }

  func covers(_ table: String, in database: String) -> Bool {
    guard case .part(let named, let name) = self else { return covers(database) }
    return named == database && name == table
  }
}
