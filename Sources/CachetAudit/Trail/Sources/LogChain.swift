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

  /// More than anybody keeps; each is open while it is looked for.
  static let longest = 400

  /// What is to be read, the oldest first.
  let files: [LogFile]
  let rupture: Break?

  /// From the file on that `mark` is about; without a mark the present one alone, which with one
  /// `mayBeGone`.
  init(path: String, from mark: SourceMark? = nil, mayBeGone: Bool = false) throws(Obstacle) {
    // The newest first: what is renamed meanwhile is found twice, and not missed.
    var files: [LogFile] = []
    do throws(Obstacle) { files = [try LogFile(path: path)] } catch .unreadable(_, ENOENT)
      where mayBeGone && mark != nil
    {}
    guard let mark, mark.offset != nil else {
      (self.files, rupture) = (files, nil)
      return
    }
    // One that cannot be unpacked ends the search: it is told of when it is read.
    func isContinued(_ file: LogFile) -> Bool {
      do throws(Obstacle) { return try file.resume(at: mark) } catch { return true }
    }
    var isFound = files.first.map(isContinued) ?? false
    if !isFound {
      var rotated = try RotatedLogs(of: path)
      while !isFound, files.count <= Self.longest, let older = try rotated.next() {
        if files.contains(where: { older.isSame(as: $0) }) { continue }
        files.append(older)
        isFound = isContinued(older)
      }
    }
    if isFound {
      rupture = nil
    } else if let place = files.firstIndex(where: { $0.isFile(of: mark) }) {
      rupture = .cut(path: files[place].path)
      files.removeSubrange((place + 1)...)
    } else {
      rupture = .gap
    }
    self.files = files.reversed()
  }
}
