import CMariaDB
import Glibc

/// A session with MySQL or MariaDB, by MariaDB's client library. It reads no option files unless it
/// is told to, and is not.
@safe final class MySQLSession: DatabaseSession {
  private let connection: UnsafeMutablePointer<MYSQL>

  init(_ settings: DatabaseSettings) throws(Obstacle) {
    // Without a name the library would take that of whoever runs this.
    guard !settings.user.isEmpty else { throw .database("no account is named for it") }
    guard let made = unsafe mysql_init(nil) else { throw .database("out of memory") }
    unsafe connection = made
    set(MYSQL_OPT_CONNECT_TIMEOUT, UInt32(DatabaseLimit.connectSeconds))
    set(MYSQL_OPT_READ_TIMEOUT, UInt32(DatabaseLimit.statementSeconds))
    set(MYSQL_OPT_WRITE_TIMEOUT, UInt32(DatabaseLimit.statementSeconds))
    // The server may not ask for files of this machine.
    set(MYSQL_OPT_LOCAL_INFILE, UInt32(0))
    unsafe mysql_options(made, MYSQL_SET_CHARSET_NAME, "utf8mb4")
    // No method that hands over the password as it is.
    unsafe mysql_options(
      made, MARIADB_OPT_RESTRICTED_AUTH,
      "mysql_native_password,client_ed25519,caching_sha2_password,sha256_password")
    if !settings.isLocal { set(MYSQL_OPT_SSL_ENFORCE, CChar(1)) }
    var password = (settings.password?.bytes ?? []).map { CChar(bitPattern: $0) } + [0]
    defer { unsafe explicit_bzero(&password, password.count) }
    guard
      unsafe mysql_real_connect(
        made, settings.socket == nil ? settings.host : nil, settings.user, password,
        settings.name, UInt32(settings.port ?? 0), settings.socket, 0) != nil
    else { throw settings.refused(message) }
    let time =
      unsafe String(cString: mysql_get_server_info(made)).contains("MariaDB")
      ? "max_statement_time = \(DatabaseLimit.statementSeconds)"
      : "max_execution_time = \(DatabaseLimit.statementSeconds * 1000)"
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

  deinit { unsafe mysql_close(connection) }

  var isEncrypted: Bool { unsafe mysql_get_ssl_cipher(connection) != nil }

  func rows(_ query: String) throws(Obstacle) -> [[String?]] {
    guard unsafe mysql_real_query(connection, query, UInt(query.utf8.count)) == 0 else {
      throw obstacle
    }
    guard let result = unsafe mysql_use_result(connection) else {
      guard unsafe mysql_field_count(connection) == 0 else { throw obstacle }
      return []
    }
    defer { unsafe mysql_free_result(result) }
    let columns = Int(unsafe mysql_num_fields(result))
    var rows: [[String?]] = []
    var bytes = 0
    while let values = unsafe mysql_fetch_row(result),
      let lengths = unsafe mysql_fetch_lengths(result)
    {
      let row = (0..<columns).map { column -> String? in
        unsafe values[column].map { value in
          let bytes = unsafe UnsafeRawBufferPointer(start: value, count: Int(lengths[column]))
          return unsafe String(decoding: bytes, as: UTF8.self)
        }
      }
      try DatabaseLimit.count(row, rows: rows.count, bytes: &bytes)
      rows.append(row)
    }
    guard unsafe mysql_errno(connection) == 0 else { throw obstacle }
    return rows
  }

  private func set(_ option: mysql_option, _ value: some BitwiseCopyable) {
    var value = value
    unsafe mysql_options(connection, option, &value)
  }

  private var message: String { unsafe String(cString: mysql_error(connection)) }
  private var obstacle: Obstacle { .said(message) }
}
