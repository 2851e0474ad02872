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
        for unit in UTF16.encode(scalar).map(Array.init) ?? [] {
          let digits = String(unit, radix: 16)
          escaped += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".unicodeScalars
        }
      }
    }
    return String(escaped)
  }

  /// Replaces the file at `path`: a reader sees the old one or the new one.
  static func write(_ value: some Encodable, to path: String) throws(Obstacle) {
    do { try Data(of(value).utf8).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
      let cause = (error as? CocoaError)?.underlying as? POSIXError
      throw .unwritable(path: path, errno: cause?.code.rawValue ?? EIO)
    }
  }
}
