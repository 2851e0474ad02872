internal import CPlatform
internal import OTP

/// One end of a connection between a program and the broker, on which whole frames travel before a
/// deadline or not at all.
public struct Connection: ~Copyable {
  private let descriptor: Int32
  private let closes: Bool
  /// When nothing is waited for any more, in `monotonic_milliseconds`.
  let deadline: Int64

  /// Why nothing came of it, as an error number: ETIMEDOUT at the deadline, ECONNRESET where the other
  /// end has hung up, EPROTO for what is no frame.
  public struct Broken: Error {
    public let code: Int32

    public init(_ code: Int32) { self.code = code }
  }

  /// Takes over what somebody else opened, and does not close it.
  public init(_ descriptor: Int32, seconds: Int64) {
    self.descriptor = descriptor
    closes = false
    deadline = Connection.now(plus: seconds)
  }

  /// Connects to the broker's socket called `name`, or to `other` where this user may not connect
  /// there; EPERM where it is not root who listens. Where neither is to be had, `name` says why.
  /// Waiting for the connection is a part of `seconds`.
  public init(
    to name: StaticString, orElse other: StaticString? = nil, seconds: Int64
  ) throws(Broken) {
    deadline = Connection.now(plus: seconds)
    var opened = Connection.open(name, seconds)
    let code = last_errno()
    if opened < 0, code == EACCES, let other { opened = Connection.open(other, seconds) }
    guard opened >= 0 else { throw Broken(code) }
    guard Connection.peer(of: opened) == 0 else {
      close(opened)
      throw Broken(EPERM)
    }
    descriptor = opened
    closes = true
  }

  private static func open(_ name: StaticString, _ seconds: Int64) -> Int32 {
    unsafe connect_local(name.cString, Int32(truncatingIfNeeded: seconds))
  }

  deinit { if closes { close(descriptor) } }

  /// The user at the other end; `nil` where the kernel does not say.
  public var peer: UInt32? { Connection.peer(of: descriptor) }

  private static func peer(of descriptor: Int32) -> UInt32? {
    var uid: uid_t = 0
    return unsafe peer_user(descriptor, &uid) == 0 ? uid : nil
  }

  /// Sends `bytes`, all of them before the deadline.
  public func send(_ bytes: Span<UInt8>) throws(Broken) {
    var sent = 0
    while sent < bytes.count {
      let rest = bytes.extracting(sent..<bytes.count)
      try wait(wait_writable)
      let went = unsafe rest.withUnsafeBytes { room -> Int in
        guard let base = room.baseAddress else { return 0 }
        return unsafe send_bytes(descriptor, base, room.count)
      }
      if went < 0, last_errno() == EINTR || last_errno() == EAGAIN { continue }
      guard went > 0 else { throw Broken(last_errno()) }
      sent += went
    }
  }

  /// Receives one whole frame into `room`, which has to have space for the largest.
  public func receive(into room: inout MutableSpan<UInt8>) throws(Broken) -> Frame {
    guard room.count >= Frame.largest else { throw Broken(EMSGSIZE) }
    try fill(&room, 0..<Frame.headerLength)
    let length: Int
    do throws(Frame.Mistake) {
      length = try Frame.length(room.span.extracting(0..<Frame.headerLength))
    } catch {
      throw Broken(EPROTO)
    }
    try fill(&room, Frame.headerLength..<length)
    do throws(Frame.Mistake) {
      return try Frame(room.span.extracting(0..<length))
    } catch {
      throw Broken(EPROTO)
    }
  }

  /// Reads exactly the bytes of `range`, and none behind them.
  private func fill(
    _ room: inout MutableSpan<UInt8>, _ range: Range<Int>
  ) throws(Broken) {
    var position = range.lowerBound
    while position < range.upperBound {
      try wait(wait_readable)
      let got = unsafe room.withUnsafeMutableBytes { bytes -> Int in
        guard let base = bytes.baseAddress else { return 0 }
        return unsafe read(descriptor, base + position, range.upperBound - position)
      }
      if got < 0, last_errno() == EINTR { continue }
      guard got > 0 else { throw Broken(got == 0 ? ECONNRESET : last_errno()) }
      position += got
    }
  }

  /// Waits, by `poll`, until something can be done.
  private func wait(_ poll: (Int32, Int32) -> Int32) throws(Broken) {
    while true {
      let rest = deadline - monotonic_milliseconds()
      guard rest > 0 else { throw Broken(ETIMEDOUT) }
      let ready = poll(descriptor, Int32(truncatingIfNeeded: rest))
      if ready > 0 { return }
      guard ready == 0 || last_errno() == EINTR else { throw Broken(last_errno()) }
    }
  }

  private static func now(plus seconds: Int64) -> Int64 {
    monotonic_milliseconds() + 1000 * seconds
  }
}
