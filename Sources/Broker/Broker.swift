internal import CBroker
internal import CPlatform
internal import OTP
internal import Store
internal import Verifier

/// Reads one request, has it decided, and replies.
enum Broker {
  /// Seconds within which a request must be there.
  private static let patience: Int64 = 2
  /// Milliseconds: a reply that a password had a part in leaves at a multiple of this.
  private static let grain: Int64 = 200

  /// Serves standard input; the process ends after `seconds`, whatever it is at.
  static func serve(_ role: Role, seconds: UInt32) -> Int32 {
    let begin = monotonic_milliseconds()
    guard bound_process(seconds) else { return failure }
    let connection = Connection(0, seconds: patience)
    // No line in the journal: whoever may not ask could fill it.
    guard let peer = connection.peer, Delegation.mayAsk(peer) else { return failure }
    guard role == .decide || hasShare(peer) else { return failure }
    var status = failure
    do throws(Connection.Broken) {
      try withRoom { (room: inout MutableSpan<UInt8>) throws(Connection.Broken) in
        let frame = try connection.receive(into: &room)
        let request = room.span
        try withRoom { (room: inout MutableSpan<UInt8>) throws(Connection.Broken) in
          let length: Int? =
            switch (frame.kind, role) {
            case (.decide, _), (.account, _):
              decide(frame, request, of: peer, at: role, since: begin, into: &room)
            case (_, .decide): nil
            case (_, .selfService): SelfService(frame, of: peer)?.answer(request, into: &room)
            }
          guard let length else { return }
          try Connection(0, seconds: patience).send(room.span.extracting(0..<length))
          status = success
        }
      }
    } catch {
      return failure
    }
    return status
  }

  private static func decide(
    _ frame: Frame, _ bytes: Span<UInt8>, of peer: UInt32, at role: Role, since begin: Int64,
    into room: inout MutableSpan<UInt8>
  ) -> Int? {
    guard let question = Question(frame, bytes, peer: peer, at: role) else { return nil }
    let reply = question.decide(frame, bytes)
    if reply.tellsOfPassword { wait(since: begin) }
    return RemoteQuestion.reply(reply.outcome, password: reply.password, to: &room)
  }

  /// Whether `peer` has a share of `self.sock` left: nobody keeps others from it alone.
  private static func hasShare(_ peer: UInt32) -> Bool {
    do throws(StoreFailure) {
      let location = StoreLocation.system
      return try Share.take(for: peer, in: Store.makePath(location.run, location.owners))
    } catch {
      var line = TextLine()
      line.append("event=call outcome=unavailable")
      line.append(reasonOf: Decision(error))
      Host.log(line, isWarning: true)
      return false
    }
  }

  /// Lends room for a frame, which is wiped when it is let go.
  private static func withRoom(
    _ body: (inout MutableSpan<UInt8>) throws(Connection.Broken) -> Void
  ) throws(Connection.Broken) {
    _ = try SecretBytes(count: Frame.largest, or: Connection.Broken(ENOMEM), filling: body)
  }

  private static let success: Int32 = 0
  private static let failure: Int32 = 1

  /// Sleeps until a whole number of grains has gone by since `begin`, one at the least.
  ///
  /// Until then, and not for so long: on a busy machine sleep ends late, and how late must say nothing
  /// of when it began.
  private static func wait(since begin: Int64) {
    let grains = (monotonic_milliseconds() - begin) / grain + 1
    while pause_until(begin + grains * grain) == EINTR {}
  }
}
