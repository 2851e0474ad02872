/// The fields of one of our own audit lines (docs/formats.md, "The audit line").
struct FieldLine {
  private(set) var fields: [String: String] = [:]

  /// `nil` where it is not put together as our lines are.
  init?(_ text: ArraySlice<UInt8>) {
    var cursor = Cursor(text)
    while !cursor.rest.isEmpty {
      guard let key = cursor.until(UInt8(ascii: "=")), !key.isEmpty, key.count <= 32,
        key.allSatisfy({ (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "-") }),
        let value = Self.value(&cursor)
      else { return nil }
      let name = String(decoding: key, as: UTF8.self)
      // Twice the same: somebody wants the second to be read.
      guard fields.updateValue(Printable.text(value, limit: 80), forKey: name) == nil else {
        return nil
      }
      guard cursor.rest.isEmpty || cursor.take(" ") else { return nil }
    }
    guard !fields.isEmpty else { return nil }
  }

  private static func value(_ cursor: inout Cursor) -> [UInt8]? {
    guard cursor.take("\"") else {
      let plain = cursor.rest.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\"") }
      cursor = Cursor(cursor.rest[plain.endIndex...])
      return Array(plain)
    }
    var value: [UInt8] = []
    while let byte = cursor.rest.first {
      cursor = Cursor(cursor.rest.dropFirst())
      if byte == UInt8(ascii: "\"") { return value }
      if byte == UInt8(ascii: "\\") {
        guard let escaped = cursor.rest.first else { return nil }
        cursor = Cursor(cursor.rest.dropFirst())
        value.append(escaped)
      } else {
        value.append(byte)
      }
    }
    return nil
  }
}
