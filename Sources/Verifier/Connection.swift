internal import CPlatform
internal import OTP

/// One end of a connection between a program and the broker, on which whole frames travel before a
/// deadline or not at all.
public struct Connection: ~Copyable {
  private let descriptor: Int32
  private let closes: Bool
  /// When nothing is waited for any more, by the monotonic clock.
  private let deadline: Int64

  /// Takes over what somebody else opened, and does not close it.
  public init(_ descriptor: Int32, seconds: Int64) {
    self.descriptor = descriptor
    closes = false
    deadline = Connection.now(plus: seconds)
  }

  /// Connects to the broker's socket called `name`, or to `other` where this user may not connect
  /// there; `nil` where there is none, or where it is not root who listens.
  public init?(to name: StaticString, orElse other: StaticString? = nil, seconds: Int64) {
    var opened = Connection.open(name, seconds)
    if opened < 0, last_errno() == EACCES, let other { opened = Connection.open(other, seconds) }
    guard opened >= 0 else { return nil }
    guard Connection.peer(of: opened) == 0 else {
      close(opened)
      return nil
    }
    descriptor = opened
    closes = true
    deadline = Connection.now(plus: seconds)
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

  /// Sends `bytes`; `false` where not all of them went before the deadline.
  public func send(_ bytes: Span<UInt8>) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let rest = bytes.extracting(sent..<bytes.count)
      guard isReady(wait_writable) else { return false }
      let went = unsafe rest.withUnsafeBytes { room -> Int in
        guard let base = room.baseAddress else { return 0 }
        return unsafe send_bytes(descriptor, base, room.count)
      }
      if went < 0, last_errno() == EINTR || last_errno() == EAGAIN { continue }
      guard went > 0 else { return false }
      sent += went
    }
    return true
  }

  /// Receives one whole frame into `room`; `nil` where none came before the deadline.
  public func receive(into room: inout MutableSpan<UInt8>) -> Frame? {
    guard room.count >= Frame.largest, fill(&room, 0..<Frame.headerLength) else { return nil }
    do throws(Frame.Mistake) {
      let length = try Frame.length(room.span.extracting(0..<Frame.headerLength))
      guard fill(&room, Frame.headerLength..<length) else { return nil }
      return try Frame(room.span.extracting(0..<length))
    } catch {
      return nil
    }
  }

  /// Reads exactly the bytes of `range`, and none behind them.
  private func fill(_ room: inout MutableSpan<UInt8>, _ range: Range<Int>) -> Bool {
    var position = range.lowerBound
    while position < range.upperBound {
      guard isReady(wait_readable) else { return false }
      let got = unsafe room.withUnsafeMutableBytes { bytes -> Int in
        guard let base = bytes.baseAddress else { return 0 }
        return unsafe read(descriptor, base + position, range.upperBound - position)
      }
      if got < 0, last_errno() == EINTR { continue }
      guard got > 0 else { return false }
      position += got
    }
    return true
  }

  /// Waits, by `wait`, until something can be done; `false` at the deadline.
  private func isReady(_ wait: (Int32, Int32) -> Int32) -> Bool {
    while true {
      let rest = deadline - monotonic_milliseconds()
      guard rest > 0 else { return false }
      let ready = wait(descriptor, Int32(truncatingIfNeeded: rest))
      if ready < 0, last_errno() == EINTR { continue }
      return ready > 0
    }
  }

  private static func now(plus seconds: Int64) -> Int64 {
    monotonic_milliseconds() + 1000 * seconds
  }
}
