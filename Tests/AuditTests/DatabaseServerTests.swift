import Foundation
import TestSupport
import Testing

@testable import CachetAudit

/// MariaDB and PostgreSQL, in a test root of their own; they are reached by their sockets, which
/// can be seen from outside of it.
@Suite(
  "Real database servers, asked", .serialized,
  .enabled(if: isRoot, Comment(rawValue: needsRoot)))
struct DatabaseServerTests {
  private static let password = "Quiet-Harbor=Lantern7"

  @Test("MariaDB")
  func mariaDB() async throws {
    try await withHost(database: true) { host in
      try await host.startMariaDB()
      for line in Installation.Line.allCases { try await mariaDB(line, host) }
      try await roles(host)
      try await mariaDBSession(host)
    }
  }

  private func mariaDB(_ line: Installation.Line, _ host: TestHost) async throws {
    let name = "cachet_\(line)"
    let quoted = "`cachet\\_\(line)`"
    let prefix = line == .three ? "" : "chq_"
    let schema = CachetSchema(line: line, prefix: prefix, quote: "`")
    let runs = "SELECT, INSERT, UPDATE, DELETE"
    let own = [
      "users", "settings", "subscribers", line == .three ? "personal_access_tokens" : nil,
    ].compactMap { $0 }
    try await host.mariaDB(
      ["CREATE DATABASE \(name)", "USE \(name)"] + schema.lax + [
        "CREATE USER wide@'%' IDENTIFIED BY '\(Self.password)'",
        "GRANT ALL PRIVILEGES ON *.* TO wide@'%' WITH GRANT OPTION",
        "CREATE USER migrates@localhost IDENTIFIED BY '\(Self.password)'",
        "GRANT \(runs), CREATE, ALTER, DROP, INDEX, REFERENCES ON \(name).* TO migrates@localhost",
        "CREATE USER cachet@localhost IDENTIFIED BY '\(Self.password)'",
        "GRANT SELECT, INSERT ON \(quoted).* TO cachet@localhost",
      ] + own.map { "GRANT UPDATE, DELETE ON \(name).\(prefix)\($0) TO cachet@localhost" })
    let fixture = try fixture(line, host, database: name, prefix: prefix)
    let trail: Set<String> =
      line == .two4 || line == .two5 ? ["audit-trail-writable: actions"] : []

    try fixture.set("DB_USERNAME", "wide")
    try expect(
      fixture,
      CachetSchema.found(line).union(trail).union([
        "database-grants: host", "database-grants: *.*", "database-grants: GRANT OPTION on *.*",
        "database-runtime: schema",
      ]))
    try fixture.set("DB_USERNAME", "migrates")
    try expect(
      fixture,
      CachetSchema.found(line).union(trail).union([
        "database-pattern: \(name).*", "database-runtime: schema",
      ]))
    try fixture.set("DB_USERNAME", "cachet")
    try expect(fixture, CachetSchema.found(line))

    let tables = own + (trail.isEmpty ? [] : ["actions"])
    try await host.mariaDB(
      ["USE \(name)"] + tables.map { "DROP TABLE \(prefix)\($0)" } + schema.strict)
    try expect(fixture, [])
    try await host.mariaDB(
      ["wide@'%'", "migrates@localhost", "cachet@localhost"].map { "DROP USER \($0)" })
  }

  /// A right that comes by way of a role, and of a role of a role.
  private func roles(_ host: TestHost) async throws {
    try await host.mariaDB([
      "CREATE USER cachet@localhost IDENTIFIED BY '\(Self.password)'",
      "GRANT SELECT ON `cachet\\_three`.* TO cachet@localhost", "CREATE ROLE `the\"first`",
      "CREATE ROLE second", "GRANT second TO `the\"first`", "GRANT FILE ON *.* TO second",
      "GRANT `the\"first` TO cachet@localhost",
    ])
    let fixture = try fixture(.three, host, database: "cachet_three", prefix: "")
    try expect(fixture, ["database-grants: *.*"])
    let audit = try fixture.audit(database: true)
    #expect(audit.findings.map(\.evidence.message).contains("it has FILE on *.*"))
    #expect(audit.findings.map(\.evidence.place.line) == [8])
  }

