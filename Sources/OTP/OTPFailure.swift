/// What can go wrong between bytes and a code.
public enum OTPFailure: Error {
  /// libcrypto refused or failed.
  case crypto
  /// No memory for a secret.
  case memory
  /// The bytes are not what they claim to be: not that text form, not sealed by this key.
  case malformed
}
