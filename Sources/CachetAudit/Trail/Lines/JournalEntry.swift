/// One entry as `journalctl -o json` prints it: an object in a line. Of a field that stands there
/// more than once, or that is no text, nothing is kept.
struct JournalEntry {
  private var fields: [String: [UInt8]] = [:]

  private static let wanted: Set<String> = [
    "__CURSOR", "__REALTIME_TIMESTAMP", "_UID", "SYSLOG_IDENTIFIER", "MESSAGE",
  ]

  subscript(name: String) -> [UInt8]? { fields[name] }

  /// `nil` where it is no such object.
  init?(_ line: ArraySlice<UInt8>) {
    var cursor = Cursor(line)
    Self.skipBlanks(&cursor)
    guard cursor.take("{") else { return nil }
    Self.skipBlanks(&cursor)
    if cursor.take("}") { return }
    var seen: Set<String> = []
    repeat {
      Self.skipBlanks(&cursor)
      guard let key = Self.string(&cursor) else { return nil }
      Self.skipBlanks(&cursor)
      guard cursor.take(":") else { return nil }
      Self.skipBlanks(&cursor)
      let name = String(decoding: key, as: UTF8.self)
      if cursor.rest.first == UInt8(ascii: "\"") {
        guard let value = Self.string(&cursor) else { return nil }
        if Self.wanted.contains(name), seen.insert(name).inserted {
          fields[name] = value
        } else {
          fields[name] = nil
        }
      } else {
        guard let bytes = Self.other(&cursor) else { return nil }
        let isNew = seen.insert(name).inserted
        fields[name] = isNew && Self.wanted.contains(name) && !bytes.isEmpty ? bytes : nil
      }
      Self.skipBlanks(&cursor)
    } while cursor.take(",")
    guard cursor.take("}") else { return nil }
    Self.skipBlanks(&cursor)
    guard cursor.rest.isEmpty else { return nil }
  }

  private static func skipBlanks(_ cursor: inout Cursor) {
    cursor = Cursor(cursor.rest.drop { $0 == 0x20 || (0x09...0x0D).contains($0) })
  }

  private static func string(_ cursor: inout Cursor) -> [UInt8]? {
    guard cursor.take("\"") else { return nil }
    var text: [UInt8] = []
    while let byte = cursor.rest.first {
      cursor = Cursor(cursor.rest.dropFirst())
      if byte == UInt8(ascii: "\"") { return text }
      guard byte == UInt8(ascii: "\\") else {
        text.append(byte)
        continue
      }
      guard let escaped = cursor.rest.first else { return nil }
      cursor = Cursor(cursor.rest.dropFirst())
      switch escaped {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escaped)
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "f"): text.append(0x0C)
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "r"): text.append(0x0D)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "u"):
        guard let high = UInt8(hexadecimal: cursor.rest.prefix(2)),
          let low = UInt8(hexadecimal: cursor.rest.dropFirst(2).prefix(2))
        else { return nil }
        cursor = Cursor(cursor.rest.dropFirst(4))
        // All of ours is ASCII; the rest need only be there.
        text.append(high == 0 && low < 0x80 ? low : UInt8(ascii: "?"))
      default: return nil
      }
    }
    return nil
  }

  /// `null`, a number, or an array: bytes where it is one of bytes, otherwise none.
  private static func other(_ cursor: inout Cursor) -> [UInt8]? {
    guard cursor.take("[") else {
      let word = cursor.rest.prefix { isOfWord($0) }
      cursor = Cursor(cursor.rest[word.endIndex...])
      return word.isEmpty ? nil : []
    }
    var bytes: [UInt8] = []
    var isOfBytes = true
    skipBlanks(&cursor)
    if cursor.take("]") { return [] }
    repeat {
      skipBlanks(&cursor)
      if cursor.rest.first == UInt8(ascii: "\"") {
        guard string(&cursor) != nil else { return nil }
        isOfBytes = false
      } else {
        let word = cursor.rest.prefix { isOfWord($0) }
        cursor = Cursor(cursor.rest[word.endIndex...])
        guard !word.isEmpty else { return nil }
        if let byte = UInt8(String(decoding: word, as: UTF8.self)) {
          bytes.append(byte)
        } else {
          isOfBytes = false
        }
      }
      skipBlanks(&cursor)
    } while cursor.take(",")
    guard cursor.take("]") else { return nil }
    return isOfBytes ? bytes : []
  }

  private static func isOfWord(_ byte: UInt8) -> Bool {
    byte.isDigit || byte.isLetter
      || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
  }
}
