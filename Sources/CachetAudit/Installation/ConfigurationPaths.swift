/// Which variables each Cachet's configuration asks for, and where in the configuration they end
/// up: what is read of them once the configuration is cached.
///
/// Sources: `config/*.php` of cachet v2.3.18, v2.4.1 and 3.x, and of fiveai v2.5.1;
/// `config/cachet.php` of the core of 3.x.
enum ConfigurationPaths {
  enum Path: Sendable {
    /// A `*` stands for the connection that is the default one.
    case value(String)
    /// On where a class whose name ends so is in the list.
    case member(of: String, String)
  }

  static func all(of line: Installation.Line) -> [String: Path] {
    let parts =
      switch line {
      case .two3: [every, two]
      case .two4, .two5: [every, two, fromFour, four]
      case .three: [every, fromFour, three]
      }
    return Dictionary(parts.joined().map { ($0.key, $0.value) }) { $1 }
  }

  /// The files that have them, by the first part of their names.
  static func files(of line: Installation.Line) -> Set<String> {
    Set(
      all(of: line).values.map { path in
        switch path {
        case .value(let path), .member(of: let path, _): String(path.prefix { $0 != "." })
        }
      })
  }

  private static let every: [String: Path] = [
    "APP_ENV": .value("app.env"),
    "APP_DEBUG": .value("app.debug"),
    "APP_URL": .value("app.url"),
    "APP_KEY": .value("app.key"),
    "DB_HOST": .value("database.connections.*.host"),
    "DB_PORT": .value("database.connections.*.port"),
    "DB_DATABASE": .value("database.connections.*.database"),
    "DB_USERNAME": .value("database.connections.*.username"),
    "DB_PASSWORD": .value("database.connections.*.password"),
    "REDIS_HOST": .value("database.redis.default.host"),
    "REDIS_PASSWORD": .value("database.redis.default.password"),
    "SESSION_DRIVER": .value("session.driver"),
  ]

  private static let two: [String: Path] = [
    "CACHE_DRIVER": .value("cache.default"),
    "DB_DRIVER": .value("database.default"),
    "DB_PREFIX": .value("database.connections.*.prefix"),
    "DB_SCHEMA": .value("database.connections.*.schema"),
    "GITHUB_TOKEN": .value("services.github.token"),
    "MAIL_DRIVER": .value("mail.driver"),
    "MAIL_HOST": .value("mail.host"),
    "MAIL_PORT": .value("mail.port"),
    "MAIL_ADDRESS": .value("mail.from.address"),
    "MAIL_NAME": .value("mail.from.name"),
    "MAIL_ENCRYPTION": .value("mail.encryption"),
    "MAIL_USERNAME": .value("mail.username"),
    "MAIL_PASSWORD": .value("mail.password"),
    "QUEUE_DRIVER": .value("queue.default"),
    "CACHET_EMOJI": .member(of: "markdown.extensions", "\\EmojiExtension"),
  ]

  /// From 2.4 on, and in 3.x.
  private static let fromFour: [String: Path] = [
    "APP_TIMEZONE": .value("app.timezone"),
    "CACHET_BEACON": .value("cachet.beacon"),
    "LOG_CHANNEL": .value("logging.default"),
    "LOG_SLACK_WEBHOOK_URL": .value("logging.channels.slack.url"),
    "PUSHER_APP_SECRET": .value("broadcasting.connections.pusher.secret"),
    "SESSION_SECURE_COOKIE": .value("session.secure"),
  ]

  private static let four: [String: Path] = [
    "AWS_SECRET": .value("filesystems.disks.s3.secret"),
    "CACHET_AUTO_TWITTER": .member(of: "markdown.extensions", "\\TwitterExtension"),
    "DB_UNIX_SOCKET": .value("database.connections.*.unix_socket"),
    "DEBUGBAR_ENABLED": .value("debugbar.enabled"),
    "NEXMO_KEY": .value("services.nexmo.key"),
    "NEXMO_SECRET": .value("services.nexmo.secret"),
    "TRUSTED_PROXIES": .value("trustedproxy.proxies"),
  ]

  private static let three: [String: Path] = [
    "AWS_SECRET_ACCESS_KEY": .value("filesystems.disks.s3.secret"),
    "CACHE_STORE": .value("cache.default"),
    "CACHET_BLADE_RENDERER": .value("cachet.renderers.blade"),
    "CACHET_DEMO_MODE": .value("cachet.demo_mode"),
    "CACHET_PATH": .value("cachet.path"),
    "CACHET_TRUSTED_PROXIES": .value("cachet.trusted_proxies"),
    "DB_CONNECTION": .value("database.default"),
    "DB_URL": .value("database.connections.*.url"),
    "DB_SSLMODE": .value("database.connections.*.sslmode"),
    "DB_SOCKET": .value("database.connections.*.unix_socket"),
    // The same in every channel that a configuration as it came has.
    "LOG_LEVEL": .value("logging.channels.single.level"),
    "MAIL_MAILER": .value("mail.default"),
    "MAIL_URL": .value("mail.mailers.smtp.url"),
    "MAIL_HOST": .value("mail.mailers.smtp.host"),
    "MAIL_PORT": .value("mail.mailers.smtp.port"),
    "MAIL_ENCRYPTION": .value("mail.mailers.smtp.encryption"),
    "MAIL_USERNAME": .value("mail.mailers.smtp.username"),
    "MAIL_PASSWORD": .value("mail.mailers.smtp.password"),
    // The number of PDO::MYSQL_ATTR_SSL_CA.
    "MYSQL_ATTR_SSL_CA": .value("database.connections.*.options.1009"),
    "POSTMARK_TOKEN": .value("services.postmark.token"),
    "QUEUE_CONNECTION": .value("queue.default"),
    "REDIS_URL": .value("database.redis.default.url"),
    "RESEND_KEY": .value("services.resend.key"),
    "SESSION_HTTP_ONLY": .value("session.http_only"),
    "SESSION_SAME_SITE": .value("session.same_site"),
    "SLACK_BOT_USER_OAUTH_TOKEN": .value("services.slack.notifications.bot_user_oauth_token"),
  ]
}
