import Foundation
import Testing

@testable import CachetAudit

@Suite("What Cachet reads: what is cached, its process, its file")
struct ConfigurationTests {
  private func configuration(
    _ fixture: Fixture, environment text: String? = nil
  ) throws -> Configuration {
    let installation = try Installation(Folder(root: fixture.root))
    guard let text else { return try Configuration(of: installation) }
    try fixture.writeHost("/environ", text)
    return try Configuration(
      of: installation, environment: ProcessEnvironment(path: fixture.host + "/environ"))
  }

  private func text(_ setting: Setting) -> String? {
    setting.value.text.map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  // MARK: - Cached

  @Test("what is cached counts, and .env does not", arguments: Installation.Line.allCases)
  func cached(line: Installation.Line) throws {
    let fixture = try Fixture(line)
    try fixture.cache(debug: "true", password: "it\\'s\\\\")
    let told = try fixture.audit().told.subtracting(Fixture.given(line))
    #expect(
      told == [
        "debug-mode bootstrap/cache/config.php:4",
        "cached-configuration bootstrap/cache/config.php:4",
        "cached-configuration bootstrap/cache/config.php:9",
        "database-password bootstrap/cache/config.php:9",
      ])
    let database = DatabaseSettings(try configuration(fixture))
    #expect(database.password.map { $0.bytes == Array("it's\\".utf8) } == true)
    #expect(database.user == "cachet" && database.port == 3306 && database.driver == .mysql)
  }

  @Test("it needs no .env, which may be elsewhere")
  func cachedAlone() throws {
    let fixture = try Fixture(.three)
    try fixture.cache()
    try FileManager.default.removeItem(atPath: "\(fixture.root)/.env")
    let audit = try fixture.audit()
    #expect(audit.told.isEmpty && audit.failures.isEmpty)
  }

  @Test("classes in a list stand for a variable")
  func members() throws {
    let fixture = try Fixture(.two4)
    try fixture.write(
      "bootstrap/cache/config.php",
      "<?php return array (\n'markdown' => array (\n'extensions' => array (\n0 => 'CachetHQ\\\\Emoji\\\\EmojiExtension',\n1 => NULL,\n),\n),\n);\n"
    )
    let settings = try configuration(fixture)
    #expect(settings.setting("CACHET_EMOJI").value.isTruthy)
    #expect(settings.setting("CACHET_EMOJI").place.line == 4)
    #expect(!settings.setting("CACHET_AUTO_TWITTER").value.isTruthy)
  }

