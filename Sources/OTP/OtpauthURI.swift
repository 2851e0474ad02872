/// An `otpauth://totp/…` URI (Google Authenticator's "Key URI Format"): what a QR code carries.
///
/// Scheme, type, parameter names and algorithm are read in either case. Missing parameters have the
/// format's defaults: SHA1, 6 digits, 30 seconds. Unknown ones (`image`, `counter`) are ignored. Where
/// the label's issuer and the parameter differ, the parameter counts: it is what authenticators show,
/// and no decision rests on it.
public struct OtpauthURI: ~Copyable {
  /// Bytes of a URI, to read or to write.
  public static let longest = 1024

  public let parameters: Parameters
  public let account: Name
  /// Empty where neither label nor parameter names one.
  public let issuer: Name
  public let secret: SecretBytes

  /// Reads a URI; nothing may stand before or after it.
  public init(parsing text: Span<UInt8>) throws(URIFailure) {
    guard text.count <= OtpauthURI.longest else { throw .tooLong }
    try URIText.check(text)
    let label = try OtpauthURI.labelStart(text)
    let labelEnd = URIText.find(UInt8(ascii: "?"), in: text, label..<text.count)
    let names = try OtpauthURI.names(text, label..<labelEnd)
    let fields = try Fields(text, from: min(labelEnd + 1, text.count))
    let secret = try OtpauthURI.secret(text, fields.secret)

    var issuer = names.issuer
    if let given = fields.issuer, !given.isEmpty { issuer = given }
    self.parameters = fields.parameters
    self.account = names.account
    self.issuer = issuer
    self.secret = secret
  }

  /// Where the label begins: behind `otpauth://totp/`.
  private static func labelStart(_ text: Span<UInt8>) throws(URIFailure) -> Int {
    let scheme = 10
    guard text.count >= scheme, URIText.reads(text, 0..<scheme, "otpauth://") else {
      throw .notOtpauth
    }
    let path = URIText.find(UInt8(ascii: "/"), in: text, scheme..<text.count)
    let type = scheme..<URIText.find(UInt8(ascii: "?"), in: text, scheme..<path)
    guard !URIText.reads(text, type, "hotp") else { throw .counterBased }
    guard URIText.reads(text, type, "totp") else { throw .unknownType }
    guard type.upperBound == path, path < text.count else { throw .noAccount }
    return path + 1
  }

  /// Splits a label at its colon, written plainly or as `%3A`; blanks before the account are dropped.
  private static func names(
    _ text: Span<UInt8>, _ label: Range<Int>
  ) throws(URIFailure) -> (issuer: Name, account: Name) {
    var start = label.lowerBound
    var colon: Int?
    var index = start
    while index < label.upperBound, colon == nil {
      let here = index
      if URIText.next(text, at: &index) == UInt8(ascii: ":") {
        colon = here
        start = index
      }
    }
    var behind = start
    while behind < label.upperBound, URIText.next(text, at: &behind) == UInt8(ascii: " ") {
      start = behind
    }
    guard start < label.upperBound else { throw .noAccount }
    let issuer = label.lowerBound..<(colon ?? label.lowerBound)
    return (
      try Name(decoding: text, issuer), try Name(decoding: text, start..<label.upperBound)
    )
  }

  /// The secret behind its base-32 text, which is decoded in memory that is wiped as well.
  private static func secret(
    _ text: Span<UInt8>, _ range: Range<Int>
  ) throws(URIFailure) -> SecretBytes {
    var length = 0
    let written = try SecretBytes(count: range.count, or: URIFailure.noMemory) {
      (room: inout MutableSpan<UInt8>) throws(URIFailure) in
      var index = range.lowerBound
      while index < range.upperBound, length < room.count {
        room[length] = URIText.next(text, at: &index)
        length += 1
      }
    }
    return try written.withBytes { (room: Span<UInt8>) throws(URIFailure) in
      let base32 = room.extracting(0..<length)
      let count: Int
      do throws(OTPFailure) { count = try Base32.decodedLength(of: base32) } catch {
        throw .malformedSecret
      }
      try check(secretLength: count)
      return try SecretBytes(count: count, or: URIFailure.noMemory) {
        (secret: inout MutableSpan<UInt8>) throws(URIFailure) in
        do throws(OTPFailure) { try Base32.decode(base32, into: &secret) } catch {
          throw .malformedSecret
        }
      }
    }
  }

  private static func check(secretLength count: Int) throws(URIFailure) {
    guard count >= Parameters.secretLengths.lowerBound else { throw .secretTooShort }
    guard count <= Parameters.secretLengths.upperBound else { throw .secretTooLong }
  }
}

/// What stands behind the `?`.
private struct Fields {
  var secret = 0..<0
  var issuer: OtpauthURI.Name?
  let parameters: Parameters

  private enum Known: UInt8 { case secret, issuer, algorithm, digits, period }

