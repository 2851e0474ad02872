public import OTP

/// Why the store gave no answer: which part of it, and what is wrong with that part.
public struct StoreFailure: Error {
  public let part: Part
  public let defect: Defect

  public init(_ part: Part, _ defect: Defect) {
    self.part = part
    self.defect = defect
  }

  public enum Part: Sendable {
    case folder, policy, hostKey, storeID, users, record, credentials, state, attempts, sessions,
      shares
  }

  public enum Defect: Sendable {
    case missing
    case symbolicLink
    case notAFolder
    case notARegularFile
    case foreignOwner
    case writableByOthers
    case hardLinked
    case tooLarge
    case truncated
    case unreadable(errno: Int32)
    case unwritable(errno: Int32)
    case noRoom
    /// A text file breaks its grammar at `line`, counted from 1.
    case malformed(line: Int32)
    /// A word of the state page fails its checksum.
    case brokenWord(place: Int32)
    case checksumMismatch
    case wrongUser
    /// Sealed or signed under a key that is not here.
    case otherKey
    case doesNotOpen
    case crypto(OTPFailure)
    /// No more factors, or too many removed within a day.
    case full
    /// A factor of that name is there already.
    case nameTaken
    /// That secret is enrolled already.
    case sameSecret
    /// The step that was to confirm a factor was used already.
    case stepUsed
    /// It is the last factor, and policy asks for one.
    case lastFactor
    /// What allowed an enrolment holds no more, or its time is over.
    case lapsed
    case exists
    /// Another writer holds the store.
    case busy
    /// The writers' lock cannot be asked for.
    case notLockable(errno: Int32)
  }
}

extension StoreFailure.Part {
  /// One word for the journal.
  public var name: StaticString {
    switch self {
    case .folder: "folder"
    case .policy: "policy"
    case .hostKey: "host-key"
    case .storeID: "store-id"
    case .users: "users"
    case .record: "record"
    case .credentials: "credentials"
    case .state: "state"
    case .attempts: "attempts"
    case .sessions: "sessions"
    case .shares: "shares"
    }
  }
}

extension StoreFailure.Defect {
  /// One word for the journal.
  public var name: StaticString {
    switch self {
    case .missing: "missing"
    case .symbolicLink: "symbolic-link"
    case .notAFolder: "not-a-folder"
    case .notARegularFile: "not-a-regular-file"
    case .foreignOwner: "foreign-owner"
    case .writableByOthers: "writable-by-others"
    case .hardLinked: "hard-linked"
    case .tooLarge: "too-large"
    case .truncated: "truncated"
    case .unreadable: "unreadable"
    case .unwritable: "unwritable"
    case .noRoom: "no-room"
    case .malformed: "malformed"
    case .brokenWord: "broken-word"
    case .checksumMismatch: "checksum-mismatch"
    case .wrongUser: "wrong-user"
    case .otherKey: "other-key"
    case .doesNotOpen: "does-not-open"
    case .crypto: "crypto"
    case .full: "full"
    case .nameTaken: "name-taken"
    case .sameSecret: "same-secret"
    case .stepUsed: "step-used"
    case .lastFactor: "last-factor"
    case .lapsed: "lapsed"
    case .exists: "exists"
    case .busy: "busy"
    case .notLockable: "not-lockable"
    }
  }

  /// The number that goes with it: errno, line or place.
  public var number: Int64? {
    switch self {
    case .unreadable(let errno), .unwritable(let errno), .notLockable(let errno): Int64(errno)
    case .malformed(let line): Int64(line)
    case .brokenWord(let place): Int64(place)
    case .missing, .symbolicLink, .notAFolder, .notARegularFile, .foreignOwner, .writableByOthers,
      .hardLinked, .tooLarge, .truncated, .noRoom, .checksumMismatch, .wrongUser, .otherKey,
      .doesNotOpen, .crypto, .full, .nameTaken, .sameSecret, .stepUsed,
      .lastFactor, .lapsed, .exists, .busy:
      nil
    }
  }
}
