/// Bytes that repeat, or that count: no random number does either.
enum Repetition {
  /// The length of what is said again and again, at least twice in full; `nil` where nothing is.
  static func period(of bytes: [UInt8]) -> Int? {
    guard bytes.count >= 2 else { return nil }
    return (1...(bytes.count / 2)).first { period in
      bytes.indices.dropFirst(period).allSatisfy { bytes[$0] == bytes[$0 - period] }
    }
  }

  /// Each is as far from the one before as all others are: 0, 1, 2, 3, or 9, 9, 9, 9.
  static func isRow(_ bytes: [UInt8]) -> Bool {
    guard bytes.count > 2 else { return false }
    let step = bytes[1] &- bytes[0]
    return bytes.indices.dropFirst().allSatisfy { bytes[$0] &- bytes[$0 - 1] == step }
  }
}
