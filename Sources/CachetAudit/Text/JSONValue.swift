/// A JSON text (RFC 8259), read whole. Others may have written it: what nests or counts without end,
/// or names something twice, is none.
indirect enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// As it is written.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  struct Refusal: Error, Equatable { let line: Int }

  init(_ bytes: [UInt8]) throws(Refusal) {
    var reader = JSONReader(bytes)
    self = try reader.whole()
  }

  subscript(name: String) -> JSONValue? {
    if case .object(let members) = self { members[name] } else { nil }
  }

  var text: String? { if case .string(let text) = self { text } else { nil } }
  var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
  var members: [String: JSONValue]? {
    if case .object(let members) = self { members } else { nil }
  }
}

private struct JSONReader {
  private static let deepest = 64
  private static let most = 1_000_000

  private let bytes: [UInt8]
  private var place = 0
  private var depth = 0
  private var count = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func whole() throws(JSONValue.Refusal) -> JSONValue {
    let value = try value()
    skipBlanks()
    guard place == bytes.count else { throw refusal }
    return value
  }

  private var refusal: JSONValue.Refusal {
    JSONValue.Refusal(line: 1 + bytes[..<place].count { $0 == UInt8(ascii: "\n") })
  }

  private mutating func skipBlanks() {
    while place < bytes.count {
      let byte = bytes[place]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      place += 1
    }
  }

  /// Whether `byte` is next; moves behind it.
  private mutating func take(_ byte: UInt8) -> Bool {
    skipBlanks()
    guard place < bytes.count, bytes[place] == byte else { return false }
    place += 1
    return true
  }

  private mutating func take(_ word: StaticString) -> Bool {
    let text = Array(word.description.utf8)
    guard bytes[place...].starts(with: text) else { return false }
    place += text.count
    return true
  }

  private mutating func value() throws(JSONValue.Refusal) -> JSONValue {
    skipBlanks()
    count += 1
    guard place < bytes.count, count <= Self.most, depth < Self.deepest else { throw refusal }
    depth += 1
    defer { depth -= 1 }
    switch bytes[place] {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t") where take("true"): return .bool(true)
    case UInt8(ascii: "f") where take("false"): return .bool(false)
    case UInt8(ascii: "n") where take("null"): return .null
    default: return .number(try number())
    }
  }

  private mutating func object() throws(JSONValue.Refusal) -> JSONValue {
    place += 1
    var members: [String: JSONValue] = [:]
    if take(UInt8(ascii: "}")) { return .object(members) }
    repeat {
      skipBlanks()
      let name = try string()
      guard take(UInt8(ascii: ":")) else { throw refusal }
      let value = try value()
      guard members.updateValue(value, forKey: name) == nil else { throw refusal }
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw refusal }
    return .object(members)
  }

  private mutating func array() throws(JSONValue.Refusal) -> JSONValue {
    place += 1
    var elements: [JSONValue] = []
    if take(UInt8(ascii: "]")) { return .array(elements) }
    repeat { elements.append(try value()) } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw refusal }
    return .array(elements)
  }

  private mutating func number() throws(JSONValue.Refusal) -> String {
    let start = place
    if place < bytes.count, bytes[place] == UInt8(ascii: "-") { place += 1 }
    let first = place
    guard digits(), bytes[first] != UInt8(ascii: "0") || place == first + 1 else { throw refusal }
    if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
      place += 1
      guard digits() else { throw refusal }
    }
    if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
      place += 1
      if place < bytes.count, bytes[place] == 0x2B || bytes[place] == 0x2D { place += 1 }
      guard digits() else { throw refusal }
    }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  /// Whether there were any; moves behind them.
  private mutating func digits() -> Bool {
    let start = place
    while place < bytes.count, bytes[place].isDigit { place += 1 }
    return place > start
  }

  private mutating func string() throws(JSONValue.Refusal) -> String {
    guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { throw refusal }
    place += 1
    var text: [UInt8] = []
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let whole = String(validating: text, as: UTF8.self) else { throw refusal }
        return whole
      case UInt8(ascii: "\\"): text += try escape()
      case 0..<0x20: throw refusal
      default: text.append(byte)
      }
    }
    throw refusal
  }

  private mutating func escape() throws(JSONValue.Refusal) -> [UInt8] {
    guard place < bytes.count else { throw refusal }
    let byte = bytes[place]
    place += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      let high = try unit()
      guard UTF16.isLeadSurrogate(high) else {
        guard let scalar = Unicode.Scalar(high) else { throw refusal }
        return Array(String(Character(scalar)).utf8)
      }
      guard take("\\u") else { throw refusal }
      let low = try unit()
      guard UTF16.isTrailSurrogate(low) else { throw refusal }
      return Array(String(decoding: [high, low], as: UTF16.self).utf8)
    default: throw refusal
    }
  }

  /// Four hexadecimal digits.
  private mutating func unit() throws(JSONValue.Refusal) -> UInt16 {
    guard place + 4 <= bytes.count,
      let high = UInt8(hexadecimal: bytes[place..<place + 2]),
      let low = UInt8(hexadecimal: bytes[(place + 2)..<(place + 4)])
    else { throw refusal }
    place += 4
    return UInt16(high) << 8 | UInt16(low)
  }
}
