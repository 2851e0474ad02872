import Glibc
import Testing

@testable import CachetAudit

/// What has got into the place of a database server, or stands on the way to it.
@Suite("A database server that means harm")
struct HostileServerTests {
  private static let secret = "planted-7"
  private static let soon = DatabaseLimit(connectSeconds: 2, statementSeconds: 1)

  private func settings(_ driver: String, _ port: Int) throws -> DatabaseSettings {
    let fixture = try Fixture(.three)
    try fixture.set("DB_CONNECTION", driver)
    try fixture.set("DB_PORT", "\(port)")
    try fixture.set("DB_PASSWORD", Self.secret)
    return DatabaseSettings(try Configuration(of: Installation(Folder(root: fixture.root))))
  }

  /// The obstacle, and how long it took to see it.
  private func refusal(_ body: () throws -> Void) -> (Obstacle?, Duration) {
    let start = ContinuousClock.now
    var seen: Obstacle?
    do { try body() } catch { seen = error as? Obstacle }
    return (seen, start.duration(to: .now))
  }

  // MARK: - PostgreSQL

  private static let signedIn: [UInt8] =
    message("R", [0, 0, 0, 0]) + message("Z", Array("I".utf8))

  private static func message(_ kind: Character, _ body: [UInt8]) -> [UInt8] {
    [kind.asciiValue ?? 0] + big(UInt32(body.count + 4)) + body
  }

