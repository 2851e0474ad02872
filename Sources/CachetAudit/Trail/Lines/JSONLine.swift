/// An object of JSON in a line, with those of its members that somebody asks for; what they hold below
/// other objects is named with a slash (`request/uri`).
///
/// Lines come by the million: what nobody asks for is passed over, not kept.
struct JSONLine {
  enum Value: Equatable {
    case text([UInt8])
    /// A number, `true`, `false` or `null`, as it is written.
    case word(ArraySlice<UInt8>)
    /// A list of bytes, as the journal writes what is no text.
    case bytes([UInt8])
    case other
  }

  /// What a reader asks for, by place.
  struct Names: Sendable {
    fileprivate let paths: [[[UInt8]]]

    init(_ names: [String]) {
      paths = names.map { $0.split(separator: "/").map { Array($0.utf8) } }
    }
  }

  private var values: [Value?]
  /// Some member that was asked for is there more than once.
  private(set) var repeats = false

  subscript(place: Int) -> Value? { values[place] }

  /// The text of a member, if it is one.
  func text(_ place: Int) -> ArraySlice<UInt8>? {
    if case .text(let bytes)? = values[place] { bytes[...] } else { nil }
  }

  /// `nil` where the line is no whole object.
  init?(_ line: ArraySlice<UInt8>, _ names: Names) {
    values = Array(repeating: nil, count: names.paths.count)
    var scanner = Scanner(line)
    scanner.skipBlanks()
    guard scanner.take("{"), readObject(&scanner, names, Array(names.paths.indices), depth: 0)
    else { return nil }
    scanner.skipBlanks()
    guard scanner.isAtEnd else { return nil }
  }

  // Deeper nobody asks, and whoever nests without end is no log.
  private static let depthLimit = 64

  /// Behind the brace; `open`: the names that may still lie in it.
  private mutating func readObject(
    _ scanner: inout Scanner, _ names: Names, _ open: [Int], depth: Int
  ) -> Bool {
    guard depth < Self.depthLimit else { return false }
    scanner.skipBlanks()
    if scanner.take("}") { return true }
    repeat {
      scanner.skipBlanks()
      guard scanner.take("\""), let key = scanner.key() else { return false }
      scanner.skipBlanks()
      guard scanner.take(":") else { return false }
      scanner.skipBlanks()
      let inside = open.filter { place in
        let name = names.paths[place][depth]
        return name.count == key.count && name.elementsEqual(key)
      }
      guard !inside.isEmpty else {
        guard scanner.skipValue(depth: depth + 1) else { return false }
        scanner.skipBlanks()
        continue
      }
      guard readValue(&scanner, names, inside, depth: depth) else { return false }
      scanner.skipBlanks()
    } while scanner.take(",")
    return scanner.take("}")
  }

  private mutating func readValue(
    _ scanner: inout Scanner, _ names: Names, _ open: [Int], depth: Int
  ) -> Bool {
    let place = open.first { names.paths[$0].count == depth + 1 }
    if scanner.take("\"") {
      guard let place else { return scanner.skipText() }
      guard let text = scanner.text() else { return false }
      note(.text(text), at: place)
      return true
    }
    if scanner.take("{") {
      if let place { note(.other, at: place) }
      let inside = open.filter { names.paths[$0].count > depth + 1 }
      return readObject(&scanner, names, inside, depth: depth + 1)
    }
    if scanner.take("[") {
      guard let value = scanner.list(depth: depth + 1) else { return false }
      if let place { note(value, at: place) }
      return true
    }
    guard let word = scanner.word() else { return false }
    if let place { note(.word(word), at: place) }
    return true
  }

  private mutating func note(_ value: Value, at place: Int) {
    if values[place] != nil { repeats = true }
    values[place] = values[place] == nil ? value : .other
  }

  /// A place in the line.
  private struct Scanner {
    private let bytes: ArraySlice<UInt8>
    private var place: Int

    init(_ line: ArraySlice<UInt8>) { (bytes, place) = (line, line.startIndex) }

    var isAtEnd: Bool { place == bytes.endIndex }

    mutating func skipBlanks() {
      while place < bytes.endIndex, bytes[place] == 0x20 || (0x09...0x0D).contains(bytes[place]) {
        place += 1
      }
    }

    mutating func take(_ sign: Unicode.Scalar) -> Bool {
      guard place < bytes.endIndex, bytes[place] == UInt8(ascii: sign) else { return false }
      place += 1
      return true
    }

