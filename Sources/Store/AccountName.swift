internal import OTP

/// The name of an account as the account database spells it: bytes, never text.
///
/// Every `AccountName` has a folder name in the store (`encoded`). What has none is no name of ours:
/// an empty name, one with a slash or a control character, one whose encoding is over 200 bytes.
public struct AccountName: Sendable {
  private var room = InlineArray<200, UInt8>(repeating: 0)
  public private(set) var count = 0

  /// The account that the account database calls `name`; nil for what cannot be stored.
  public init?(_ name: Span<UInt8>) {
    guard AccountName.isPlausible(name), name.count <= room.count else { return nil }
    while count < name.count {
      room[count] = name[count]
      count += 1
    }
    guard encodedCount <= EncodedName.longest else { return nil }
  }

  /// The account whose folder is `encoded`; nil for what `encoded` never produces.
  public init?(encoded folder: Span<UInt8>) {
    guard folder.count > 0, folder.count <= EncodedName.longest else { return nil }
    var next = 0
    while next < folder.count {
      if folder[next] == UInt8(ascii: "%") {
        guard folder.count - next >= 3, let high = hexValue(folder[next + 1]),
          let low = hexValue(folder[next + 2])
        else { return nil }
        room[count] = high << 4 | low
        next += 3
      } else {
        room[count] = folder[next]
        next += 1
      }
      count += 1
    }
    // One name, one folder: only what encodes to these very bytes is read back from them.
    guard AccountName.isPlausible(room.span.extracting(0..<count)) else { return nil }
    let again = encoded
    guard again.withBytes({ (bytes: Span<UInt8>) in equal(bytes, folder) }) else { return nil }
  }

  /// Whether an account could be called `name`: 1 to 255 bytes, no slash, no control character.
  ///
  /// What is not plausible is unknown, and no name service is asked about it.
  public static func isPlausible(_ name: Span<UInt8>) -> Bool {
    guard name.count > 0, name.count <= 255 else { return false }
    var i = 0
    while i < name.count {
      guard name[i] >= 0x20, name[i] != 0x7f, name[i] != UInt8(ascii: "/") else { return false }
      i += 1
    }
    return true
  }

  /// Lends the name.
  public func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    try body(room.span.extracting(0..<count))
  }

  /// The name of the account's folder: each byte that is not in `[a-z0-9_-]` as `%XX` in upper-case
  /// hexadecimal; a dot that is neither first nor last stays.
  public var encoded: EncodedName {
    var folder = EncodedName()
    var i = 0
    while i < count {
      if staysPlain(at: i) {
        folder.append(room[i])
      } else {
        folder.append(UInt8(ascii: "%"))
        folder.append(upperHexDigit(room[i] >> 4))
        folder.append(upperHexDigit(room[i] & 0xf))
      }
      i += 1
    }
    return folder
  }

  private var encodedCount: Int {
    var total = 0
    var i = 0
    while i < count {
      total += staysPlain(at: i) ? 1 : 3
      i += 1
    }
    return total
  }

  private func staysPlain(at place: Int) -> Bool {
    switch room[place] {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    case UInt8(ascii: "."): place > 0 && place < count - 1
    default: false
    }
  }
}

/// The name of an account's folder in the store: plain ASCII, at most 200 bytes.
public struct EncodedName: Sendable {
  /// Leaves room for the suffixes of temporary folders under the 255 bytes of a file name.
  public static let longest = 200

  private var room = InlineArray<200, UInt8>(repeating: 0)
  public private(set) var count = 0

  fileprivate init() {}

  fileprivate mutating func append(_ byte: UInt8) {
    guard count < EncodedName.longest else { return }
    room[count] = byte
    count += 1
  }

  /// Lends the folder name.
  public func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    try body(room.span.extracting(0..<count))
  }
}
