/// The files of the configuration as they are installed: which variable each entry asks for, and what it
/// takes where nobody sets that.
struct ConfigurationTree: Sendable {
  struct Entry: Sendable {
    let expression: ConfigurationReader.Expression
    let place: Place
  }

  private struct File: Sendable {
    let path: String
    let entries: [String: ConfigurationReader.Entry]
  }

  /// By the first part of an entry's name; those in front win over those behind.
  private let files: [String: [Result<File, Obstacle>]]

  /// The core of 3.x has one of its own; what the installation's does not name comes from there.
  static let core = "vendor/cachethq/core/config/cachet.php"

  init(of folder: Folder, _ names: Set<String>) {
    var files: [String: [Result<File, Obstacle>]] = [:]
    for name in names {
      let paths = ["config/\(name).php"] + (name == "cachet" ? [Self.core] : [])
      files[name] = paths.compactMap { path in
        do throws(Obstacle) { return try Self.read(path, in: folder).map { .success($0) } } catch {
          return .failure(error)
        }
      }
    }
    self.files = files
  }

  private static func read(_ path: String, in folder: Folder) throws(Obstacle) -> File? {
    guard let file = try folder.read(path) else { return nil }
    do { return File(path: path, entries: try ConfigurationReader.entries(of: file.bytes)) } catch {
      throw .damaged(
        path: file.path(at: error.line), what: "does not return an array in a way that is read here"
      )
    }
  }

  /// Whether there is any file that the entries named like this are in.
  func has(_ name: String) -> Bool { !(files[name] ?? []).isEmpty }

  /// The entry at `path`, as `cachet.path`; `nil` where there is none. Throws where a file that may have
  /// it cannot be read.
  func entry(at path: String) throws(Obstacle) -> Entry? {
    let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2, let files = files[parts[0]] else { return nil }
    let first = parts[1].split(separator: ".").first.map(String.init) ?? ""
    for result in files {
      let file = try result.get()
      if let (entry, isWhole) = Self.nearest(to: parts[1], in: file.entries) {
        return Entry(
          expression: isWhole ? entry.expression : .unknown,
          place: Place(path: file.path, line: entry.line))
      }
      // Above the first level nothing is merged.
      let isOwn = file.entries.keys.contains { $0 == first || $0.hasPrefix(first + ".") }
      if isOwn { return nil }
    }
    return nil
  }

  /// The entry itself, or of the arrays that it would be in the outermost that is none, or not known.
  private static func nearest(
    to name: String, in entries: [String: ConfigurationReader.Entry]
  ) -> (ConfigurationReader.Entry, isWhole: Bool)? {
    var above = ""
    for part in name.split(separator: ".").dropLast() {
      above += (above.isEmpty ? "" : ".") + part
      if let entry = entries[above] { return (entry, false) }
    }
    return entries[name].map { ($0, true) }
  }
}

/// What Cachet takes as it came where nobody sets a variable: a tree that says so says nothing new.
///
/// Sources: `config/*.php` of cachet v2.3.5, v2.3.18, v2.4.1 and 3.x, and of fiveai v2.5.1.
enum ShippedDefaults {
  /// These came with an expression that only PHP works out: SQLite's file, and MySQL's options.
  static let areComputed: Set<String> = ["DB_DATABASE", "MYSQL_ATTR_SSL_CA"]

  static func has(_ value: EnvironmentValue, for name: String, of line: Installation.Line) -> Bool {
    guard let text = value.written.map({ String(decoding: $0.bytes, as: UTF8.self) }),
      !text.isEmpty
    else { return true }
    return (line == .three ? three : two)[name]?.contains(text) ?? (text == "false")
  }

  private static let two: [String: Set<String>] = [
    "APP_ENV": ["production"], "APP_URL": ["http://localhost"], "APP_TIMEZONE": ["UTC"],
    "CACHE_DRIVER": ["file"], "CACHET_AUTO_TWITTER": ["true"], "CACHET_BEACON": ["true"],
    "DB_DATABASE": ["forge"], "DB_DRIVER": ["sqlite"], "DB_HOST": ["127.0.0.1"],
    "DB_PORT": ["3306", "5432"], "DB_SCHEMA": ["public"], "DB_USERNAME": ["forge"],
    "LOG_CHANNEL": ["stack"], "MAIL_DRIVER": ["smtp"], "MAIL_ENCRYPTION": ["tls"],
    "MAIL_HOST": ["smtp.mailgun.org"], "MAIL_NAME": ["Cachet"], "MAIL_PORT": ["587"],
    "QUEUE_DRIVER": ["database", "sync"], "REDIS_HOST": ["127.0.0.1"], "SESSION_DRIVER": ["file"],
  ]

  private static let three: [String: Set<String>] = [
    "APP_ENV": ["production"], "APP_URL": ["http://localhost"], "APP_TIMEZONE": ["UTC"],
    "CACHE_STORE": ["database"], "CACHET_BEACON": ["true"], "DB_CONNECTION": ["sqlite"],
    "DB_DATABASE": ["laravel"], "DB_HOST": ["127.0.0.1"], "DB_PORT": ["3306", "5432"],
    "DB_USERNAME": ["root"], "LOG_CHANNEL": ["stack"], "LOG_LEVEL": ["debug"],
    "MAIL_ENCRYPTION": ["tls"], "MAIL_HOST": ["127.0.0.1"], "MAIL_MAILER": ["log"],
    "MAIL_PORT": ["2525"], "QUEUE_CONNECTION": ["database"], "REDIS_HOST": ["127.0.0.1"],
    "SESSION_DRIVER": ["database"], "SESSION_HTTP_ONLY": ["true"], "SESSION_SAME_SITE": ["lax"],
  ]
}
