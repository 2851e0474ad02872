/// All sources by time. Of each it holds so many events at most, within which it sets right what
/// was written out of order: a web server writes a request down when it ends.
struct Timeline {
  static let window = 64

  private struct Stream {
    let source: any TrailSource
    var ahead: Heap<TrailEvent>
    var hasEnded = false
  }

  private var streams: [Stream]
  /// Sources that ended before their end.
  private(set) var obstacles: [Obstacle] = []
  /// Events that were older than one that had been told already.
  private(set) var late = 0
  private var latest: Moment?

  init(_ sources: [any TrailSource]) {
    streams = sources.map { source in
      Stream(source: source, ahead: Heap { $0.occurrence.time < $1.occurrence.time })
    }
  }

  mutating func next() -> TrailEvent? {
    var least: (place: Int, time: Moment)?
    for place in streams.indices {
      fill(place)
      guard let time = streams[place].ahead.first?.occurrence.time else { continue }
      if least.map({ time < $0.time }) ?? true { least = (place, time) }
    }
    guard let least, let event = streams[least.place].ahead.removeFirst() else { return nil }
    if let latest, event.occurrence.time < latest { late += 1 }
    latest = max(latest ?? event.occurrence.time, event.occurrence.time)
    return event
  }

  private mutating func fill(_ place: Int) {
    while !streams[place].hasEnded, streams[place].ahead.count < Self.window {
      do throws(Obstacle) {
        if let event = try streams[place].source.next() {
          streams[place].ahead.insert(event)
        } else {
          streams[place].hasEnded = true
        }
      } catch {
        obstacles.append(error)
        streams[place].hasEnded = true
      }
    }
  }
}
