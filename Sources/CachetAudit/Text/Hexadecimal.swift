extension UInt8 {
  /// What two hexadecimal digits stand for.
  init?(hexadecimal digits: ArraySlice<UInt8>) {
    guard digits.count == 2 else { return nil }
    self = 0
    for digit in digits {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): self = self << 4 | (digit - 0x30)
      case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
        self = self << 4 | ((digit | 0x20) - 0x57)
      default: return nil
      }
    }
  }
}
