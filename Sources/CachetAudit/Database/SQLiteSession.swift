import CSQLite
import Glibc

/// A SQLite file, opened for reading.
@safe final class SQLiteSession: DatabaseSession {
  private let connection: OpaquePointer
  private let limit = DatabaseLimit.usual

  /// The file has to be there: it is not made.
  init(_ path: String) throws(Obstacle) {
    var opened: OpaquePointer?
    let status = unsafe sqlite3_open_v2(
      try Self.address(of: path), &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nil)
    guard let opened = unsafe opened else { throw .database("\(path): out of memory") }
    unsafe connection = opened
    guard status == SQLITE_OK else { throw obstacle() }
    unsafe sqlite3_busy_timeout(opened, Int32(limit.connectSeconds * 1000))
    // Steps of its virtual machine: some seconds of work.
    unsafe sqlite3_progress_handler(opened, 50_000_000, { _ in 1 }, nil)
    unsafe sqlite3_limit(opened, SQLITE_LIMIT_LENGTH, Int32(limit.bytes))
    // A file that somebody prepared names no functions of its own in views and triggers.
    for pragma in ["PRAGMA trusted_schema = OFF", "PRAGMA query_only = ON"] {
      _ = try rows(pragma)
    }
  }

  /// Such that nothing is made beside the file. With a write-ahead log the library would make that and
  /// an index of it, for readers too; where there is none, the file is all there is.
  private static func address(of path: String) throws(Obstacle) -> String {
    let address = (path.hasPrefix("/") ? "file://" : "file:") + path.uriPath
    let usual = address + "?mode=ro&readonly_shm=1"
    let file: Int32
    do throws(Obstacle) { (file, _) = try RegularFile.open(path, named: path) } catch .unreadable {
      // The library has its own words.
      return usual
    }
    defer { close(file) }
    // The format's versions, to be written and to be read.
    var versions: [UInt8] = [0, 0]
    guard unsafe pread(file, &versions, 2, 18) == 2, versions.contains(2),
      try (Folder.workingDirectory.status(path + "-wal")?.size ?? 0) == 0
    else { return usual }
    return address + "?mode=ro&immutable=1"
  }

  deinit { unsafe sqlite3_close_v2(connection) }

  func rows(_ query: String) throws(Obstacle) -> [[String?]] {
    var prepared: OpaquePointer?
    guard unsafe sqlite3_prepare_v2(connection, query, -1, &prepared, nil) == SQLITE_OK else {
      throw obstacle()
    }
    let statement = unsafe prepared
    defer { unsafe sqlite3_finalize(statement) }
    let columns = unsafe sqlite3_column_count(statement)
    var rows = BoundedRows(limit)
    var status = unsafe sqlite3_step(statement)
    while status == SQLITE_ROW {
      let row = (0..<columns).map { column -> String? in
        // The text first: a blob becomes one, and then its length is that of the text.
        unsafe sqlite3_column_text(statement, column).map { text in
          let count = unsafe Int(sqlite3_column_bytes(statement, column))
          return unsafe String(
            decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
        }
      }
      try rows.append(row)
      status = unsafe sqlite3_step(statement)
    }
    guard status == SQLITE_DONE else { throw obstacle() }
    return rows.rows
  }

  private func obstacle() -> Obstacle {
    .said(unsafe String(cString: sqlite3_errmsg(connection)))
  }
}
