/// How bad it is if a check does not hold.
enum Severity: String, Sendable, CaseIterable, Comparable, Codable {
  case info, low, medium, high, critical

  static func < (one: Severity, other: Severity) -> Bool { one.rank < other.rank }

  private var rank: Int {
    switch self {
    case .info: 0
    case .low: 1
    case .medium: 2
    case .high: 3
    case .critical: 4
    }
  }
}