  @Test("a cached configuration that is none is an obstacle, with its line")
  func damaged() throws {
    let fixture = try Fixture(.three)
    try fixture.write("bootstrap/cache/config.php", "<?php return array (\n  'a' => f(),\n);\n")
    #expect(
      throws: Obstacle.damaged(
        path: "bootstrap/cache/config.php:2",
        what:
          "is not what 'php artisan config:cache' writes: run that again, or 'config:clear'")
    ) { try configuration(fixture) }
  }

  @Test("APP_CONFIG_CACHE moves it, where Laravel knows that")
  func moved() throws {
    for (line, isOn) in [(Installation.Line.two3, false), (.two4, true), (.three, true)] {
      let fixture = try Fixture(line)
      try fixture.cache(debug: "true")
      try FileManager.default.moveItem(
        atPath: "\(fixture.root)/bootstrap/cache/config.php", toPath: "\(fixture.root)/c.php")
      let settings = try configuration(
        fixture, environment: "APP_CONFIG_CACHE=\(fixture.root)/c.php")
      #expect(settings.setting("APP_DEBUG").value.isTruthy == isOn, "\(line)")
    }
  }

  // MARK: - The process

  @Test("the process wins over the file", arguments: Installation.Line.allCases)
  func process(line: Installation.Line) throws {
    let fixture = try Fixture(line)
    try fixture.add("REDIS_PASSWORD=${APP_DEBUG}-${HOME}-${NONE}")
    let settings = try configuration(fixture, environment: "HOME=/root\nAPP_DEBUG=on\nEMPTY=\n")
    let debug = settings.setting("APP_DEBUG")
    #expect(debug.value.isTruthy && debug.place == Place(path: fixture.host + "/environ", line: 2))
    #expect(text(settings.setting("REDIS_PASSWORD")) == "on-/root-${NONE}")
    #expect(settings.setting("APP_URL").place == Place(path: ".env", line: 3))
  }

  @Test("an empty variable is one that is set")
  func empty() throws {
    let fixture = try Fixture(.two4)
    let settings = try configuration(fixture, environment: "DB_PASSWORD=\n")
    #expect(text(settings.setting("DB_PASSWORD")) == "")
  }

  @Test("APP_ENV of the process names the file, where there is one")
  func namedFile() throws {
    for line in Installation.Line.allCases {
      let fixture = try Fixture(line)
      try fixture.write(".env.staging", "APP_DEBUG=on\n", mode: 0o600)
      #expect(try configuration(fixture).file.path == ".env")
      #expect(try configuration(fixture, environment: "APP_ENV=other").file.path == ".env")
      let settings = try configuration(fixture, environment: "APP_ENV=staging")
      #expect(settings.setting("APP_DEBUG").place == Place(path: ".env.staging", line: 1))
      #expect(text(settings.setting("APP_ENV")) == "staging")
      #expect(settings.setting("APP_KEY").raw == nil)
    }
  }

  @Test("as /proc has it, the first of a name")
  func ended() throws {
    let fixture = try Fixture(.three)
    let settings = try configuration(
      fixture, environment: "A=1\n2\0APP_DEBUG=on\0APP_DEBUG=false\0")
    #expect(settings.setting("APP_DEBUG").value.isTruthy)
    #expect(text(settings.setting("A")) == "1\n2")
  }

  @Test("it is enough without a file, and what is no variable is named")
  func alone() throws {
    let fixture = try Fixture(.two4)
    try FileManager.default.removeItem(atPath: "\(fixture.root)/.env")
    #expect(throws: Obstacle.unreadable(path: ".env", errno: ENOENT)) { try configuration(fixture) }
    #expect(try configuration(fixture, environment: "APP_ENV=local").file.bytes.isEmpty)
    #expect(
      throws: Obstacle.damaged(path: fixture.host + "/environ:2", what: "is not NAME=VALUE")
    ) { try configuration(fixture, environment: "A=1\nAPP_DEBUG\n") }
  }

  @Test("a name of another Cachet says nothing beside this one's own")
  func names() throws {
    let fixture = try Fixture(.two4)
    try fixture.add("DB_CONNECTION=pgsql")
    #expect(DatabaseSettings(try configuration(fixture)).driver == .mysql)
    try fixture.set("DB_DRIVER", nil)
    #expect(DatabaseSettings(try configuration(fixture)).driver == .sqlite)
  }

  // MARK: - Who sets it

  private func audited(
    _ web: WebFixture, _ path: String, environment text: String? = nil
  ) throws -> [String] {
    let settings = try configuration(web.cachet, environment: text)
    var subject = Subject(
      installation: try Installation(Folder(root: web.cachet.root)), configuration: settings)
    subject.options.hostRoot = web.cachet.host
    subject.options.webServer = .success(
      try WebServer([path], in: ServerFiles(root: web.root)))
    let audit = Audit(
      of: subject, checks: Check.all.filter { $0.id == "process-environment" },
      accepting: Acceptance())
    #expect(audit.failures.isEmpty)
    return audit.told.sorted()
  }

  @Test("what Apache sets for PHP is told, until it is known")
  func apache() throws {
    let web = try WebFixture(.two4)
    try web.write(
      "/etc/apache2/apache2.conf",
      """
      SetEnv UNIQUE x
      <VirtualHost *:443>
        DocumentRoot /srv/cachet/public
        PassEnv HOME DB_PASSWORD
        <Directory /srv/cachet/public>
          SetEnv APP_DEBUG on
        </Directory>
      </VirtualHost>
      <VirtualHost *:444>
        DocumentRoot /srv/other
        SetEnv APP_ENV local
      </VirtualHost>

      """)
    let file = WebFixture.apache
    #expect(
      try audited(web, file) == [
        "process-environment \(file):4", "process-environment \(file):6",
      ])
    #expect(
      try audited(web, file, environment: "APP_DEBUG=on\n") == ["process-environment \(file):4"])
  }

  @Test("what nginx sets for PHP is told")
  func nginx() throws {
    let web = try WebFixture(.three)
    try web.write(
      "/etc/nginx/nginx.conf",
      """
      events {}
      http {
        server {
          listen 443 ssl;
          root /srv/cachet/public;
          location ~ \\.php$ {
            fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
            fastcgi_param APP_CONFIG_CACHE /tmp/c.php;
            fastcgi_pass unix:/run/php.sock;
          }
        }
      }

      """)
    #expect(try audited(web, WebFixture.nginx) == ["process-environment \(WebFixture.nginx):8"])
  }
}
