import FoundationEssentials

/// JSON as all our reports write it: keys sorted, so that two of them can be compared.
enum JSONText {
  static func of(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
  }

  /// Replaces the file at `path`: a reader sees the old one or the new one.
  static func write(_ value: some Encodable, to path: String) throws(Obstacle) {
    do { try Data(of(value).utf8).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
      throw .damaged(path: path, what: "cannot be written")
    }
  }
}
