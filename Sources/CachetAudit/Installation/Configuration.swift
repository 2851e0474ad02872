/// What Cachet is configured to, from where it reads it: the cached configuration where there is one,
/// else the environment of its process, and behind that its environment file.
///
/// Source: laravel/framework v5.2.39, v5.7.29 and v11.27.2 (`LoadEnvironmentVariables`,
/// `Application::getCachedConfigPath`).
struct Configuration: Sendable {
  /// `.env`, or `.env.NAME` where the process has `APP_ENV=NAME` and there is such a file.
  let file: SourceFile
  /// Else it is taken for an empty one: what is cached, or the environment, stands in for it.
  let isFileThere: Bool
  let dotenv: Dotenv
  /// While it is there Laravel reads neither the file nor, but for its own few, the environment.
  let cached: CachedConfiguration?
  let environment: ProcessEnvironment
  private let paths: [String: ConfigurationPaths.Path]
  let line: Installation.Line
  /// What the installed files ask for.
  let tree: ConfigurationTree
  /// What was asked for, and is not known.
  let doubts = Doubts()

  static let path = ".env"

  init(
    of installation: Installation, environment: ProcessEnvironment = .unknown
  ) throws(Obstacle) {
    self.environment = environment
    let dialect = try installation.dialect()
    paths = ConfigurationPaths.all(of: installation.line)
    line = installation.line
    tree = ConfigurationTree(of: installation.folder, ConfigurationPaths.files(of: line))
    cached = try Self.cached(in: installation, environment, dialect)
    if let found = try Self.file(in: installation, environment, dialect) {
      (file, isFileThere) = (found, true)
    } else if cached != nil || environment.isGiven {
      (file, isFileThere) = (SourceFile(path: Self.path, bytes: []), false)
    } else {
      throw .unreadable(path: Self.path, errno: 2)
    }
    do {
      dotenv = try Dotenv(
        file.bytes, dialect: dialect, environment: environment.variables)
    } catch {
      throw .environmentFile(path: file.path, error)
    }
  }

  private static func file(
    in installation: Installation, _ environment: ProcessEnvironment, _ dialect: Dotenv.Dialect
  ) throws(Obstacle) -> SourceFile? {
    if let name = environment.word("APP_ENV", dialect: dialect),
      let file = try installation.folder.read("\(path).\(name)")
    {
      return file
    }
    return try installation.folder.read(path)
  }

  private static func cached(
    in installation: Installation, _ environment: ProcessEnvironment, _ dialect: Dotenv.Dialect
  ) throws(Obstacle) -> CachedConfiguration? {
    // Laravel 5.2 does not know the variable.
    let moved =
      installation.line == .two3
      ? nil : environment.word("APP_CONFIG_CACHE", dialect: dialect)
    guard let file = try installation.folder.read(moved ?? "bootstrap/cache/config.php") else {
      return nil
    }
    return try CachedConfiguration(file)
  }

  /// What `env()` gives for the first of `names` that is set: some have got another name in 3.x.
  func setting(_ names: String...) -> Setting { setting(anyOf: names) }

  func setting(anyOf names: [String]) -> Setting {
    // A name that this Cachet does not ask for says nothing beside one that it does.
    let asked = names.filter { paths[$0] != nil }
    if let cached, let name = asked.first, let path = paths[name] {
      return setting(name, at: path, in: cached)
    }
    for name in asked.isEmpty ? names : asked {
      if case .value(let path)? = paths[name] {
        switch asking(for: name, at: path) {
        case .asShipped: break
        case .changed(let setting): return setting
        case .unknown(let words): doubts.note(words)
        }
      }
      if let setting = ownSetting(name) { return setting }
    }
    return Setting(
      name: asked.first ?? names.first ?? "", value: .null, raw: nil, place: file.place(),
      entry: nil)
  }

  /// As the process and the file have it, whatever is cached.
  func ownSetting(_ name: String) -> Setting? {
    if let setting = environment.setting(name, dialect: dotenv.dialect) { return setting }
    guard let entry = dotenv.entry(name), let value = entry.value else { return nil }
    return Setting(
      name: name, value: EnvironmentValue(value, dialect: dotenv.dialect), raw: value,
      place: Place(path: file.path, line: entry.line), entry: entry)
  }

  private func setting(
    _ name: String, at path: ConfigurationPaths.Path, in cached: CachedConfiguration
  ) -> Setting {
    let entry: ExportReader.Entry?
    switch path {
    case .value(let path):
      let connection = cached["database.default"]?.value.word ?? ""
      entry = cached[path.replacing("*", with: connection)]
    case .member(let list, let suffix):
      let member = cached.entry(of: list, endingIn: suffix)
      entry = ExportReader.Entry(
        value: .bool(member != nil), line: member?.line ?? 1)
    }
    return Setting(
      name: name, value: entry?.value ?? .null, raw: entry?.value.written,
      place: Place(path: cached.file.path, line: entry?.line), entry: nil)
  }

  /// What process or file set otherwise than it is cached: the name, and where either stands.
  var differing: [(name: String, cached: Place, own: Place)] {
    guard let cached else { return [] }
    return askedNames.compactMap { name in
      guard let path = paths[name], let own = ownSetting(name), let wanted = own.value.written
      else { return nil }
      let setting = setting(name, at: path, in: cached)
      // A configuration that does not ask for it.
      guard setting.place.line != nil else { return nil }
      let isSame =
        switch setting.value {
        case .null: false
        case .bool(let value): value == own.value.isTruthy
        case .text(let text): text.isSame(as: wanted)
        }
      return isSame ? nil : (name, setting.place, own.place)
    }
  }

  /// `nil` where this Cachet does not ask for it, whatever the file has.
  func asked(_ name: String) -> Setting? { paths[name] == nil ? nil : setting(name) }

  /// The variables that this Cachet asks for.
  var askedNames: [String] { paths.keys.sorted() }
}
