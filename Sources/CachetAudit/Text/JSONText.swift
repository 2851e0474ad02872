import FoundationEssentials
import Glibc

/// JSON as all our reports write it: keys sorted, so that two of them can be compared, and nothing in
/// it that a screen obeys.
enum JSONText {
  static func of(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return escaped(String(decoding: try encoder.encode(value), as: UTF8.self)) + "\n"
  }

  /// What is not ASCII stands in strings alone, where an escape says the same.
  private static func escaped(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar.value < 0x7F || Printable.isShown(scalar) {
        escaped.append(scalar)
      } else {
        escaped += escape(of: scalar).unicodeScalars
      }
    }
    return String(escaped)
  }

  /// `\u202e`; of what lies above U+FFFF both surrogates.
  static func escape(of scalar: Unicode.Scalar) -> String {
    (UTF16.encode(scalar).map(Array.init) ?? []).map { unit in
      let digits = String(unit, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }.joined()
  }

  /// Replaces the file at `path`.
  static func write(
    _ value: some Encodable, to path: String, mode: mode_t = 0o600
  ) throws(Obstacle) {
    let text: String
    do { text = try of(value) } catch {
      throw .damaged(path: path, what: "cannot be put into words")
    }
    try FileReplacement.write(text.utf8, to: path, mode: mode)
  }
}