  init(_ text: Span<UInt8>, from start: Int) throws(URIFailure) {
    var algorithm = HashAlgorithm.sha1
    var digits = 6
    var period = 30
    var seen: UInt8 = 0
    var next = start
    while next < text.count {
      let end = URIText.find(UInt8(ascii: "&"), in: text, next..<text.count)
      let equals = URIText.find(UInt8(ascii: "="), in: text, next..<end)
      guard equals > next, equals < end, end != text.count - 1 else { throw .malformedParameter }
      let known = Fields.known(text, next..<equals)
      let value = (equals + 1)..<end
      next = end + 1
      guard let known else { continue }
      guard seen & 1 << known.rawValue == 0 else { throw .duplicateParameter }
      seen |= 1 << known.rawValue
      switch known {
      case .secret: secret = value
      case .issuer: issuer = try OtpauthURI.Name(decoding: text, value)
      case .algorithm: algorithm = try Fields.algorithm(text, value)
      case .digits: digits = URIText.number(text, value) ?? 0
      case .period: period = URIText.number(text, value) ?? 0
      }
    }
    guard !secret.isEmpty else { throw .noSecret }
    guard Parameters.digitCounts.contains(digits) else { throw .badDigits }
    guard let parameters = Parameters(algorithm: algorithm, digits: digits, period: period) else {
      throw .badPeriod
    }
    self.parameters = parameters
  }

  private static func known(_ text: Span<UInt8>, _ name: Range<Int>) -> Known? {
    if URIText.reads(text, name, "secret") { return .secret }
    if URIText.reads(text, name, "issuer") { return .issuer }
    if URIText.reads(text, name, "algorithm") { return .algorithm }
    if URIText.reads(text, name, "digits") { return .digits }
    if URIText.reads(text, name, "period") { return .period }
    return nil
  }

  private static func algorithm(
    _ text: Span<UInt8>, _ value: Range<Int>
  ) throws(URIFailure) -> HashAlgorithm {
    if URIText.reads(text, value, "sha1") { return .sha1 }
    if URIText.reads(text, value, "sha256") { return .sha256 }
    if URIText.reads(text, value, "sha512") { return .sha512 }
    throw .unknownAlgorithm
  }
}

extension OtpauthURI {
  /// Writes the URI into the front of `text`; returns its length.
  public borrowing func write(into text: inout MutableSpan<UInt8>) throws(URIFailure) -> Int {
    let (parameters, issuer, account) = (parameters, issuer, account)
    return try secret.withBytes { (secret: Span<UInt8>) throws(URIFailure) in
      do throws(URIFailure) {
        return try OtpauthURI.compose(issuer, account, parameters, secret, into: &text)
      } catch {
        cleanse(&text)
        throw error
      }
    }
  }

  /// Writes a URI into the front of `text`, which holds a secret then; returns its length.
  ///
  /// Everything but unreserved characters is percent-encoded. The issuer stands in the label and as a
  /// parameter, and algorithm, digits and period always stand: not every authenticator knows the
  /// defaults. Whatever is thrown, `text` is zero.
  public static func write(
    issuer: Span<UInt8>, account: Span<UInt8>, parameters: Parameters, secret: Span<UInt8>,
    into text: inout MutableSpan<UInt8>
  ) throws(URIFailure) -> Int {
    do throws(URIFailure) {
      let issuer = try Name(issuer)
      let account = try Name(account)
      guard !account.isEmpty else { throw .noAccount }
      try check(secretLength: secret.count)
      return try compose(issuer, account, parameters, secret, into: &text)
    } catch {
      cleanse(&text)
      throw error
    }
  }

  private static func compose(
    _ issuer: Name, _ account: Name, _ parameters: Parameters, _ secret: Span<UInt8>,
    into text: inout MutableSpan<UInt8>
  ) throws(URIFailure) -> Int {
    var end = 0
    try put("otpauth://totp/", &text, &end)
    if !issuer.isEmpty {
      try put(issuer, &text, &end)
      try put(UInt8(ascii: ":"), &text, &end)
    }
    try put(account, &text, &end)
    try put("?secret=", &text, &end)
    do throws(OTPFailure) { end += try Base32.encode(secret, into: &text, at: end) } catch {
      throw .tooLong
    }
    if !issuer.isEmpty {
      try put("&issuer=", &text, &end)
      try put(issuer, &text, &end)
    }
    try put("&algorithm=", &text, &end)
    try put(parameters.algorithm.name, &text, &end)
    try put("&digits=", &text, &end)
    try put(parameters.digits, &text, &end)
    try put("&period=", &text, &end)
    try put(parameters.period, &text, &end)
    return end
  }

  private static func put(
    _ byte: UInt8, _ text: inout MutableSpan<UInt8>, _ end: inout Int
  ) throws(URIFailure) {
    guard end < text.count, end < longest else { throw .tooLong }
    text[end] = byte
    end += 1
  }

  private static func put(
    _ word: StaticString, _ text: inout MutableSpan<UInt8>, _ end: inout Int
  ) throws(URIFailure) {
    var i = 0
    while i < word.utf8CodeUnitCount {
      try put(unsafe word.utf8Start[i], &text, &end)
      i += 1
    }
  }

  private static func put(
    _ name: Name, _ text: inout MutableSpan<UInt8>, _ end: inout Int
  ) throws(URIFailure) {
    var i = 0
    while i < name.count {
      let byte = name[i]
      if URIText.isUnreserved(byte) {
        try put(byte, &text, &end)
      } else {
        try put(UInt8(ascii: "%"), &text, &end)
        try put(upperHexDigit(byte >> 4), &text, &end)
        try put(upperHexDigit(byte & 0xf), &text, &end)
      }
      i += 1
    }
  }

  /// Digits and period: one to three figures.
  private static func put(
    _ number: Int, _ text: inout MutableSpan<UInt8>, _ end: inout Int
  ) throws(URIFailure) {
    var scale = number >= 100 ? 100 : number >= 10 ? 10 : 1
    while scale > 0 {
      let figure = UInt8(truncatingIfNeeded: number / scale % 10)
      try put(UInt8(ascii: "0") &+ figure, &text, &end)
      scale /= 10
    }
  }
}
