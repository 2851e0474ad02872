import Glibc

/// A log and what was rotated away from it, from where it was reviewed on.
struct LogChain {
  /// Why lines may be missing behind a mark.
  enum Break {
    /// The file that was reviewed does not hold any more what it held.
    case cut(path: String)
    /// The file that was reviewed is gone.
    case gap
  }

  /// What is to be read, the oldest first.
  let files: [LogFile]
  let rupture: Break?
  /// The first goes on where it was reviewed, not from its beginning.
  private(set) var goesOn = false
  /// What kept others from being looked at.
  let obstacle: Obstacle?

  /// From the file on that `mark` is about; without a mark the present one alone, which with one
  /// `mayBeGone`.
  init(path: String, from mark: SourceMark? = nil, mayBeGone: Bool = false) throws(Obstacle) {
    // The newest first: what is renamed meanwhile is found twice, and not missed.
    var files: [LogFile] = []
    do throws(Obstacle) { files = [try LogFile(path: path)] } catch .unreadable(_, ENOENT)
      where mayBeGone && mark != nil
    {}
    guard let mark, mark.offset != nil else {
      (self.files, rupture, obstacle) = (files, nil, nil)
      return
    }
    // One that cannot be unpacked ends the search: it is told of when it is read.
    var end: Int?
    func isContinued(_ file: LogFile) -> Bool {
      do throws(Obstacle) { return try file.resume(at: mark) } catch { return end == nil }
    }
    if let file = files.first, isContinued(file) {
      (self.files, rupture, obstacle) = (files, nil, nil)
      goesOn = mark.record > 0
      return
    }
    // What was reviewed ends the search, whatever its name; among names with days it may be a copy
    // that does, and the log itself is older.
    var older = RotatedLogs(of: path)
    while end == nil || !older.isNumbered, let file = older.next() {
      if files.contains(where: { file.isSame(as: $0) }) { continue }
      files.append(file)
      guard isContinued(file) else { continue }
      end = files.count
      if file.isFile(of: mark) { break }
    }
    obstacle = older.obstacle
    if let end {
      rupture = nil
      goesOn = mark.record > 0
      files.removeSubrange(end...)
    } else if let place = files.firstIndex(where: { $0.isFile(of: mark) }) {
      rupture = .cut(path: files[place].path)
      files.removeSubrange((place + 1)...)
    } else {
      rupture = .gap
    }
    self.files = files.reversed()
  }
}
