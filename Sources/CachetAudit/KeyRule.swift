/// What Laravel's key must be: 32 random bytes. They are judged as they are used, base64 decoded.
enum KeyRule {
  /// What is wrong with it, as the end of 'APP_KEY …'; `nil` for nothing.
  static func fault(of key: HiddenValue) -> String? {
    let prefix = "base64:"
    guard key.bytes.starts(with: prefix.utf8) else { return fault(ofText: key.bytes) }
    let text = String(decoding: key.bytes.dropFirst(prefix.utf8.count), as: UTF8.self)
    guard let bytes = Base64.bytes(of: text), bytes.count == 32 else {
      return "does not hold 32 bytes in base64"
    }
    if let fault = fault(ofAny: bytes) { return fault }
    // Of 32 random bytes fewer than half are such, and all of them never.
    return bytes.allSatisfy { (0x20...0x7E).contains($0) }
      ? "is text in base64, not random bytes" : nil
  }

  /// Without base64 it is the 32 characters themselves.
  private static func fault(ofText bytes: [UInt8]) -> String? {
    guard bytes.count == 32 else {
      return "is neither 32 characters nor 'base64:' with 32 bytes"
    }
    if let fault = fault(ofAny: bytes) { return fault }
    if Placeholder.holdsWord(bytes) || Placeholder.isMadeOfWords(bytes) {
      return "is a placeholder"
    }
    let hasBothCases =
      bytes.contains { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
      && bytes.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    let isHexadecimal =
      bytes.indices.allSatisfy { $0 % 2 == 1 || UInt8(hexadecimal: bytes[$0..<$0 + 2]) != nil }
    return hasBothCases || isHexadecimal
      ? nil : "is not random: its letters are all of one case"
  }

  private static func fault(ofAny bytes: [UInt8]) -> String? {
    // Of 32 random bytes 30 are different, of 32 random hexadecimal digits 14: fewer than 9 are not
    // seen in a lifetime.
    if Set(bytes).count < 9 || Repetition.period(of: bytes) != nil || Repetition.isRow(bytes) {
      return "is not random: its bytes repeat or count up"
    }
    return nil
  }
}