    /// Behind a quote: the name of a member, which nobody asks for with anything escaped in it.
    mutating func key() -> ArraySlice<UInt8>? {
      let start = place
      return skipText() ? bytes[start..<(place - 1)] : nil
    }

    /// Behind a quote: up to the one that closes it, and over that.
    mutating func skipText() -> Bool {
      var start = place
      while let quote = bytes[start...].place(of: UInt8(ascii: "\"")) {
        var slashes = 0
        while quote - slashes > place, bytes[quote - slashes - 1] == UInt8(ascii: "\\") {
          slashes += 1
        }
        start = quote + 1
        if slashes % 2 == 0 {
          place = start
          return true
        }
      }
      return false
    }

    /// Behind a quote: the text, unescaped.
    mutating func text() -> [UInt8]? {
      let start = place
      guard skipText() else { return nil }
      let raw = bytes[start..<(place - 1)]
      guard raw.place(of: UInt8(ascii: "\\")) != nil else { return Array(raw) }
      return Self.unescaped(raw)
    }

    private static func unescaped(_ raw: ArraySlice<UInt8>) -> [UInt8]? {
      var text: [UInt8] = []
      text.reserveCapacity(raw.count)
      var rest = raw
      while let slash = rest.place(of: UInt8(ascii: "\\")) {
        text += rest[..<slash]
        rest = rest[(slash + 1)...]
        guard let escaped = rest.popFirst() else { return nil }
        switch escaped {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escaped)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
          guard let scalar = scalar(&rest) else { return nil }
          text += Array(String(scalar).utf8)
        // As nginx writes it where its format does not say escape=json.
        case UInt8(ascii: "x"):
          guard let byte = UInt8(hexadecimal: rest.prefix(2)) else { return nil }
          text.append(byte)
          rest = rest.dropFirst(2)
        default: return nil
        }
      }
      return text + rest
    }

    /// Behind `\u`; half of a pair alone stands for what cannot be shown.
    private static func scalar(_ rest: inout ArraySlice<UInt8>) -> Unicode.Scalar? {
      guard let unit = unit(&rest) else { return nil }
      if let scalar = Unicode.Scalar(unit) { return scalar }
      var behind = rest
      guard unit < 0xDC00, behind.popFirst() == UInt8(ascii: "\\"),
        behind.popFirst() == UInt8(ascii: "u"), let low = Self.unit(&behind),
        (0xDC00...0xDFFF).contains(low)
      else { return "\u{FFFD}" }
      rest = behind
      let value = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00)
      return Unicode.Scalar(value) ?? "\u{FFFD}"
    }

    private static func unit(_ rest: inout ArraySlice<UInt8>) -> UInt16? {
      guard let high = UInt8(hexadecimal: rest.prefix(2)),
        let low = UInt8(hexadecimal: rest.dropFirst(2).prefix(2))
      else { return nil }
      rest = rest.dropFirst(4)
      return UInt16(high) << 8 | UInt16(low)
    }

    mutating func word() -> ArraySlice<UInt8>? {
      let start = place
      while place < bytes.endIndex,
        bytes[place].isDigit || bytes[place].isLetter || "+-.".utf8.contains(bytes[place])
      {
        place += 1
      }
      return place > start ? bytes[start..<place] : nil
    }

    /// Behind a bracket: its bytes, where it holds nothing else.
    mutating func list(depth: Int) -> Value? {
      guard depth < JSONLine.depthLimit else { return nil }
      var found: [UInt8]? = []
      skipBlanks()
      if take("]") { return .other }
      repeat {
        skipBlanks()
        let start = place
        guard skipValue(depth: depth + 1) else { return nil }
        if let byte = UInt8(String(decoding: bytes[start..<place], as: UTF8.self)) {
          found?.append(byte)
        } else {
          found = nil
        }
        skipBlanks()
      } while take(",")
      guard take("]") else { return nil }
      return found.map { .bytes($0) } ?? .other
    }

    /// Over a value that nobody asks for.
    mutating func skipValue(depth: Int) -> Bool {
      if take("\"") { return skipText() }
      guard depth < JSONLine.depthLimit else { return false }
      let isObject = take("{")
      guard isObject || take("[") else { return word() != nil }
      skipBlanks()
      let end: Unicode.Scalar = isObject ? "}" : "]"
      if take(end) { return true }
      repeat {
        skipBlanks()
        if isObject {
          guard take("\""), skipText() else { return false }
          skipBlanks()
          guard take(":") else { return false }
          skipBlanks()
        }
        guard skipValue(depth: depth + 1) else { return false }
        skipBlanks()
      } while take(",")
      return take(end)
    }
  }
}
