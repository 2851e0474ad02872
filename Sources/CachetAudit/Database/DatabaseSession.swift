/// A session with a database server, in which nothing can be changed.
protocol DatabaseSession {
  /// All rows that `query` gives, each value as the server writes it; `nil` is NULL. More than
  /// `DatabaseLimit` allows are an obstacle: what was cut off could not be judged.
  func rows(_ query: String) throws(Obstacle) -> [[String?]]
}

extension DatabaseSession {
  /// The rows, each with as many values as were asked for: who answers may not be who was asked.
  func rows(of columns: Int, _ query: String) throws(Obstacle) -> [[String?]] {
    let rows = try rows(query)
    guard rows.allSatisfy({ $0.count == columns }) else {
      throw .database("it answers something else than it was asked")
    }
    return rows
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
  /// A server elsewhere that does not encrypt: nothing secret is said to it.
  static let withoutTLS = Obstacle.database("the server offers no TLS, the password was not sent")

  /// A message of a server or of its library.
  static func said(_ message: String) -> Obstacle {
    // libpq says the same of each way that it tried, and begins second lines with a tab.
    var lines: [Substring] = []
    for line in message.split(whereSeparator: \.isNewline) {
      let words = line.drop(while: \.isWhitespace)
      if !words.isEmpty, !lines.contains(words) { lines.append(words) }
    }
    return .database(Printable.text(lines.joined(separator: "; ").utf8, limit: 240))
  }
}
