internal import OTP
public import Store

/// Why there is no applied policy: its file, or what stands in it.
public enum NoPolicy: Error {
  case file(StoreFailure)
  case text(PolicyFailure)
}

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

  /// Reads `policy.applied`, where `location` has it.
  public init(at location: StoreLocation) throws(NoPolicy) {
    // The largest one, as `largestApplied` counts it.
    var room = InlineArray<16_478, UInt8>(repeating: 0)
    var span = room.mutableSpan
    let count: Int
    do throws(StoreFailure) {
      count = try location.policy.open(location.owners, part: .policy)
        .read(location.policy.name, into: &span, part: .policy)
    } catch {
      throw .file(error)
    }
    do throws(PolicyFailure) {
      try self.init(applied: room.span.extracting(0..<count))
    } catch {
      throw .text(error)
    }
  }

  /// Reads the bytes of a `policy.applied`. Lines in failures are those of `policy.conf`.
  public init(applied bytes: Span<UInt8>) throws(PolicyFailure) {
    let header = Policy.headerLength
    guard bytes.count <= Policy.largestApplied else { throw PolicyFailure(.tooLarge, line: 0) }
    guard bytes.count >= header, Policy.mark ~= bytes.extracting(0..<Policy.mark.utf8CodeUnitCount),
      bytes[header - 1] == UInt8(ascii: "\n")
    else { throw PolicyFailure(.notApplied, line: 0) }
    let body = bytes.extracting(header..<bytes.count)
    var expected = InlineArray<32, UInt8>(repeating: 0)
    var stated = InlineArray<32, UInt8>(repeating: 0)
    var room = expected.mutableSpan
    try Policy.hash(body, into: &room)
    room = stated.mutableSpan
    guard readHex(bytes.extracting(Policy.mark.utf8CodeUnitCount..<(header - 1)), into: &room),
      equal(expected.span, stated.span)
    else { throw PolicyFailure(.changedSinceApplied, line: 0) }
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
      var digest = InlineArray<32, UInt8>(repeating: 0)
      var out = digest.mutableSpan
      try Policy.hash(text, into: &out)
      let mark = Policy.mark
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

  private static func hash(
    _ text: Span<UInt8>, into digest: inout MutableSpan<UInt8>
  ) throws(PolicyFailure) {
    do throws(OTPFailure) { try sha256(text, into: &digest) } catch {
      throw PolicyFailure(.crypto, line: 0)
    }
  }
}
