internal import OTP
internal import Store
internal import Verifier

/// A request of a peer, understood.
struct Question {
  let flags: RemoteQuestion.Flags
  let request: Request
  let peer: UInt32
  let schedule: Schedule

  /// Reads what came to the socket of `role` at the time `begin`; `nil` where the frame is no question,
  /// or a field has no sense.
  init?(_ frame: Frame, _ bytes: Span<UInt8>, peer: UInt32, at role: Role, since begin: Int64) {
    guard let schedule = Schedule(frame, bytes, begin: begin),
      frame.kind == .decide || frame.kind == .account,
      let user = frame[.user], !user.isEmpty, user.count <= 255,
      let service = Question.text(.service, frame, bytes),
      let bits = Question.byte(.flags, frame, bytes),
      let flags = RemoteQuestion.Flags(rawValue: bits),
      (frame[.answer] != nil) == (frame.kind == .decide)
    else { return nil }
    let name = bytes.extracting(user)
    var request = Request(
      user: Quoted(name), account: Account.find(named: name), service: service,
      mode: .earlier(split: flags[.splits]), allowsUnenrolled: flags[.allowsUnenrolled],
      tty: Question.text(.tty, frame, bytes), ruser: Question.text(.ruser, frame, bytes),
      caller: peer)
    switch role {
    case .decide: request.rhost = Question.text(.rhost, frame, bytes)
    // Nobody asks about themselves from afar: a host would be one more place to guess from.
    case .selfService: request.isByAccount = true
    }
    request.verifiesPassword = flags[.verifiesPassword]
    request.needsFirstFactor = flags[.needsFirstFactor] && !flags[.verifiesPassword]
    if frame[.window] != nil {
      guard let window = Question.byte(.window, frame, bytes) else { return nil }
      request.window = Int(window)
    }
    self.flags = flags
    self.request = request
    self.peer = peer
    self.schedule = schedule
  }

  // MARK: fields

  private static func text(_ tag: Frame.Tag, _ frame: Frame, _ bytes: Span<UInt8>) -> Quoted? {
    guard let range = frame[tag], !range.isEmpty else { return nil }
    return Quoted(bytes.extracting(range))
  }

  private static func byte(_ tag: Frame.Tag, _ frame: Frame, _ bytes: Span<UInt8>) -> UInt8? {
    guard let range = frame[tag], range.count == 1 else { return nil }
    return bytes[range.lowerBound]
  }
}
