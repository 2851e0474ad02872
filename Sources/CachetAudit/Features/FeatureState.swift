/// How it stands with a feature of the installation.
extension Subject {
  func state(_ name: String, otherwise standard: Bool) -> Feature.State {
    let setting = setting(name)
    return Feature.State(
      isOn: setting.isGiven ? setting.value.isTruthy : standard,
      place: setting.place)
  }

  /// What mail is handed to: without the variable SMTP in 2.x and the log in 3.x; empty for nothing.
  var mailer: (name: String, place: Place) {
    let setting = setting("MAIL_MAILER", "MAIL_DRIVER")
    guard setting.isSet || setting.isGiven || configuration.cached != nil else {
      return (installation.line == .three ? "log" : "smtp", setting.place)
    }
    return (setting.word ?? "", setting.place)
  }

  var knownFeatures: [Feature] { Feature.all.filter { $0.lines.contains(installation.line) } }

  /// A setting that lives in the database: as that says, where it is asked, otherwise as the file
  /// says that 2.x keeps.
  func storedState(_ key: String, _ standard: Bool) throws(Obstacle) -> Feature.State {
    if let live = try options.database?.get() {
      return Feature.State(
        isOn: try live.settings.get()[key] ?? standard, place: database.nameSetting.place)
    }
    guard installation.line != .three, let kept = try keptSettings() else {
      return Feature.State(isOn: nil, place: configuration.file.place())
    }
    return Feature.State(isOn: try kept.isOn(key) ?? standard, place: kept.file.place())
  }

  /// The settings of 2.x as it keeps them in `bootstrap/cachet` between changes.
  func keptSettings() throws(Obstacle) -> KeptSettings? {
    let environment = setting("APP_ENV").value.text.map {
      String(decoding: $0.bytes, as: UTF8.self)
    }
    let name = environment ?? "production"
    guard name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }) else {
      return nil
    }
    return try folder.read("bootstrap/cachet/\(name).php").map { KeptSettings(file: $0) }
  }
}
