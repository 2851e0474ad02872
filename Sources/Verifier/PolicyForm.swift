internal import OTP
internal import Store

/// A policy in the form that sign-ins read: settings, then the entries of lists, in memory of its own.
/// Layout: docs/formats.md, "policy.applied".
///
/// Its digest proves that it is whole and came from `policy apply`, which checks what it writes. It keeps
/// out nobody who may write the file.
struct PolicyForm: ~Copyable {
  /// "CMFAPO2\n"
  static var magic: UInt64 { 0x434d_4641_504f_320a }

  /// Where what begins: the digest of all behind it, that of the text, the settings, the entries.
  static var digest: Int { 8 }
  static var source: Int { 40 }
  static var settings: Int { 72 }
  static var entries: Int { 72 + PolicySettings.length }

  /// Bytes of the largest form: an entry has four bytes that its text does not have.
  static var largest: Int { entries + Policy.largest + 8_192 }

  private let room: SecretBytes
  private let count: Int

  /// Takes over the first `count` bytes of `room`, a form that was just made.
  init(_ room: consuming SecretBytes, count: Int) {
    self.room = room
    self.count = count
  }

  /// Takes over bytes of a file, if they are a form.
  init(verifying room: consuming SecretBytes) throws(PolicyFailure) {
    try room.withBytes { (bytes: Span<UInt8>) throws(PolicyFailure) in
      guard bytes.count >= PolicyForm.entries,
        bigEndian(bytes.extracting(0..<8)) == PolicyForm.magic
      else { throw PolicyFailure(.notApplied, line: 0) }
      var expected = InlineArray<32, UInt8>(repeating: 0)
      var digest = expected.mutableSpan
      try PolicyForm.hash(bytes.extracting(PolicyForm.source..<bytes.count), into: &digest)
      guard equal(expected.span, bytes.extracting(PolicyForm.digest..<PolicyForm.source)) else {
        throw PolicyFailure(.changedSinceApplied, line: 0)
      }
      // A later version may know more keys. What is not understood is not a policy.
      var place = PolicyForm.entries
      while place < bytes.count {
        guard let entry = PolicyForm.entry(at: place, in: bytes) else {
          throw PolicyFailure(.notApplied, line: 0)
        }
        place = entry.detail.upperBound
      }
    }
    count = room.count
    self.room = room
  }

  /// Lends the form.
  borrowing func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    try room.withBytes { (bytes: Span<UInt8>) throws(E) in try body(bytes.extracting(0..<count)) }
  }

  // MARK: entries

  /// An entry of a list: its key, and where its name and what belongs to it lie.
  struct Entry {
    let key: PolicyKey
    let name: Range<Int>
    let detail: Range<Int>
  }

  /// The entry that begins at `place`; `nil` where there is none that this version knows.
  static func entry(at place: Int, in bytes: Span<UInt8>) -> Entry? {
    guard place >= 0, place < bytes.count - 3, let key = PolicyKey(rawValue: bytes[place]) else {
      return nil
    }
    let name = place + 4
    let detail = name + Int(bytes[place + 1])
    let end = detail + Int(bytes[place + 2]) << 8 + Int(bytes[place + 3])
    guard detail > name, end <= bytes.count, key.takes(detail: bytes.extracting(detail..<end))
    else { return nil }
    return Entry(key: key, name: name..<detail, detail: detail..<end)
  }

  /// Shows the entries of `key` in the order of the text, until `body` answers `false`.
  @inline(never)
  borrowing func eachEntry(
    of key: PolicyKey, _ body: (_ name: Span<UInt8>, _ detail: Span<UInt8>) -> Bool
  ) {
    withBytes { (bytes: Span<UInt8>) in
      var place = PolicyForm.entries
      while let entry = PolicyForm.entry(at: place, in: bytes) {
        if entry.key == key {
          guard body(bytes.extracting(entry.name), bytes.extracting(entry.detail)) else { return }
        }
        place = entry.detail.upperBound
      }
    }
  }

  static func hash(
    _ bytes: Span<UInt8>, into digest: inout MutableSpan<UInt8>
  ) throws(PolicyFailure) {
    do throws(OTPFailure) { try sha256(bytes, into: &digest) } catch {
      throw PolicyFailure(.crypto, line: 0)
    }
  }
}

extension PolicyKey {
  /// Whether `detail` may stand behind a name of this key.
  fileprivate func takes(detail: Span<UInt8>) -> Bool {
    switch self {
    case .requiredGroups, .selfServices: detail.count == 0
    case .exemptUsers, .exemptGroups: detail.count > 0
    case .door: detail.count == 1 && Door(rawValue: detail[0]) != nil
    case .session: detail.count == 4
    case .enrollByGroup: detail.count == 8
    // One length, and two names.
    case .brokerAllow:
      detail.count > 2 && detail[0] > 0 && Int(detail[0]) < detail.count - 1
    case .digits, .window, .unenrolled, .enrollBy, .firstEnroll, .throttleAfter, .throttleFirst,
      .throttleLongest, .lockAfter, .unprovenAccountLimit:
      false
    }
  }
}
