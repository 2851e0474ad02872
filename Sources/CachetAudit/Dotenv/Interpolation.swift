/// `${NAME}` in values. Names that neither the process nor an earlier line sets are left as they are
/// written.
enum Interpolation {
  struct Resolved {
    var text: [UInt8] = []
    var names: [String] = []
  }

  /// From left to right, what was put in is not looked at again (dialect two).
  static func once(
    _ text: [UInt8], limit: Int, known: (String) -> [UInt8]?
  ) throws(Dotenv.Refusal.Cause) -> Resolved {
    var resolved = Resolved()
    var rest = text[...]
    while let dollar = rest.firstIndex(of: UInt8(ascii: "$")) {
      resolved.text += rest[..<dollar]
      if let reference = reference(at: dollar, in: rest) {
        resolved.names.append(reference.name)
        resolved.text += known(reference.name) ?? Array(rest[dollar..<reference.end])
        guard resolved.text.count <= limit else { throw .tooLong }
        rest = rest[reference.end...]
      } else {
        resolved.text.append(rest[dollar])
        rest = rest[(dollar + 1)...]
      }
    }
    resolved.text += rest
    return resolved
  }

  /// From the last of `places` to the first, so that what stands inside is resolved before what
  /// stands around it (dialect five).
  static func insideOut(
    _ text: [UInt8], at places: [Int], limit: Int, known: (String) -> [UInt8]?
  ) throws(Dotenv.Refusal.Cause) -> Resolved {
    var resolved = Resolved(text: text)
    for place in places.reversed() {
      guard let reference = reference(at: place, in: resolved.text[...]) else { continue }
      resolved.names.append(reference.name)
      if let value = known(reference.name) {
        resolved.text.replaceSubrange(place..<reference.end, with: value)
        guard resolved.text.count <= limit else { throw .tooLong }
      }
    }
    return resolved
  }

  private static func reference(
    at dollar: Int, in text: ArraySlice<UInt8>
  ) -> (name: String, end: Int)? {
    let open = text[dollar...].dropFirst()
    guard open.first == UInt8(ascii: "{") else { return nil }
    let name = open.dropFirst().prefix(while: isNameByte)
    guard !name.isEmpty, name.endIndex < text.endIndex, text[name.endIndex] == UInt8(ascii: "}")
    else { return nil }
    return (String(decoding: name, as: UTF8.self), name.endIndex + 1)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}
