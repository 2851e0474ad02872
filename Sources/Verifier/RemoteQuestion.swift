internal import CPlatform
internal import OTP
internal import Store

/// A request as it travels to the broker, and what comes back.
public enum RemoteQuestion {
  /// The broker's sockets.
  public static var decideSocket: StaticString { "/run/cachet-mfa/decide.sock" }
  public static var selfSocket: StaticString { "/run/cachet-mfa/self.sock" }

  /// Seconds until the broker must have answered: more than it lives.
  public static var patience: Int64 { 7 }

  /// What the line in the PAM stack says besides: one bit each.
  public struct Flags: Sendable {
    public private(set) var rawValue: UInt8 = 0

    /// `nil` for bits that mean nothing.
    public init?(rawValue: UInt8) {
      guard rawValue < 32 else { return nil }
      self.rawValue = rawValue
    }

    public init() {}

    public subscript(flag: Flag) -> Bool {
      get { rawValue & flag.rawValue != 0 }
      set { rawValue = newValue ? rawValue | flag.rawValue : rawValue & ~flag.rawValue }
    }
  }

  public enum Flag: UInt8, Sendable {
    /// The answer is password and code in one.
    case splits = 1
    /// The broker verifies the password too.
    case verifiesPassword = 2
    case allowsUnenrolled = 4
    case needsFirstFactor = 8
    /// The answer is the password that an earlier module asked for.
    case repeatsPassword = 16
  }

  /// What the broker said.
  public struct Answer {
    public let outcome: Decision.Outcome
    /// How much of the answer is password.
    public let password: Int
  }

  /// Asks the broker once.
  ///
  /// Never asks twice: the code may have been used by then.
  @inline(never)
  static func ask(
    _ kind: Frame.Kind, _ request: Request, _ flags: Flags, answer: Span<UInt8>?
  ) throws(Connection.Broken) -> Answer {
    // Who may not ask about others may ask about themselves: screen lockers run as their user.
    let broker = try Connection(to: decideSocket, orElse: selfSocket, seconds: patience)
    var result = Answer(outcome: .unavailable, password: 0)
    // Wiped when it is let go, whatever happened.
    _ = try SecretBytes(count: Frame.largest, or: Connection.Broken(ENOMEM)) {
      (room: inout MutableSpan<UInt8>) throws(Connection.Broken) in
      guard
        let length = write(
          kind, request, flags, answer: answer, before: broker.deadline, to: &room)
      else {
        throw Connection.Broken(EMSGSIZE)
      }
      try broker.send(room.span.extracting(0..<length))
      let reply = try broker.receive(into: &room)
      guard reply.kind == .reply, let read = read(reply, room.span, longest: answer?.count ?? 0)
      else { throw Connection.Broken(EPROTO) }
      result = read
    }
    return result
  }

  private static func write(
    _ kind: Frame.Kind, _ request: Request, _ flags: Flags, answer: Span<UInt8>?,
    before deadline: Int64, to room: inout MutableSpan<UInt8>
  ) -> Int? {
    var writer = FrameWriter()
    switch request.account {
    case .found(let account):
      account.name.withBytes { (name: Span<UInt8>) in writer.add(.user, name, to: &room) }
    case .unknown, .oversized, .failed: writer.add(.user, request.user, to: &room)
    }
    writer.add(.service, request.service, to: &room)
    writer.add(.rhost, request.rhost, to: &room)
    writer.add(.tty, request.tty, to: &room)
    writer.add(.ruser, request.ruser, to: &room)
    writer.add(.flags, byte: flags.rawValue, to: &room)
    if let window = request.window {
      writer.add(.window, byte: UInt8(truncatingIfNeeded: window), to: &room)
    }
    if let answer { writer.add(.answer, answer, to: &room) }
    let time = unsafe unsafeBitCast(deadline.bigEndian, to: InlineArray<8, UInt8>.self)
    writer.add(.deadline, time.span, to: &room)
    return writer.finish(kind, in: &room)
  }

  /// What a reply to an answer of `longest` bytes says; `nil` where that has no sense.
  static func read(_ reply: Frame, _ bytes: Span<UInt8>, longest: Int) -> Answer? {
    guard let first = reply[.outcome], first.count == 1,
      let outcome = Decision.Outcome(rawValue: bytes[first.lowerBound]),
      let second = reply[.password], second.count == 2
    else { return nil }
    let password = Int(bigEndian(bytes.extracting(second)))
    guard password <= longest else { return nil }
    return Answer(outcome: outcome, password: password)
  }

  /// Writes a reply; its length.
  public static func reply(
    _ outcome: Decision.Outcome, password: Int, to room: inout MutableSpan<UInt8>
  ) -> Int? {
    var writer = FrameWriter()
    writer.add(.outcome, byte: outcome.rawValue, to: &room)
    var length = InlineArray<2, UInt8>(repeating: 0)
    length[0] = UInt8(truncatingIfNeeded: password >> 8)
    length[1] = UInt8(truncatingIfNeeded: password)
    writer.add(.password, length.span, to: &room)
    return writer.finish(.reply, in: &room)
  }
}
