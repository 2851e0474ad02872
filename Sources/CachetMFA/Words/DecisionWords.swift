import Store
import Verifier

/// Who reads why it was not done, and can do what about it.
enum Reader {
  case root
  /// Whoever asked the broker about the account that is theirs.
  case owner
}

extension Decision {
  /// Why it was not done, in words: a code that was not accepted, or a change of an enrolment.
  func complaint(of person: Person, at site: Site, to reader: Reader) -> Complaint {
    let name = person.name
    let isRoot = reader == .root
    /// A hint to run what root alone may run.
    func root(_ words: String, _ effect: String) -> String {
      "\(isRoot ? "" : "root: ")'\(site.command(words + " " + shellWord(name)))' \(effect)"
    }
    func store(_ defect: StoreFailure.Defect) -> Complaint {
      StoreFailure(.credentials, defect).complaint(at: site, person)
    }
    switch reason {
    case .code, .recoveryCode, .invitation, .unmarked, .enrolled, .invited:
      return Complaint("\(name): accepted", exit)
    case .exemptUser, .exemptGroup:
      return Complaint("policy exempts \(name), no code is asked for", exit)
    case .outOfScope:
      return Complaint("\(name) is in none of required-groups, no code is asked for", exit)
    case .grace: return Complaint("\(name) has no factor yet, policy still allows that", exit)
    case .wrongCode: return Complaint("\(name): wrong code", hint: attemptsHint, exit)
    case .staleCode:
      guard let offset else {
        return Complaint(
          "\(name): that code is of another time", hint: "type the two while the second is shown",
          exit)
      }
      return Complaint(
        "\(name): the code is of \(abs(offset)) steps \(offset < 0 ? "ago" : "from now")",
        hint: "the clock of the authenticator or of this host is off", exit)
    case .noFirstFactor: return Complaint("\(name): no first factor was proven", exit)
    case .noSecondFactor: return Complaint("\(name): no second factor was shown", exit)
    case .usedCode:
      return Complaint("\(name): the code was used already", hint: "wait for the next one", exit)
    case .notConsecutive:
      return Complaint(
        "\(name): these are not two codes of one factor, one right after the other",
        hint: "both are used up now; wait for the next one", exit)
    case .wrongOneTimeSecret:
      return Complaint("\(name): no such recovery code or invitation", exit)
    case .usedOneTimeSecret:
      return Complaint("\(name): the recovery code or invitation was used already", exit)
    case .expiredInvitation:
      return Complaint(
        "\(name): the invitation has expired",
        hint: isRoot
          ? "run '\(site.command("invite " + shellWord(name)))' for a new one"
          : "ask root for a new one", exit)
    case .noAnswer where isRoot, .conversation where isRoot:
      return Failure.noCode(person, site).complaint
    case .notACode where isRoot, .samePassword where isRoot, .placeholder where isRoot:
      return Complaint("\(name): that is neither a code nor a recovery code", exit)
    case .notACode, .noAnswer, .samePassword, .placeholder, .conversation:
      return Complaint(
        "\(name): that is neither a code, a recovery code nor an invitation",
        hint: "who has none of them asks root for an invitation", exit)
    case .repeated:
      return Complaint("\(name): the same wrong code again, it was not counted", exit)
    case .unknownUser: return Failure.unknownAccount(name).complaint
    case .notEnrolled:
      return isRoot
        ? Failure.notEnrolled(person, site).complaint
        : Complaint(
          "\(name) is not enrolled",
          hint: "ask root for an invitation: 'cachet-mfa enroll' takes it", exit)
    case .disabled:
      return isRoot
        ? Failure.disabled(person, site).complaint
        : Complaint("\(name) is disabled", hint: "ask root", exit)
    case .throttled:
      let wait = Times.length(Int64(wait ?? 0))
      return Complaint(
        "\(name): too many wrong codes, the next one is looked at in \(wait)",
        hint: root("unlock", "ends the wait"), exit)
    case .locked:
      return Complaint(
        "\(name) is locked after too many wrong codes", hint: root("unlock", "unlocks"), exit)
    case .wrongPassword:
      return Complaint(
        "\(name): wrong password", hint: "a code that was typed with it is used up", exit)
    case .accountShut:
      return Complaint("\(name): the account or its password has expired", exit)
    case .notAllowed:
      return Complaint(
        "\(name): the password alone does not enrol", hint: "ask root for an invitation", exit)
    case .noFactor: return Complaint("\(name) has no factor of that name", exit)
    case .notConfirmed: return Failure.notConfirmed.complaint
    case .full: return store(.full)
    case .nameTaken: return store(.nameTaken)
    case .sameSecret: return store(.sameSecret)
    case .stepUsed: return store(.stepUsed)
    case .lastFactor: return store(.lastFactor)
    case .lapsed: return store(.lapsed)
    case .badName, .badOption, .optionConflict, .noUser, .sessionOver, .guessed:
      return Complaint("\(name): refused (\(reason.name))", exit)
    case .clock:
      return Complaint(
        "the clock of this host (\(Times.local(Times.now))) is behind what \(name) has used before",
        hint: "set it; if it was ahead, run '\(site.command("unlock --clock " + shellWord(name)))'",
        .unavailable)
    case .broker: return Failure.noBroker.complaint
    case .store, .policy, .accountLookup, .password, .busy, .tooLate: return undecided(person, site)
    }
  }

  /// What kept it from being decided.
  private func undecided(_ person: Person, _ site: Site) -> Complaint {
    switch detail {
    case .store(let failure): return failure.complaint(at: site, person)
    case .line(let line):
      return Complaint(
        "\(site.policy)\(line > 0 ? ":\(line)" : ""): not a policy that was applied",
        hint: "run '\(site.command("policy apply"))'", .unavailable)
    case .errno(let code):
      return Failure.accountsSilent(person.name, errno: code).complaint
    case .none: return Complaint("\(person.name): not decided (\(reason.name))", .unavailable)
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
