import CPQ
import Glibc

/// A session with PostgreSQL, by libpq.
@safe final class PostgreSQLSession: DatabaseSession {
  private let connection: OpaquePointer
  private let limit: DatabaseLimit

  init(_ settings: DatabaseSettings, limit: DatabaseLimit = .usual) throws(Obstacle) {
    guard !settings.user.isEmpty else { throw .database("no account is named for it") }
    let parameters = Self.parameters(for: settings, limit)
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
    self.limit = limit
    guard unsafe PQstatus(made) == CONNECTION_OK else {
      let isPlain = !settings.isLocal && message.contains("server does not support SSL")
      throw isPlain ? .withoutTLS : settings.refused(message)
    }
    // Notices would go to standard error.
    unsafe PQsetNoticeProcessor(made, { _, _ in }, nil)
    for statement in [
      "SET default_transaction_read_only = on",
      "SET statement_timeout = '\(limit.statementSeconds)s'",
      // What others may have put into a schema is no function and no operator here.
      "SET search_path = pg_catalog",
    ] {
      _ = try rows(statement)
    }
  }

  static func parameters(
    for settings: DatabaseSettings, _ limit: DatabaseLimit = .usual
  ) -> [String: String] {
    var parameters = [
      "host": settings.host, "user": settings.user, "dbname": settings.name,
      "connect_timeout": "\(limit.connectSeconds)",
      "tcp_user_timeout": "\(limit.statementSeconds * 1000)",
      "client_encoding": "UTF8", "application_name": "cachet-mfa-audit",
      "sslmode": "prefer", "gssencmode": "disable",
    ]
    if !settings.isLocal {
      // TLS alone would not do: nobody checks the certificate, so whoever is on the way may ask for
      // the password. This proves that the server knows it, and that the TLS ends there.
      parameters["sslmode"] = "require"
      parameters["channel_binding"] = "require"
    }
    if let port = settings.port { parameters["port"] = "\(port)" }
    // Files that the library would look for at home.
    for file in ["passfile", "sslcert", "sslkey", "sslrootcert", "sslcrl"] {
      parameters[file] = "/dev/null/none"
    }
    return parameters
  }

  deinit { unsafe PQfinish(connection) }

  func rows(_ query: String) throws(Obstacle) -> [[String?]] {
    guard unsafe PQsendQuery(connection, query) == 1 else { throw obstacle }
    unsafe PQsetSingleRowMode(connection)
    let deadline = Deadline(seconds: limit.statementSeconds)
    var rows = BoundedRows(limit)
    // What comes behind it is read all the same: the next statement waits for that.
    var failure: Obstacle?
    while let result = unsafe try next(deadline) {
      defer { unsafe PQclear(result) }
      switch unsafe PQresultStatus(result) {
      case PGRES_COMMAND_OK: break
      case PGRES_SINGLE_TUPLE, PGRES_TUPLES_OK:
        guard failure == nil else { continue }
        do throws(Obstacle) {
          for line in 0..<(unsafe PQntuples(result)) {
            try rows.append(unsafe Self.values(result, line))
          }
        } catch {
          failure = error
        }
      case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
        // The library says so again and again.
        throw .database("it answers something else than it was asked")
      default: failure = failure ?? .said(unsafe String(cString: PQresultErrorMessage(result)))
      }
    }
    if let failure { throw failure }
    return rows.rows
  }

  /// The next part of an answer, and `nil` behind the last.
  private func next(_ deadline: Deadline) throws(Obstacle) -> OpaquePointer? {
    while true {
      guard let left = deadline.milliseconds else { throw limit.late }
      guard unsafe PQisBusy(connection) == 1 else { return unsafe PQgetResult(connection) }
      var socket = pollfd(fd: unsafe PQsocket(connection), events: Int16(POLLIN), revents: 0)
      guard unsafe poll(&socket, 1, left) >= 0 || errno == EINTR else { throw limit.late }
      guard unsafe socket.revents == 0 || PQconsumeInput(connection) == 1 else { throw obstacle }
    }
  }

  private static func values(_ result: OpaquePointer, _ line: Int32) -> [String?] {
    (0..<(unsafe PQnfields(result))).map { column in
      guard unsafe PQgetisnull(result, line, column) == 0 else { return nil }
      let value = unsafe UnsafeRawBufferPointer(
        start: PQgetvalue(result, line, column), count: Int(PQgetlength(result, line, column)))
      return unsafe String(decoding: value, as: UTF8.self)
    }
  }

  private var message: String { unsafe String(cString: PQerrorMessage(connection)) }
  private var obstacle: Obstacle { .said(message) }
}
