import FoundationEssentials

/// The Redis that Cachet uses. In 3.x one URL may hold all of it; `tls://` stands for TLS in either.
struct RedisSettings: Sendable {
  /// What names the host.
  let place: Setting
  let isLocal: Bool
  let isEncrypted: Bool
  let hasPassword: Bool

  init(_ configuration: Configuration) {
    let hostSetting = configuration.setting("REDIS_HOST")
    let urlSetting = configuration.asked("REDIS_URL")
    place = urlSetting.flatMap { $0.word == nil ? nil : $0 } ?? hostSetting
    let written = place.word ?? "127.0.0.1"
    let scheme = written.firstRange(of: "://").map { written[..<$0.lowerBound].lowercased() }
    let parts = scheme == nil ? nil : URLComponents(string: written)
    let host = parts?.host ?? written
    isEncrypted = ["tls", "rediss", "ssl"].contains(scheme)
    isLocal = host.hasPrefix("/") || scheme == "unix" || Loopback.isHost(host)
    hasPassword =
      parts?.password?.isEmpty == false || configuration.setting("REDIS_PASSWORD").isGiven
  }
}
