internal import OTP

/// `store.id`: proof that the folder at hand is this host's store, and not an empty mount point.
public struct StoreID {
  public static var file: FileName { FileName("store.id") }

  /// Reads `store.id` and verifies its MAC; only then may "there is no such record" be believed.
  public static func verify(
    in folder: borrowing TrustedFolder, under keys: borrowing KeyRing
  ) throws(StoreFailure) {
    var room = InlineArray<512, UInt8>(repeating: 0)
    var span = room.mutableSpan
    let count = try folder.read(file, into: &span, part: .storeID)
    try verify(room.span.extracting(0..<count), under: keys)
  }

  static func verify(_ text: Span<UInt8>, under keys: borrowing KeyRing) throws(StoreFailure) {
    var cursor = TextCursor(part: .storeID)
    var id = InlineArray<16, UInt8>(repeating: 0)
    var mac = InlineArray<32, UInt8>(repeating: 0)
    var idRoom = id.mutableSpan
    cursor.readID(text, into: &idRoom)
    cursor.expect("key", in: text)
    let key = KeyID(rawValue: cursor.word64(text))
    cursor.endLine(text)
    let signed = cursor.position
    cursor.expect("mac", in: text)
    var macRoom = mac.mutableSpan
    cursor.hex(text, into: &macRoom)
    cursor.endLine(text)
    try cursor.finish(text)
    let found = mac.span
    try keys.with(key, or: StoreFailure(.storeID, .otherKey)) {
      (key: borrowing HostKey) throws(StoreFailure) in
      try withMAC(of: text.extracting(0..<signed), under: key) {
        (own: Span<UInt8>) throws(StoreFailure) in
        guard constantTimeEqual(own, found) else {
          throw StoreFailure(.storeID, .checksumMismatch)
        }
      }
    }
  }

  /// Writes a store.id signed under `key`: the id of the one that is there, else a random one.
  public static func write(
    in folder: borrowing TrustedFolder, under key: borrowing HostKey, id: Span<UInt8>
  ) throws(StoreFailure) {
    var text = TextRoom()
    text.append("cachet-mfa store 1\nid ")
    text.append(hex: id)
    text.append("\nkey ")
    text.append(hex: key.id.rawValue)
    text.append("\n")
    var mac = InlineArray<32, UInt8>(repeating: 0)
    try text.withBytes { (bytes: Span<UInt8>) throws(StoreFailure) in
      try withMAC(of: bytes, under: key) { (own: Span<UInt8>) throws(StoreFailure) in
        var room = mac.mutableSpan
        copy(own, into: &room)
      }
    }
    text.append("mac ")
    text.append(hex: mac.span)
    text.append("\n")
    try text.withBytes { (bytes: Span<UInt8>) throws(StoreFailure) in
      try folder.replace(file, with: bytes, part: .storeID)
    }
  }

  /// The random part of the store.id in `folder`, 16 bytes into `id`.
  public static func read(
    in folder: borrowing TrustedFolder, into id: inout MutableSpan<UInt8>
  ) throws(StoreFailure) {
    var room = InlineArray<512, UInt8>(repeating: 0)
    var span = room.mutableSpan
    let count = try folder.read(file, into: &span, part: .storeID)
    let text = room.span.extracting(0..<count)
    var cursor = TextCursor(part: .storeID)
    cursor.readID(text, into: &id)
    try cursor.finish(text.extracting(0..<cursor.position))
  }

  private static func withMAC<R>(
    of text: Span<UInt8>, under key: borrowing HostKey,
    _ body: (Span<UInt8>) throws(StoreFailure) -> R
  ) throws(StoreFailure) -> R {
    try key.derived(for: .storeID, or: StoreFailure(.storeID, .crypto(.crypto))) {
      (derived: Span<UInt8>) throws(StoreFailure) -> R in
      var mac = InlineArray<64, UInt8>(repeating: 0)
      var room = mac.mutableSpan
      do throws(OTPFailure) { try hmac(.sha256, key: derived, text, into: &room) } catch {
        throw StoreFailure(.storeID, .crypto(error))
      }
      return try body(mac.span.extracting(0..<32))
    }
  }
}

extension TextCursor {
  /// The first two lines of a store.id.
  fileprivate mutating func readID(_ text: Span<UInt8>, into id: inout MutableSpan<UInt8>) {
    expect(line: "cachet-mfa store 1", in: text)
    expect("id", in: text)
    hex(text, into: &id)
    endLine(text)
  }
}
