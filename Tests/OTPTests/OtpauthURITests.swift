import OTP
import Testing

@Suite("otpauth URIs")
struct OtpauthURITests {
  /// 160 bits; the secret of RFC 4226.
  static let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

  struct Good: Sendable, CustomTestStringConvertible {
    let uri: String
    var issuer = ""
    var account = "alice"
    var algorithm = HashAlgorithm.sha1
    var digits = 6
    var period = 30

    init(
      _ uri: String, issuer: String = "", account: String = "alice",
      _ algorithm: HashAlgorithm = .sha1, digits: Int = 6, period: Int = 30
    ) {
      self.uri = uri.replacing("SECRET", with: OtpauthURITests.secret)
      self.issuer = issuer
      self.account = account
      self.algorithm = algorithm
      self.digits = digits
      self.period = period
    }

    var testDescription: String { uri }
  }

  static let good = [
    // the format's own examples
    Good(
      "otpauth://totp/Example:alice@google.com?secret=SECRET&issuer=Example",
      issuer: "Example", account: "alice@google.com"),
    Good(
      "otpauth://totp/ACME%20Co:john.doe@email.com?secret=SECRET&issuer=ACME%20Co&algorithm=SHA1&digits=6&period=30",
      issuer: "ACME Co", account: "john.doe@email.com"),
    Good(
      "otpauth://totp/Provider1:Alice%20Smith?secret=SECRET&issuer=Provider1",
      issuer: "Provider1", account: "Alice Smith"),
    Good(
      "otpauth://totp/Big%20Corporation%3A%20alice%40bigco.com?secret=SECRET",
      issuer: "Big Corporation", account: "alice@bigco.com"),
    // defaults, and every parameter
    Good("otpauth://totp/alice?secret=SECRET"),
    Good("otpauth://totp/alice?secret=SECRET&algorithm=SHA256", .sha256),
    Good("otpauth://totp/alice?secret=SECRET&algorithm=SHA512", .sha512),
    Good("otpauth://totp/alice?secret=SECRET&digits=7", digits: 7),
    Good("otpauth://totp/alice?secret=SECRET&digits=8&period=15", digits: 8, period: 15),
    Good("otpauth://totp/alice?secret=SECRET&period=300", period: 300),
    Good(
      "otpauth://totp/alice?period=60&digits=8&algorithm=SHA512&issuer=X&secret=SECRET",
      issuer: "X", .sha512, digits: 8, period: 60),
    // case and escapes
    Good("OTPAUTH://TOTP/alice?secret=SECRET"),
    Good("otpauth://Totp/alice?Secret=SECRET&ALGORITHM=sha256&Digits=8", .sha256, digits: 8),
    Good("otpauth://totp/alice?secret=SECRET&algorithm=Sha512", .sha512),
    Good("otpauth://totp/al%69ce?%73ecret=SECRET&digit%73=%38", digits: 8),
    Good("otpauth://t%6ftp/alice?secret=SECRET"),
    // label
    Good("otpauth://totp/:alice?secret=SECRET"),
    Good("otpauth://totp/X:alice?secret=SECRET", issuer: "X"),
    Good("otpauth://totp/X%3aalice?secret=SECRET", issuer: "X"),
    Good("otpauth://totp/X:%20%20alice?secret=SECRET", issuer: "X"),
    Good("otpauth://totp/%20alice?secret=SECRET"),
    Good("otpauth://totp/a/b?secret=SECRET", account: "a/b"),
    Good("otpauth://totp/S%C3%B6ren%20%F0%9F%94%91?secret=SECRET", account: "Sören 🔑"),
    Good("otpauth://totp/%EA%B0%80?secret=SECRET", account: "가"),
    Good(
      "otpauth://totp/\(String(repeating: "a", count: 128))?secret=SECRET",
      account: String(repeating: "a", count: 128)),
    // issuer: the parameter counts; an empty one is none
    Good("otpauth://totp/X:alice?secret=SECRET&issuer=Y", issuer: "Y"),
    Good("otpauth://totp/alice?secret=SECRET&issuer=Y", issuer: "Y"),
    Good("otpauth://totp/X:alice?secret=SECRET&issuer=", issuer: "X"),
    Good("otpauth://totp/alice?secret=SECRET&issuer=My+Co", issuer: "My+Co"),
    // secrets as people write them
    Good("otpauth://totp/alice?secret=gezdgnbvgy3tqojqgezdgnbvgy3tqojq"),
    Good("otpauth://totp/alice?secret=GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ"),
    Good("otpauth://totp/alice?secret=GEZD%20GNBV%20GY3T%20QOJQ%20GEZD%20GNBV%20GY3T%20QOJQ"),
    // what we do not know
    Good("otpauth://totp/alice?secret=SECRET&image=https%3A%2F%2Fexample.org%2Fx.png"),
    Good("otpauth://totp/alice?image=https://example.org/x.png?y=z&secret=SECRET&image=&lock=1"),
    Good("otpauth://totp/alice?secret=SECRET&counter=7"),
  ]

