import CPQ
import Glibc

/// A session with PostgreSQL, by libpq.
@safe final class PostgreSQLSession: DatabaseSession {
  private let connection: OpaquePointer

  init(_ settings: DatabaseSettings) throws(Obstacle) {
    guard !settings.user.isEmpty else { throw .database("no account is named for it") }
    var parameters = [
      "host": settings.host, "user": settings.user, "dbname": settings.name,
      "connect_timeout": "\(DatabaseLimit.connectSeconds)",
      "tcp_user_timeout": "\(DatabaseLimit.statementSeconds * 1000)",
      "client_encoding": "UTF8", "application_name": "cachet-mfa-audit",
      // As Cachet asks.
      "sslmode": "prefer", "gssencmode": "disable",
    ]
    if let port = settings.port { parameters["port"] = "\(port)" }
    // Files that the library would look for at home.
    for file in ["passfile", "sslcert", "sslkey", "sslrootcert", "sslcrl"] {
      parameters[file] = "/dev/null/none"
    }
    var password = (settings.password?.bytes ?? []).map { CChar(bitPattern: $0) } + [0]
    defer { unsafe explicit_bzero(&password, password.count) }
    let made = unsafe password.withUnsafeBufferPointer { secret in
      let names = unsafe (parameters.keys + ["password"]).map { unsafe strdup($0) }
      let texts = unsafe parameters.values.map { unsafe strdup($0) }
      defer { unsafe (names + texts).forEach { unsafe free($0) } }
      let keys = unsafe names.map { unsafe UnsafePointer($0) } + [nil]
      let values = unsafe texts.map { unsafe UnsafePointer($0) } + [secret.baseAddress, nil]
      return unsafe PQconnectdbParams(keys, values, 0)
    }
    guard let made = unsafe made else { throw .database("out of memory") }
    unsafe connection = made
    guard unsafe PQstatus(made) == CONNECTION_OK else { throw settings.refused(message) }
    // Notices would go to standard error.
    unsafe PQsetNoticeProcessor(made, { _, _ in }, nil)
    for statement in [
      "SET default_transaction_read_only = on",
      "SET statement_timeout = '\(DatabaseLimit.statementSeconds)s'",
      // What others may have put into a schema is no function and no operator here.
      "SET search_path = pg_catalog",
    ] {
      _ = try rows(statement)
    }
  }

  deinit { unsafe PQfinish(connection) }

  var isEncrypted: Bool { unsafe PQsslInUse(connection) == 1 }

  func rows(_ query: String) throws(Obstacle) -> [[String?]] {
    guard let result = unsafe PQexec(connection, query) else { throw obstacle }
    defer { unsafe PQclear(result) }
    switch unsafe PQresultStatus(result) {
    case PGRES_COMMAND_OK: return []
    case PGRES_TUPLES_OK: break
    default: throw obstacle
    }
    let columns = unsafe PQnfields(result)
    var rows: [[String?]] = []
    var bytes = 0
    let count = unsafe PQntuples(result)
    for line in 0..<count {
      let row = (0..<columns).map { column -> String? in
        unsafe PQgetisnull(result, line, column) == 1
          ? nil : unsafe String(cString: PQgetvalue(result, line, column))
      }
      try DatabaseLimit.count(row, rows: rows.count, bytes: &bytes)
      rows.append(row)
    }
    return rows
  }

  private var message: String { unsafe String(cString: PQerrorMessage(connection)) }
  private var obstacle: Obstacle { .said(message) }
}
