/// One variable: what Cachet sees, and where that was written.
struct Setting: Sendable {
  let name: String
  let value: EnvironmentValue
  /// As the file sets it, before `env()`; `nil` where it does not, and the value is what the files of
  /// the configuration take then.
  let raw: HiddenValue?
  /// The file alone where no line sets it.
  let place: Place
  let entry: Dotenv.Entry?

  var isSet: Bool { raw != nil }

  /// Neither missing nor `null` nor empty.
  var isGiven: Bool {
    switch value {
    case .null: false
    case .bool: true
    case .text(let text): !text.bytes.isEmpty
    }
  }

  var word: String? { value.word }

  /// Compares with a word that is no secret, letters' case aside.
  func isAny(of words: String...) -> Bool { isAny(of: words) }

  func isAny(of words: [String]) -> Bool {
    guard let raw = raw ?? value.written else { return false }
    let own = String(decoding: value.text?.bytes ?? raw.bytes, as: UTF8.self).lowercased()
    return words.contains(own)
  }

  /// The value for a report: in quotes where the name is one whose values are words and never
  /// secrets, otherwise no more than its length.
  var shown: String {
    guard let raw else {
      return value.written.map { "not set, and then \(shown($0))" } ?? "not set"
    }
    return shown(raw)
  }

  private func shown(_ raw: HiddenValue) -> String {
    // Put together from others, it is whatever they are.
    guard Self.plain.contains(name), entry?.references.isEmpty ?? true, raw.bytes.count <= 64,
      raw.bytes.allSatisfy({ (0x20...0x7E).contains($0) })
    else { return raw.description }
    return "'\(String(decoding: raw.bytes, as: UTF8.self))'"
  }

  private static let plain: Set<String> = [
    "APP_ENV", "APP_DEBUG", "DEBUGBAR_ENABLED", "DB_DRIVER", "DB_CONNECTION", "DB_PORT",
    "CACHE_DRIVER", "CACHE_STORE", "SESSION_DRIVER", "QUEUE_DRIVER", "QUEUE_CONNECTION",
    "MAIL_DRIVER", "MAIL_MAILER", "MAIL_ENCRYPTION", "MAIL_PORT", "LOG_CHANNEL", "LOG_LEVEL",
    "SESSION_SECURE_COOKIE", "SESSION_HTTP_ONLY", "SESSION_SAME_SITE", "CACHET_BEACON",
    "CACHET_EMOJI", "CACHET_AUTO_TWITTER", "CACHET_DEMO_MODE", "CACHET_BLADE_RENDERER",
  ]
}
