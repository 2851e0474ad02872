import OTP

extension URIFailure {
  var complaint: Complaint {
    switch self {
    case .tooLong: refused("the otpauth URI is longer than \(OtpauthURI.longest) bytes")
    case .foreignByte:
      refused(
        "the otpauth URI holds a character that no URI may hold",
        "blanks, quotes and letters beyond ASCII are written as %XX")
    case .malformedEscape:
      refused("the otpauth URI has a '%' without two hexadecimal digits behind it")
    case .notOtpauth: refused("this is no otpauth URI", "it begins with otpauth://totp/")
    case .counterBased:
      refused(
        "hotp URIs are refused: a restored backup would accept used codes again",
        "let the service issue a time-based secret (totp)")
    case .unknownType: refused("the otpauth URI is not of type totp")
    case .noAccount: refused("the otpauth URI names no account")
    case .nameTooLong: refused("the account or the issuer in the otpauth URI is too long")
    case .nameNotText:
      refused("the account or the issuer in the otpauth URI holds what is not text")
    case .colonInName: refused("the account or the issuer in the otpauth URI holds a colon")
    case .malformedParameter: refused("a parameter of the otpauth URI is not NAME=VALUE")
    case .duplicateParameter: refused("the otpauth URI gives a parameter twice")
    case .noSecret: refused("the otpauth URI holds no secret")
    case .malformedSecret: refused("the secret in the otpauth URI is not base 32")
    case .secretTooShort:
      refused(
        "the secret in the otpauth URI is shorter than 128 bits",
        "RFC 4226 asks for 128 bits at least and 160 at best; let the service issue a longer one")
    case .secretTooLong: refused("the secret in the otpauth URI is longer than 512 bits")
    case .unknownAlgorithm:
      refused("the algorithm in the otpauth URI is none of SHA1, SHA256 and SHA512")
    case .badDigits: refused("the digits in the otpauth URI are none of 6, 7 and 8")
    case .badPeriod: refused("the period in the otpauth URI is not from 15 to 300 seconds")
    case .noMemory: Complaint("no memory for a secret", .unavailable)
    }
  }

  private func refused(_ words: String, _ hint: String? = nil) -> Complaint {
    Complaint(words, hint: hint, .refused)
  }
}