  private func mariaDBSession(_ host: TestHost) async throws {
    try await host.mariaDB(["GRANT ALL PRIVILEGES ON *.* TO cachet@localhost"])
    let fixture = try fixture(.three, host, database: "cachet_three", prefix: "")
    let session = try MySQLSession(try fixture.database)
    #expect(
      throws: Obstacle.database("Cannot execute statement in a READ ONLY transaction")
    ) { try session.rows("DELETE FROM users") }
    #expect(throws: Obstacle.self) { try session.rows("SELECT seq FROM seq_1_to_10001") }
    #expect(try session.rows("SELECT seq FROM seq_1_to_10000").count == 10_000)
    #expect(try session.rows("SELECT NULL, 1, 'x'") == [[nil, "1", "x"]])
    #expect(
      try session.rows("SELECT @@local_infile, @@max_statement_time") == [["1", "10.000000"]])
    #expect(throws: Obstacle.self) { try session.rows("SELECT REPEAT('x', 9000000)") }
    let again = try MySQLSession(try fixture.database)
    do throws(Obstacle) {
      _ = try again.rows(
        "LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE users")
      Issue.record("the file was handed over")
    } catch {
      #expect(error.words.lowercased().contains("local"))
    }
    try expectRefusals(fixture, own: "DB_SOCKET")
  }

  @Test("PostgreSQL")
  func postgreSQL() async throws {
    try await withHost(database: true) { host in
      try await host.startPostgreSQL()
      for line in Installation.Line.allCases { try await postgreSQL(line, host) }
      try await postgreSQLSession(host)
    }
  }

  private func postgreSQL(_ line: Installation.Line, _ host: TestHost) async throws {
    let name = "cachet_\(line)"
    let schemaName = line == .three ? "public" : "status"
    let schema = CachetSchema(
      line: line, prefix: line == .three ? "" : "chq_")
    let password = "LOGIN PASSWORD '\(Self.password)'"
    try await host.postgreSQL([
      "CREATE DATABASE \(name)", "CREATE ROLE wide \(password) SUPERUSER",
      "CREATE ROLE owner \(password) CREATEDB", "GRANT pg_read_server_files TO owner",
      "CREATE ROLE cachet \(password)",
      "CREATE ROLE indirect \(password)", "GRANT owner TO indirect",
    ])
    let trail = line == .two4 || line == .two5
    try await host.postgreSQL(
      [
        "CREATE SCHEMA IF NOT EXISTS \(schemaName)", "ALTER SCHEMA \(schemaName) OWNER TO owner",
        "SET search_path = \(schemaName)", "SET ROLE owner",
      ] + schema.lax + [
        "GRANT USAGE ON SCHEMA \(schemaName) TO cachet",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \(schemaName) TO cachet",
      ] + (trail ? ["REVOKE UPDATE, DELETE ON chq_actions FROM cachet"] : []), in: name)
    let fixture = try fixture(line, host, database: name, prefix: schema.prefix)
    if line != .three { try fixture.set("DB_SCHEMA", schemaName) }
    let writable: Set<String> = trail ? ["audit-trail-writable: actions"] : []

    try fixture.set("DB_USERNAME", "wide")
    try expect(
      fixture,
      CachetSchema.found(line).union(writable).union([
        "database-grants: SUPERUSER", "database-runtime: schema",
      ]))
    try fixture.set("DB_USERNAME", "owner")
    try expect(
      fixture,
      CachetSchema.found(line).union(writable).union([
        "database-grants: CREATEDB", "database-grants: pg_read_server_files",
        "database-runtime: schema",
      ]))
    try fixture.set("DB_USERNAME", "indirect")
    try expect(
      fixture,
      CachetSchema.found(line).union(writable).union([
        "database-grants: owner CREATEDB", "database-grants: pg_read_server_files",
        "database-runtime: schema",
      ]))
    try fixture.set("DB_USERNAME", "cachet")
    try expect(fixture, CachetSchema.found(line))

    let tables =
      ["users", "settings", "subscribers", line == .three ? "personal_access_tokens" : nil]
      .compactMap { $0 } + (trail ? ["actions"] : [])
    try await host.postgreSQL(
      ["SET search_path = \(schemaName)"] + tables.map { "DROP TABLE \(schema.prefix)\($0)" }
        + schema.strict + [
          "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA \(schemaName) TO cachet"
        ], in: name)
    try expect(fixture, [])
    try await host.postgreSQL([
      "DROP DATABASE \(name)", "DROP ROLE wide, owner, indirect, cachet",
    ])
  }

  private func postgreSQLSession(_ host: TestHost) async throws {
    try await host.postgreSQL([
      "CREATE ROLE cachet LOGIN PASSWORD '\(Self.password)' SUPERUSER", "CREATE DATABASE other",
    ])
    try await host.postgreSQL(["CREATE TABLE users (id INTEGER)"], in: "other")
    let fixture = try fixture(.three, host, database: "other", prefix: "")
    let session = try PostgreSQLSession(try fixture.database)
    #expect(
      throws: Obstacle.database("ERROR:  cannot execute DELETE in a read-only transaction")
    ) { try session.rows("DELETE FROM public.users") }
    #expect(throws: Obstacle.self) { try session.rows("SELECT generate_series(1, 10001)") }
    #expect(try session.rows("SELECT generate_series(1, 10000)").count == 10_000)
    #expect(try session.rows("SELECT NULL, 1, 'x'") == [[nil, "1", "x"]])
    #expect(try session.rows("SHOW statement_timeout") == [["10s"]])
    try expectRefusals(fixture, own: "DB_HOST")
  }

  // MARK: - By way of the network

  @Test("a remote MariaDB, with TLS and without")
  func remoteMariaDB() async throws {
    try await withHost(database: true) { host in
      try await host.run("ip", "address", "add", "192.0.2.1/32", "dev", "lo")
      try await host.startMariaDB(options: "--bind-address=192.0.2.1")
      try await host.mariaDB(
        ["CREATE DATABASE cachet", "USE cachet"]
          + CachetSchema(line: .two4, quote: "`").strict + [
            "CREATE USER cachet@'%' IDENTIFIED BY '\(Self.password)'",
            "GRANT SELECT ON cachet.* TO cachet@'%'",
          ])
      let fixture = try Fixture(.two4)
      try fixture.set("DB_HOST", "192.0.2.1")
      #expect(try await told(fixture, host) == "1 the server offers no TLS")
      try await host.shell("mariadb-admin shutdown")
      try await host.shell(
        "install -o mysql -m 600 -t /run /etc/ssl/private/ssl-cert-snakeoil.key")
      try await host.startMariaDB(
        options:
          "--bind-address=192.0.2.1 --ssl-key=/run/ssl-cert-snakeoil.key --ssl-cert=/etc/ssl/certs/ssl-cert-snakeoil.pem"
      )
      #expect(try await told(fixture, host) == "0 held")
      // Where an authority is named, a certificate for somebody else is none.
      let three = try Fixture(.three)
      try three.set("DB_HOST", "192.0.2.1")
      #expect(try await told(three, host) == "0 held")
      try three.set(
        "MYSQL_ATTR_SSL_CA", host.path("/etc/ssl/certs/ssl-cert-snakeoil.pem").path)
      #expect(try await told(three, host) == "2 failed")
      try await expectStatusTwo(fixture, host)
    }
  }

  @Test("a remote PostgreSQL, with TLS and without")
  func remotePostgreSQL() async throws {
    try await withHost(database: true) { host in
      try await host.run("ip", "address", "add", "192.0.2.1/32", "dev", "lo")
      try await host.startPostgreSQL(listening: "192.0.2.1")
      try await host.postgreSQL([
        "CREATE ROLE cachet LOGIN PASSWORD '\(Self.password)'", "CREATE DATABASE cachet",
      ])
      try await host.postgreSQL(
        CachetSchema(line: .two4).strict + [
          "GRANT SELECT ON ALL TABLES IN SCHEMA public TO cachet"
        ],
        in: "cachet")
      let fixture = try Fixture(.two4)
      try fixture.set("DB_DRIVER", "pgsql")
      try fixture.set("DB_HOST", "192.0.2.1")
      // Would lead libpq elsewhere.
      let elsewhere = ["PGHOSTADDR": "192.0.2.9", "PGSERVICE": "none", "PGOPTIONS": "--none"]
      #expect(try await told(fixture, host, environment: elsewhere) == "0 held")
      try await host.postgreSQL(["ALTER SYSTEM SET ssl = off", "SELECT pg_reload_conf()"])
      try await Task.sleep(for: .milliseconds(500))
      #expect(try await told(fixture, host) == "1 the server offers no TLS")
      try await expectStatusTwo(fixture, host)
    }
  }

  /// On the way to the server, in its place: it refuses TLS, asks for the password as it is, and
  /// keeps what it hears.
  @Test("who stands on the way and asks for the password does not get it")
  func onTheWay() async throws {
    try await withHost(database: true) { host in
      try await host.run("ip", "address", "add", "192.0.2.1/32", "dev", "lo")
      let fakes = [
        ("pgsql", "5432", #"print $c "N"; $c->sysread($b, 9999); print $c "R\0\0\0\10\0\0\0\3";"#),
        (
          "mysql", "3306",
          #"$p = pack("CZ*VZ*vCvvCx10Z*Z*", 10, "8.0.36", 1, "12345678", 0xA20D, 45, 2, 8, 21, "123456789012", "mysql_clear_password"); print $c pack("vxx", length $p), $p;"#
        ),
      ]
      for (driver, port, answer) in fakes {
        let heard = "/tmp/heard-\(driver)"
        let script =
          #"use IO::Socket::INET; open(F, ">", $ARGV[1]); F->autoflush(1); $s = IO::Socket::INET->new(LocalAddr => "192.0.2.1:$ARGV[0]", Listen => 5) or die; print F "ready\n"; while ($c = $s->accept) { $c->autoflush(1); if ($ARGV[0] == 5432) { $c->sysread($b, 9999) } "#
          + answer
          + #" while ($c->sysread($b, 9999)) { print F $b } print F "\nend\n" }"#
        try await host.shell(
          """
          cat >/tmp/fake.pl <<'END'
          \(script)
          END
          perl /tmp/fake.pl \(port) \(heard) </dev/null >/dev/null 2>&1 &
          for _ in {1..100}; do grep -q ready \(heard) && exit; sleep 0.1; done
          """)
        let fixture = try Fixture(.two4)
        try fixture.set("DB_DRIVER", driver)
        try fixture.set("DB_HOST", "192.0.2.1")
        #expect(try await told(fixture, host) == "1 the server offers no TLS", "\(driver)")
        let all = try await host.outside([Built.audit, fixture.root, "--database"])
        #expect(all.status == 2)
        let words = all.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("the server offers no TLS, the password was not sent"))
        try await Task.sleep(for: .milliseconds(300))
        let kept = try String(contentsOf: host.path(heard), encoding: .isoLatin1)
        #expect(
          kept.contains("ready") && kept.contains("end"), "\(driver): \(kept.debugDescription)")
        #expect(!kept.contains(Self.password), "\(driver)")
      }
    }
  }

  /// The program's status, and what it says of the check.
  private func told(
    _ fixture: Fixture, _ host: TestHost, environment: [String: String] = [:]
  ) async throws -> String {
    struct Report: Decodable {
      struct Entry: Decodable {
        struct Finding: Decodable { let message: String }
        let outcome: String
        let findings: [Finding]?
      }
      let checks: [Entry]
    }
    let seen = try await host.outside(
      [
        Built.audit, fixture.root, "--database", "--only", "database-tls", "--format", "json",
      ], environment: environment)
    let report = try JSONDecoder().decode(Report.self, from: Data(seen.output.utf8))
    let entry = try #require(report.checks.first)
    return "\(seen.status) \(entry.findings?.first?.message ?? entry.outcome)"
  }

  /// A wrong password, and nobody at the port.
  private func expectStatusTwo(_ fixture: Fixture, _ host: TestHost) async throws {
    for (name, value) in [("DB_PASSWORD", "Wrong-Harbor=Lantern8"), ("DB_PORT", "9")] {
      try fixture.set(name, value)
      let seen = try await host.outside([Built.audit, fixture.root, "--database"])
      #expect(seen.status == 2)
      let words = seen.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(words.contains("Could not be made ") && words.contains(" (database-grants, "))
      #expect(!(seen.output + seen.errors).contains("Wrong-Harbor"))
    }
  }

  // MARK: - What they have in common

  private func fixture(
    _ line: Installation.Line, _ host: TestHost, database: String, prefix: String
  ) throws -> Fixture {
    let isMariaDB = FileManager.default.fileExists(atPath: host.path("/run/mysqld").path)
    let three = line == .three
    let fixture = try Fixture(line)
    try fixture.set(three ? "DB_CONNECTION" : "DB_DRIVER", isMariaDB ? "mysql" : "pgsql")
    try fixture.set("DB_DATABASE", database)
    try fixture.set("DB_PREFIX", prefix)
    if isMariaDB {
      try fixture.set(
        three ? "DB_SOCKET" : "DB_UNIX_SOCKET", host.path("/run/mysqld/mysqld.sock").path)
    } else {
      try fixture.set("DB_HOST", host.path("/run/postgresql").path)
    }
    return fixture
  }

  private func expect(
    _ fixture: Fixture, _ wanted: Set<String>
  ) throws {
    let audit = try fixture.audit(database: true)
    #expect(audit.failures.isEmpty, "\(audit.failures.map(\.obstacle.words))")
    #expect(audit.toldOfDatabase == wanted, "\(fixture.line)")
    let installation = try Installation(Folder(root: fixture.root))
    let text = TextReport(audit: audit, installation: installation, inColour: false).text()
    #expect(!text.contains(CachetSchema.planted) && !text.contains(Self.password))
  }

  /// A wrong password, and a server that is not there: never clean, and the password is not said.
  private func expectRefusals(_ fixture: Fixture, own place: String) throws {
    for (name, value) in [("DB_PASSWORD", "Wrong-Harbor=Lantern8"), (place, "/nonexistent")] {
      try fixture.set(name, value)
      let failures = try fixture.audit(database: true).failures
      #expect(
        Set(failures.map(\.check.id)).isSuperset(of: [
          "database-grants", "database-runtime", "native-two-factor-admin", "native-two-factor",
        ]))
      for failure in failures {
        #expect(failure.obstacle.words.hasPrefix("database: "))
        #expect(!failure.obstacle.words.contains("Wrong-Harbor"))
      }
    }
  }
}

