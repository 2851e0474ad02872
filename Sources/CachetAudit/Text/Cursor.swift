/// A place in a line, moved from its front to its end.
struct Cursor {
  private(set) var rest: ArraySlice<UInt8>

  init(_ line: ArraySlice<UInt8>) { rest = line }

  /// Moves behind `text` if it is what follows.
  mutating func take(_ text: String) -> Bool {
    guard rest.starts(with: text.utf8) else { return false }
    rest = rest.dropFirst(text.utf8.count)
    return true
  }

  /// Exactly so many decimal digits.
  mutating func number(digits: Int) -> Int? {
    guard rest.count >= digits else { return nil }
    var value = 0
    for byte in rest.prefix(digits) {
      guard byte.isDigit else { return nil }
      value = value * 10 + Int(byte - 0x30)
    }
    rest = rest.dropFirst(digits)
    return value
  }

  /// What stands before `byte`; moves behind it. `nil`, and nothing moves, where there is none.
  mutating func until(_ byte: UInt8) -> ArraySlice<UInt8>? {
    guard let end = rest.place(of: byte) else { return nil }
    defer { rest = rest[(end + 1)...] }
    return rest[..<end]
  }

  /// Moves behind `.123456`, if that is what follows.
  mutating func skipFraction() {
    if take(".") { rest = rest.drop(while: \.isDigit) }
  }

  /// `+HH:MM`, `+HHMM` or `Z`, in seconds.
  mutating func offset() -> Int? {
    if take("Z") { return 0 }
    let isBehind = take("-")
    guard isBehind || take("+"), let hours = number(digits: 2) else { return nil }
    _ = take(":")
    guard let minutes = number(digits: 2), hours < 24, minutes < 60 else { return nil }
    return (isBehind ? -1 : 1) * (hours * 3600 + minutes * 60)
  }
}