  @Test("Good URIs are read", arguments: good)
  func reads(_ row: Good) throws {
    let parsed = try Parsed(row.uri)
    #expect(parsed.issuer == row.issuer)
    #expect(parsed.account == row.account)
    #expect(parsed.parameters.algorithm == row.algorithm)
    #expect(parsed.parameters.digits == row.digits)
    #expect(parsed.parameters.period == row.period)
    #expect(parsed.secret == hotpSecret)
  }

  @Test("What was read is written so that it reads the same", arguments: good)
  func rewritten(_ row: Good) throws {
    let parsed = try Parsed(row.uri)
    let again = try Parsed(parsed.written)
    #expect(again == parsed)
    #expect(again.written == parsed.written)
  }

  static let refused: [(String, URIFailure)] = [
    // not this kind of URI
    ("", .notOtpauth), ("otpauth", .notOtpauth), ("otpauth:/", .notOtpauth),
    ("https://totp/alice?secret=SECRET", .notOtpauth),
    ("otpauth:totp/alice?secret=SECRET", .notOtpauth),
    ("otpauth-migration://offline?data=CjEKCkhlbGxvId6", .notOtpauth),
    ("xotpauth://totp/alice?secret=SECRET", .notOtpauth),
    ("otpauth://hotp/alice?secret=SECRET&counter=0", .counterBased),
    ("OTPAUTH://HOTP/alice?secret=SECRET", .counterBased),
    ("otpauth://", .unknownType), ("otpauth:///alice?secret=SECRET", .unknownType),
    ("otpauth://steam/alice?secret=SECRET", .unknownType),
    ("otpauth://totp2/alice?secret=SECRET", .unknownType),
    ("otpauth://u@totp/alice?secret=SECRET", .unknownType),
    // bytes and escapes
    (" otpauth://totp/alice?secret=SECRET", .foreignByte),
    ("otpauth://totp/alice?secret=SECRET\n", .foreignByte),
    ("otpauth://totp/alice?secret=SECRET\0", .foreignByte),
    ("otpauth://totp/al ice?secret=SECRET", .foreignByte),
    ("otpauth://totp/alice?secret=SECRET#x", .foreignByte),
    ("otpauth://totp/Sören?secret=SECRET", .foreignByte),
    ("otpauth://totp/al\"ice?secret=SECRET", .foreignByte),
    ("otpauth://totp/al[ice]?secret=SECRET", .foreignByte),
    ("otpauth://totp/alice%?secret=SECRET", .malformedEscape),
    ("otpauth://totp/alice%2?secret=SECRET", .malformedEscape),
    ("otpauth://totp/ali%zzce?secret=SECRET", .malformedEscape),
    ("otpauth://totp/alice?secret=SECRET&image=%", .malformedEscape),
    ("otpauth://totp/alice?secret=SECRET&image=%4", .malformedEscape),
    ("otpauth://totp/alice?secret=SECRET&image=%-1", .malformedEscape),
    // label
    ("otpauth://totp", .noAccount), ("otpauth://totp/", .noAccount),
    ("otpauth://totp?secret=SECRET", .noAccount), ("otpauth://totp/?secret=SECRET", .noAccount),
    ("otpauth://totp/X:?secret=SECRET", .noAccount),
    ("otpauth://totp/X:%20?secret=SECRET", .noAccount),
    ("otpauth://totp/:?secret=SECRET", .noAccount),
    ("otpauth://totp/X:alice:b?secret=SECRET", .colonInName),
    ("otpauth://totp/X:alice%3Ab?secret=SECRET", .colonInName),
    ("otpauth://totp/alice?secret=SECRET&issuer=X:Y", .colonInName),
    ("otpauth://totp/alice?secret=SECRET&issuer=X%3AY", .colonInName),
    ("otpauth://totp/\(String(repeating: "a", count: 129))?secret=SECRET", .nameTooLong),
    ("otpauth://totp/\(String(repeating: "a", count: 129)):b?secret=SECRET", .nameTooLong),
    ("otpauth://totp/a?secret=SECRET&issuer=\(String(repeating: "a", count: 129))", .nameTooLong),
    ("otpauth://totp/alice%00?secret=SECRET", .nameNotText),
    ("otpauth://totp/alice%0A?secret=SECRET", .nameNotText),
    ("otpauth://totp/%1B%5B2J?secret=SECRET", .nameNotText),
    ("otpauth://totp/alice%7F?secret=SECRET", .nameNotText),
    ("otpauth://totp/alice%C2%9B?secret=SECRET", .nameNotText),
    ("otpauth://totp/alice%E2%80%AE?secret=SECRET", .nameNotText),
    ("otpauth://totp/alice%E2%80%A8?secret=SECRET", .nameNotText),
    ("otpauth://totp/alice%80?secret=SECRET", .nameNotText),
    ("otpauth://totp/alice%C0%AF?secret=SECRET", .nameNotText),
    ("otpauth://totp/alice%E0%80%AF?secret=SECRET", .nameNotText),
    ("otpauth://totp/alice%F0%80%80%AF?secret=SECRET", .nameNotText),
    ("otpauth://totp/alice%ED%A0%80?secret=SECRET", .nameNotText),
    ("otpauth://totp/alice%F4%90%80%80?secret=SECRET", .nameNotText),
    ("otpauth://totp/alice%F5%80%80%80?secret=SECRET", .nameNotText),
    ("otpauth://totp/alice%C3?secret=SECRET", .nameNotText),
    ("otpauth://totp/alice%E2%82?secret=SECRET", .nameNotText),
    ("otpauth://totp/alice%C3%41?secret=SECRET", .nameNotText),
    ("otpauth://totp/alice?secret=SECRET&issuer=%FF", .nameNotText),
    // parameters
    ("otpauth://totp/alice", .noSecret), ("otpauth://totp/alice?", .noSecret),
    ("otpauth://totp/alice?issuer=X", .noSecret), ("otpauth://totp/alice?secret=", .noSecret),
    ("otpauth://totp/alice?secret", .malformedParameter),
    ("otpauth://totp/alice?=SECRET", .malformedParameter),
    ("otpauth://totp/alice?&secret=SECRET", .malformedParameter),
    ("otpauth://totp/alice?secret=SECRET&", .malformedParameter),
    ("otpauth://totp/alice?secret=SECRET&&digits=6", .malformedParameter),
    ("otpauth://totp/alice?secret=SECRET&image", .malformedParameter),
    ("otpauth://totp/alice?secret=SECRET&secret=SECRET", .duplicateParameter),
    ("otpauth://totp/alice?secret=SECRET&SECRE%54=SECRET", .duplicateParameter),
    ("otpauth://totp/alice?secret=SECRET&issuer=X&issuer=X", .duplicateParameter),
    ("otpauth://totp/alice?secret=SECRET&digits=6&digits=8", .duplicateParameter),
    ("otpauth://totp/alice?secret=SECRET&period=30&period=30", .duplicateParameter),
    ("otpauth://totp/alice?algorithm=SHA1&secret=SECRET&algorithm=SHA1", .duplicateParameter),
    ("otpauth://totp/alice?secret=SECRET&algorithm=MD5", .unknownAlgorithm),
    ("otpauth://totp/alice?secret=SECRET&algorithm=SHA-1", .unknownAlgorithm),
    ("otpauth://totp/alice?secret=SECRET&algorithm=HmacSHA1", .unknownAlgorithm),
    ("otpauth://totp/alice?secret=SECRET&algorithm=SHA2560", .unknownAlgorithm),
    ("otpauth://totp/alice?secret=SECRET&algorithm=SHA25", .unknownAlgorithm),
    ("otpauth://totp/alice?secret=SECRET&algorithm=", .unknownAlgorithm),
    ("otpauth://totp/alice?secret=SECRET&digits=5", .badDigits),
    ("otpauth://totp/alice?secret=SECRET&digits=9", .badDigits),
    ("otpauth://totp/alice?secret=SECRET&digits=", .badDigits),
    ("otpauth://totp/alice?secret=SECRET&digits=06", .badDigits),
    ("otpauth://totp/alice?secret=SECRET&digits=+6", .badDigits),
    ("otpauth://totp/alice?secret=SECRET&digits=-6", .badDigits),
    ("otpauth://totp/alice?secret=SECRET&digits=six", .badDigits),
    ("otpauth://totp/alice?secret=SECRET&digits=4294967302", .badDigits),
    ("otpauth://totp/alice?secret=SECRET&digits=18446744073709551622", .badDigits),
    ("otpauth://totp/alice?secret=SECRET&period=0", .badPeriod),
    ("otpauth://totp/alice?secret=SECRET&period=14", .badPeriod),
    ("otpauth://totp/alice?secret=SECRET&period=301", .badPeriod),
    ("otpauth://totp/alice?secret=SECRET&period=", .badPeriod),
    ("otpauth://totp/alice?secret=SECRET&period=030", .badPeriod),
    ("otpauth://totp/alice?secret=SECRET&period=30s", .badPeriod),
    ("otpauth://totp/alice?secret=SECRET&period=4294967326", .badPeriod),
    // secret
    ("otpauth://totp/alice?secret=GEZDGNBVGY3TQOJQGEZDGNB1", .malformedSecret),
    ("otpauth://totp/alice?secret=SECRET=", .malformedSecret),
    ("otpauth://totp/alice?secret=SECRETA", .malformedSecret),
    ("otpauth://totp/alice?secret=MZXW6YTBOI%00", .malformedSecret),
    ("otpauth://totp/alice?secret=----", .secretTooShort),
    ("otpauth://totp/alice?secret=GEZDGNBVGY3TQOJQGEZDGNBV", .secretTooShort),
    ("otpauth://totp/alice?secret=\(String(repeating: "A", count: 104))", .secretTooLong),
    ("otpauth://totp/alice?secret=\(String(repeating: "A", count: 960))", .secretTooLong),
    // length
    ("otpauth://totp/alice?secret=SECRET&image=\(String(repeating: "x", count: 1024))", .tooLong),
  ]

