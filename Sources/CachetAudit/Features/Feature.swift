/// Something that Cachet does beyond showing a status, which may be on without anybody using it.
struct Feature: Sendable {
  /// As the review names it.
  let name: String
  let purpose: String
  let lines: Set<Installation.Line>
  /// Whether it is on; `nil` where only the database could say so, and is not asked.
  let state: @Sendable (Subject) throws(Obstacle) -> State

  struct State: Sendable {
    let isOn: Bool?
    let place: Place
  }

  static let all: [Feature] = [
    Feature(
      name: "mail", purpose: "notices by mail", lines: [.two3, .two4, .two5, .three],
      state: { subject in
        let driver = subject.setting("MAIL_MAILER", "MAIL_DRIVER")
        return State(
          isOn: driver.isGiven && !driver.isAny(of: "log", "array"), place: driver.place)
      }),
    variable("sms", "notices by SMS (Nexmo)", [.two4, .two5], "NEXMO_KEY"),
    variable("slack-log", "errors to Slack", [.two4, .two5, .three], "LOG_SLACK_WEBHOOK_URL"),
    Feature(
      name: "emoji", purpose: "emoji from GitHub", lines: [.two3, .two4, .two5],
      state: { subject in subject.state("CACHET_EMOJI", otherwise: false) }),
    variable("github-token", "a token for GitHub", [.two3, .two4, .two5], "GITHUB_TOKEN"),
    Feature(
      name: "beacon", purpose: "sends version and the administrator's address to Cachet",
      lines: [.two4, .two5, .three],
      state: { subject in subject.state("CACHET_BEACON", otherwise: true) }),
    Feature(
      name: "auto-twitter", purpose: "turns names into links to Twitter", lines: [.two4, .two5],
      state: { subject in subject.state("CACHET_AUTO_TWITTER", otherwise: true) }),
    Feature(
      name: "subscribers", purpose: "strangers may subscribe to notices",
      lines: [.two3, .two4, .two5, .three],
      state: { (subject) throws(Obstacle) in
        subject.installation.line == .three
          ? try subject.storedState("allow_subscribers", false)
          : try subject.storedState("enable_subscribers", true)
      }),
    stored(
      "external-dependencies", "pages load fonts and scripts from elsewhere",
      "enable_external_dependencies", true),
    stored("login-link", "the public page links to the sign-in", "dashboard_login_link", true),
    Feature(
      name: "api", purpose: "the API of 3.x", lines: [.three],
      state: { (subject) throws(Obstacle) in try subject.storedState("api_enabled", true) }),
    Feature(
      name: "mcp", purpose: "the MCP server of 3.x, which can write", lines: [.three],
      state: { (subject) throws(Obstacle) in try subject.storedState("mcp_enabled", false) }),
    Feature(
      name: "demo-mode", purpose: "resets the installation as the public demo does",
      lines: [.three], state: { subject in subject.state("CACHET_DEMO_MODE", otherwise: false) }),
    Feature(
      name: "blade-renderer", purpose: "templates of incidents become PHP", lines: [.three],
      state: { subject in subject.state("CACHET_BLADE_RENDERER", otherwise: false) }),
  ]

  private static func variable(
    _ name: String, _ purpose: String, _ lines: Set<Installation.Line>, _ variable: String
  ) -> Feature {
    Feature(
      name: name, purpose: purpose, lines: lines,
      state: { subject in
        let setting = subject.setting(variable)
        return State(isOn: setting.isGiven, place: setting.place)
      })
  }

  /// A setting of 2.x that lives in the database.
  private static func stored(
    _ name: String, _ purpose: String, _ key: String, _ standard: Bool
  ) -> Feature {
    Feature(
      name: name, purpose: purpose, lines: [.two3, .two4, .two5],
      state: { (subject) throws(Obstacle) in try subject.storedState(key, standard) })
  }
}

extension Subject {
  func state(_ name: String, otherwise standard: Bool) -> Feature.State {
    let setting = setting(name)
    return Feature.State(
      isOn: setting.isSet && setting.isGiven ? setting.value.isTruthy : standard,
      place: setting.place)
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
    return Feature.State(isOn: kept.isOn(key) ?? standard, place: kept.file.place())
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

/// A PHP array as `var_export` writes it, one entry in a line.
struct KeptSettings: Sendable {
  let file: SourceFile

  /// `nil` where the key is not there.
  func isOn(_ key: String) -> Bool? {
    for line in String(decoding: file.bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let words = line.split(separator: " ", maxSplits: 2)
      guard words.count == 3, words[0] == "'\(key)'", words[1] == "=>" else { continue }
      let value = words[2].hasSuffix(",") ? words[2].dropLast() : words[2]
      return !["''", "'0'", "0", "false", "NULL"].contains(String(value))
    }
    return nil
  }
}
