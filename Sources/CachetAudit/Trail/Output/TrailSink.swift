enum TrailEntry {
  case event(TrailEvent)
  case alert(TrailAlert)
}

/// Where a review is told to, while it goes on.
protocol TrailSink: AnyObject {
  func take(_ entry: TrailEntry) throws(Obstacle)
  func end(_ summary: TrailSummary) throws(Obstacle)
}
