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
    try withScratch { (derived: inout MutableSpan<UInt8>) throws(StoreFailure) in
      try keys.derive(
        for: .storeID, under: key, or: StoreFailure(.storeID, .otherKey), into: &derived)
      var own = InlineArray<32, UInt8>(repeating: 0)
      var room = own.mutableSpan
      try authenticate(text.extracting(0..<signed), under: derived.span, into: &room)
      guard constantTimeEqual(own.span, mac.span) else {
        throw StoreFailure(.storeID, .checksumMismatch)
      }
    }
  }

  /// Writes a store.id signed under `key`: `id` is its random part.
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
      try withScratch { (derived: inout MutableSpan<UInt8>) throws(StoreFailure) in
        try key.derive(for: .storeID, into: &derived)
        var room = mac.mutableSpan
        try authenticate(bytes, under: derived.span, into: &room)
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

  /// HMAC-SHA256 of `text` under the first 32 bytes of `key`.
  private static func authenticate(
    _ text: Span<UInt8>, under key: Span<UInt8>, into mac: inout MutableSpan<UInt8>
  ) throws(StoreFailure) {
    do throws(OTPFailure) {
      try hmac(.sha256, key: key.extracting(0..<32), text, into: &mac)
    } catch {
      throw StoreFailure(.storeID, .crypto(error))
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
