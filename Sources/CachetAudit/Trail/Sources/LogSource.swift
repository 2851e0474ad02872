/// The lines of a log that matter, in its order. One that was rotated since its last review is
/// continued under its old name first.
final class LogSource<Reader: LineReader>: TrailSource {
  let name: String
  private(set) var tally = SourceTally()
  private var reader: Reader
  private var files: [LogFile]

  init(path: String, reader: Reader, from mark: SourceMark? = nil) throws(Obstacle) {
    self.reader = reader
    var files: [LogFile] = []
    if let mark, !mark.isOf(path) {
      if mark.isOf(path + ".1") {
        files.append(try LogFile(path: path + ".1", from: mark))
      } else {
        tally.hasGap = true
      }
    }
    let present = try LogFile(path: path, from: mark)
    name = present.path
    files.append(present)
    self.files = files
    self.mark = present.mark
  }

  private(set) var mark: SourceMark?

  func next() throws(Obstacle) -> TrailEvent? {
    while let file = files.first {
      guard let line = try file.next() else {
        mark = file.mark
        files.removeFirst()
        continue
      }
      tally.records += 1
      if line.isCut { tally.cut += 1 }
      switch reader.read(line.text) {
      case .nothing: continue
      case .unreadable(let what):
        tally.unreadable += 1
        if tally.firstUnreadable == nil {
          tally.firstUnreadable = .damaged(path: "\(file.path):\(line.number)", what: what)
        }
      case .occurrence(let occurrence):
        tally.events += 1
        return TrailEvent(occurrence: occurrence, source: file.path, record: line.number)
      }
    }
    return nil
  }
}
