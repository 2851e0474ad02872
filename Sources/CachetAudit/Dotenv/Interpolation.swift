/// `${NAME}` in values. Names that neither the process nor an earlier line sets are left as they are
/// written.
enum Interpolation {
  struct Resolved {
    var text: [UInt8] = []
    var names: [String] = []
  }

  /// What the values of a file may come to, all together. Names that stand for others again and again
  /// grow without end, and neither PHP nor this host has memory for that.
  static let room = 16 << 20

  /// From left to right, what was put in is not looked at again (dialects two and three).
  static func once(
    _ text: [UInt8], within room: Int, isNameByte: (UInt8) -> Bool = isNameByte,
    known: (String) -> [UInt8]?
  ) throws(Dotenv.Refusal.Cause) -> Resolved {
    var resolved = Resolved()
    var rest = text[...]
    while let dollar = rest.firstIndex(of: UInt8(ascii: "$")) {
      resolved.text += rest[..<dollar]
      rest = rest[dollar...]
      if let reference = reference(in: rest, isNameByte: isNameByte) {
        resolved.names.append(reference.name)
        resolved.text += known(reference.name) ?? Array(rest.prefix(reference.count))
        rest = rest.dropFirst(reference.count)
      } else {
        resolved.text.append(rest.removeFirst())
      }
      guard resolved.text.count <= room else { throw .endless }
    }
    resolved.text += rest
    guard resolved.text.count <= room else { throw .endless }
    return resolved
  }

  /// From the last of `places` to the first, so that what stands inside is resolved before what
  /// stands around it (dialect five).
  static func insideOut(
    _ text: [UInt8], at places: [Int], within room: Int, known: (String) -> [UInt8]?
  ) throws(Dotenv.Refusal.Cause) -> Resolved {
    var names: [String] = []
    // From its end to its front, so that what is put in moves nothing.
    var turned: [UInt8] = []
    var places = places
    for (place, byte) in text.enumerated().reversed() {
      turned.append(byte)
      guard places.last == place else { continue }
      places.removeLast()
      guard let reference = reference(in: turned.reversed()) else { continue }
      names.append(reference.name)
      guard let value = known(reference.name) else { continue }
      turned.removeLast(reference.count)
      turned += value.reversed()
      guard turned.count <= room else { throw .endless }
    }
    guard turned.count <= room else { throw .endless }
    return Resolved(text: turned.reversed(), names: names)
  }

  /// The reference that `text` begins with, and how long it is.
  private static func reference(
    in text: some RandomAccessCollection<UInt8>, isNameByte: (UInt8) -> Bool = isNameByte
  ) -> (name: String, count: Int)? {
    guard text.starts(with: "${".utf8) else { return nil }
    let name = text.dropFirst(2).prefix(while: isNameByte)
    guard !name.isEmpty, text.dropFirst(2 + name.count).first == UInt8(ascii: "}") else {
      return nil
    }
    return (String(decoding: name, as: UTF8.self), name.count + 3)
  }

  static func isNameByte(_ byte: UInt8) -> Bool {
    isWordByte(byte) || byte == UInt8(ascii: ".")
  }

  /// Up to 2.4 a name has no dots.
  static func isWordByte(_ byte: UInt8) -> Bool {
    byte.isLetter || byte.isDigit || byte == UInt8(ascii: "_")
  }
}
