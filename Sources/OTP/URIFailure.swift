/// Why an otpauth URI is refused, one case per defect.
public enum URIFailure: Error {
  /// Longer than `OtpauthURI.longest`, to read or to write.
  case tooLong
  /// A byte that RFC 3986 does not allow there: blank, control, `#`, quote, non-ASCII.
  case foreignByte
  /// A `%` without two hexadecimal digits.
  case malformedEscape
  /// Does not begin with `otpauth://`.
  case notOtpauth
  /// `otpauth://hotp/…`: counter-based codes; a restored backup would accept used codes again.
  case counterBased
  /// Neither `totp` nor `hotp`.
  case unknownType
  /// The label names no account.
  case noAccount
  /// Account or issuer is longer than `OtpauthURI.Name.capacity`.
  case nameTooLong
  /// Account or issuer is not UTF-8, or holds control or direction characters.
  case nameNotText
  /// Account or issuer holds a colon, which separates them.
  case colonInName
  /// A parameter without `=` or without a name, or two `&` in a row.
  case malformedParameter
  /// secret, issuer, algorithm, digits or period is given twice.
  case duplicateParameter
  /// No secret parameter, or an empty one.
  case noSecret
  /// The secret is not base 32.
  case malformedSecret
  /// The secret has less than 128 bits.
  case secretTooShort
  /// The secret has more than 512 bits.
  case secretTooLong
  /// The algorithm is none of SHA1, SHA256 and SHA512.
  case unknownAlgorithm
  /// The number of digits is none of 6, 7 and 8.
  case badDigits
  /// The period is not a number of seconds from 15 to 300.
  case badPeriod
  /// No memory for the secret.
  case noMemory
}
