import CAdvisories
import FoundationEssentials
import Glibc

/// What a run knows of holes in packages: what this program brings along, and what it was given.
struct Advisories: Sendable {
  /// A list and the day that it was up to date.
  struct Source: Sendable {
    /// As reports name it.
    let path: String
    let published: Day
    let list: AdvisoryList
  }

  private(set) var sources: [Source]
  private var byPackage: [String: [Advisory]] = [:]

  init(_ sources: [Source]) {
    self.sources = []
    for source in sources { add(source) }
  }

  private mutating func add(_ source: Source) {
    sources.append(source)
    for advisory in source.list.advisories {
      byPackage[advisory.package, default: []].append(advisory)
    }
  }

  /// What this program brings along.
  static func bundled() throws(Obstacle) -> Advisories {
    let name = "the advisories of this program"
    let bytes = unsafe Array(
      UnsafeBufferPointer(start: bundled_advisories(), count: bundled_advisories_size()))
    return Advisories([try source(bytes, path: name, changed: nil)])
  }

  /// A newer one beside it. For root it counts only where nobody but root can write it: it may say
  /// that nothing is old.
  mutating func add(_ path: String, webUser: String) throws(Obstacle) {
    let folder = Folder.workingDirectory
    guard let file = try folder.read(path), let status = try folder.status(path) else {
      throw .unreadable(path: path, errno: ENOENT)
    }
    try file.mustBeOurs(webUser: webUser)
    let day = Day(of: Moment(seconds: status.changed))
    add(try Self.source(file.bytes, path: path, changed: day))
  }

  private static func source(
    _ bytes: [UInt8], path: String, changed: Day?
  ) throws(Obstacle) -> Source {
    do throws(AdvisoryList.Refusal) {
      let list = try AdvisoryList(bytes)
      guard let published = list.published ?? changed else {
        throw AdvisoryList.Refusal(what: "has no day")
      }
      return Source(path: path, published: published, list: list)
    } catch {
      throw .damaged(path: path, what: error.what)
    }
  }

  /// The day of the newest.
  var newest: Source? { sources.max { $0.published.number < $1.published.number } }

  func advisories(for package: String) -> [Advisory] { byPackage[package] ?? [] }

  /// Until when a series of `name` gets corrections, as the newest list that knows it says.
  func end(of name: String, _ version: ComposerVersion) -> (series: String, day: Day)? {
    for source in sources.sorted(by: { $0.published.number > $1.published.number }) {
      guard let lifetimes = source.list.lifetimes[name],
        let series = version.series(of: lifetimes.keys), let day = lifetimes[series]
      else { continue }
      return (series, day)
    }
    return nil
  }

  var distributions: [AdvisoryList.Distribution] { sources.flatMap(\.list.distributions) }
}
