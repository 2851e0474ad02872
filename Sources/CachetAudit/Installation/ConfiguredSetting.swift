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

  /// How the installed files ask for a variable.
  enum Asking {
    /// As they did when they came, or they are not there.
    case asShipped
    /// In another way: this is what Cachet has.
    case changed(Setting)
    /// Only PHP knows, with the words that say so.
    case unknown(String)
  }

  func asking(for name: String, at path: String) -> Asking {
    let entry: ConfigurationTree.Entry?
    var path = path
    do throws(Obstacle) {
      if path.contains("*"), let connection = try connection() {
        path = path.replacing("*", with: connection)
      }
      entry = try tree.entry(at: path)
    } catch { return .unknown(error.words) }
    guard let found = entry else { return .asShipped }
    switch found.expression {
    case .value(let value):
      return .changed(
        Setting(name: name, value: value, raw: value.written, place: found.place, entry: nil))
    case .variable(let own, let otherwise):
      if let set = ownSetting(own) { return .changed(set) }
      guard let value = Self.value(of: otherwise) else {
        return own == name && ShippedDefaults.areComputed.contains(name)
          ? .asShipped : .unknown(Self.doubt(path, found))
      }
      let isShipped = ShippedDefaults.has(value, for: name, of: line)
      // Whatever has the usual name, nobody asks for it.
      if isShipped, own == name { return .asShipped }
      return .changed(
        Setting(name: own, value: value, raw: nil, place: found.place, entry: nil))
    case .unknown:
      return ShippedDefaults.areComputed.contains(name)
        ? .asShipped : .unknown(Self.doubt(path, found))
    }
  }

  private static func doubt(_ path: String, _ entry: ConfigurationTree.Entry) -> String {
    "\(entry.place.words): what '\(path)' is, only PHP knows"
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
  private func connection() throws(Obstacle) -> String? {
    let usual = line == .three ? "DB_CONNECTION" : "DB_DRIVER"
    return (try configured(at: "database.default") ?? ownSetting(usual))?.word
  }
}
