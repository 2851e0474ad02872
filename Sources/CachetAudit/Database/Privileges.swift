/// What Cachet's account may do in its server, whichever server that is.
struct Privileges: Sendable, Equatable {
  struct Right: Sendable, Equatable {
    /// What a baseline names it by.
    let about: String
    let words: String
  }

  /// Beyond Cachet's own database, and beyond what Cachet and its migrations need there.
  var excess: [Right] = []
  /// Grants that name other databases only where one has nearly the same name.
  var loose: [Right] = []
  /// How it can change tables, and not only what is in them.
  var overSchema: [String] = []
  /// How it can change the rows of the audit trail that are there; `nil` without such a table.
  var overTrail: [String]?
}
