internal import OTP

/// `policy.applied`: one line with the SHA-256 of all that follows it, then `policy.conf` as it was.
///
/// Nothing reads it at a sign-in: former versions do, and `policy compile` makes the form of it again.
public enum PolicyAppliedText {
  private static var mark: StaticString { "# cachet-mfa policy 1 sha256=" }

  /// Bytes of the first line, its LF included.
  private static var headerLength: Int { mark.utf8CodeUnitCount + 64 + 1 }

  /// Bytes of the largest `policy.applied`.
  public static var largest: Int { headerLength + Policy.largest }

  /// The policy of the text behind the first line. Lines in failures are those of `policy.conf`.
  public static func policy(_ bytes: Span<UInt8>) throws(PolicyFailure) -> Policy {
    let start = mark.utf8CodeUnitCount
    guard bytes.count <= largest else { throw PolicyFailure(.tooLarge, line: 0) }
    guard bytes.count >= headerLength, mark ~= bytes.extracting(0..<start),
      bytes[headerLength - 1] == UInt8(ascii: "\n")
    else { throw PolicyFailure(.notApplied, line: 0) }
    let text = bytes.extracting(headerLength..<bytes.count)
    var expected = InlineArray<32, UInt8>(repeating: 0)
    var stated = InlineArray<32, UInt8>(repeating: 0)
    var room = expected.mutableSpan
    try PolicyForm.hash(text, into: &room)
    room = stated.mutableSpan
    guard readHex(bytes.extracting(start..<(headerLength - 1)), into: &room),
      equal(expected.span, stated.span)
    else { throw PolicyFailure(.changedSinceApplied, line: 0) }
    return try Policy(checking: text)
  }

  /// Writes the file for `text`, which was checked, to the start of `room`, and returns its length.
  ///
  /// `largest` bytes are always enough.
  public static func write(
    _ text: Span<UInt8>, into room: inout MutableSpan<UInt8>
  ) throws(PolicyFailure) -> Int {
    let total = headerLength + text.count
    guard room.count >= total else { throw PolicyFailure(.noRoom, line: 0) }
    var digest = InlineArray<32, UInt8>(repeating: 0)
    var out = digest.mutableSpan
    try PolicyForm.hash(text, into: &out)
    var next = 0
    while next < mark.utf8CodeUnitCount {
      room[next] = unsafe mark.utf8Start[next]
      next += 1
    }
    var i = 0
    while i < digest.count {
      room[next] = lowerHexDigit(digest[i] >> 4)
      room[next + 1] = lowerHexDigit(digest[i] & 0xf)
      next += 2
      i += 1
    }
    room[next] = UInt8(ascii: "\n")
    var rest = room._mutatingExtracting(headerLength..<room.count)
    copy(text, into: &rest)
    return total
  }
}
