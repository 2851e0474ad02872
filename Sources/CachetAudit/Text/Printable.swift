/// What comes from outside, made fit to be shown: nothing that moves a terminal's cursor, breaks a
/// line, or turns the direction of what is written.
enum Printable {
  static func text(_ bytes: some Sequence<UInt8>, limit: Int = 64) -> String {
    // Cut before it is decoded, whatever it is: four bytes are the longest scalar.
    let head = Array(bytes.prefix(4 * limit + 1))
    var text = String.UnicodeScalarView()
    for scalar in String(decoding: head, as: UTF8.self).unicodeScalars {
      guard text.count < limit else { return String(text) + "..." }
      text.append(isShown(scalar) ? scalar : "?")
    }
    return String(text)
  }

  /// A name or an address: in quotes where it is more than one word, so that it cannot pass for
  /// words of ours.
  static func name(_ bytes: some Sequence<UInt8>) -> String {
    let shown = text(bytes)
    let isWord =
      !shown.isEmpty
      && shown.unicodeScalars.allSatisfy { scalar in
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          || [".", "_", "-", "@", "+", ":"].contains(scalar)
      }
    return isWord ? shown : "'\(shown.split(separator: "'").joined(separator: "?"))'"
  }

  static func isShown(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (0x20...0x7E).contains(scalar.value) }
    return switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber:
      true
    default: false
    }
  }
}
