import COpenSSL
import OTP
import Testing

/// A PAM host shares libcrypto's error queue: sshd would report our failures as its own.
@Suite("libcrypto's error queue")
struct ErrorQueueTests {
  static let calls: [(name: String, succeeds: Bool, call: @Sendable () throws -> Void)] = [
    (
      "hmac", true,
      {
        let key = sharedKey
        _ = try filled(64) { try hmac(.sha256, key: key.span, key.span, into: &$0) }
      }
    ),
    ("hotp", true, { _ = try hotpCode(1, sharedKey) }),
    (
      "match", true,
      { _ = try find(hotpCode(1, sharedKey), sharedKey, parameters(), around: 1, window: 1) }
    ),
    (
      "sha256", true,
      {
        let key = sharedKey
        _ = try filled(32) { try sha256(key.span, into: &$0) }
      }
    ),
    (
      "pbkdf2", true,
      {
        let key = sharedKey
        _ = try filled(32) { try pbkdf2(key.span, salt: key.span, iterations: 2, into: &$0) }
      }
    ),
    (
      "pbkdf2 of nothing", false,
      {
        let key = sharedKey
        _ = try filled(0) { try pbkdf2(key.span, salt: key.span, iterations: 1, into: &$0) }
      }
    ),
    (
      "hmac without a key", false,
      {
        let key = sharedKey
        _ = try filled(64) { try hmac(.sha256, key: Span(), key.span, into: &$0) }
      }
    ),
    (
      "a secret too large", false,
      {
        _ = try SecretBytes(count: Int.max, or: OTPFailure.memory) {
          (_: inout MutableSpan<UInt8>) throws(OTPFailure) in
        }
      }
    ),
    ("fillRandom", true, { _ = try filled(32) { try fillRandom(&$0) } }),
    ("seal", true, { _ = try sealed() }),
    (
      "open", true,
      {
        let (key, box) = (sharedKey, try sealed())
        _ = try filled(32) {
          try Sealing.open(box.span, key: key.span, associated: key.span, into: &$0)
        }
      }
    ),
    (
      "open of a changed box", false,
      {
        let key = sharedKey
        var box = try sealed()
        box[20] ^= 1
        _ = try filled(32) {
          try Sealing.open(box.span, key: key.span, associated: key.span, into: &$0)
        }
      }
    ),
    (
      "SecretBytes", true,
      {
        let key = sharedKey
        _ = try SecretBytes(copying: key.span)
      }
    ),
    ("constantTimeEqual", true, { _ = equal(sharedKey, sharedKey) }),
  ]

  @Test("An empty queue stays empty", arguments: calls.indices)
  func empty(_ row: Int) {
    ERR_clear_error()
    run(row)
    #expect(ERR_peek_error() == 0)
  }

  @Test("Errors of others stay, in order, and so do their marks", arguments: calls.indices)
  func kept(_ row: Int) {
    ERR_clear_error()
    raise(101)
    ERR_set_mark()
    raise(102)
    run(row)
    #expect(reason(ERR_peek_error()) == 101)
    #expect(reason(ERR_peek_last_error()) == 102)
    #expect(ERR_pop_to_mark() == 1, "the mark of the host is gone")
    #expect(reason(ERR_get_error()) == 101)
    #expect(ERR_get_error() == 0)
  }

  private func run(_ row: Int) {
    let (name, succeeds, call) = Self.calls[row]
    if succeeds {
      #expect(throws: Never.self, "\(name)") { try call() }
    } else {
      #expect(throws: OTPFailure.self, "\(name)") { try call() }
    }
  }

  private func raise(_ reason: Int32) {
    ERR_new()
    ERR_set_debug("host.c", 1, "host")
    withVaList([]) { ERR_vset_error(ERR_LIB_USER, reason, nil, $0) }
  }

  private func reason(_ error: UInt) -> Int { Int(error & 0x7fffff) }

  private static let sharedKey = Array("12345678901234567890123456789012".utf8)

  private static func parameters() throws -> Parameters { try #require(Parameters()) }

  private static func sealed() throws -> [UInt8] {
    let key = sharedKey
    return try filled(60) {
      try Sealing.seal(key.span, key: key.span, associated: key.span, into: &$0)
    }
  }
}
