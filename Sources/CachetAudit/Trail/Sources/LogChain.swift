import Glibc

/// A log and what was rotated away from it: `FILE`, `FILE.1`, `FILE.2.gz` … as logrotate names them.
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
    var number = 1
    while !isFound, number <= Self.longest, let older = try Self.rotated(path, number) {
      number += 1
      if files.contains(where: { older.isSame(as: $0) }) { continue }
      files.append(older)
      isFound = isContinued(older)
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

  /// The one of `paths` that `path` was rotated away from.
  static func newest(of path: String, among paths: [String]) -> String? {
    var parts = path.split(separator: ".", omittingEmptySubsequences: false)
    if parts.last == "gz" { parts.removeLast() }
    guard parts.popLast().flatMap({ Int($0) }) != nil else { return nil }
    let name = parts.joined(separator: ".")
    return paths.contains(name) ? name : nil
  }

  private static func rotated(_ path: String, _ number: Int) throws(Obstacle) -> LogFile? {
    for name in ["\(path).\(number)", "\(path).\(number).gz"] {
      do throws(Obstacle) { return try LogFile(path: name) } catch .unreadable(_, ENOENT) {}
    }
    return nil
  }
}
