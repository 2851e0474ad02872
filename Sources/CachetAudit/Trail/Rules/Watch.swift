/// All rules, at work.
struct Watch {
  private var detectors: [(rule: Rule, detector: any Detector)]

  init(_ rules: [Rule] = Rule.all, thresholds: TrailThresholds = TrailThresholds()) {
    detectors = rules.map { ($0, $0.detector(thresholds)) }
  }

  mutating func see(_ event: TrailEvent) -> [TrailAlert] { collect { $0.see(event) } }

  mutating func end() -> [TrailAlert] { collect { $0.end() } }

  private mutating func collect(_ body: (inout any Detector) -> [Signal]) -> [TrailAlert] {
    var alerts: [TrailAlert] = []
    for place in detectors.indices {
      let rule = detectors[place].rule
      alerts += body(&detectors[place].detector).map { TrailAlert(rule: rule, signal: $0) }
    }
    return alerts
  }
}
