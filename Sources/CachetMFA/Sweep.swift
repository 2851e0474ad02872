import Store

/// A walk over every record that tells how far it is and what does not open.
struct Sweep {
  private(set) var records = 0
  /// The sum of what the work on each record returned.
  private(set) var sum = 0
  private(set) var damaged: [(user: String, word: String)] = []
  /// Whether every record was seen.
  private(set) var isComplete = false

  private let work: String
  private let output: Output
  private let showsProgress: Bool

  init(_ work: String, _ output: Output) {
    self.work = work
    self.output = output
    showsProgress = Terminal.isTerminal(2)
  }

  mutating func run(
    _ store: borrowing Store, _ body: (AccountName) throws(StoreFailure) -> Int
  ) {
    var walk = self
    walk.isComplete = store.forEachRecord { (name: AccountName) in
      walk.records += 1
      if walk.showsProgress, walk.records % 1000 == 0 {
        Terminal.tell("\r\(walk.work) \(walk.records) records")
      }
      do throws(StoreFailure) { walk.sum += try body(name) } catch { walk.note(name, error) }
    }
    if showsProgress, walk.records >= 1000 { Terminal.tell("\r\u{1b}[K") }
    self = walk
  }

  func write(to json: JSON) {
    json.array("damaged") {
      for (user, word) in damaged {
        json.object {
          json.field("user", user)
          json.field("damage", word)
        }
      }
    }
  }

  private mutating func note(_ name: AccountName, _ failure: StoreFailure) {
    let user = name.withBytes { (bytes: Span<UInt8>) in printable(text(bytes)) }
    let word = "\(failure.part.name)-\(failure.defect.name)"
    damaged.append((user, word))
    output.line("\(user): \(word)")
  }
}
