/// One entry as RFC 5424 has it. The enterprise number is one that is kept for documentation
/// (RFC 5612): who writes these is told by APP-NAME.
enum SyslogMessage {
  static let appName = "cachet-mfa-audit"
  static let dataID = "cachet@32473"
  /// 'log audit'.
  private static let facility = 13

  static func text(_ entry: TrailEntry, host: String) -> String {
    switch entry {
    case .event(let event):
      let occurrence = event.occurrence
      return text(
        severity: 6, time: occurrence.time, host: host, id: occurrence.kind.rawValue,
        data: [
          ("user", occurrence.user), ("address", occurrence.address), ("source", event.source),
          ("record", String(event.record)),
        ], words: occurrence.detail)
    case .alert(let alert):
      return text(
        severity: level(of: alert.rule.severity), time: alert.signal.time, host: host,
        id: alert.rule.id,
        data: [
          ("rule", alert.rule.id), ("severity", alert.rule.severity.rawValue),
          ("user", alert.signal.event.occurrence.user),
          ("address", alert.signal.event.occurrence.address),
          ("source", alert.signal.event.source), ("record", String(alert.signal.event.record)),
        ], words: alert.signal.message)
    }
  }

  static func level(of severity: Severity) -> Int {
    switch severity {
    case .critical: 2
    case .high: 3
    case .medium: 4
    case .low: 5
    case .info: 6
    }
  }

  private static func text(
    severity: Int, time: Moment, host: String, id: String, data: [(String, String?)], words: String
  ) -> String {
    let parameters = data.compactMap { name, value in
      value.map { "\(name)=\"\(escaped(Printable.text($0.utf8, limit: 200)))\"" }
    }
    // The byte order mark says that what follows is UTF-8.
    return "<\(facility * 8 + severity)>1 \(time) \(word(host, limit: 255)) \(appName) - "
      + "\(word(id, limit: 32)) [\(dataID) \(parameters.joined(separator: " "))] \u{FEFF}\(words)"
  }

  /// Three characters may not stand as they are in a value.
  static func escaped(_ value: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in value.unicodeScalars {
      if scalar == "\"" || scalar == "\\" || scalar == "]" { escaped.append("\\") }
      escaped.append(scalar)
    }
    return String(escaped)
  }

  /// PRINTUSASCII, or the sign for nothing.
  private static func word(_ text: String, limit: Int) -> String {
    let bytes = text.utf8.filter { (0x21...0x7E).contains($0) }.prefix(limit)
    return bytes.isEmpty ? "-" : String(decoding: bytes, as: UTF8.self)
  }
}
