import CMariaDB
import Glibc

/// A session with MySQL or MariaDB, by MariaDB's client library. It reads no option files unless it
/// is told to, and is not.
@safe final class MySQLSession: DatabaseSession {
  private let connection: UnsafeMutablePointer<MYSQL>
  private let limit: DatabaseLimit

  /// How the password may be proved: as a hash of it with the server's challenge.
  private static let challenges = "mysql_native_password,client_ed25519"
  /// These hand it over by TLS, or under a key that the server names: to whom, has to be known.
  private static let trusting = challenges + ",caching_sha2_password,sha256_password"

  init(_ settings: DatabaseSettings, limit: DatabaseLimit = .usual) throws(Obstacle) {
    // Without a name the library would take that of whoever runs this.
    guard !settings.user.isEmpty else { throw .database("no account is named for it") }
    let isRemote = !settings.isLocal
    if isRemote { try Self.seeTLS(settings, limit) }
    guard let made = unsafe mysql_init(nil) else { throw .database("out of memory") }
    unsafe connection = made
    self.limit = limit
    let knowsServer = !isRemote || settings.certificateAuthority != nil
    unsafe Self.prepare(made, limit, methods: knowsServer ? Self.trusting : Self.challenges)
    if isRemote {
      unsafe Self.set(made, MYSQL_OPT_SSL_ENFORCE, CChar(1))
      // The server begins with its own method; the account may have another one.
      unsafe mysql_options(made, MYSQL_DEFAULT_AUTH, "mysql_native_password")
      if let authority = settings.certificateAuthority {
        unsafe mysql_options(made, MYSQL_OPT_SSL_CA, authority)
        unsafe Self.set(made, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, CChar(1))
      }
    }
    var password = (settings.password?.bytes ?? []).map { CChar(bitPattern: $0) } + [0]
    defer { unsafe explicit_bzero(&password, password.count) }
    guard unsafe Self.connect(made, settings, password) else {
      throw unsafe mysql_errno(made) == UInt32(CR_PLUGIN_NOT_ALLOWED)
        ? .database(
          "the server wants the password itself and nothing says that it is the right one; the password was not sent"
        )
        : settings.refused(message)
    }
    guard unsafe !isRemote || mysql_get_ssl_cipher(made) != nil else { throw .withoutTLS }
    let time =
      unsafe String(cString: mysql_get_server_info(made)).contains("MariaDB")
      ? "max_statement_time = \(limit.statementSeconds)"
      : "max_execution_time = \(limit.statementSeconds * 1000)"
    for statement in [
      "SET SESSION TRANSACTION READ ONLY",
      // Grants are shown, and literals read, in one way.
      "SET SESSION sql_mode = '', sql_quote_show_create = 1",
    ] {
      _ = try rows(statement)
    }
    // Old servers do not know it; the library's own limit stays.
    _ = try? rows("SET SESSION \(time)")
  }

  /// Reads the server's greeting and answers nothing. The library takes MYSQL_OPT_SSL_ENFORCE for a
  /// wish, and would go on without TLS.
  private static func seeTLS(
    _ settings: DatabaseSettings, _ limit: DatabaseLimit
  ) throws(Obstacle) {
    guard let made = unsafe mysql_init(nil) else { throw .database("out of memory") }
    defer { unsafe mysql_close(made) }
    unsafe prepare(made, limit, methods: "none")
    _ = unsafe connect(made, settings, [0])
    guard unsafe mysql_errno(made) == UInt32(CR_PLUGIN_NOT_ALLOWED) else {
      throw settings.refused(unsafe String(cString: mysql_error(made)))
    }
    guard unsafe made.pointee.server_capabilities & UInt(CLIENT_SSL) != 0 else {
      throw .withoutTLS
    }
  }

  private static func prepare(
    _ made: UnsafeMutablePointer<MYSQL>, _ limit: DatabaseLimit, methods: String
  ) {
    unsafe set(made, MYSQL_OPT_CONNECT_TIMEOUT, UInt32(limit.connectSeconds))
    unsafe set(made, MYSQL_OPT_READ_TIMEOUT, UInt32(limit.statementSeconds))
    unsafe set(made, MYSQL_OPT_WRITE_TIMEOUT, UInt32(limit.statementSeconds))
    unsafe set(made, MYSQL_OPT_MAX_ALLOWED_PACKET, UInt(limit.bytes))
    // The server may not ask for files of this machine.
    unsafe set(made, MYSQL_OPT_LOCAL_INFILE, UInt32(0))
    unsafe mysql_options(made, MYSQL_SET_CHARSET_NAME, "utf8mb4")
    unsafe mysql_options(made, MARIADB_OPT_RESTRICTED_AUTH, methods)
  }

  private static func connect(
    _ made: UnsafeMutablePointer<MYSQL>, _ settings: DatabaseSettings, _ password: [CChar]
  ) -> Bool {
    unsafe mysql_real_connect(
      made, settings.socket == nil ? settings.host : nil, settings.user, password,
      settings.name, UInt32(settings.port ?? 0), settings.socket, 0) != nil
  }

  deinit { unsafe mysql_close(connection) }

  func rows(_ query: String) throws(Obstacle) -> [[String?]] {
    let deadline = Deadline(seconds: limit.statementSeconds)
    guard unsafe mysql_real_query(connection, query, UInt(query.utf8.count)) == 0 else {
      throw deadline.milliseconds == nil ? limit.late : obstacle
    }
    guard let result = unsafe mysql_use_result(connection) else {
      guard unsafe mysql_field_count(connection) == 0 else { throw obstacle }
      return []
    }
    defer { unsafe mysql_free_result(result) }
    let columns = Int(unsafe mysql_num_fields(result))
    var rows = BoundedRows(limit)
    // What comes behind it is read all the same: the next statement waits for that.
    var failure: Obstacle?
    while let values = unsafe mysql_fetch_row(result),
      let lengths = unsafe mysql_fetch_lengths(result)
    {
      guard deadline.milliseconds != nil else {
        // To let go of a result is to read it to its end.
        unsafe shutdown(Int32(mysql_get_socket(connection)), Int32(SHUT_RDWR))
        throw limit.late
      }
      guard failure == nil else { continue }
      let row = (0..<columns).map { column -> String? in
        unsafe values[column].map { value in
          let bytes = unsafe UnsafeRawBufferPointer(start: value, count: Int(lengths[column]))
          return unsafe String(decoding: bytes, as: UTF8.self)
        }
      }
      do throws(Obstacle) { try rows.append(row) } catch { failure = error }
    }
    if let failure { throw failure }
    guard unsafe mysql_errno(connection) == 0 else { throw obstacle }
    return rows.rows
  }

  private static func set(
    _ made: UnsafeMutablePointer<MYSQL>, _ option: mysql_option, _ value: some BitwiseCopyable
  ) {
    var value = value
    unsafe mysql_options(made, option, &value)
  }

  private var message: String { unsafe String(cString: mysql_error(connection)) }
  private var obstacle: Obstacle { .said(message) }
}
