internal import CPlatform
internal import OTP
internal import Store
internal import Verifier

/// What a question comes to: policy first, then the answer or the account.
extension Question {
  private static var location: StoreLocation { .system }

  /// What is replied.
  struct Reply {
    let outcome: Decision.Outcome
    /// How much of the answer is password.
    let password: Int
    /// A password may have had a part in it: how long it took must not tell which.
    var tellsOfPassword = false
    /// The journal heard that there was no turn, and must not hear it again within a second.
    var complains = false
  }

  /// Decides, and writes the journal.
  func decide(_ frame: Frame, _ bytes: Span<UInt8>) -> Reply {
    let answer = bytes.extracting(frame[.answer] ?? 0..<0)
    return Host.with(answer, request, by: schedule) { (host: inout Host) in
      if frame.kind == .account { return Reply(outcome: account(&host), password: 0) }
      let reply = signIn(answer, &host)
      let password =
        switch reply.outcome {
        case .accepted: reply.password
        case .ignored: answer.count
        // As policy and the answer alone have it: who was refused, and at which point, is not told.
        case .refused, .exhausted, .unavailable:
          SignIn.passwordLength(answer, request, at: Question.location)
        }
      return Reply(
        outcome: reply.outcome, password: password, tellsOfPassword: reply.tellsOfPassword,
        complains: reply.complains)
    }
  }

  private func signIn(_ answer: Span<UInt8>, _ host: inout Host) -> Reply {
    let delegation = Delegation(of: request, by: peer, at: Question.location)
    do throws(StoreFailure) {
      // Users' own doors have no turns: `Share` bounds what a user may have there.
      guard !request.isByAccount else { return decided(delegation.refusal, &host) }
      let turns = try request.turns(at: Question.location, now: host.now())
      if flags[.repeatsPassword] {
        guard try turns.take(before: schedule.lastBegin) else { return try noTurn(turns, &host) }
        let refusal = delegation.refusal ?? Decision(.refused, .samePassword)
        return decided(refusal, &host)
      }
      if let seconds = delegation.session {
        return try session(seconds, answer, delegation.refusal, turns, &host)
      }
      guard try turns.take(before: schedule.lastBegin) else { return try noTurn(turns, &host) }
      return decided(delegation.refusal, &host)
    } catch {
      return decided(Decision(error), &host)
    }
  }

  /// Evaluates the answer, or refuses it as if it had been, and replies.
  private func decided(_ refusal: Decision?, _ host: inout Host) -> Reply {
    let outcome: Decision.Outcome
    if let refusal {
      outcome = report(refusal, "sign-in", &host)
    } else {
      outcome = SignIn.run(request, at: Question.location, host: &host).outcome
    }
    return padded(outcome, &host)
  }

  /// The reply after the work of verifying a password, which was done or is done now.
  private func padded(_ outcome: Decision.Outcome, _ host: inout Host) -> Reply {
    if flags[.verifiesPassword] { host.pretend() }
    return Reply(
      outcome: outcome, password: host.passwordLength, tellsOfPassword: flags[.verifiesPassword])
  }

  /// The reply where there is no turn: nothing of the answer is evaluated.
  private func noTurn(
    _ turns: borrowing Turns, _ host: inout Host
  ) throws(StoreFailure) -> Reply {
    let complains = try turns.mayComplain()
    if complains { _ = report(Decision(.unavailable, .busy), "sign-in", &host) }
    return Reply(outcome: .unavailable, password: 0, complains: complains)
  }

  /// Writes to the journal that the caller did not hear of an acceptance.
  func logUntold(_ error: Connection.Broken) {
    let decision = Decision(.unavailable, .broker, .errno(error.code))
    Host.log(AuditLine.text("reply", decision, request, request.ownDoor), isWarning: true)
  }

  // MARK: an answer that comes again

  /// Milliseconds between two looks at an answer that somebody else decides.
  private static let look = 20

  /// Takes an answer that was right within the last `seconds` for right; decides any other, or
  /// refuses it for `refusal`. The way is the same for every user, known or not.
  private func session(
    _ seconds: Int64, _ answer: Span<UInt8>, _ refusal: Decision?, _ turns: borrowing Turns,
    _ host: inout Host
  ) throws(StoreFailure) -> Reply {
    let table = try SessionTable(
      in: Store.makePath(Question.location.run, Question.location.owners))
    guard let mark = try host.mark(of: answer, request, in: table) else {
      return decided(refusal ?? Decision(.unavailable, .password), &host)
    }
    var watches = false
    while true {
      switch try table.claim(mark, seconds: seconds) {
      case .underWay:
        if !watches { watches = try turns.mayWatch() }
        guard watches, schedule.canBegin else { return try noTurn(turns, &host) }
        pause_milliseconds(Question.look)
      case .over:
        guard try turns.take(before: schedule.lastBegin) else { return try noTurn(turns, &host) }
        return decided(refusal ?? Decision(.refused, .sessionOver), &host)
      case .right(_, let codeLength):
        if let refusal { return decided(refusal, &host) }
        let check = AccountCheck.run(request, at: Question.location, host: &host)
        guard check.outcome == .accepted else { return padded(.refused, &host) }
        return Reply(outcome: .accepted, password: max(0, answer.count - codeLength))
      case .unknown(let ticket):
        if ticket.ended > 0 { _ = report(Decision(.refused, .guessed), "session", &host) }
        guard try turns.take(before: schedule.lastBegin) else {
          try table.settle(mark, ticket, codeLength: nil)
          return try noTurn(turns, &host)
        }
        let reply = decided(refusal, &host)
        try table.settle(
          mark, ticket,
          codeLength: reply.outcome == .accepted ? answer.count - host.passwordLength : nil)
        return reply
      }
    }
  }

  private func account(_ host: inout Host) -> Decision.Outcome {
    if let refusal = Delegation(of: request, by: peer, at: Question.location).refusal {
      return report(refusal, "account", &host)
    }
    let outcome = AccountCheck.run(request, at: Question.location, host: &host).outcome
    guard outcome == .accepted else { return outcome }
    switch host.account() {
    case .right: return .accepted
    case .wrong, .accountShut:
      return report(Decision(.refused, .accountShut), "account", &host)
    case .unavailable: return report(Decision(.unavailable, .password), "account", &host)
    }
  }

  private func report(
    _ decision: Decision, _ event: StaticString, _ host: inout Host
  ) -> Decision.Outcome {
    // Which door it would have been is policy's to say, and policy was not asked.
    host.log(AuditLine.text(event, decision, request, request.ownDoor), isWarning: true)
    return decision.outcome
  }
}
