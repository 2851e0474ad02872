internal import COpenSSL

/// What a factor and its authenticator agree on besides the secret (RFC 6238 §4).
public struct Parameters: Equatable, Sendable {
  public let algorithm: HashAlgorithm
  /// 6 to 8.
  public let digits: Int
  /// Seconds a step lasts, 15 to 300.
  public let period: Int

  public static let digitCounts = 6...8
  public static let periods = 15...300
  /// Bytes of a secret: 128 to 512 bits.
  public static let secretLengths = 16...64

  public init?(algorithm: HashAlgorithm = .sha1, digits: Int = 6, period: Int = 30) {
    guard Parameters.digitCounts.contains(digits), Parameters.periods.contains(period) else {
      return nil
    }
    self.algorithm = algorithm
    self.digits = digits
    self.period = period
  }

  /// Reads four bytes: algorithm, digits, and the period (two bytes, big endian); no digits are
  /// `usual` ones.
  public init?(_ bytes: Span<UInt8>, usual: Int) {
    guard bytes.count == 4, let algorithm = HashAlgorithm(rawValue: bytes[0]) else { return nil }
    self.init(
      algorithm: algorithm, digits: bytes[1] == 0 ? usual : Int(bytes[1]),
      period: Int(bigEndian(bytes.extracting(2..<4))))
  }

  /// The four bytes.
  public var bytes: InlineArray<4, UInt8> {
    [
      algorithm.rawValue, UInt8(truncatingIfNeeded: digits),
      UInt8(truncatingIfNeeded: period >> 8), UInt8(truncatingIfNeeded: period),
    ]
  }

  /// The step that holds `time` (seconds since the epoch; before it, the first step).
  public func step(at time: Int64) -> Step {
    Step(rawValue: time <= 0 ? 0 : UInt64(time) / UInt64(period))
  }

  /// Seconds since the epoch at which `step` begins.
  public func start(of step: Step) -> UInt64 { step.rawValue &* UInt64(period) }
}

/// A time step, the counter of RFC 6238 §4.2.
public struct Step: Equatable, Sendable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public func moved(by steps: Int) -> Step {
    Step(rawValue: rawValue &+ UInt64(bitPattern: Int64(steps)))
  }
}

/// A code as typed: 6 to 8 decimal digits.
public struct Code: Equatable, Sendable {
  public let value: UInt32
  public let digits: Int

  public init(value: UInt32, digits: Int) {
    self.value = value
    self.digits = digits
  }

  /// Reads exactly 6 to 8 ASCII digits; `nil` for anything else.
  public init?(_ text: Span<UInt8>) {
    guard Parameters.digitCounts.contains(text.count) else { return nil }
    var value: UInt32 = 0
    var i = 0
    while i < text.count {
      let byte = text[i]
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      value = value &* 10 &+ UInt32(byte &- UInt8(ascii: "0"))
      i += 1
    }
    self.value = value
    digits = text.count
  }

  /// Writes the digits into the front of `text`, leading zeros included.
  public func write(into text: inout MutableSpan<UInt8>) {
    var rest = value
    var i = digits
    while i > 0 {
      i -= 1
      if i < text.count { text[i] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10) }
      rest /= 10
    }
  }
}

/// HOTP (RFC 4226 §5.3) as a number of `digits` decimal digits.
public func hotp(
  secret: Span<UInt8>, counter: UInt64, algorithm: HashAlgorithm = .sha1, digits: Int = 6
) throws(OTPFailure) -> Code {
  guard Parameters.digitCounts.contains(digits) else { throw .malformed }
  var message = InlineArray<8, UInt8>(repeating: 0)
  var i = 0
  while i < 8 {
    message[i] = UInt8(truncatingIfNeeded: counter >> UInt64(56 &- 8 &* i))
    i += 1
  }
  let counterBytes = message.span
  return try withScratch { (digest: inout MutableSpan<UInt8>) throws(OTPFailure) in
    try hmac(algorithm, key: secret, counterBytes, into: &digest)
    let value = truncation(digest, last: algorithm.digestLength &- 1)
    return Code(value: Cut(digits: digits)(value), digits: digits)
  }
}

