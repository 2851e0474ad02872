import Store
import Verifier

extension Decision {
  /// Why a code was not accepted, in words.
  func complaint(of person: Person, at site: Site) -> Complaint {
    let name = person.name
    switch reason {
    case .code, .recoveryCode, .invitation, .enrolled, .invited:
      return Complaint("\(name): accepted", exit)
    case .exemptUser, .exemptGroup:
      return Complaint("policy exempts \(name), no code is asked for", exit)
    case .outOfScope:
      return Complaint("\(name) is in none of required-groups, no code is asked for", exit)
    case .grace: return Complaint("\(name) has no factor yet, policy still allows that", exit)
    case .wrongCode: return Complaint("\(name): wrong code", hint: attemptsHint, exit)
    case .staleCode:
      let steps = Int(offset ?? 0)
      return Complaint(
        "\(name): the code is of \(abs(steps)) steps \(steps < 0 ? "ago" : "from now")",
        hint: "the clock of the authenticator or of this host is off", exit)
    case .noFirstFactor: return Complaint("\(name): no first factor was proven", exit)
    case .usedCode:
      return Complaint("\(name): the code was used already", hint: "wait for the next one", exit)
    case .wrongOneTimeSecret:
      return Complaint("\(name): no such recovery code or invitation", exit)
    case .usedOneTimeSecret:
      return Complaint("\(name): the recovery code or invitation was used already", exit)
    case .expiredInvitation:
      return Complaint(
        "\(name): the invitation has expired",
        hint: "run '\(site.command("invite " + shellWord(name)))' for a new one", exit)
    case .notACode, .samePassword, .placeholder:
      return Complaint("\(name): that is neither a code nor a recovery code", exit)
    case .noAnswer, .conversation: return Failure.noCode(person, site).complaint
    case .repeated:
      return Complaint("\(name): the same wrong code again, it was not counted", exit)
    case .unknownUser: return Failure.unknownAccount(name).complaint
    case .notEnrolled: return Failure.notEnrolled(person, site).complaint
    case .disabled: return Failure.disabled(person, site).complaint
    case .throttled:
      return Complaint(
        "\(name): too many wrong codes, the next one is looked at in \(Times.length(Int64(wait ?? 0)))",
        hint: "'\(site.command("unlock " + shellWord(name)))' ends the wait", exit)
    case .locked:
      return Complaint(
        "\(name) is locked after too many wrong codes",
        hint: "'\(site.command("unlock " + shellWord(name)))' unlocks", exit)
    case .wrongPassword, .accountShut, .notAllowed, .sessionOver, .password, .badOption,
      .optionConflict, .noUser, .broker:
      return Complaint("\(name): refused (\(reason.name))", exit)
    case .store(let failure): return failure.complaint(at: site, person)
    case .policy(let line):
      return Complaint(
        "\(site.policy)\(line > 0 ? ":\(line)" : ""): not a policy that was applied",
        hint: "run '\(site.command("policy apply"))'", .unavailable)
    case .accountLookup(let code): return Failure.accountsSilent(name, errno: code).complaint
    case .clock:
      return Complaint(
        "the clock of this host (\(Times.local(Times.now))) is behind what \(name) has used before",
        hint: "set it; if it was ahead, run '\(site.command("unlock --clock " + shellWord(name)))'",
        .unavailable)
    }
  }

  private var exit: Exit {
    switch outcome {
    case .accepted: .yes
    case .ignored, .refused, .exhausted: .refused
    case .unavailable: .unavailable
    }
  }

  private var attemptsHint: String? {
    attempts.map { "\(counted(Int($0), "wrong code")) so far" }
  }
}
