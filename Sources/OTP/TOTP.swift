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
  let value = try truncated(secret: secret, counter: counter, algorithm: algorithm)
  return Code(value: value % modulus(digits), digits: digits)
}

/// Finds `code` among the steps within `window` of `step`; the answer is its distance in steps.
///
/// Every candidate is computed and compared whatever came before it, and the match is kept by mask,
/// so that the time tells nothing of which one it was. Of several the latest step is reported.
@inline(never)
public func match(
  _ code: Code, secret: Span<UInt8>, parameters: Parameters, around step: Step, window: Int
) throws(OTPFailure) -> Int? {
  var found: Int32 = 0
  var seen: Int32 = 0
  let modulus = modulus(parameters.digits)
  var distance = 0 &- window
  while distance <= window {
    let counter = step.rawValue &+ UInt64(bitPattern: Int64(distance))
    let candidate = try truncated(
      secret: secret, counter: counter, algorithm: parameters.algorithm)
    let same = equalMask(candidate % modulus, code.value)
    found = (found & ~same) | (Int32(truncatingIfNeeded: distance) & same)
    seen |= same
    distance &+= 1
  }
  guard seen != 0, code.digits == parameters.digits else { return nil }
  return Int(found)
}

/// All ones where `a` equals `b`, zero otherwise, compared by libcrypto without a branch.
@inline(__always)
private func equalMask(_ a: UInt32, _ b: UInt32) -> Int32 {
  var a = a
  var b = b
  let difference = unsafe CRYPTO_memcmp(&a, &b, 4)
  return ((difference | (0 &- difference)) >> 31) ^ -1
}

@inline(__always)
private func modulus(_ digits: Int) -> UInt32 {
  digits == 8 ? 100_000_000 : digits == 7 ? 10_000_000 : 1_000_000
}

/// The 31 bits of RFC 4226 §5.3, before they are cut to digits.
private func truncated(
  secret: Span<UInt8>, counter: UInt64, algorithm: HashAlgorithm
) throws(OTPFailure) -> UInt32 {
  var message = InlineArray<8, UInt8>(repeating: 0)
  var i = 0
  while i < 8 {
    message[i] = UInt8(truncatingIfNeeded: counter >> UInt64(56 &- 8 &* i))
    i += 1
  }
  let counterBytes = message.span
  return try withScratch { (digest: inout MutableSpan<UInt8>) throws(OTPFailure) in
    try hmac(algorithm, key: secret, counterBytes, into: &digest)
    let offset = Int(digest[algorithm.digestLength - 1] & 0xf)
    return UInt32(digest[offset] & 0x7f) << 24 | UInt32(digest[offset + 1]) << 16
      | UInt32(digest[offset + 2]) << 8 | UInt32(digest[offset + 3])
  }
}
