import Glibc

/// What logrotate moved away from a log, the newest first: `FILE.1`, `FILE.2.gz` …, with its `dateext`
/// `FILE-20261001`, `FILE-20260930.gz` …, and both where somebody went from one to the other.
struct RotatedLogs {
  private let path: String
  private var number = 1
  /// Without `.gz`.
  private var dated: ArraySlice<String>
  private let isDatedNewer: Bool

  init(of path: String) throws(Obstacle) {
    self.path = path
    let cut = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let folder = String(path[..<cut])
    let prefix = path[cut...] + "-"
    let days = try Folder.workingDirectory.names(in: folder).compactMap { name -> Substring? in
      guard name.hasPrefix(prefix) else { return nil }
      let day = Self.unpacked(name).dropFirst(prefix.count)
      return Self.isDay(day) ? day : nil
    }
    dated =
      Set(days).sorted { $0.filter(\.isNumber) > $1.filter(\.isNumber) }
      .map { "\(path)-\($0)" }[...]
    func changed(_ bare: String) throws(Obstacle) -> Int? {
      for name in [bare, bare + ".gz"] {
        if let status = try Folder.workingDirectory.status(name) { return status.changed }
      }
      return nil
    }
    if let first = dated.first, let day = try changed(first), let one = try changed("\(path).1") {
      isDatedNewer = day > one
    } else {
      isDatedNewer = false
    }
  }

  mutating func next() throws(Obstacle) -> LogFile? {
    if isDatedNewer, let file = try nextDated() { return file }
    if let file = try nextNumbered() { return file }
    return try nextDated()
  }

  // By name, and not from a list: what is renamed meanwhile is found twice, and not missed.
  private mutating func nextNumbered() throws(Obstacle) -> LogFile? {
    guard let file = try Self.open("\(path).\(number)") else { return nil }
    number += 1
    return file
  }

  private mutating func nextDated() throws(Obstacle) -> LogFile? {
    while let name = dated.popFirst() {
      if let file = try Self.open(name) { return file }
    }
    return nil
  }

  private static func open(_ bare: String) throws(Obstacle) -> LogFile? {
    for name in [bare, bare + ".gz"] {
      do throws(Obstacle) { return try LogFile(path: name) } catch .unreadable(_, ENOENT) {}
    }
    return nil
  }

  /// The one of `paths` that `path` was moved away from.
  static func newest(of path: String, among paths: [String]) -> String? {
    let bare = unpacked(path)
    return paths.first { other in
      guard bare.hasPrefix(other) else { return false }
      let suffix = bare.dropFirst(other.count)
      return switch suffix.first {
      case ".": Int(suffix.dropFirst()) != nil
      case "-": isDay(suffix.dropFirst())
      default: false
      }
    }
  }

  private static func unpacked(_ name: String) -> Substring {
    name.hasSuffix(".gz") ? name.dropLast(3) : name[...]
  }

  /// `20261001` or `2026-10-01`, and what a `dateformat` may add: of the year first alone the order of
  /// the names is that of time.
  private static func isDay(_ suffix: Substring) -> Bool {
    guard suffix.utf8.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: "-") }) else { return false }
    let digits = Array(suffix.filter(\.isNumber))
    guard digits.count >= 8 else { return false }
    return Day("\(String(digits[..<4]))-\(String(digits[4..<6]))-\(String(digits[6..<8]))") != nil
  }
}
