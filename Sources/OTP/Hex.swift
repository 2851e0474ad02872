/// `0`–`9`, `a`–`f`.
public func lowerHexDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "a") &+ (value &- 10)
}

/// `0`–`9`, `A`–`F`.
public func upperHexDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "A") &+ (value &- 10)
}

/// The value of a hex digit of either case.
public func hexValue(_ digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "A")...UInt8(ascii: "F"): digit &- UInt8(ascii: "A") &+ 10
  default: lowerHexValue(digit)
  }
}

/// The value of a lower-case hex digit.
private func lowerHexValue(_ digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): digit &- UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): digit &- UInt8(ascii: "a") &+ 10
  default: nil
  }
}

/// Reads `text`, two digits a byte, into the front of `bytes`; `false` for anything else. Upper case
/// is not canonical, and refused.
public func readHex(_ text: Span<UInt8>, into bytes: inout MutableSpan<UInt8>) -> Bool {
  guard text.count & 1 == 0, text.count / 2 <= bytes.count else { return false }
  var i = 0
  while i < text.count / 2 {
    guard let high = lowerHexValue(text[2 * i]), let low = lowerHexValue(text[2 * i + 1]) else {
      return false
    }
    bytes[i] = high << 4 | low
    i += 1
  }
  return true
}
