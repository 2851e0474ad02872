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
    if case .allowed(session: .some(let seconds)) = delegation, !flags[.repeatsPassword] {
      return session(seconds, answer, &host)
    }
    if let reply = replyWithoutTurn(&host) { return reply }
    switch delegation {
    case .refused(let decision): return judged(report(decision, "sign-in", &host), &host)
    case .allowed where flags[.repeatsPassword]:
      return judged(report(Decision(.refused, .samePassword), "sign-in", &host), &host)
    case .allowed:
      return judged(SignIn.run(request, at: Question.location, host: &host).outcome, &host)
    }
  }

  /// The reply to an answer that was evaluated, or refused as if it had been.
  private func judged(_ outcome: Decision.Outcome, _ host: inout Host) -> Reply {
    if flags[.verifiesPassword] { host.pretend() }
    return Reply(
      outcome: outcome, password: host.passwordLength, tellsOfPassword: flags[.verifiesPassword])
  }

  // MARK: turns

  /// Waits for a turn, before anything about the answer is decided. The reply where there is none: the
  /// answer is not evaluated.
  ///
  /// Users' own doors have none: `Share` bounds what a user may have there.
  private func replyWithoutTurn(_ host: inout Host) -> Reply? {
    guard !request.isByAccount else { return nil }
    do throws(StoreFailure) {
      let location = Question.location
      let isKnown = try request.isFromKnownOrigin(at: location, now: host.now())
      let turns = try Turns(in: Store.makePath(location.run, location.owners))
      if try turns.take(for: request.network, isKnown: isKnown, before: schedule.lastBegin) {
        return nil
      }
      let complains = try turns.mayComplain()
      if complains { _ = report(Decision(.unavailable, .busy), "sign-in", &host) }
      return Reply(outcome: .unavailable, password: 0, complains: complains)
    } catch {
      return Reply(outcome: report(Decision(error), "sign-in", &host), password: 0)
    }
  }

  /// Writes to the journal that the caller did not hear of an acceptance.
  func logUntold(_ error: Connection.Broken) {
    let decision = Decision(.unavailable, .broker, .errno(error.code))
    Host.log(AuditLine.text("reply", decision, request, request.ownDoor), isWarning: true)
  }

  // MARK: an answer that comes again

  /// Milliseconds between two looks at an answer that somebody else decides.
  private static let look = 20

  /// Takes an answer that was right within the last `seconds` for right; decides any other.
  private func session(
    _ seconds: Int64, _ answer: Span<UInt8>, _ host: inout Host
  ) -> Reply {
    do throws(StoreFailure) {
      let table = try SessionTable(
        in: Store.makePath(Question.location.run, Question.location.owners))
      guard let mark = try host.mark(of: answer, request, in: table) else {
        return judged(report(Decision(.unavailable, .password), "sign-in", &host), &host)
      }
      while true {
        switch try table.claim(mark, seconds: seconds) {
        case .underWay:
          guard schedule.canBegin else {
            return Reply(
              outcome: report(Decision(.unavailable, .busy), "sign-in", &host), password: 0)
          }
          pause_milliseconds(Question.look)
        case .over:
          if let reply = replyWithoutTurn(&host) { return reply }
          return judged(report(Decision(.refused, .sessionOver), "sign-in", &host), &host)
        case .right(_, let codeLength):
          let outcome = AccountCheck.run(request, at: Question.location, host: &host).outcome
          guard outcome == .accepted else { return judged(.refused, &host) }
          return Reply(outcome: .accepted, password: max(0, answer.count - codeLength))
        case .unknown(let ticket):
          if ticket.ended > 0 { _ = report(Decision(.refused, .guessed), "session", &host) }
          if let reply = replyWithoutTurn(&host) {
            try table.settle(mark, ticket, codeLength: nil)
            return reply
          }
          let outcome = SignIn.run(request, at: Question.location, host: &host).outcome
          try table.settle(
            mark, ticket,
            codeLength: outcome == .accepted ? answer.count - host.passwordLength : nil)
          return judged(outcome, &host)
        }
      }
    } catch {
      return judged(report(Decision(error), "sign-in", &host), &host)
    }
  }

  private func account(_ host: inout Host) -> Decision.Outcome {
    if case .refused(let decision) = Delegation(of: request, by: peer, at: Question.location) {
      return report(decision, "account", &host)
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
