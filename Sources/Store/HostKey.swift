internal import OTP

/// The key of this host: what seals the secrets and signs the store.
///
/// 32 random bytes in `host.key`; lives in one allocation, wiped with its owner.
public struct HostKey: ~Copyable {
  private let secret: SecretBytes
  /// First 8 bytes of SHA-256("id" ‖ key).
  public let id: KeyID

  public static let length = 32

  /// What a key derived from the host key is for.
  public enum Purpose {
    case seal, storeID, fingerprint, pending

    var label: StaticString {
      switch self {
      case .seal: "cachet-mfa seal 1"
      case .storeID: "cachet-mfa store.id 1"
      case .fingerprint: "cachet-mfa fingerprint 1"
      case .pending: "cachet-mfa pending 1"
      }
    }
  }

  /// Reads the key from `name` in `folder`.
  public init(
    _ name: FileName, in folder: borrowing TrustedFolder
  ) throws(StoreFailure) {
    let secret = try SecretBytes(
      count: HostKey.length, or: StoreFailure(.hostKey, .crypto(.memory))
    ) { (room: inout MutableSpan<UInt8>) throws(StoreFailure) in
      let count = try folder.read(name, into: &room, part: .hostKey)
      guard count == HostKey.length else { throw StoreFailure(.hostKey, .truncated) }
    }
    let id = try KeyID(of: secret)
    self.id = id
    self.secret = secret
  }

  /// A new random key, on disk nowhere yet.
  public init() throws(StoreFailure) {
    let secret = try SecretBytes(
      count: HostKey.length, or: StoreFailure(.hostKey, .crypto(.memory))
    ) { (room: inout MutableSpan<UInt8>) throws(StoreFailure) in
      do throws(OTPFailure) { try fillRandom(&room) } catch {
        throw StoreFailure(.hostKey, .crypto(error))
      }
    }
    let id = try KeyID(of: secret)
    self.id = id
    self.secret = secret
  }

  /// Writes the key as the new file `name`; one that is there stays and is `exists`.
  public borrowing func create(
    _ name: FileName, in folder: borrowing TrustedFolder
  ) throws(StoreFailure) {
    try secret.withBytes { (bytes: Span<UInt8>) throws(StoreFailure) in
      try folder.create(name, with: bytes, part: .hostKey)
    }
  }

  /// The key for `purpose`, HMAC-SHA256(key, label), into the first 32 bytes of `room`.
  @inline(never)
  public borrowing func derive(
    for purpose: Purpose, into room: inout MutableSpan<UInt8>
  ) throws(StoreFailure) {
    try secret.withBytes { (key: Span<UInt8>) throws(StoreFailure) in
      let label = purpose.label
      let text = unsafe Span(_unsafeStart: label.utf8Start, count: label.utf8CodeUnitCount)
      do throws(OTPFailure) { try hmac(.sha256, key: key, text, into: &room) } catch {
        throw StoreFailure(.hostKey, .crypto(error))
      }
    }
  }
}

/// Which host key something is sealed or signed under.
public struct KeyID: Equatable, Sendable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  fileprivate init(of key: borrowing SecretBytes) throws(StoreFailure) {
    rawValue = try key.withBytes { (key: Span<UInt8>) throws(StoreFailure) -> UInt64 in
      try withScratch { (room: inout MutableSpan<UInt8>) throws(StoreFailure) -> UInt64 in
        room[0] = UInt8(ascii: "i")
        room[1] = UInt8(ascii: "d")
        var i = 0
        while i < key.count, i < 62 {
          room[i + 2] = key[i]
          i += 1
        }
        var digest = InlineArray<32, UInt8>(repeating: 0)
        var out = digest.mutableSpan
        do throws(OTPFailure) { try sha256(room.span.extracting(0..<34), into: &out) } catch {
          throw StoreFailure(.hostKey, .crypto(error))
        }
        return bigEndian(digest.span.extracting(0..<8))
      }
    }
  }
}

/// The host's key and, while `key rotate` runs, the one that follows it.
public struct KeyRing: ~Copyable {
  public let current: HostKey
  private let next: Optional<HostKey>

  /// Reads `host.key` and, if it is there, `host.key.next` from `folder`.
  ///
  /// The next one first: when it takes the place of `host.key` meanwhile, it is read twice, and
  /// not missed twice.
  public init(
    _ name: FileName, in folder: borrowing TrustedFolder
  ) throws(StoreFailure) {
    let second = try KeyRing.following(name, in: folder)
    let first = try HostKey(name, in: folder)
    current = first
    next = second
  }

  /// The key that follows `name`, if there is one.
  private static func following(
    _ name: FileName, in folder: borrowing TrustedFolder
  ) throws(StoreFailure) -> HostKey? {
    guard let file = name.withSuffix(".next") else { return nil }
    do throws(StoreFailure) {
      return try HostKey(file, in: folder)
    } catch {
      if case .missing = error.defect { return nil }
      throw error
    }
  }

  /// The key for new records: the next one while the keys are being rotated.
  public var latest: KeyID {
    switch next {
    case .some(let key): key.id
    case .none: current.id
    }
  }

  /// Whether `key rotate` is under way.
  public var isRotating: Bool { latest != current.id }

  /// The key for `purpose` under the host key `id`, into the first 32 bytes of `room`.
  borrowing func derive(
    for purpose: HostKey.Purpose, under id: KeyID, or unknown: StoreFailure,
    into room: inout MutableSpan<UInt8>
  ) throws(StoreFailure) {
    try with(id, or: unknown) { (key: borrowing HostKey) throws(StoreFailure) in
      try key.derive(for: purpose, into: &room)
    }
  }

  /// Lends the key `id`; throws `unknown` where it is neither of the two.
  public borrowing func with<R, E: Error>(
    _ id: KeyID, or unknown: E, _ body: (borrowing HostKey) throws(E) -> R
  ) throws(E) -> R {
    if id == current.id { return try body(current) }
    switch next {
    case .some(let key) where key.id == id: return try body(key)
    default: throw unknown
    }
  }
}
