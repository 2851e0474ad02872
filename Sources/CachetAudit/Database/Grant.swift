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

  static func parse(_ text: String) throws(Refusal) -> Line {
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

/// A database's name in a grant, in which `_` and `%` stand for others unless they are escaped.
struct DatabasePattern: Sendable, Equatable {
  private enum Piece: Equatable { case character(Character), one, any }
  private let pieces: [Piece]
  let text: String

  init(_ text: String) {
    self.text = text
    var pieces: [Piece] = []
    var isEscaped = false
    for character in text {
      switch character {
      case _ where isEscaped:
        pieces.append(.character(character))
        isEscaped = false
      case "\\": isEscaped = true
      case "_": pieces.append(.one)
      case "%": pieces.append(.any)
      default: pieces.append(.character(character))
      }
    }
    self.pieces = pieces
  }

  /// It names `name` and none beside it.
  func isExactly(_ name: String) -> Bool { pieces == name.map { .character($0) } }

  /// It names `name`, and others only with another character in place of a `_`.
  func isNearly(_ name: String) -> Bool {
    pieces.count == name.count
      && zip(pieces, name).allSatisfy { piece, character in
        piece == .character(character) || piece == .one && character == "_"
      }
  }

  func matches(_ name: String) -> Bool { Self.match(pieces[...], name[...]) }

  private static func match(_ pieces: ArraySlice<Piece>, _ name: Substring) -> Bool {
    guard let piece = pieces.first else { return name.isEmpty }
    if piece == .any, match(pieces.dropFirst(), name) { return true }
    guard let character = name.first else { return false }
    switch piece {
    case .any: return match(pieces, name.dropFirst())
    case .one: break
    case .character(let wanted): guard wanted == character else { return false }
    }
    return match(pieces.dropFirst(), name.dropFirst())
  }
}
