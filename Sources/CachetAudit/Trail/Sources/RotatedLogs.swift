import Glibc

/// What logrotate moved away from a log: `FILE.1`, `FILE.2.gz` …, or with its `dateext` `FILE-20261001`,
/// `FILE-20260930.gz` …; both where somebody went from one to the other, or copies it besides.
struct RotatedLogs {
  /// More than anybody looks at in a review; each is open while the mark is looked for.
  static let longest = 400

  private let path: String
  private var number = 1
  /// Where some have a day in their name: all there are, the newest first.
  private var sorted: ArraySlice<LogFile>?
  /// What kept one of them, or all, from being looked at.
  private(set) var obstacle: Obstacle?

  /// Whether the names alone say which one is the next older one.
  var isNumbered: Bool { sorted == nil }

  init(of path: String) {
    self.path = path
    let dated = namesWithDays()
    guard !dated.isEmpty else { return }
    var files: [LogFile] = []
    while files.count < Self.longest / 2, let file = nextNumbered() { files.append(file) }
    let hasNumbers = !files.isEmpty
    for name in dated.prefix(Self.longest / 2) { if let file = open(name) { files.append(file) } }
    // Names of one kind are told apart by themselves, others only by their last line.
    if hasNumbers { files.sort { $0.changed > $1.changed } }
    sorted = files[...]
  }

  mutating func next() -> LogFile? {
    sorted == nil ? nextNumbered() : sorted?.popFirst()
  }

  // By name, and not from a list: what is renamed meanwhile is found twice, and not missed.
  private mutating func nextNumbered() -> LogFile? {
    guard number <= Self.longest, let file = open("\(path).\(number)") else { return nil }
    number += 1
    return file
  }

  private mutating func open(_ bare: String) -> LogFile? {
    for name in [bare, bare + ".gz"] {
      do throws(Obstacle) { return try LogFile(path: name) } catch .unreadable(_, ENOENT) {
        continue
      } catch {
        obstacle = obstacle ?? error
        return nil
      }
    }
    return nil
  }

  /// Without `.gz`, the newest first.
  private mutating func namesWithDays() -> [String] {
    let cut = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let prefix = path[cut...]
    do throws(Obstacle) {
      let names = try Folder.workingDirectory.names(in: String(path[..<cut]))
      let bare = Set(names.filter { $0.hasPrefix(prefix) }.map(Self.unpacked))
      return bare.filter { Self.isDated($0.dropFirst(prefix.count)) }
        .sorted { ($0.filter(\.isNumber), $0) > ($1.filter(\.isNumber), $1) }
        .map { String(path[..<cut] + $0) }
    } catch {
      obstacle = error
      return []
    }
  }

  /// The one of `paths` that `path` was moved away from.
  static func newest(of path: String, among paths: [String]) -> String? {
    let bare = unpacked(path)
    return paths.first { other in
      guard bare.hasPrefix(other) else { return false }
      let suffix = bare.dropFirst(other.count)
      return isNumbered(suffix) || isDated(suffix)
    }
  }

  private static func unpacked(_ name: String) -> Substring {
    name.hasSuffix(".gz") ? name.dropLast(3) : name[...]
  }

  private static func isNumbered(_ suffix: Substring) -> Bool {
    guard suffix.first == ".", let number = Int(suffix.dropFirst()) else { return false }
    return suffix == ".\(number)" && (1...longest).contains(number)
  }

  /// `-20261001`, `.2026-10-01`, and what a `dateformat` may add: with the year first, the order of the
  /// names is that of time.
  private static func isDated(_ suffix: Substring) -> Bool {
    let marks = "-._:"
    guard let first = suffix.first, marks.contains(first),
      suffix.allSatisfy({ marks.contains($0) || $0.isASCII && $0.isNumber })
    else { return false }
    let digits = suffix.filter(\.isNumber)
    guard digits.count >= 8 else { return false }
    let (year, rest) = (digits.prefix(4), digits.dropFirst(4))
    return Day("\(year)-\(rest.prefix(2))-\(rest.dropFirst(2).prefix(2))") != nil
  }
}
