/// One line of SHOW GRANTS.
struct Grant: Sendable, Equatable {
  /// What the privileges are on.
  enum Object: Sendable, Equatable {
    case everything
    case database(DatabasePattern)
    /// A table, a view or a routine, in the database that is named as it is.
    case part(database: String, name: String)
    /// To act as somebody else.
    case proxy
  }

  struct Role: Sendable, Equatable, Hashable {
    let name: String
    /// MariaDB's roles have none.
    let host: String?
  }

  enum Line: Sendable, Equatable {
    case grant(Grant)
    case roles([Role])
    /// It gives nothing.
    case other
  }

  /// In capitals; a privilege on columns counts as one on the table.
  let privileges: [String]
  let object: Object
  let mayPassOn: Bool

  /// A line that is not understood. It is not quoted: it may hold the hash of a password.
  struct Refusal: Error {}

  /// In bytes: names of servers have 64 characters, and a line some hundred of them.
  private static let longest = 64 << 10

  static func parse(_ text: String) throws(Refusal) -> Line {
    guard text.utf8.count <= longest else { throw Refusal() }
    var words = GrantScanner(text)
    switch words.word() {
    case "GRANT": break
    // The default role of MariaDB, and what MySQL takes away again.
    case "SET", "REVOKE": return .other
    default: throw Refusal()
    }
    let (items, isOfRoles) = try items(&words)
    if isOfRoles { return .roles(items.map { Role(name: $0.text, host: $0.host) }) }
    let privileges = items.map { $0.text.uppercased() }
    let object: Object
    if privileges == ["PROXY"] {
      _ = try words.account()
      object = .proxy
    } else {
      object = try words.object()
    }
    guard words.word() == "TO" else { throw Refusal() }
    return .grant(
      Grant(privileges: privileges, object: object, mayPassOn: try words.saysGrantOption()))
  }

  private typealias Item = (text: String, host: String?)

  /// What stands between GRANT and ON, or between GRANT and TO: then they are roles.
  private static func items(
    _ words: inout GrantScanner
  ) throws(Refusal) -> (items: [Item], areRoles: Bool) {
    var items: [Item] = []
    var item: Item?
    while true {
      if words.skip(",") {
        guard let whole = item else { throw Refusal() }
        items.append(whole)
        item = nil
      } else if words.skipParentheses() {
        guard item != nil else { throw Refusal() }
      } else if words.isAtQuote {
        guard item == nil else { throw Refusal() }
        item = try words.account()
      } else {
        guard let word = words.word() else { throw Refusal() }
        if word == "ON" || word == "TO" {
          guard let whole = item else { throw Refusal() }
          return (items + [whole], word == "TO")
        }
        item = item.map { ("\($0.text) \(word)", nil) } ?? (word, nil)
      }
    }
  }
}
