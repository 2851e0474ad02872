internal import OTP

/// Recovery codes or an invitation: hashes that each open one sign-in.
public struct OneTimeSet: Sendable {
  public enum Kind: Sendable { case recovery, invitation }

  public let kind: Kind
  /// 0 to 7: which word of the state page holds what was used.
  public let place: Int
  /// Tells this set from those that had the place before.
  public let generation: UInt16
  public let created: Int64
  /// Seconds since the epoch; 0 for never.
  public let expires: Int64
  public var hashes: Hashes

  public init(
    kind: Kind, place: Int, generation: UInt16, created: Int64, expires: Int64,
    hashes: Hashes
  ) {
    self.kind = kind
    self.place = place
    self.generation = generation
    self.created = created
    self.expires = expires
    self.hashes = hashes
  }
}

extension OneTimeSet {
  /// At most 16 hashes of 32 bytes, one behind the other.
  public struct Hashes: Sendable {
    private var bytes = InlineArray<512, UInt8>(repeating: 0)
    public private(set) var count = 0

    public init() {}

    /// Adds 32 bytes at the end; `false` where there is no room, or where they are not 32.
    public mutating func append(_ hash: Span<UInt8>) -> Bool {
      guard hash.count == OneTimeSecret.hashLength, count < 16 else { return false }
      var all = bytes.mutableSpan
      var free = all._mutatingExtracting((32 * count)..<(32 * count + 32))
      copy(hash, into: &free)
      count += 1
      return true
    }

    /// Lends the hash at `index`; `nil` where there is none.
    public func with<R>(_ index: Int, _ body: (Span<UInt8>) -> R) -> R? {
      guard index >= 0, index < count else { return nil }
      return body(bytes.span.extracting((32 * index)..<(32 * index + 32)))
    }
  }
}
