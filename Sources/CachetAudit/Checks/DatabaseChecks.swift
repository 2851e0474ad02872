import Glibc

extension Check {
  static let database: [Check] = [
    Check(
      id: "database-defaults", family: .database, severity: .critical,
      title: "the database password is not one of the documentation",
      rationale: "everybody who has seen the example file or the image knows it",
      fix:
        "give Cachet's account a password from 'openssl rand -base64 24'; accept this where the server knows PHP's account by its socket (peer, unix_socket)",
      reference: "cachet .env.example; cachethq/Docker entrypoint.sh",
      look: { subject in
        subject.withPassword { password, setting in
          guard !password.bytes.isEmpty else {
            return .broken(setting.evidence("no password is set"))
          }
          let word = String(decoding: password.bytes, as: UTF8.self).lowercased()
          return defaultPasswords.contains(word)
            ? .broken(setting.evidence("the password is a well-known default")) : .holds
        }
      }),
    Check(
      id: "database-password", family: .database, severity: .high,
      title: "the database password is long and of many kinds of characters",
      rationale:
        "whoever reaches the database's port, or a copy of its account table, tries words and short combinations first",
      fix:
        "set a new one with ALTER USER, then in .env (docs/audit.md, 'The database password')",
      reference: "policy: at least 16 characters of 4 classes, no word of a dictionary",
      look: { subject in
        subject.withPassword { password, setting in
          guard !password.bytes.isEmpty else {
            return .notApplicable("no password is set (see database-defaults)")
          }
          let judgement = subject.options.passwordRule.judge(password)
          guard judgement.faults.isEmpty else {
            let faults = judgement.faults.joined(separator: ", and ")
            return .broken(setting.evidence("the password \(faults)"))
          }
          return judgement.unasked.map { .notAsked($0) } ?? .holds
        }
      }),
    Check(
      id: "secret-reuse", family: .database, severity: .high,
      title: "no secret of .env is used twice",
      rationale: "whoever learns one, of a mail relay perhaps, then has the other as well",
      fix: "give each service a secret of its own",
      reference: "whether it is used elsewhere on the host or in the world cannot be seen here",
      look: { subject in
        let secrets = subject.configuration.secrets
        guard !subject.database.hasUnreadURL else { return unreadURL }
        guard secrets.count > 1 else { return .notApplicable("fewer than two secrets are set") }
        var seen: [Evidence] = []
        for (index, one) in secrets.enumerated() {
          for other in secrets[..<index] where one.value.isSame(as: other.value) {
            seen.append(
              one.setting.evidence(
                "\(one.setting.name) is the same secret as \(other.setting.name)"))
          }
        }
        return Verdict(seen)
      }),
    Check(
      id: "secret-age", family: .database, severity: .medium,
      title: "every secret of .env was changed not long ago",
      rationale:
        "a secret that leaked once, in a backup or with somebody who left, works until it is changed",
      fix: "change it where it is issued, then in .env (docs/audit.md, 'Rotating')",
      reference: "policy: 90 days; counted from the first run that saw it",
      look: { subject in
        guard let ages = subject.options.ages else {
          return .notAsked("give a file with --state, in which the days are kept")
        }
        let secrets = subject.configuration.secrets
        guard !subject.database.hasUnreadURL else { return unreadURL }
        guard !secrets.isEmpty else { return .notApplicable("no secret is set") }
        var seen: [Evidence] = []
        for (setting, value) in secrets {
          let age = ages.age(of: setting.name, value)
          if age > subject.options.rotationDays {
            seen.append(
              setting.evidence("\(setting.name) has been the same for at least \(age) days"))
          }
        }
        return Verdict(seen)
      }),
    Check(
      id: "database-superuser", family: .database, severity: .high,
      title: "Cachet has a database account of its own",
      rationale: "a hole in Cachet is one in every database that its account may use",
      fix: "make an account for Cachet's database alone (docs/audit.md, 'Least privilege')",
      reference: "cachet .env.example; cachethq/Docker entrypoint.sh",
      look: { subject in
        let database = subject.database
        guard database.driver != .sqlite else { return .notApplicable("SQLite has no accounts") }
        guard !database.hasUnreadURL else { return unreadURL }
        guard administrators.contains(database.user.lowercased()) else { return .holds }
        return .broken(
          database.userSetting.evidence(
            database.userSetting.isSet
              ? "the account's name is that of an administrator or of the example file"
              : "no account is set, and then it is '\(database.user)'"))
      }),
    Check(
      id: "database-transport", family: .database, severity: .high,
      title: "what goes to a remote database is encrypted",
      rationale: "the password, and all that Cachet stores, can be read and changed on the way",
      fix:
        "use a local socket or a tunnel; or in config/database.php: 'sslmode' => 'verify-full' for PostgreSQL, MYSQL_ATTR_SSL_CA in .env for MySQL with 3.x",
      reference: "cachet config/database.php",
      look: { (subject) throws(Obstacle) in
        let database = subject.database
        guard !database.hasUnreadURL else { return unreadURL }
        guard database.driver != .sqlite, !database.isLocal else {
          return .notApplicable("the database is on this machine")
        }
        guard database.driver != nil else {
          return .notAsked("how this driver of a database is told to use TLS is not known here")
        }
        let evidence = database.hostSetting.evidence(
          "the server is remote, and nothing here makes the connection use TLS")
        let modes = ["require", "verify-ca", "verify-full"]
        if database.driver == .pgsql, let mode = database.sslMode {
          return modes.contains(mode) ? .holds : .broken(evidence)
        }
        guard let file = try subject.folder.read("config/database.php") else {
          return .notAsked("config/database.php is not there: run it where Cachet runs")
        }
        guard file.contains("'connections'") else {
          return .notAsked("config/database.php is not the file that is known here")
        }
        let isEncrypted =
          switch database.driver {
          case .pgsql:
            (subject.configuration.cached != nil || file.line(uncommented: "'DB_SSLMODE'") != nil)
              && subject.setting("DB_SSLMODE").isSet
              ? subject.setting("DB_SSLMODE").isAny(of: modes)
              : ["'sslmode' => 'require'", "'verify-ca'", "'verify-full'"].contains {
                file.line(uncommented: $0) != nil
              }
          case .mysql, .sqlite, nil:
            file.line(uncommented: "MYSQL_ATTR_SSL_CA") != nil
              && subject.setting("MYSQL_ATTR_SSL_CA").isGiven
          }
        return isEncrypted ? .holds : .broken(evidence)
      }),
    Check(
      id: "redis-remote", family: .database, severity: .high,
      title: "a Redis on another machine asks for a password, and encrypts",
      rationale:
        "sessions and jobs that Cachet takes from it are PHP's own format: whoever writes there runs code here",
      fix: "let Redis listen on this machine alone, or set REDIS_PASSWORD and reach it by TLS",
      reference: "cachet config/database.php; laravel Redis connections",
      look: { subject in
        let stores = [
          subject.setting("SESSION_DRIVER"), subject.setting("CACHE_STORE", "CACHE_DRIVER"),
          subject.setting("QUEUE_CONNECTION", "QUEUE_DRIVER"),
        ]
        guard stores.contains(where: { $0.isAny(of: "redis") }) else {
          return .notApplicable("no Redis is used")
        }
        let redis = RedisSettings(subject.configuration)
        guard !redis.isLocal else { return .holds }
        var seen: [Evidence] = []
        if !redis.hasPassword { seen.append(redis.place.evidence("no password is set for it")) }
        if !redis.isEncrypted { seen.append(redis.place.evidence("it is reached without TLS")) }
        return Verdict(seen)
      }),
    Check(
      id: "sqlite-file", family: .database, severity: .high,
      title: "the SQLite file is for Cachet alone",
      rationale: "it holds every password's hash, every API key and every subscriber's address",
      fix: "chown www-data: and chmod 640 it; where it lies in public/, move it out of there",
      reference: "cachet config/database.php",
      look: { (subject) throws(Obstacle) in
        let database = subject.database
        guard !database.hasUnreadURL else { return unreadURL }
        guard database.driver == .sqlite else { return .notApplicable("no SQLite is used") }
        guard let file = try subject.folder.status(database.name) else {
          return .notAsked("\(database.name) is not there: run it where Cachet runs")
        }
        guard file.kind == S_IFREG else {
          return .notAsked("\(database.name) is not a file")
        }
        var seen = try subject.strangers(at: database.name)
        let whole = subject.folder.absolute(database.name)
        // Below the installation, other checks look at the folders.
        if !whole.hasPrefix(subject.folder.root + "/"), let end = whole.lastIndex(of: "/") {
          seen += try subject.strangers(at: String(whole[..<end]), reading: false)
        }
        if whole.hasPrefix(subject.folder.absolute("public") + "/") {
          seen.append(
            Evidence(
              subject.folder.relative(database.name),
              "it lies below public/, where the web server gives it to anybody"))
        }
        return Verdict(seen)
      }),
  ]

