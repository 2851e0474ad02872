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
  private let reviewed: Int
  private var last: Int
  private var isOver = false

  init(from mark: SourceMark? = nil, clock: @escaping (LocalTime) -> Moment, pages: @escaping Pages)
  {
    reviewed = mark?.record ?? 0
    last = max(0, reviewed - Self.context)
    (self.clock, self.pages) = (clock, pages)
  }

  func mark() -> SourceMark? { SourceMark(record: max(last, reviewed)) }

  func next() throws(Obstacle) -> TrailEvent? {
    while true {
      if page.isEmpty {
        guard !isOver else { return nil }
        page = try pages(last, Self.pageSize)[...]
        isOver = page.count < Self.pageSize
      }
      guard let values = page.popFirst() else { return nil }
      tally.records += 1
      guard let row = ActionRow(values, clock: clock) else {
        tally.unreadable += 1
        if tally.firstUnreadable == nil {
          tally.firstUnreadable = .damaged(
            path: name, what: "the row behind id \(last) is none of that table")
        }
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
      tally.events += 1
      return TrailEvent(
        occurrence: row.occurrence, source: name, record: row.id, isKnown: row.id <= reviewed)
    }
  }
}

extension ActionTable {
  /// The rows as the clients of databases print them: by id, a line each, a tab between two columns.
  static func printed(at path: String) throws(Obstacle) -> Pages {
    let file = try LogFile(path: path)
    return { (after, limit) throws(Obstacle) in
      var page: [[String?]] = []
      while page.count < limit, let line = try file.next() {
        let values = line.text.split(
          separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false
        )
        .map { String(decoding: $0, as: UTF8.self) }
        if let id = Int(values[0]), id <= after { continue }
        page.append(values)
      }
      return page
    }
  }
}
