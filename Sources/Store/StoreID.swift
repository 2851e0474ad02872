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
    try cursor.expect("cachet-mfa store 1", in: text)
    try cursor.expectWord("id", in: text)
    var idRoom = id.mutableSpan
    try cursor.hex(text, count: 16, into: &idRoom)
    try cursor.endLine(text)
    try cursor.expectWord("key", in: text)
    let key = KeyID(rawValue: try cursor.word64(text))
    try cursor.endLine(text)
    let signed = cursor.start
    try cursor.expectWord("mac", in: text)
    var macRoom = mac.mutableSpan
    try cursor.hex(text, count: 32, into: &macRoom)
    try cursor.endLine(text)
    guard cursor.isAtEnd(of: text) else { throw cursor.malformed }
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
    try cursor.expect("cachet-mfa store 1", in: text)
    try cursor.expectWord("id", in: text)
    try cursor.hex(text, count: 16, into: &id)
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
