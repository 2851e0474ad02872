import FoundationEssentials

/// The file in which somebody has written down, for every feature, whether it should be on, why,
/// and when that was looked at:
///
///     # feature   state  reviewed    reason
///     mail        on     2026-10-01  notices of incidents to our subscribers
struct FeatureReview: Sendable {
  struct Entry: Sendable {
    let feature: String
    let isOn: Bool
    /// Days since 1970-01-01.
    let reviewed: Int
    let line: Int
  }

  /// Why a line is refused. The whole file then is.
  struct Refusal: Error, Equatable {
    enum Cause: Equatable {
      case unknownFeature(String)
      case twice(String)
      case noState
      case noDate
      case noReason
    }
    let cause: Cause
    let line: Int
  }

  let path: String
  let entries: [Entry]

  init(_ bytes: [UInt8], path: String) throws(Refusal) {
    self.path = path
    var entries: [Entry] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let text = String(decoding: PHPText.trimmed(line), as: UTF8.self)
      guard !text.isEmpty, !text.hasPrefix("#") else { continue }
      func refuse(_ cause: Refusal.Cause) -> Refusal { Refusal(cause: cause, line: index + 1) }
      let words = text.split(maxSplits: 3, whereSeparator: \.isWhitespace)
      let name = String(words[0])
      guard Feature.all.contains(where: { $0.name == name }) else {
        throw refuse(.unknownFeature(name))
      }
      guard !entries.contains(where: { $0.feature == name }) else { throw refuse(.twice(name)) }
      guard words.count > 1, words[1] == "on" || words[1] == "off" else { throw refuse(.noState) }
      guard words.count > 2, let day = Day(String(words[2])) else { throw refuse(.noDate) }
      guard words.count > 3 else { throw refuse(.noReason) }
      entries.append(
        Entry(feature: name, isOn: words[1] == "on", reviewed: day.number, line: index + 1))
    }
    self.entries = entries
  }

  init(path: String) throws(Obstacle) {
    let file = try Folder.workingDirectory.read(path)
    guard let file else {
      throw .damaged(path: path, what: "no list here; 'cachet-mfa audit features DIR' prints one")
    }
    do { self = try FeatureReview(file.bytes, path: path) } catch {
      throw .features(path: path, error)
    }
  }
}

extension FeatureReview.Refusal.Cause {
  var words: String {
    switch self {
    case .unknownFeature(let name): "there is no feature '\(name)'"
    case .twice(let name): "\(name) is named twice"
    case .noState: "'on' or 'off' is wanted behind the feature"
    case .noDate: "the day of the review is wanted behind the state, as 2026-10-01"
    case .noReason: "a reason is wanted behind the day"
    }
  }
}

/// A day of the Gregorian calendar, in UTC.
struct Day: Sendable, Equatable, CustomStringConvertible {
  /// Days since 1970-01-01.
  let number: Int

  /// From `YYYY-MM-DD`.
  init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.map(\.count) == [4, 2, 2],
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
    else { return nil }
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let components = DateComponents(year: year, month: month, day: day)
    guard components.isValidDate(in: calendar), let date = calendar.date(from: components) else {
      return nil
    }
    number = Int((date.timeIntervalSince1970 / 86_400).rounded(.down))
  }

  init(secondsSince1970 seconds: Int) { number = seconds / 86_400 }

  /// As `YYYY-MM-DD`.
  var description: String {
    let date = Date(timeIntervalSince1970: Double(number) * 86_400)
    return date.formatted(.iso8601.year().month().day())
  }

  static var today: Day { Day(secondsSince1970: Int(Date().timeIntervalSince1970)) }
}
