/// Where 3.x is below its host, as its configuration has it; 2.x is always at the root.
struct CachetPaths: Sendable {
  /// `/status`, or nothing.
  let base: String
  /// `/status/dashboard`.
  let dashboard: String
  /// A host of its own, where it has one.
  let domain: String?

  static let root = CachetPaths(base: "", dashboard: "/dashboard", domain: nil)

  private init(base: String, dashboard: String, domain: String?) {
    (self.base, self.dashboard, self.domain) = (base, dashboard, domain)
  }

  /// `nil` where nothing says it: neither the installation's files nor those of its core are there.
  init?(_ configuration: Configuration) throws(Obstacle) {
    guard configuration.line == .three else {
      self = .root
      return
    }
    let path = try configuration.configured(at: "cachet.path")
    guard let path = path ?? configuration.ownSetting("CACHET_PATH") else { return nil }
    base = Self.normalised(path.word ?? "")
    let dashboard = try configuration.configured(at: "cachet.dashboard_path")?.word
    self.dashboard = dashboard.map(Self.normalised) ?? base + "/dashboard"
    domain = try configuration.configured(at: "cachet.domain")?.word?.lowercased()
  }

  private static func normalised(_ path: String) -> String {
    path.split(separator: "/").map { "/\($0)" }.joined()
  }
}