  private static func big(_ number: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  /// Refuses TLS, takes whoever it is, answers `SET`, and then what `answer` says.
  private func postgreSQL(
    _ answer: @escaping @Sendable (FakeConnection) -> Void
  ) throws -> FakeServer {
    try FakeServer { connection in
      guard connection.receive().count == 8, connection.send(Array("N".utf8)) else { return }
      _ = connection.receive()
      connection.send(Self.signedIn)
      for _ in 0..<3 {
        _ = connection.receive()
        connection.send(
          Self.message("C", Array("SET\0".utf8)) + Self.message("Z", Array("I".utf8)))
      }
      _ = connection.receive()
      answer(connection)
    }
  }

  @Test("PostgreSQL: an answer that never comes is not waited for", .timeLimit(.minutes(10)))
  func silentPostgreSQL() throws {
    let server = try postgreSQL { $0.listen() }
    let session = try PostgreSQLSession(try settings("pgsql", server.port), limit: Self.soon)
    let (seen, time) = refusal { _ = try session.rows("SELECT 1") }
    #expect(seen == .database("no answer within 1 second"))
    #expect(time < .seconds(10))
    // Nothing is left to say in this session.
    #expect(refusal { _ = try session.rows("SELECT 1") }.0 != nil)
  }

  @Test("PostgreSQL: nor one that never ends, or comes a byte at a time", .timeLimit(.minutes(10)))
  func endlessPostgreSQL() throws {
    let head = Self.message(
      "T",
      [0, 1] + Array("x\0".utf8) + [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 255, 255, 255, 255, 255, 255, 0, 0,
      ])
    let row = Self.message("D", [0, 1, 0, 0, 0, 1, 0x78])
    for part in [Array(repeating: row, count: 500).flatMap { $0 }, [row[0]], []] {
      let server = try postgreSQL { connection in
        guard connection.send(head) else { return }
        if part.isEmpty {
          for byte in Self.message("D", [0, 1, 0, 1, 0, 0]) + [UInt8](repeating: 0, count: 65_536) {
            guard connection.send([byte]) else { return }
            usleep(100_000)
          }
        }
        while !part.isEmpty, connection.send(part) {}
        connection.listen()
      }
      let session = try PostgreSQLSession(try settings("pgsql", server.port), limit: Self.soon)
      let (seen, time) = refusal { _ = try session.rows("SELECT 1") }
      #expect(seen != nil)
      #expect(time < .seconds(10), "\(part.count)")
    }
  }

  @Test("PostgreSQL: COPY, and rows of another shape, are no answer", .timeLimit(.minutes(10)))
  func strangePostgreSQL() throws {
    let copy = try postgreSQL { connection in
      connection.send(Self.message("H", [0, 0, 0]))
      connection.listen()
    }
    let session = try PostgreSQLSession(try settings("pgsql", copy.port), limit: Self.soon)
    #expect(
      refusal { _ = try session.rows("SELECT 1") }.0
        == .database("it answers something else than it was asked"))

    // No columns, where the privileges of a role are wanted.
    let bare = try postgreSQL { connection in
      connection.send(
        Self.message("T", [0, 0]) + Self.message("D", [0, 0])
          + Self.message("C", Array("SELECT 1\0".utf8)) + Self.message("Z", Array("I".utf8)))
      connection.listen()
    }
    let other = try PostgreSQLSession(try settings("pgsql", bare.port), limit: Self.soon)
    #expect(
      refusal { _ = try Privileges(postgreSQL: other, schema: "public", trail: "actions") }.0
        == .database("it answers something else than it was asked"))
  }

  @Test("PostgreSQL: silence before anybody has signed in ends too", .timeLimit(.minutes(10)))
  func mutePostgreSQL() throws {
    let server = try FakeServer { $0.listen() }
    let (seen, time) = refusal {
      _ = try PostgreSQLSession(try settings("pgsql", server.port), limit: Self.soon)
    }
    #expect(seen != nil && time < .seconds(10))
  }

  @Test("PostgreSQL elsewhere has to speak TLS and to know the password")
  func remotePostgreSQL() throws {
    let fixture = try Fixture(.three)
    try fixture.set("DB_CONNECTION", "pgsql")
    func modes(_ host: String) throws -> [String?] {
      try fixture.set("DB_HOST", host)
      let settings = DatabaseSettings(
        try Configuration(of: Installation(Folder(root: fixture.root))))
      let parameters = PostgreSQLSession.parameters(for: settings)
      return [parameters["sslmode"], parameters["channel_binding"]]
    }
    for host in ["192.0.2.1", "db.example.org", "127.example.org", "127.0.0.1,192.0.2.1"] {
      #expect(try modes(host) == ["require", "require"], "\(host)")
    }
    for host in ["localhost", "127.0.0.1", "127.1.2.3", "::1", "/run/postgresql"] {
      #expect(try modes(host) == ["prefer", nil], "\(host)")
    }
  }

  // MARK: - MySQL

  private static func packet(_ number: UInt8, _ body: [UInt8]) -> [UInt8] {
    [UInt8(body.count & 0xFF), UInt8(body.count >> 8 & 0xFF), UInt8(body.count >> 16), number]
      + body
  }

  private static let greeting = packet(
    0,
    [10] + Array("8.0.36\0".utf8) + [1, 0, 0, 0] + Array("12345678\0".utf8) + [
      0x0D, 0xA2, 45, 2, 0,
    ]
      + [0x08, 0, 21] + [UInt8](repeating: 0, count: 10) + Array("123456789012\0".utf8)
      + Array("mysql_native_password\0".utf8))
  private static let done: [UInt8] = [0, 0, 0, 2, 0, 0, 0]

  private func mySQL(
    _ answer: @escaping @Sendable (FakeConnection) -> Void
  ) throws -> FakeServer {
    try FakeServer { connection in
      connection.send(Self.greeting)
      _ = connection.receive()
      connection.send(Self.packet(2, Self.done))
      for _ in 0..<3 {
        _ = connection.receive()
        connection.send(Self.packet(1, Self.done))
      }
      _ = connection.receive()
      answer(connection)
    }
  }

  @Test("MySQL: an answer that never comes is not waited for", .timeLimit(.minutes(10)))
  func silentMySQL() throws {
    let server = try mySQL { $0.listen() }
    let session = try MySQLSession(try settings("mysql", server.port), limit: Self.soon)
    let (seen, time) = refusal { _ = try session.rows("SELECT 1") }
    #expect(seen != nil && time < .seconds(10))
  }

  @Test("MySQL: nor one that never ends", .timeLimit(.minutes(10)))
  func endlessMySQL() throws {
    let server = try mySQL { connection in
      connection.send(
        Self.packet(1, [1])
          + Self.packet(
            2,
            [3] + Array("def".utf8) + [
              0, 0, 0, 1, 0x78, 0, 12, 45, 0, 1, 0, 0, 0, 253, 0, 0, 0, 0, 0,
            ])
          + Self.packet(3, [0xFE, 0, 0, 2, 0]))
      var number: UInt8 = 4
      while connection.send(Self.packet(number, [1, 0x78])) { number &+= 1 }
    }
    let session = try MySQLSession(try settings("mysql", server.port), limit: Self.soon)
    let (seen, time) = refusal { _ = try session.rows("SELECT 1") }
    #expect(seen == .database("no answer within 1 second"))
    #expect(time < .seconds(10))
  }

  @Test("MySQL: who asks for the password itself does not get it", .timeLimit(.minutes(10)))
  func askingMySQL() throws {
    for method in ["mysql_clear_password", "dialog", "mysql_old_password", ""] {
      let heard = Heard()
      let server = try FakeServer { connection in
        connection.send(Self.greeting)
        heard.add(connection.receive())
        connection.send(
          Self.packet(2, [0xFE] + Array("\(method)\0".utf8) + Array("12345678901234567890\0".utf8)))
        while case let more = connection.receive(), !more.isEmpty { heard.add(more) }
      }
      #expect(throws: Obstacle.self, "\(method)") {
        try MySQLSession(try settings("mysql", server.port), limit: Self.soon)
      }
      #expect(heard.text.contains("cachet") && !heard.text.contains(Self.secret), "\(method)")
    }
  }
}
