/// The file in which somebody has written down, for every feature, whether it should be on, why,
/// and when that was looked at:
///
///     # feature   state  reviewed    reason
///     mail        on     2026-10-01  notices of incidents to our subscribers
struct FeatureReview: Sendable {
  struct Entry: Sendable {
    let feature: String
    let isOn: Bool
    let reviewed: Day
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
        Entry(feature: name, isOn: words[1] == "on", reviewed: day, line: index + 1))
    }
    self.entries = entries
  }

  init(path: String, webUser: String = "www-data") throws(Obstacle) {
    let file = try Folder.workingDirectory.read(path)
    guard let file else {
      throw .damaged(path: path, what: "no list here; 'cachet-mfa audit features DIR' prints one")
    }
    try file.mustBeOurs(webUser: webUser)
    do { self = try FeatureReview(file.bytes, path: path) } catch {
      throw .features(path: path, error)
    }
  }
}
