/// What a detector saw.
struct Signal: Sendable {
  let time: Moment
  let message: String
  /// The last event that it took.
  let event: TrailEvent
}

/// Sees all events by time, and says when something is too much. What it remembers is bounded.
protocol Detector {
  mutating func see(_ event: TrailEvent) -> [Signal]
  /// Nothing follows.
  mutating func end() -> [Signal]
}

extension Detector {
  mutating func end() -> [Signal] { [] }
}
