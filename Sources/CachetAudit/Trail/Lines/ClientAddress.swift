import Glibc

/// Who asked a web server, as its log has it: an address of IP, or the name of a host.
enum ClientAddress {
  enum Kind { case number, name }

  /// `nil` for what is neither.
  static func kind(of text: ArraySlice<UInt8>) -> Kind? {
    if isNumber(text) { return .number }
    return isName(text) ? .name : nil
  }

  /// `192.0.2.7`, `2001:db8::1`.
  static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
    guard let first = text.first, text.count <= 45 else { return false }
    if first.isDigit, isFour(text) { return true }
    guard text.place(of: UInt8(ascii: ":")) != nil else { return false }
    var address = in6_addr()
    let text = String(decoding: text, as: UTF8.self)
    return unsafe inet_pton(AF_INET6, text, &address) == 1
  }

  /// Four numbers up to 255, without zeros in front.
  private static func isFour(_ text: ArraySlice<UInt8>) -> Bool {
    var (parts, digits, value) = (1, 0, 0)
    for byte in text {
      if byte.isDigit {
        guard digits == 0 || value > 0 else { return false }
        value = value * 10 + Int(byte - 0x30)
        digits += 1
        guard value <= 255 else { return false }
      } else {
        guard byte == UInt8(ascii: "."), digits > 0 else { return false }
        (parts, digits, value) = (parts + 1, 0, 0)
      }
    }
    return parts == 4 && digits > 0
  }

  /// Labels of letters, digits and hyphens (RFC 1123), with a letter in the last.
  static func isName(_ text: ArraySlice<UInt8>) -> Bool {
    guard !text.isEmpty, text.count <= 253 else { return false }
    var last: ArraySlice<UInt8> = []
    for label in text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      let hyphen = UInt8(ascii: "-")
      guard (1...63).contains(label.count), label.first != hyphen, label.last != hyphen,
        label.allSatisfy({ $0.isDigit || $0.isLetter || $0 == hyphen })
      else { return false }
      last = label
    }
    return last.contains { $0.isLetter }
  }

  /// `192.0.2.7:4711`, `[2001:db8::1]:4711`, and either without a port.
  static func withoutPort(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    if isNumber(text) { return text }
    var bare = text
    if let colon = text.lastIndex(of: UInt8(ascii: ":")), isPort(text[(colon + 1)...]) {
      bare = text[..<colon]
    }
    if bare.first == UInt8(ascii: "["), bare.last == UInt8(ascii: "]") {
      bare = bare.dropFirst().dropLast()
    }
    return bare
  }

  private static func isPort(_ text: ArraySlice<UInt8>) -> Bool {
    (1...5).contains(text.count) && text.allSatisfy(\.isDigit)
  }

  static func endsInPort(_ site: ArraySlice<UInt8>) -> Bool {
    guard let colon = site.lastIndex(of: UInt8(ascii: ":")) else { return false }
    return isPort(site[(colon + 1)...])
  }
}
