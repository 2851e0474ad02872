public import Store

/// The account phase: may this account be used at all? Never prompts, never counts.
public enum AccountCheck {
  /// Seconds for which an invitation that opened a sign-in vouches for the account phase.
  static let invitationHolds: Int64 = 300

  /// Decides `request`: `accepted`, `ignored`, `refused` (the account is shut), `exhausted` (the
  /// line needs proof of a second factor, and there is none) or `unavailable`.
  public static func run<H: SignInHost & ~Copyable>(
    _ request: Request, at location: StoreLocation, host: inout H
  ) -> Decision {
    var door = request.ownDoor
    var decision: Decision
    do throws(Obstacle) {
      let subject = try Subject(request, at: location)
      door = subject.door
      if let ofPolicy = subject.decisionOfPolicy() {
        decision = ofPolicy
      } else {
        decision = try decide(subject, host.now())
      }
    } catch {
      decision = error.decision
    }
    switch decision.outcome {
    case .accepted, .ignored: break  // The sign-in wrote its line; web servers ask at each request.
    case .refused, .exhausted, .unavailable:
      host.log(AuditLine.text("account", decision, request, door), isWarning: true)
    }
    return decision
  }

  private static func decide(
    _ subject: borrowing Subject, _ now: Int64
  ) throws(Obstacle) -> Decision {
    guard let account = subject.account else { return Decision(.refused, .unknownUser) }
    let standing = try obstructed { () throws(StoreFailure) -> Standing in
      let store = try Store(at: subject.location)
      guard let record = try store.record(of: account.name, uid: account.uid) else {
        return .notEnrolled
      }
      let standing = try Standing(of: record, now: now)
      if case .notEnrolled = standing { try store.mustBeTrusted() }
      return standing
    }
    let lacksProof = subject.request.lacksSecondFactor
    switch standing {
    case .enrolled where lacksProof, .invited where lacksProof:
      return Decision(.exhausted, .noSecondFactor)
    case .enrolled: return Decision(.accepted, .enrolled)
    case .invited: return Decision(.accepted, .invited)
    case .disabled: return Decision(.refused, .disabled)
    case .notEnrolled:
      return subject.mayPassUnenrolled(at: now)
        ? Decision(.ignored, .grace) : Decision(.refused, .notEnrolled)
    }
  }

  /// How an account stands with us.
  enum Standing {
    case enrolled, invited, disabled, notEnrolled

    init(of record: borrowing Record, now: Int64) throws(StoreFailure) {
      if record.credentials.disabledAt != 0 {
        self = .disabled
      } else if record.credentials.isEnrolled {
        self = .enrolled
      } else if try Standing.isInvited(record, now: now) {
        self = .invited
      } else {
        self = .notEnrolled
      }
    }

    /// An invitation is live, or opened the sign-in that is under way.
    private static func isInvited(
      _ record: borrowing Record, now: Int64
    ) throws(StoreFailure) -> Bool {
      let opened = try record.state.invitationOpened()
      if opened != 0, now >= opened, now - opened < invitationHolds { return true }
      guard let set = record.credentials.set(of: .invitation),
        set.expires == 0 || (now >= Release.time && now >= set.created && now < set.expires),
        let used = try record.state.used(of: set)
      else { return false }
      return used & 1 == 0
    }
  }
}
