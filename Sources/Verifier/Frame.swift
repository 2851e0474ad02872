public import OTP

/// One message between a program and the broker: a kind, and fields in the order of their tags.
///
/// ```
/// "CMFA" 1 KIND  length of what follows (16 bits, big endian)
/// then for each field:  TAG  length (16 bits)  bytes
/// ```
///
/// A frame has at most `largest` bytes. Tags rise, so no field stands twice; a kind or a tag that is
/// not known is a mistake. Both ends read with this one parser, and whoever lends the bytes wipes
/// them: docs/formats.md, "Frames".
public struct Frame {
  public static var largest: Int { 8_192 }
  public static var headerLength: Int { 8 }
  public static var mostFields: Int { 16 }

  /// What is asked, or that it is answered.
  public enum Kind: UInt8, Sendable {
    /// Is this answer a second factor of that user, at that service?
    case decide = 1
    /// May that account be used, at that service?
    case account = 2
    // Of the peer's own account, at self.sock.
    /// What does the record say?
    case status
    /// Make a secret.
    case begin
    /// Store the secret that was made.
    case finish
    case rename
    case remove
    /// Make new recovery codes.
    case regenerate
    case reply = 128
  }

  public enum Tag: UInt8, Sendable {
    // decide, account
    case user = 1
    case service
    case rhost
    case tty
    case ruser
    /// One byte of `RemoteQuestion.Flags`.
    case flags
    /// One byte: steps.
    case window
    /// What was typed. Secret.
    case answer
    // self-service
    /// What was typed besides: the code after the first. Secret.
    case second
    /// What a factor is called.
    case name
    /// What it shall be called.
    case newName
    /// Four bytes: algorithm, digits, and the period (two bytes).
    case parameters
    /// A factor that is not stored yet, see `PendingFactor`.
    case pending
    // decide
    /// Eight bytes: when the caller waits no more, in `monotonic_milliseconds`.
    case deadline
    // reply
    /// One byte: `Decision.Outcome`.
    case outcome = 64
    /// Two bytes: how much of the answer is password.
    case password
    /// Why, in words of the journal: "throttled 28".
    case reason
    /// What a record says, see `RecordText`.
    case facts
    /// The secret of a factor.
    case secret
    /// Recovery codes, one behind the other. Secret.
    case recoveryCodes
  }

  /// Why bytes are no frame.
  public enum Mistake: Error, Sendable {
    case header, version, kind, length, tag, order
  }

  public let kind: Kind
  /// Where each field lies, in the order of the frame.
  private var fields = InlineArray<16, Field>(repeating: Field(tag: nil, bytes: 0..<0))
  private var count = 0

  private struct Field {
    let tag: Tag?
    let bytes: Range<Int>
  }

  /// The length of the whole frame that begins with `header`.
  public static func length(_ header: Span<UInt8>) throws(Mistake) -> Int {
    guard header.count >= headerLength, magic ~= header.extracting(0..<4) else { throw .header }
    guard header[4] == version else { throw .version }
    guard Kind(rawValue: header[5]) != nil else { throw .kind }
    let length = headerLength + Int(header[6]) << 8 + Int(header[7])
    guard length <= largest else { throw .length }
    return length
  }

  /// Reads a whole frame.
  public init(_ bytes: Span<UInt8>) throws(Mistake) {
    let end = try Frame.length(bytes)
    guard end == bytes.count, let kind = Kind(rawValue: bytes[5]) else { throw .length }
    self.kind = kind
    var position = Frame.headerLength
    var last: UInt8 = 0
    while position < end {
      guard position + 3 <= end else { throw .length }
      guard let tag = Tag(rawValue: bytes[position]) else { throw .tag }
      guard tag.rawValue > last, count < Frame.mostFields else { throw .order }
      let start = position + 3
      let length = Int(bytes[position + 1]) << 8 + Int(bytes[position + 2])
      guard start + length <= end else { throw .length }
      fields[count] = Field(tag: tag, bytes: start..<(start + length))
      count += 1
      last = tag.rawValue
      position = start + length
    }
  }

  /// Where the field is in the bytes that were read; `nil` where it is not there.
  public subscript(tag: Tag) -> Range<Int>? {
    var i = 0
    while i < count {
      if fields[i].tag == tag { return fields[i].bytes }
      i += 1
    }
    return nil
  }

  fileprivate static var magic: StaticString { "CMFA" }
  fileprivate static var version: UInt8 { 1 }
}

/// Writes a frame field by field, in the order of their tags; the room is lent with each call.
public struct FrameWriter {
  private var count = Frame.headerLength
  private var fields = 0
  private var overflowed = false

  public init() {}

  /// Appends a field.
  @inline(never)
  public mutating func add(
    _ tag: Frame.Tag, _ bytes: Span<UInt8>, to room: inout MutableSpan<UInt8>
  ) {
    guard fields < Frame.mostFields, count + 3 + bytes.count <= min(room.count, Frame.largest)
    else {
      overflowed = true
      return
    }
    room[count] = tag.rawValue
    room[count + 1] = UInt8(truncatingIfNeeded: bytes.count >> 8)
    room[count + 2] = UInt8(truncatingIfNeeded: bytes.count)
    var i = 0
    while i < bytes.count {
      room[count + 3 + i] = bytes[i]
      i += 1
    }
    count += 3 + bytes.count
    fields += 1
  }

  public mutating func add(_ tag: Frame.Tag, byte: UInt8, to room: inout MutableSpan<UInt8>) {
    let one = InlineArray<1, UInt8>(repeating: byte)
    add(tag, one.span, to: &room)
  }

  public mutating func add(_ tag: Frame.Tag, _ text: Quoted?, to room: inout MutableSpan<UInt8>) {
    guard let text else { return }
    text.withBytes { (bytes: Span<UInt8>) in add(tag, bytes, to: &room) }
  }

  /// Writes the header; the frame's length, or `nil` where it did not fit.
  @inline(never)
  public func finish(_ kind: Frame.Kind, in room: inout MutableSpan<UInt8>) -> Int? {
    guard !overflowed, room.count >= Frame.headerLength else { return nil }
    let body = count - Frame.headerLength
    var i = 0
    while i < 4 {
      room[i] = unsafe Frame.magic.utf8Start[i]
      i += 1
    }
    room[4] = Frame.version
    room[5] = kind.rawValue
    room[6] = UInt8(truncatingIfNeeded: body >> 8)
    room[7] = UInt8(truncatingIfNeeded: body)
    return count
  }
}
