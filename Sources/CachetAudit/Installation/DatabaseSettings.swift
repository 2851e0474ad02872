import FoundationEssentials

/// Which database Cachet uses, and as whom. In 3.x one URL may hold all of it.
struct DatabaseSettings: Sendable {
  enum Driver: String, Sendable { case sqlite, mysql, pgsql }

  /// `nil` for a driver that Cachet does not document.
  let driver: Driver?
  /// Where each part is written, for reports.
  let driverSetting: Setting
  let userSetting: Setting
  let passwordSetting: Setting
  let hostSetting: Setting
  let nameSetting: Setting
  let host: String
  let port: UInt16?
  /// MySQL's; it wins over the host. With PostgreSQL the host may be the socket's folder.
  let socket: String?
  /// The database's name, or the file of SQLite.
  let name: String
  let user: String
  let password: HiddenValue?
  let prefix: String
  /// PostgreSQL's schema.
  let schema: String
  /// The file of whoever signed the server's certificate: MySQL's, and 3.x alone can be told one.
  let certificateAuthority: String?
  /// As DB_URL names it: PostgreSQL's.
  let sslMode: String?
  /// DB_URL is set, and is no URL: what Cachet makes of it is not known here.
  let hasUnreadURL: Bool

  init(_ configuration: Configuration) {
    let url = configuration.setting("DB_URL")
    let given = configuration.asked("DB_URL")?.word
    let parts = given.flatMap { URLComponents(string: $0) }
    hasUnreadURL = given != nil && parts == nil
    // What the URL does not say the variables do.
    func setting(_ part: String?, _ names: String...) -> Setting {
      part != nil ? url : configuration.setting(anyOf: names)
    }
    let path = parts.map { String($0.path.drop { $0 == "/" }) }.flatMap { $0.isEmpty ? nil : $0 }
    driverSetting = setting(parts?.scheme, "DB_CONNECTION", "DB_DRIVER")
    userSetting = setting(parts?.user, "DB_USERNAME")
    passwordSetting = setting(parts?.password, "DB_PASSWORD")
    hostSetting = setting(parts?.host, "DB_HOST")
    nameSetting = setting(path, "DB_DATABASE")
    let named = parts?.scheme ?? driverSetting.word ?? "sqlite"
    driver =
      switch named.lowercased() {
      case "sqlite": .sqlite
      case "mysql", "mariadb": .mysql
      case "pgsql", "postgres", "postgresql": .pgsql
      default: nil
      }
    host = parts?.host ?? hostSetting.word ?? "127.0.0.1"
    port =
      parts?.port.flatMap { UInt16(exactly: $0) }
      ?? configuration.setting("DB_PORT").word.flatMap { UInt16($0) }
    socket =
      driver == .mysql ? configuration.setting("DB_SOCKET", "DB_UNIX_SOCKET").word : nil
    // What config/database.php takes where a variable is not set.
    let example =
      switch configuration.dotenv.dialect {
      // What is cached has all of it.
      case _ where configuration.cached != nil: (name: "", user: "")
      case .twoFour, .lenientTwo: (name: "", user: "")
      case .two, .lenientThree, .three: (name: "forge", user: "forge")
      case .five: (name: "laravel", user: "root")
      }
    name =
      path ?? nameSetting.word
      ?? (driver == .sqlite
        ? "database/database.sqlite" : nameSetting.isSet ? "" : example.name)
    user = parts?.user ?? userSetting.word ?? (userSetting.isSet ? "" : example.user)
    password = parts?.password.map { HiddenValue($0.utf8) } ?? passwordSetting.value.text
    // 3.x asks for neither.
    prefix = configuration.asked("DB_PREFIX")?.word ?? ""
    schema = configuration.asked("DB_SCHEMA")?.word ?? "public"
    certificateAuthority =
      driver == .mysql ? configuration.asked("MYSQL_ATTR_SSL_CA")?.word : nil
    sslMode = parts?.queryItems?.last { $0.name == "sslmode" }?.value
  }

  /// On this machine: by a socket, or by a name that never leaves it.
  var isLocal: Bool {
    // Behind a comma PostgreSQL is told of another one.
    socket != nil || host.hasPrefix("/") && !host.contains(",") || Loopback.isHost(host)
  }
}
