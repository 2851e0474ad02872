/// From where on something is too much.
struct TrailThresholds: Sendable {
  struct Rate: Sendable {
    var count: Int
    /// In seconds.
    let within: Int
  }

  private(set) var refusedPerDay = 5
  private(set) var failuresBeforeSuccess = 5
  let failureWindow = 3600
  private(set) var passwords = Rate(count: 10, within: 600)
  private(set) var tooMany = Rate(count: 10, within: 60)
  private(set) var removals = Rate(count: 5, within: 300)
  private(set) var failures = Rate(count: 20, within: 60)
  private(set) var livewire = Rate(count: 3, within: 600)
  private(set) var holesPerDay = 1
  /// How long a session of Cachet lasts unused.
  private(set) var sessionMinutes = 120

  /// What can be set, by the rule that it is for.
  private static let settable: [(rule: String, place: any WritableKeyPath<Self, Int> & Sendable)] =
    [
      ("codes-refused", \.refusedPerDay), ("success-after-failures", \.failuresBeforeSuccess),
      ("passwords-tried", \.passwords.count), ("too-many-requests", \.tooMany.count),
      ("bulk-removal", \.removals.count), ("no-sign-in", \.sessionMinutes),
      ("failures", \.failures.count), ("livewire-errors", \.livewire.count),
      ("holes-tried", \.holesPerDay),
    ]

  static var rules: [String] { settable.map(\.rule) }

  /// What detectors remember grows with it.
  static let range = 1...1000

  /// `RULE=N`; false for what is none, and nothing changes.
  mutating func set(_ text: String) -> Bool {
    let parts = text.split(separator: "=", omittingEmptySubsequences: false)
    guard parts.count == 2, let place = Self.settable.first(where: { $0.rule == parts[0] })?.place,
      parts[1].allSatisfy(\.isNumber), let number = Int(parts[1]), Self.range ~= number
    else { return false }
    self[keyPath: place] = number
    return true
  }
}
