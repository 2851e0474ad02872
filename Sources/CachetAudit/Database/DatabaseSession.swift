/// A session with a database server, in which nothing can be changed.
protocol DatabaseSession {
  /// All rows that `query` gives, each value as the server writes it; `nil` is NULL. More than
  /// `DatabaseLimit` allows are an obstacle: what was cut off could not be judged.
  func rows(_ query: String) throws(Obstacle) -> [[String?]]

  /// Whether what is said in it is encrypted on its way.
  var isEncrypted: Bool { get }
}

/// What is asked of a server, and no more.
enum DatabaseLimit {
  static let connectSeconds = 5
  static let statementSeconds = 10
  static let rows = 10_000
  static let bytes = 8 << 20

  /// Counts a row; an obstacle where it is one too many.
  static func count(_ row: [String?], rows: Int, bytes total: inout Int) throws(Obstacle) {
    total += row.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
    guard rows < Self.rows, total <= bytes else {
      throw .database("more rows than are looked at (\(Self.rows))")
    }
  }
}

extension DatabaseSettings {
  /// Signs in as Cachet does.
  func open(in folder: Folder) throws(Obstacle) -> any DatabaseSession {
    guard !hasUnreadURL else { throw .database("DB_URL is not understood") }
    return switch driver {
    case .sqlite: try SQLiteSession(folder.absolute(name))
    case .mysql: try MySQLSession(self)
    case .pgsql: try PostgreSQLSession(self)
    case nil: throw .database("no driver for it is known here (sqlite, mysql, mariadb, pgsql)")
    }
  }

  /// What a library says when the server lets nobody in; without the password, should it quote it.
  func refused(_ message: String) -> Obstacle {
    var words = message
    if let password, !password.bytes.isEmpty {
      let secret = String(decoding: password.bytes, as: UTF8.self)
      words = words.replacing(secret, with: "(hidden)")
    }
    return .said(words)
  }
}

extension Obstacle {
  /// A message of a server or of its library.
  static func said(_ message: String) -> Obstacle {
    let line = message.split(whereSeparator: \.isNewline).joined(separator: "; ")
    return .database(Printable.text(line.utf8, limit: 240))
  }
}
