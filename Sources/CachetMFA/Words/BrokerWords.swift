import Store

/// Why the broker did not do what it was asked, from the words in its reply: a reason, and behind it
/// seconds to wait or the part of the store that is in trouble.
func refused(_ reply: String, _ person: Person, _ site: Site) -> Complaint {
  var words = Words(reply)
  let reason = words.next()
  let name = person.name
  func trouble(_ defect: StoreFailure.Defect) -> Complaint {
    StoreFailure(.credentials, defect).complaint(at: site, person)
  }
  switch reason {
  case "wrong-code": return Complaint("\(name): wrong code", .refused)
  case "stale-code":
    return Complaint(
      "\(name): that code is of another time", hint: "type the two while the second is shown",
      .refused)
  case "used-code":
    return Complaint("\(name): the code was used already", hint: "wait for the next one", .refused)
  case "not-consecutive":
    return Complaint(
      "\(name): these are not two codes of one factor, one right after the other",
      hint: "both are used up now; wait for the next one", .refused)
  case "wrong-one-time-secret":
    return Complaint("\(name): no such recovery code or invitation", .refused)
  case "used-one-time-secret":
    return Complaint("\(name): the recovery code or invitation was used already", .refused)
  case "expired-invitation":
    return Complaint(
      "\(name): the invitation has expired", hint: "ask root for a new one", .refused)
  case "wrong-password":
    return Complaint(
      "\(name): wrong password", hint: "a code that was typed with it is used up", .refused)
  case "account-shut":
    return Complaint("\(name): the account or its password has expired", .refused)
  case "not-a-code", "no-answer":
    return Complaint(
      "\(name): that is neither a code, a recovery code nor an invitation",
      hint: "who has none of them asks root for an invitation", .refused)
  case "not-allowed":
    return Complaint(
      "\(name): the password alone does not enrol", hint: "ask root for an invitation", .refused)
  case "throttled":
    return Complaint(
      "\(name): too many wrong codes, the next one is looked at in \(Times.length(words.number()))",
      hint: "root: '\(site.command("unlock " + shellWord(name)))' ends the wait", .refused)
  case "locked":
    return Complaint(
      "\(name) is locked after too many wrong codes",
      hint: "root: '\(site.command("unlock " + shellWord(name)))' unlocks", .refused)
  case "disabled": return Complaint("\(name) is disabled", hint: "ask root", .refused)
  case "not-enrolled":
    return Complaint(
      "\(name) is not enrolled", hint: "ask root for an invitation: 'cachet-mfa enroll' takes it",
      .refused)
  case "not-confirmed": return Failure.notConfirmed.complaint
  case "full": return trouble(.full)
  case "name-taken": return trouble(.nameTaken)
  case "same-secret": return trouble(.sameSecret)
  case "step-used": return trouble(.stepUsed)
  case "last-factor": return trouble(.lastFactor)
  case "lapsed": return trouble(.lapsed)
  default:
    return Complaint(
      "the broker could not do it (\(printable(reply)))",
      hint: "the journal says more; root: '\(site.command("status " + shellWord(name)))'",
      .unavailable)
  }
}
