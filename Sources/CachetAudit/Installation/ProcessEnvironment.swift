/// The environment of the process that runs PHP, as somebody gives it: it wins over `.env`, and no
/// file of an installation tells it.
struct ProcessEnvironment: Sendable {
  /// Somebody has told it, so that what is not in it is not set.
  let isGiven: Bool
  let variables: [String: HiddenValue]
  private let places: [String: Place]

  static let unknown = ProcessEnvironment()

  private init() { (isGiven, variables, places) = (false, [:], [:]) }

  /// Read from `path`: `NAME=VALUE` in each line, or ended by NUL as `/proc/PID/environ` has it.
  init(path: String) throws(Obstacle) {
    guard let file = try Folder.workingDirectory.read(path) else {
      throw .unreadable(path: path, errno: 2)
    }
    let ends = file.bytes.contains(0)
    var variables: [String: HiddenValue] = [:]
    var places: [String: Place] = [:]
    let entries = file.bytes.split(
      separator: ends ? 0 : UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, entry) in entries.enumerated() where !entry.isEmpty {
      let place = ends ? file.place() : Place(path: path, line: index + 1)
      guard let equals = entry.firstIndex(of: UInt8(ascii: "=")), equals > entry.startIndex else {
        throw .damaged(path: place.words, what: "is not NAME=VALUE")
      }
      let name = String(decoding: entry[..<equals], as: UTF8.self)
      // `getenv` finds the first.
      guard variables[name] == nil else { continue }
      variables[name] = HiddenValue(entry[(equals + 1)...])
      places[name] = place
    }
    (isGiven, self.variables, self.places) = (true, variables, places)
  }

  subscript(name: String) -> HiddenValue? { variables[name] }

  func setting(_ name: String, dialect: Dotenv.Dialect) -> Setting? {
    guard let value = variables[name], let place = places[name] else { return nil }
    return Setting(
      name: name, value: EnvironmentValue(value, dialect: dialect), raw: value, place: place,
      entry: nil)
  }

  /// What is a text and not empty after `env()`: what names a file.
  func word(_ name: String, dialect: Dotenv.Dialect) -> String? {
    EnvironmentValue(variables[name], dialect: dialect).word
  }
}