  @Test("Each defect of a URI has its name", arguments: refused)
  func refuses(_ uri: String, _ failure: URIFailure) {
    #expect(throws: failure) { _ = try Parsed(uri.replacing("SECRET", with: Self.secret)) }
  }

  @Test(
    "Secrets of 128 and 512 bits are the shortest and longest", arguments: [16, 17, 32, 63, 64])
  func secretLengths(_ length: Int) throws {
    let secret = randomBytes(length)
    let written = try write(issuer: "X", account: "alice", secret: secret)
    #expect(try Parsed(written).secret == secret)
  }

  @Test("A URI of 1024 bytes is read, one of 1025 is not")
  func longest() throws {
    let start = "otpauth://totp/alice?secret=\(Self.secret)&image="
    let fits = start + String(repeating: "x", count: 1024 - start.utf8.count)
    #expect(try Parsed(fits).account == "alice")
    #expect(throws: URIFailure.tooLong) { _ = try Parsed(fits + "x") }
  }

  @Test("Everything but unreserved characters is written percent-encoded, every parameter stands")
  func written() throws {
    let uri = try write(
      issuer: "Status Söder & Co", account: "alice@web-1.example.org/~a_b", secret: hotpSecret,
      parameters: Parameters(algorithm: .sha512, digits: 8, period: 300))
    #expect(
      uri == "otpauth://totp/Status%20S%C3%B6der%20%26%20Co:alice%40web-1.example.org%2F~a_b"
        + "?secret=\(Self.secret)&issuer=Status%20S%C3%B6der%20%26%20Co"
        + "&algorithm=SHA512&digits=8&period=300")
    #expect(
      try write(issuer: "", account: "alice", secret: hotpSecret)
        == "otpauth://totp/alice?secret=\(Self.secret)&algorithm=SHA1&digits=6&period=30")
  }

  @Test(
    "What could not be read back is not written, and the room is zero then",
    arguments: [
      ("X", "", 20, 1024, .noAccount), ("X:Y", "alice", 20, 1024, .colonInName),
      ("X", "a:b", 20, 1024, .colonInName), ("X", "a\n", 20, 1024, .nameNotText),
      (String(repeating: "x", count: 129), "a", 20, 1024, .nameTooLong),
      ("X", "alice", 15, 1024, .secretTooShort), ("X", "alice", 65, 1024, .secretTooLong),
      ("X", "alice", 0, 1024, .secretTooShort), ("X", "alice", 20, 0, .tooLong),
      ("X", "alice", 20, 40, .tooLong), ("X", "alice", 20, 90, .tooLong),
      (String(repeating: "ö", count: 64), String(repeating: "ö", count: 64), 20, 4096, .tooLong),
    ] as [(String, String, Int, Int, URIFailure)])
  func refusesToWrite(
    _ row: (issuer: String, account: String, secret: Int, room: Int, failure: URIFailure)
  ) throws {
    let parameters = try #require(Parameters())
    let secret = randomBytes(row.secret)
    let (issuer, account) = (Array(row.issuer.utf8), Array(row.account.utf8))
    let result = attempt(row.room) {
      _ = try OtpauthURI.write(
        issuer: issuer.span, account: account.span, parameters: parameters, secret: secret.span,
        into: &$0)
    }
    #expect(result.failure as? URIFailure == row.failure)
    #expect(result.room.allSatisfy { $0 == 0 })
  }

  @Test("No prefix of a URI, and no URI with one byte changed, does harm")
  func mutations() {
    let uri = Array(Self.good[1].uri.utf8)
    for count in 0..<uri.count { _ = try? Parsed(bytes: Array(uri.prefix(count))) }
    for place in uri.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = uri
        changed[place] = byte
        if let parsed = try? Parsed(bytes: changed) {
          #expect(parsed.written.utf8.count <= OtpauthURI.longest)
        }
      }
    }
  }

  private func write(
    issuer: String, account: String, secret: [UInt8], parameters: Parameters? = Parameters()
  ) throws -> String {
    let parameters = try #require(parameters)
    let (issuer, account) = (Array(issuer.utf8), Array(account.utf8))
    var length = 0
    let room = try filled(OtpauthURI.longest) {
      length = try OtpauthURI.write(
        issuer: issuer.span, account: account.span, parameters: parameters, secret: secret.span,
        into: &$0)
    }
    return ascii(Array(room.prefix(length)))
  }
}

/// A URI's contents as ordinary values.
private struct Parsed: Equatable {
  let issuer: String
  let account: String
  let parameters: Parameters
  let secret: [UInt8]
  let written: String

  init(_ uri: String) throws { try self.init(bytes: Array(uri.utf8)) }

  init(bytes: [UInt8]) throws {
    let uri = try OtpauthURI(parsing: bytes.span)
    parameters = uri.parameters
    issuer = ascii(uri.issuer.withBytes { (bytes: Span<UInt8>) in [UInt8](bytes) })
    account = ascii(uri.account.withBytes { (bytes: Span<UInt8>) in [UInt8](bytes) })
    secret = uri.secret.withBytes { (bytes: Span<UInt8>) in [UInt8](bytes) }
    var room = [UInt8](repeating: 0, count: OtpauthURI.longest)
    var span = room.mutableSpan
    let length = try uri.write(into: &span)
    written = ascii(Array(room.prefix(length)))
  }
}
