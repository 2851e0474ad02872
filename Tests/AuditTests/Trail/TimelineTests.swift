import Testing

@testable import CachetAudit

/// A source of the events that a test makes up, which may break off.
final class Told: TrailSource {
  let name: String
  var tally = SourceTally()
  func mark() -> SourceMark? { nil }
  private var events: [TrailEvent]
  private let obstacle: Obstacle?

  init(_ name: String, _ times: [Int], then obstacle: Obstacle? = nil) {
    self.name = name
    self.obstacle = obstacle
    events = times.enumerated().map { place, time in
      TrailEvent(
        occurrence: Occurrence(
          time: Moment(seconds: time), kind: .changed, user: "alice", detail: "x"),
        source: name, record: place + 1)
    }
  }

  func next() throws(Obstacle) -> TrailEvent? {
    if events.isEmpty {
      if let obstacle { throw obstacle }
      return nil
    }
    return events.removeFirst()
  }
}

@Suite("Trail: one timeline")
struct TimelineTests {
  private func places(_ timeline: inout Timeline) -> [String] {
    var places: [String] = []
    while let event = timeline.next() { places.append(event.place) }
    return places
  }

  @Test("sources are merged by time, and of equal times in the order given")
  func merged() {
    var timeline = Timeline([
      Told("a", [1, 4, 4, 9]), Told("b", [2, 4, 8]), Told("c", []), Told("d", [0]),
    ])
    #expect(places(&timeline) == ["d:1", "a:1", "b:1", "a:2", "a:3", "b:2", "b:3", "a:4"])
    #expect(timeline.late == 0)
  }

  @Test("what is a little out of order is set right, and what is more is counted")
  func late() {
    var times = Array(stride(from: 0, to: 1000, by: 10))
    times.swapAt(10, 40)
    var little = Timeline([Told("a", times)])
    let order = places(&little)
    #expect(order.count == 100 && order[10] == "a:41" && order[40] == "a:11")
    #expect(little.late == 0)

    var much = Timeline([Told("a", Array(100..<300) + [5])])
    #expect(places(&much).count == 201)
    #expect(much.late == 1)
  }

  @Test("a source that breaks off hinders no other, and is named")
  func broken() {
    let obstacle = Obstacle.unreadable(path: "a", errno: 5)
    var timeline = Timeline([Told("a", [1, 5], then: obstacle), Told("b", [2, 9])])
    #expect(places(&timeline) == ["a:1", "b:1", "a:2", "b:2"])
    #expect(timeline.obstacles == [obstacle])
  }

  @Test("a heap gives back in order what it was given, equals as they came")
  func heap() {
    var heap = Heap<(Int, Int)> { $0.0 < $1.0 }
    var state: UInt64 = 7
    var all: [(Int, Int)] = []
    for order in 0..<2000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      all.append((Int(state >> 59), order))
      heap.insert(all[order])
    }
    var given: [(Int, Int)] = []
    while let next = heap.removeFirst() { given.append(next) }
    #expect(given.elementsEqual(all.sorted { $0 < $1 }, by: ==))
  }

  @Test("rows come a page at a time; what was reviewed is read again for context alone")
  func pages() throws {
    let rows: [[String?]] = (1...2500).map {
      ["\($0)", "X\\IncidentWasUpdatedEvent", "alice", "2026-10-01 12:00:00"]
    }
    var asked: [Int] = []
    let table = ActionTable(from: SourceMark(record: 2400), clock: { $0.inUTC }) { after, limit in
      asked.append(after)
      return Array(rows.drop { Int($0[0] ?? "") ?? 0 <= after }.prefix(limit))
    }
    var events: [TrailEvent] = []
    while let event = try table.next() { events.append(event) }
    #expect(asked == [2399, 1400, 2400])
    #expect(events.count == 1100 && events.count { !$0.isKnown } == 100)
    #expect(table.mark() == SourceMark(record: 2500))
  }

  @Test("the row that was reviewed last is gone: all are read, and that is told")
  func goneRow() throws {
    let folder = try Scratch()
    let rows = (1...5).map { "\($0)\tX\\IncidentWasUpdatedEvent\talice\t2026-10-01 12:00:00\n" }
    try folder.write("actions.tsv", rows.joined())
    func read(_ reviewed: Int) throws -> [String] {
      let table = ActionTable(
        from: SourceMark(record: reviewed), clock: { $0.inUTC },
        pages: try ActionTable.printed(at: folder.path("actions.tsv")))
      var told: [String] = []
      while let event = try table.next() {
        told.append(
          event.occurrence.kind == .logCut
            ? "cut \(event.place)" : "\(event.record)\(event.isKnown ? " known" : "")")
      }
      #expect(table.mark() == SourceMark(record: 5))
      return told
    }
    #expect(try read(0) == ["1", "2", "3", "4", "5"])
    #expect(try read(3) == ["1 known", "2 known", "3 known", "4", "5"])
    // Emptied, and begun anew.
    #expect(try read(9) == ["cut actions", "1", "2", "3", "4", "5"])
    // Taken out.
    try folder.write("actions.tsv", (rows[..<2] + rows[3...]).joined())
    #expect(try read(3) == ["cut actions", "1", "2", "4", "5"])
  }

  @Test("rows out of order end the table, and one that is none is told")
  func badRows() throws {
    let time = "2026-10-01 12:00:00"
    let backwards = ActionTable(clock: { $0.inUTC }) { _, _ in
      [["2", "A", "x", time], ["1", "A", "x", time]]
    }
    _ = try backwards.next()
    #expect(throws: Obstacle.self) { try backwards.next() }

    let odd = ActionTable(clock: { $0.inUTC }) { after, _ in
      after == 0 ? [["1", "A", "x", "never"], ["2", "A", "x", time]] : []
    }
    #expect(try odd.next()?.record == 2)
    #expect(odd.tally.unreadable == 1 && odd.tally.firstUnreadable != nil)
  }
}
