import FoundationEssentials
import Glibc

/// Who has reviewed the trail, when, and up to where in each source.
struct TrailMark: Sendable, Codable {
  var reviewed: Moment
  var by: String
  var sources: [String: SourceMark]

  /// What no log and no table grows beyond.
  private static let range = 0...(1 << 53)

  /// What `path` keeps; `nil` where nobody has reviewed anything yet.
  static func read(_ path: String) throws(Obstacle) -> TrailMark? {
    guard let file = try Folder.workingDirectory.read(path) else { return nil }
    guard let mark = try? JSONDecoder().decode(TrailMark.self, from: Data(file.bytes)),
      mark.sources.values.allSatisfy({ range ~= $0.record && range ~= $0.offset ?? 0 })
    else { throw .damaged(path: path, what: "is no mark of a review") }
    return mark
  }

  func write(to path: String) throws(Obstacle) { try JSONText.write(self, to: path) }

  /// In seconds.
  func age(at now: Moment) -> Int { now.seconds - reviewed.seconds }

  /// A name fit for a mark: what people are called on a host.
  static func isName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        byte.isDigit || byte.isLetter
          || [0x2D, 0x2E, 0x40, 0x5F].contains(byte)
      }
  }
}
