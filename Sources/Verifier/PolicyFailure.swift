public import OTP

/// Why a text is no policy: the first thing wrong with it, and where.
public struct PolicyFailure: Error {
  /// The line of `policy.conf`, from 1; 0 when it is about the whole file.
  public let line: Int
  public let kind: Kind

  public enum Kind: Sendable {
    /// More than 16 KiB.
    case tooLarge
    /// A line of more than 512 bytes.
    case tooLong
    /// A CR: lines end in LF alone.
    case carriageReturn
    /// Any other control character but tab, by its code point.
    case controlCharacter(UInt8)
    case badUTF8
    /// No `key = value`.
    case badLine(Quoted)
    case unknownKey(Quoted)
    /// A key that may stand once stands again.
    case repeatedKey(Quoted)
    /// Not a value of this key; for numbers see `PolicyKey.range`.
    case badValue(PolicyKey, Quoted)
    /// What should be a name or the comma after one is not.
    case badName(PolicyKey, Quoted)
    /// A name of more than 255 bytes.
    case nameTooLong(PolicyKey)
    /// The name stands in the list already.
    case repeatedName(PolicyKey, Quoted)
    /// An exemption without a reason in quotes, or with an empty one.
    case missingReason(Quoted)
    /// A reason of more than 200 bytes.
    case reasonTooLong(Quoted)
    case unterminatedQuote
    /// A backslash before anything but a quote or a backslash.
    case badEscape
    /// More than 128 entries of one key.
    case tooMany(PolicyKey)
    /// `throttle-longest` is shorter than `throttle-first`.
    case longestBelowFirst
    /// A grace that would never end: this key's value needs `enroll-by`.
    case graceWithoutEnd(PolicyKey)
    /// `enroll-by.GROUP` is later than `enroll-by`, which would apply first.
    case groupAfterEveryone(Quoted)
    /// The applied policy does not begin with the line that `policy apply` writes.
    case notApplied
    /// The applied policy was changed by something else than `policy apply`.
    case changedSinceApplied
    /// libcrypto could not hash the policy.
    case crypto
    /// The buffer for the applied policy is too small: a mistake of the caller.
    case noRoom
  }

  public init(_ kind: Kind, line: Int) {
    self.line = line
    self.kind = kind
  }
}
