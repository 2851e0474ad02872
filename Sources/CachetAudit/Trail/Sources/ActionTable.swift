/// The table `actions` of 2.4 and 2.5, a page at a time.
final class ActionTable: TrailSource {
  /// Rows with an id above `after`, by id, at most `limit`; each with `ActionRow.columns`.
  typealias Pages = (_ after: Int, _ limit: Int) throws(Obstacle) -> [[String?]]

  static let pageSize = 1000
  /// So many of the reviewed rows are read again: who has signed in before is in them.
  static let context = 1000

  let name = "actions"
  private(set) var tally = SourceTally()
  private let pages: Pages
  private let clock: (LocalTime) -> Moment
  private var page: ArraySlice<[String?]> = []
  private let now: Moment
  private var reviewed: Int
  private var last: Int
  private var isBegun = false
  private var isOver = false

  init(
    from mark: SourceMark? = nil, noticed now: Moment = .now,
    clock: @escaping (LocalTime) -> Moment, pages: @escaping Pages
  ) {
    self.now = now
    reviewed = mark?.record ?? 0
    last = max(0, reviewed - Self.context)
    (self.clock, self.pages) = (clock, pages)
  }

  /// Where the last row that was reviewed is gone, ids may have begun anew: all rows are read.
  private func rupture() throws(Obstacle) -> TrailEvent? {
    guard reviewed > 0 else { return nil }
    let id = try pages(reviewed - 1, 1).first?.first.flatMap { $0.flatMap { Int($0) } }
    guard id != reviewed else { return nil }
    defer { (reviewed, last) = (0, 0) }
    return TrailEvent(
      occurrence: Occurrence(
        time: now, kind: .logCut,
        detail: "the row that was reviewed last, id \(reviewed), is not there; all rows are read"),
      source: name, record: 0)
  }

  func mark() -> SourceMark? { SourceMark(record: max(last, reviewed)) }

  func next() throws(Obstacle) -> TrailEvent? {
    if !isBegun {
      isBegun = true
      if let event = try rupture() { return event }
    }
    while true {
      if page.isEmpty {
        guard !isOver else { return nil }
        page = try pages(last, Self.pageSize)[...]
        isOver = page.count < Self.pageSize
      }
      guard let values = page.popFirst() else { return nil }
      tally.records += 1
      guard let row = ActionRow(values, clock: clock) else {
        tally.note(
          unreadable: .damaged(
            path: name, what: "the row behind id \(last) is none of that table"))
        // Its id cannot be told either, perhaps: nothing behind it can be asked for.
        guard let id = values.first?.flatMap({ Int($0) }), id > last else {
          page = []
          isOver = true
          continue
        }
        last = id
        continue
      }
      guard row.id > last else {
        throw .damaged(path: name, what: "rows come in no order of their ids")
      }
      last = row.id
      tally.understood += 1
      tally.events += 1
      return TrailEvent(
        occurrence: row.occurrence, source: name, record: row.id, isKnown: row.id <= reviewed)
    }
  }
}

extension ActionTable {
  /// The rows as the clients of databases print them: by id, a line each, a tab between two columns.
  static func printed(at path: String) throws(Obstacle) -> Pages {
    var file = try LogFile(path: path)
    var last = 0
    return { (after, limit) throws(Obstacle) in
      if after < last { file = try LogFile(path: path) }
      last = after
      var page: [[String?]] = []
      while page.count < limit, let line = try file.next() {
        let values = line.text.split(
          separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false
        )
        .map { String(decoding: $0, as: UTF8.self) }
        if let id = Int(values[0]) {
          if id <= after { continue }
          last = id
        }
        page.append(values)
      }
      return page
    }
  }
}