  static let unreadURL = Verdict.notAsked("DB_URL is not understood")

  private static let defaultPasswords: Set<String> = [
    "secret", "postgres", "root", "cachet", "homestead", "password", "mysql", "admin", "changeme",
  ]
  private static let administrators: Set<String> = [
    "root", "postgres", "sa", "admin", "mysql", "homestead", "forge",
  ]
}

extension Subject {
  var database: DatabaseSettings { DatabaseSettings(configuration) }

  func withPassword(_ judge: (HiddenValue, Setting) -> Verdict) -> Verdict {
    let database = database
    guard !database.hasUnreadURL else { return Check.unreadURL }
    guard database.driver != .sqlite else { return .notApplicable("SQLite has no accounts") }
    let password = database.password ?? HiddenValue([])
    return judge(password, database.passwordSetting)
  }
}

extension Configuration {
  /// The values that are secrets and long enough for a coincidence to tell something.
  var secrets: [(setting: Setting, value: HiddenValue)] {
    let names = [
      "APP_KEY", "DB_PASSWORD", "MAIL_PASSWORD", "REDIS_PASSWORD", "NEXMO_SECRET", "NEXMO_KEY",
      "GITHUB_TOKEN", "AWS_SECRET", "AWS_SECRET_ACCESS_KEY", "LOG_SLACK_WEBHOOK_URL",
      "POSTMARK_TOKEN", "RESEND_KEY", "SLACK_BOT_USER_OAUTH_TOKEN", "PUSHER_APP_SECRET",
    ]
    var secrets = names.compactMap { name -> (setting: Setting, value: HiddenValue)? in
      let setting = setting(name)
      return setting.value.text.map { (setting, $0) }
    }
    let database = DatabaseSettings(self)
    if database.passwordSetting.name == "DB_URL", let password = database.password {
      secrets.removeAll { $0.setting.name == "DB_PASSWORD" && $0.value.isSame(as: password) }
      secrets.append((database.passwordSetting, password))
    }
    let mail = MailSettings(self)
    if mail.passwordSetting.name == "MAIL_URL", let password = mail.password {
      secrets.removeAll { $0.setting.name == "MAIL_PASSWORD" }
      secrets.append((mail.passwordSetting, password))
    }
    return secrets.filter { $0.value.bytes.count >= 4 }
  }
}