extension Fixture {
  fileprivate var database: DatabaseSettings {
    get throws {
      DatabaseSettings(try Configuration(of: Installation(Folder(root: root))))
    }
  }
}

extension TestHost {
  func startMariaDB(options: String = "--skip-networking") async throws {
    let started = try await shell(
      """
      install -d -o mysql /run/mysqld
      mariadbd --user=mysql \(options) --socket=/run/mysqld/mysqld.sock </dev/null \
        >/var/log/mariadbd 2>&1 &
      for _ in {1..200}; do mariadb-admin ping 2>/dev/null && exit; sleep 0.1; done
      cat /var/log/mariadbd; exit 1
      """)
    try #require(started.status == 0, "\(started)")
  }

  func startPostgreSQL(listening address: String = "") async throws {
    let started = try await shell(
      """
      install -d -o postgres /run/postgresql
      printf '%s\\n' 'local all postgres peer' 'local all all scram-sha-256' \
        'host all all 192.0.2.1/32 scram-sha-256' >/run/hba
      runuser -u postgres -- /usr/lib/postgresql/15/bin/pg_ctl -w -s \
        -D /var/lib/postgresql/15/main -l /run/postgresql/log start -o "-c \
        config_file=/etc/postgresql/15/main/postgresql.conf -c hba_file=/run/hba -c listen_addresses=\(address)" \
        </dev/null >/dev/null 2>&1 || { cat /run/postgresql/log; exit 1; }
      """)
    try #require(started.status == 0, "\(started)")
  }

  func mariaDB(_ statements: [String]) async throws {
    let seen = try await run("mariadb", input: statements.joined(separator: ";\n") + ";\n")
    try #require(seen.status == 0, "\(seen.errors)")
  }

  func postgreSQL(
    _ statements: [String], in database: String = "postgres"
  ) async throws {
    let seen = try await run(
      "psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, as: "postgres",
      input: statements.joined(separator: ";\n") + ";\n")
    try #require(seen.status == 0, "\(seen.errors)")
  }
}
