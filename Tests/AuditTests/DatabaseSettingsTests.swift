import Testing

@testable import CachetAudit

@Suite("Which database, and as whom")
struct DatabaseSettingsTests {
  private func settings(_ line: Installation.Line, _ lines: [String]) throws -> DatabaseSettings {
    let fixture = try Fixture(line)
    try fixture.write(".env", lines.joined(separator: "\n") + "\n", mode: 0o640)
    return DatabaseSettings(try Configuration(of: Installation(Folder(root: fixture.root))))
  }

  @Test("a URL goes before the variables, and they say what it does not")
  func url() throws {
    let whole = try settings(
      .three,
      [
        "DB_CONNECTION=sqlite", "DB_HOST=other", "DB_USERNAME=bob", "DB_PASSWORD=none",
        "DB_URL=pgsql://alice:p%40ss@db.example.org:5433/status",
      ])
    #expect(whole.driver == .pgsql && whole.host == "db.example.org" && whole.port == 5433)
    #expect(whole.user == "alice" && whole.name == "status")
    #expect(whole.password.map { $0.bytes == Array("p@ss".utf8) } == true)
    #expect(whole.userSetting.name == "DB_URL" && whole.userSetting.place.line == 5)

    let part = try settings(
      .three,
      ["DB_URL=mysql://db.example.org", "DB_DATABASE=d", "DB_USERNAME=bob", "DB_PASSWORD=none"])
    #expect(part.driver == .mysql && part.host == "db.example.org" && part.name == "d")
    #expect(part.user == "bob" && part.userSetting.name == "DB_USERNAME")
    #expect(part.password.map { $0.bytes == Array("none".utf8) } == true)
  }

  @Test("2.x reads no URL")
  func urlOfTwo() throws {
    let two = try settings(
      .two4, ["DB_DRIVER=mysql", "DB_HOST=h", "DB_URL=pgsql://db.example.org"])
    #expect(two.driver == .mysql && two.host == "h" && !two.hasUnreadURL)
  }

  @Test("a prefix and a schema are for 2.x to have")
  func prefix() throws {
    let lines = ["DB_DRIVER=pgsql", "DB_CONNECTION=pgsql", "DB_PREFIX=chq_", "DB_SCHEMA=status"]
    let (two, three) = (try settings(.two4, lines), try settings(.three, lines))
    #expect(two.prefix == "chq_" && two.schema == "status")
    #expect(three.prefix == "" && three.schema == "public")
  }

  @Test("a URL that is none is an obstacle")
  func noURL() throws {
    let none = try settings(.three, ["DB_URL=\"mysql://h:port/d\""])
    #expect(none.hasUnreadURL)
    #expect(throws: Obstacle.database("DB_URL is not understood")) {
      try none.open(in: .workingDirectory)
    }
  }

  @Test("a port that there is not is none", arguments: ["-1", "65536", "99999999999", "x"])
  func noPort(text: String) throws {
    #expect(try settings(.two4, ["DB_DRIVER=mysql", "DB_PORT=\(text)"]).port == nil)
  }

  @Test("nor is one in a URL")
  func noPortInURL() throws {
    #expect(try settings(.three, ["DB_URL=mysql://h:65536/d"]).port == nil)
  }

  @Test("sockets are MySQL's")
  func sockets() throws {
    let mySQL = try settings(.three, ["DB_CONNECTION=mariadb", "DB_SOCKET=/run/s"])
    #expect(mySQL.socket == "/run/s" && mySQL.isLocal)
    let two = try settings(
      .two4, ["DB_DRIVER=mysql", "DB_HOST=db.example.org", "DB_UNIX_SOCKET=/run/s"])
    #expect(two.socket == "/run/s" && two.isLocal)
    let postgreSQL = try settings(
      .three, ["DB_CONNECTION=pgsql", "DB_HOST=db.example.org", "DB_SOCKET=/run/s"])
    #expect(postgreSQL.socket == nil && !postgreSQL.isLocal)
  }

  @Test("a socket and a host behind it are not on this machine")
  func several() throws {
    for (host, isLocal) in [("/run/postgresql", true), ("/run/postgresql,db.example.org", false)] {
      let several = try settings(.three, ["DB_CONNECTION=pgsql", "DB_HOST=\(host)"])
      #expect(several.isLocal == isLocal)
      let binding = PostgreSQLSession.parameters(for: several)["channel_binding"]
      #expect(binding == (isLocal ? nil : "require"))
    }
  }

  @Test("an authority is MySQL's, in 3.x")
  func authority() throws {
    let lines = ["DB_HOST=db.example.org", "MYSQL_ATTR_SSL_CA=/etc/ssl/ca.pem"]
    #expect(
      try settings(.three, ["DB_CONNECTION=mysql"] + lines).certificateAuthority
        == "/etc/ssl/ca.pem")
    #expect(try settings(.three, ["DB_CONNECTION=pgsql"] + lines).certificateAuthority == nil)
    #expect(try settings(.two4, ["DB_DRIVER=mysql"] + lines).certificateAuthority == nil)
  }

  @Test("a message that quotes the password is shown without it, on one line")
  func refused() throws {
    let settings = try settings(.three, ["DB_CONNECTION=mysql", "DB_PASSWORD=planted-7"])
    #expect(
      settings.refused("no planted-7\nfor\u{1B} you").words == "database: no (hidden); for? you")
  }

  @Test("without an account nobody signs in as whoever runs the audit")
  func noAccount() throws {
    for driver in ["mysql", "pgsql"] {
      let settings = try settings(
        .three, ["DB_CONNECTION=\(driver)", "DB_DATABASE=d", "DB_USERNAME=null"])
      #expect(throws: Obstacle.database("no account is named for it")) {
        try settings.open(in: .workingDirectory)
      }
    }
    #expect(throws: Obstacle.self) {
      try settings(.three, ["DB_CONNECTION=sqlsrv"]).open(in: .workingDirectory)
    }
  }
}
