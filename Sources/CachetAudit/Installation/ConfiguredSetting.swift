/// Settings as the installed files of the configuration ask for them.
extension Configuration {
  /// What stands at `path`, whatever variable it is from: cached, set, or as the files say. `nil` where
  /// nothing names it. Throws where it cannot be told.
  func configured(at path: String) throws(Obstacle) -> Setting? {
    if let cached {
      return cached[path].map { entry in
        Setting(
          name: path, value: entry.value, raw: entry.value.written,
          place: Place(path: cached.file.path, line: entry.line), entry: nil)
      }
    }
    guard let entry = try tree.entry(at: path) else { return nil }
    switch entry.expression {
    case .value(let value):
      return Setting(
        name: path, value: value, raw: value.written, place: entry.place, entry: nil)
    case .variable(let name, let otherwise):
      if let own = ownSetting(name) { return own }
      guard let value = Self.value(of: otherwise) else { break }
      return Setting(name: name, value: value, raw: nil, place: entry.place, entry: nil)
    case .unknown: break
    }
    throw .damaged(path: entry.place.words, what: "what '\(path)' is, only PHP knows")
  }

  /// What Cachet has where its files ask for `name` in another way than they did as they came; `nil`
  /// where they do not, or where it cannot be told.
  func changedSetting(_ name: String, at path: String) -> Setting? {
    let path = path.contains("*") ? path.replacing("*", with: connection ?? "*") : path
    guard let found = try? tree.entry(at: path) else { return nil }
    switch found.expression {
    case .value(let value):
      return Setting(name: name, value: value, raw: value.written, place: found.place, entry: nil)
    case .variable(let own, let otherwise):
      if let set = ownSetting(own) { return set }
      guard let value = Self.value(of: otherwise) else { return nil }
      let isShipped = ShippedDefaults.has(value, for: name, of: line)
      // Whatever has the usual name, nobody asks for it.
      if isShipped, own == name { return nil }
      return Setting(name: own, value: value, raw: nil, place: found.place, entry: nil)
    case .unknown: return nil
    }
  }

  private static func value(
    of expression: ConfigurationReader.Expression?
  ) -> EnvironmentValue? {
    switch expression {
    case nil: .null
    case .value(let value): value
    case .variable, .unknown: nil
    }
  }

  /// The connection that is the default one.
  private var connection: String? { (try? configured(at: "database.default"))?.word }
}
