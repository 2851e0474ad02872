internal import OTP

/// `policy.applied`: one line with the SHA-256 of all that follows it, then `policy.conf` as it was.
///
/// The hash proves that the file is whole and came from `policy apply`, which checks what it
/// writes. It keeps nobody out who may write the file.
extension Policy {
  private static var mark: StaticString { "# cachet-mfa policy 1 sha256=" }

  /// Bytes of the first line, its LF included.
  private static var headerLength: Int { mark.utf8CodeUnitCount + 64 + 1 }

  /// Bytes of the largest `policy.applied`.
  public static var largestApplied: Int { headerLength + largest }

  /// Reads `policy.applied`. Lines in failures are those of `policy.conf`.
  public init(applied bytes: Span<UInt8>) throws(PolicyFailure) {
    let header = Policy.headerLength
    guard bytes.count <= Policy.largestApplied else { throw PolicyFailure(.tooLarge, line: 0) }
    guard bytes.count >= header, Policy.mark ~= bytes.extracting(0..<Policy.mark.utf8CodeUnitCount),
      bytes[header - 1] == UInt8(ascii: "\n")
    else { throw PolicyFailure(.notApplied, line: 0) }
    let body = bytes.extracting(header..<bytes.count)
    let expected = try Policy.hexDigest(of: body)
    let stated = bytes.extracting(Policy.mark.utf8CodeUnitCount..<(header - 1))
    guard equal(expected.span, stated) else { throw PolicyFailure(.changedSinceApplied, line: 0) }
    try self.init(checking: body)
  }

  /// Writes `policy.applied` for this policy to the start of `room` and returns its length.
  ///
  /// `largestApplied` bytes are always enough.
  public borrowing func writeApplied(
    into room: inout MutableSpan<UInt8>
  ) throws(PolicyFailure) -> Int {
    try withBytes { (text: Span<UInt8>) throws(PolicyFailure) in
      let total = Policy.headerLength + text.count
      guard room.count >= total else { throw PolicyFailure(.noRoom, line: 0) }
      let digest = try Policy.hexDigest(of: text)
      let mark = Policy.mark
      var next = 0
      while next < mark.utf8CodeUnitCount {
        room[next] = unsafe mark.utf8Start[next]
        next += 1
      }
      var i = 0
      while i < digest.count {
        room[next] = digest[i]
        next += 1
        i += 1
      }
      room[next] = UInt8(ascii: "\n")
      next += 1
      i = 0
      while i < text.count {
        room[next] = text[i]
        next += 1
        i += 1
      }
      return total
    }
  }

  /// SHA-256 as 64 lower-case hexadecimal digits.
  private static func hexDigest(
    of bytes: Span<UInt8>
  ) throws(PolicyFailure) -> InlineArray<64, UInt8> {
    var digest = InlineArray<32, UInt8>(repeating: 0)
    var out = digest.mutableSpan
    do throws(OTPFailure) { try sha256(bytes, into: &out) } catch {
      throw PolicyFailure(.crypto, line: 0)
    }
    var text = InlineArray<64, UInt8>(repeating: 0)
    var i = 0
    while i < 32 {
      text[2 * i] = hexDigit(digest[i] >> 4)
      text[2 * i + 1] = hexDigit(digest[i] & 0xf)
      i += 1
    }
    return text
  }

  private static func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") &+ nibble : UInt8(ascii: "a") &- 10 &+ nibble
  }
}
