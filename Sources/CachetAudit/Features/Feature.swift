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
        let mailer = subject.mailer
        return State(isOn: !["log", "array", ""].contains(mailer.name), place: mailer.place)
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
