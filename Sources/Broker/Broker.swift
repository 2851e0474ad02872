internal import CBroker
internal import CPlatform
internal import OTP
internal import Store
internal import Verifier

/// Reads one request, has it decided, and replies.
enum Broker {
  /// Seconds within which a request must be there.
  private static let patience: Int64 = 2

  /// Serves standard input; the process ends after `Schedule.life`, whatever it is at.
  static func serve(_ role: Role) -> Int32 {
    let begin = monotonic_milliseconds()
    guard bound_process(Schedule.life) else { return failure }
    let connection = Connection(0, seconds: patience)
    // No line in the journal: those who may not ask could fill it.
    guard let peer = connection.peer, Delegation.mayAsk(peer) else { return failure }
    guard role == .decide || hasShare(peer) else { return failure }
    var status = failure
    do throws(Connection.Broken) {
      try withRoom { (room: inout MutableSpan<UInt8>) throws(Connection.Broken) in
        let frame = try connection.receive(into: &room)
        let request = room.span
        try withRoom { (room: inout MutableSpan<UInt8>) throws(Connection.Broken) in
          switch (frame.kind, role) {
          case (.decide, _), (.account, _):
            guard let question = Question(frame, request, peer: peer, at: role, since: begin)
            else { return }
            status = try answer(question, frame, request, into: &room)
          case (_, .decide): return
          case (_, .selfService):
            guard let length = SelfService(frame, of: peer)?.answer(request, into: &room) else {
              return
            }
            try send(room.span.extracting(0..<length))
            status = success
          }
        }
      }
    } catch {
      return failure
    }
    return status
  }

  /// Has a question decided and tells the outcome, or says in the journal that nobody was told.
  private static func answer(
    _ question: Question, _ frame: Frame, _ bytes: Span<UInt8>,
    into room: inout MutableSpan<UInt8>
  ) throws(Connection.Broken) -> Int32 {
    let reply = question.decide(frame, bytes)
    guard
      let length = RemoteQuestion.reply(reply.outcome, password: reply.password, to: &room)
    else { return failure }
    if reply.tellsOfPassword { question.schedule.waitForGrain() }
    let isAccepted = reply.outcome == .accepted
    do throws(Connection.Broken) {
      guard !isAccepted || !question.schedule.isPast else { throw Connection.Broken(ETIMEDOUT) }
      try send(room.span.extracting(0..<length))
    } catch {
      if isAccepted { question.logUntold(error) }
      throw error
    }
    if reply.complains { pause_milliseconds(1_000) }
    return success
  }

  private static func send(_ bytes: Span<UInt8>) throws(Connection.Broken) {
    try Connection(0, seconds: patience).send(bytes)
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
}
