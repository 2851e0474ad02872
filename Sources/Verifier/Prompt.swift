internal import OTP
internal import Store

/// The words of the one prompt. Whoever has not proven a first factor sees the same for every user.
enum Prompt {
  /// Seconds for which the next prompt still speaks of a refusal.
  private static let memory: Int64 = 120

  @inline(never)
  static func text(
    _ subject: borrowing Subject, now: Int64
  ) throws(Obstacle) -> TextLine {
    var line = TextLine()
    if subject.isProven, let account = subject.account {
      try obstructed { () throws(StoreFailure) in
        if let record = try Store.record(of: account.name, uid: account.uid, at: subject.location) {
          try note(record, subject, now: now, into: &line)
        }
      }
    }
    append(question: subject.request, to: &line)
    return line
  }

  /// What everybody is asked.
  static func question(_ request: Request) -> TextLine {
    var line = TextLine()
    append(question: request, to: &line)
    return line
  }

  @inline(never)
  private static func append(question request: Request, to line: inout TextLine) {
    if let prompt = request.prompt {
      prompt.withBytes { (text: Span<UInt8>) in line.append(text) }
    } else {
      line.append(request.mode.splits ? "Password and verification code" : "Verification code")
    }
    line.append(" for ")
    request.user.withBytes { (name: Span<UInt8>) in line.append(printable: name) }
    line.append(" (")
    request.service.withBytes { (name: Span<UInt8>) in line.append(printable: name) }
    line.append("): ")
  }

  /// What a person with a proven first factor may know.
  private static func note(
    _ record: borrowing Record, _ subject: borrowing Subject, now: Int64,
    into line: inout TextLine
  ) throws(StoreFailure) {
    guard record.credentials.isEnrolled else { return }
    guard let wait = try Attempts.wait(record.state, subject, now: now) else {
      line.append("Too many wrong codes: only a recovery code opens this door now. ")
      return
    }
    if wait > 0 {
      line.append("Too many wrong codes: wait ")
      line.append(decimal: wait)
      line.append(" s, or use a recovery code. ")
      return
    }
    let last = try record.state.lastRefusal(at: subject.door)
    guard now &- last.time < memory, let refusal = RefusalNote(rawValue: last.reason) else {
      return
    }
    switch refusal {
    case .none: break
    case .wrong: line.append("The last code was wrong. ")
    case .stale: line.append("The last code was for another time: check the clocks. ")
    case .used:
      line.append("The last code was already used")
      if let period = record.credentials.commonPeriod {
        line.append(", the next one comes in ")
        line.append(decimal: period - now % period)
        line.append(" s")
      }
      line.append(". ")
    }
  }
}

extension Credentials {
  /// The period that all factors have, in seconds; `nil` where they differ, since nobody remembers
  /// which of them a refused code was of.
  fileprivate var commonPeriod: Int64? {
    guard let period = factors[0]?.parameters.period else { return nil }
    var i = 1
    while let factor = factors[i] {
      guard factor.parameters.period == period else { return nil }
      i += 1
    }
    return Int64(period)
  }
}