/// Finds `code` among the steps within `window` of `step`; the answer is its distance in steps.
///
/// Every candidate is computed and compared whatever came before it, failures of libcrypto and the
/// match are kept by mask, and only after the last one is either looked at: the time tells nothing
/// of which candidate it was. Of several the latest step is reported. `DisassemblyTests` holds the
/// compiler to it.
@inline(never)
public func match(
  _ code: Code, secret: Span<UInt8>, parameters: Parameters, around step: Step, window: Int
) throws(OTPFailure) -> Int? {
  guard let evp = unsafe parameters.algorithm.evp, let keyLength = Int32(exactly: secret.count),
    keyLength > 0
  else { throw .crypto }
  // One room for all that must not stay on the stack: a digest, the candidate and the typed code.
  var room = InlineArray<72, UInt8>(repeating: 0)
  var all = room.mutableSpan
  store(code.value, into: &all, at: 68)
  let cut = Cut(digits: parameters.digits)
  let last = parameters.algorithm.digestLength &- 1
  var found = 0
  var seen: UInt32 = 0
  var failed: UInt32 = 0
  var distance = 0 &- window
  ERR_set_mark()
  while distance <= window {
    var counter = step.moved(by: distance).rawValue.bigEndian
    var length: UInt32 = 0
    let made = unsafe secret.withUnsafeBytes { key in
      unsafe all.withUnsafeMutableBytes { room in
        unsafe withUnsafeBytes(of: &counter) { message in
          unsafe HMAC(
            evp, key.baseAddress, keyLength, message.bindMemory(to: UInt8.self).baseAddress, 8,
            room.bindMemory(to: UInt8.self).baseAddress, &length)
        }
      }
    }
    failed |= ~nonZeroMask(UInt(bitPattern: made))
    failed |= length ^ UInt32(truncatingIfNeeded: last &+ 1)
    let candidate = cut(truncation(all, last: last))
    store(candidate, into: &all, at: 64)
    let same = unsafe all.withUnsafeMutableBytes { room -> UInt32 in
      guard let base = room.baseAddress else { return 0 }
      return unsafe ~nonZeroMask(UInt(bitPattern: Int(CRYPTO_memcmp(base + 64, base + 68, 4))))
    }
    let mask = Int(Int32(bitPattern: same))
    found = (found & ~mask) | (distance & mask)
    seen |= same
    distance &+= 1
  }
  ERR_pop_to_mark()
  cleanse(&all)
  guard failed == 0 else { throw .crypto }
  guard seen != 0, code.digits == parameters.digits else { return nil }
  return found
}

/// All ones where `value` has a bit set, zero otherwise, without a branch.
@inline(__always)
private func nonZeroMask(_ value: UInt) -> UInt32 {
  UInt32(truncatingIfNeeded: 0 &- ((value | (0 &- value)) >> 63))
}

/// Cuts a number to decimal digits without a division, which takes longer for some values than for
/// others, and without a branch: the quotient is the upper half of a product with 2^64 / 10^digits,
/// rounded up, which is exact for every 32-bit number.
private struct Cut {
  let divisor: UInt32
  let reciprocal: UInt64

  @inline(__always)
  init(digits: Int) {
    divisor = digits == 8 ? 100_000_000 : digits == 7 ? 10_000_000 : 1_000_000
    reciprocal = UInt64.max / UInt64(divisor) &+ 1
  }

  @inline(__always)
  func callAsFunction(_ value: UInt32) -> UInt32 {
    let quotient = UInt64(value).multipliedFullWidth(by: reciprocal).high
    return value &- UInt32(truncatingIfNeeded: quotient) &* divisor
  }
}

@inline(__always)
private func store(_ value: UInt32, into room: inout MutableSpan<UInt8>, at start: Int) {
  room[start] = UInt8(truncatingIfNeeded: value >> 24)
  room[start + 1] = UInt8(truncatingIfNeeded: value >> 16)
  room[start + 2] = UInt8(truncatingIfNeeded: value >> 8)
  room[start + 3] = UInt8(truncatingIfNeeded: value)
}

/// The dynamic truncation of RFC 4226 §5.3: 31 bits, from where the low nibble of byte `last` says.
@inline(__always)
private func truncation(_ digest: borrowing MutableSpan<UInt8>, last: Int) -> UInt32 {
  // `& 63` says what is known of a digest, so that no bounds check stays behind.
  let offset = Int(digest[last & 63] & 0xf)
  return UInt32(digest[offset] & 0x7f) << 24 | UInt32(digest[offset + 1]) << 16
    | UInt32(digest[offset + 2]) << 8 | UInt32(digest[offset + 3])
}
