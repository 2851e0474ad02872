import COpenSSL

public enum Hash: String, Sendable { case sha1, sha256, sha512 }

/// HMAC by libcrypto, without anything of ours around it.
public func hmac(_ hash: Hash, key: [UInt8], _ message: [UInt8]) -> [UInt8] {
  let kind =
    switch hash {
    case .sha1: unsafe EVP_sha1()
    case .sha256: unsafe EVP_sha256()
    case .sha512: unsafe EVP_sha512()
    }
  var mac = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
  var length: UInt32 = 0
  unsafe HMAC(kind, key, Int32(key.count), message, message.count, &mac, &length)
  return Array(mac.prefix(Int(length)))
}

/// The codes of an authenticator, computed beside the product, so that tests do not ask it what is
/// right. build/test/totp and RFC 6238 vouch for this one.
public struct Authenticator: Sendable {
  public var secret: [UInt8]
  public var digits: Int
  public var period: Int64
  public var hash: Hash

  public init(_ secret: [UInt8], digits: Int = 6, period: Int64 = 30, hash: Hash = .sha1) {
    self.secret = secret
    self.digits = digits
    self.period = period
    self.hash = hash
  }

  /// The code that is shown at `time`, seconds since the epoch.
  public func code(at time: Int64) -> String {
    let step = UInt64(time / period)
    let message = (0..<8).map { UInt8(truncatingIfNeeded: step >> UInt64(56 - 8 * $0)) }
    let mac = hmac(hash, key: secret, message)
    let start = Int((mac.last ?? 0) & 15)
    let number = mac[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } & 0x7fff_ffff
    let text = String(number % [1_000_000, 10_000_000, 100_000_000][digits - 6])
    return String(repeating: "0", count: digits - text.count) + text
  }

  /// So many different codes of six digits that are right nowhere within a quarter of an hour.
  public func wrongCodes(_ count: Int, near time: Int64) -> [String] {
    let right = Set((-32...32).map { code(at: max(0, time + $0 * period)) })
    return (617_283...999_999).lazy.map(String.init).filter { !right.contains($0) }
      .prefix(count).map { $0 }
  }

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")

  /// One that has scanned the secret `base32`, without padding.
  public init(base32: String) {
    var (bytes, bits, held): ([UInt8], Int, Int) = ([], 0, 0)
    for digit in base32.compactMap({ Authenticator.alphabet.firstIndex(of: $0) }) {
      (bits, held) = ((bits << 5 | digit) & 0xfff, held + 5)
      if held >= 8 {
        held -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> held))
      }
    }
    self.init(bytes)
  }

  /// The secret in Base32, as a URI has it.
  public var base32: String {
    var (text, bits, held) = ("", 0, 0)
    for byte in secret {
      (bits, held) = (bits << 8 | Int(byte), held + 8)
      while held >= 5 {
        held -= 5
        text.append(Authenticator.alphabet[bits >> held & 31])
        bits &= (1 << held) - 1
      }
    }
    if held > 0 { text.append(Authenticator.alphabet[bits << (5 - held) & 31]) }
    return text
  }

  public var uri: String {
    "otpauth://totp/cachet:alice?secret=\(base32)&issuer=cachet&algorithm=\(hash.rawValue.uppercased())"
      + "&digits=\(digits)&period=\(period)"
  }
}
