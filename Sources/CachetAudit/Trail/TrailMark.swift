import FoundationEssentials
import Glibc

/// Who has reviewed the trail, when, and up to where in each source.
struct TrailMark: Sendable, Codable {
  /// As a `Moment` describes itself.
  var reviewed: String
  var by: String
  var sources: [String: SourceMark]

  /// What no log and no table grows beyond.
  private static let range = 0...(1 << 53)

  /// What `path` keeps; `nil` where nobody has reviewed anything yet.
  static func read(_ path: String) throws(Obstacle) -> TrailMark? {
    guard let file = try Folder.workingDirectory.read(path) else { return nil }
    guard let mark = try? JSONDecoder().decode(TrailMark.self, from: Data(file.bytes)),
      Since.moment(mark.reviewed, now: .now)?.description == mark.reviewed,
      mark.sources.values.allSatisfy({ range ~= $0.record && range ~= $0.offset ?? 0 })
    else { throw .damaged(path: path, what: "is no mark of a review") }
    return mark
  }

  func write(to path: String) throws(Obstacle) { try JSONText.write(self, to: path) }

  /// In seconds.
  func age(at now: Moment) -> Int {
    Since.moment(reviewed, now: now).map { now.seconds - $0.seconds } ?? .max
  }

  /// A name fit for a mark: what people are called on a host.
  static func isName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
          || [0x2D, 0x2E, 0x40, 0x5F].contains(byte)
      }
  }
}
