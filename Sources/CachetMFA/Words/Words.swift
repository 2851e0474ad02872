import CTerminal
import OTP
import Store
import Verifier

/// Everything that `cachet-mfa` says when it does not do what it was asked.
extension Failure {
  var complaint: Complaint {
    switch self {
    case .notRoot:
      Complaint(
        "the store of this host is for root",
        hint: "run it with sudo, or name a store of your own with '--store DIR'", .notPermitted)
    case .forRoot(let option):
      Complaint("\(option) is for root", hint: "leave it out, or ask root", .notPermitted)
    case .noBroker:
      Complaint(
        "the broker does not answer at \(RemoteQuestion.selfSocket)",
        hint: "root: 'systemctl enable --now cachet-mfa-self.socket' starts it", .unavailable)
    case .broker(let refusal, let person, let site): refusal.complaint(to: person, at: site)
    case .badPath(let option, let value):
      Complaint("\(option) \(quoted(value)) is no path", .usage)
    case .userMissing:
      Complaint("whom? root has to name the user", hint: "add '--user NAME'", .usage)
    case .twoUsers:
      Complaint("the user is named twice", hint: "drop '--user' or the name without it", .usage)
    case .badName(let name):
      Complaint(
        "\(quoted(name)) cannot name a factor",
        hint: "1 to 64 bytes of UTF-8 without control characters and blanks at the ends", .usage)
    case .badIssuer(let issuer):
      Complaint(
        "--issuer \(quoted(issuer)) cannot stand in an otpauth URI",
        hint: "no colon, no control characters, at most 128 bytes", .usage)
    case .badNumber(let option, let value, let allowed):
      Complaint(
        "\(option) \(value) is out of range",
        hint: "from \(allowed.lowerBound) to \(allowed.upperBound)", .usage)
    case .badExpiry(let value):
      Complaint(
        "--expires \(quoted(value)) is no length of time",
        hint: "a number with m, h or d behind it, from 5m to 90d", .usage)
    case .factorMissing:
      Complaint("which factor?", hint: "'cachet-mfa status --user NAME' lists them", .usage)
    case .eraseOneFactor:
      Complaint(
        "--erase takes the whole record, --factor one factor of it", hint: "drop one of them",
        .usage)
    case .noCode(let person, let site):
      Complaint(
        "no code was given",
        hint: "type it at a terminal, or pipe it in: "
          + "'echo CODE | \(site.command("verify --stdin " + shellWord(person.name)))'", .usage)
    case .nobodyToAsk(let question): question.complaint
    case .store(let failure, let site, let person): failure.complaint(at: site, person)
    case .policy(let failure, let file, let word): failure.complaint(in: file, word: word)
    case .policyText(let failure, let site):
      failure.complaint(of: site.policyText, at: site, nil)
    case .decided(let decision, let person, let site):
      decision.complaint(of: person, at: site, to: .root)
    case .file(let path, let code):
      Complaint(
        "\(path): \(systemWords(code))",
        code == EACCES || code == EPERM ? .notPermitted : .unavailable)
    case .noFolder(let site):
      Complaint(
        "there is no folder \(site.dataParent) to make the store in",
        hint: "make it first: 'mkdir -p \(shellWord(site.dataParent))'", .unavailable)
    case .noAppliedPolicy(let site):
      Complaint(
        "no policy was applied: there is no \(site.policy)",
        hint: "run '\(site.command("policy apply"))'", .unavailable)
    case .noPolicyText(let site):
      Complaint(
        "there is no policy in \(site.policyText)",
        hint: site.isMade
          ? "write it: an empty one is all defaults, cachet-mfa-policy(5) explains the keys"
          : "'\(site.command("enroll --user NAME"))' makes the store, and a policy to edit with it",
        .unavailable)
    case .output:
      Complaint(
        "the output could not be written",
        hint:
          "what should have been shown once is lost; 'recovery-codes --regenerate' makes new ones",
        .unavailable)
    case .auditMissing(let code):
      Complaint(
        "'cachet-mfa-audit' cannot be started: \(systemWords(code))",
        hint:
          "install the package cachet-mfa-audit; without packages it belongs beside this program",
        .unavailable)
    case .uri(let failure): failure.complaint
    case .crypto(let failure): failure.complaint
    case .notConfirmed:
      Complaint(
        "no code confirmed the factor, nothing was stored",
        hint: "delete the entry in the authenticator and start again", .refused)
    case .inputEnded: Complaint("the input ended, nothing was stored", .refused)
    case .cancelled: Complaint("nothing was changed", .refused)
    case .unknownAccount(let name):
      Complaint("there is no account \(quoted(name)) on this host", .refused)
    case .noAccountButRecord(let name, let site):
      Complaint(
        "there is no account \(quoted(name)) on this host any more, but a record of it",
        hint: "'\(site.command("remove --erase " + shellWord(name)))' removes it; "
          + "'\(site.command("rename-user " + shellWord(name) + " NEW"))' if the account was renamed",
        .refused)
    case .accountTooLarge(let name):
      Complaint("the account \(quoted(name)) is too large to be read", .unavailable)
    case .accountsSilent(let name, let code):
      Complaint(
        "the account \(quoted(name)) could not be looked up: \(systemWords(code))",
        hint: "a name service is down: 'getent passwd \(shellWord(name))' shows it", .unavailable)
    case .notEnrolled(let person, let site):
      Complaint(
        "\(person.name) is not enrolled",
        hint: "run '\(site.command("enroll --user " + shellWord(person.name)))'", .refused)
    case .noRecord(let name): Complaint("\(quoted(name)) has no record in the store", .refused)
    case .noInvitation(let person): Complaint("\(person.name) has no invitation", .refused)
    case .disabled(let person, let site):
      Complaint(
        "\(person.name) is disabled",
        hint: "run '\(site.command("enable " + shellWord(person.name)))' first", .refused)
    case .noFactor(let name, let person, let site):
      Complaint(
        "\(person.name) has no factor \(quoted(name))",
        hint: "'\(site.command("status " + shellWord(person.name)))' lists them", .refused)
    case .otherOwner(let record, let uid, let account):
      Complaint(
        "the record of \(quoted(record)) belongs to uid \(uid), \(account.name) has \(account.uid)",
        hint: "a record follows an account that was renamed, and no other", .refused)
    case .recordTaken(let person, let site):
      Complaint(
        "\(person.name) has a record already",
        hint: "'\(site.command("remove --erase " + shellWord(person.name)))' makes room", .refused)
    case .damagedRecords(let count):
      Complaint(
        "\(counted(count, "record")) \(count == 1 ? "is" : "are") damaged",
        hint:
          "restore them from a backup, or erase them with 'cachet-mfa remove --erase' and enrol again",
        .unavailable)
    case .rotationUnfinished(let count, let site):
      Complaint(
        "\(counted(count, "record")) could not be sealed anew, both keys stay",
        hint: "restore or erase what is listed, then run '\(site.command("key rotate"))' again",
        .unavailable)
    case .wouldShutOut(let name, let site, let disabled):
      Complaint(
        "\(name) could not sign in again under this policy: "
          + (disabled ? "disabled" : "neither enrolled nor invited"),
        hint:
          "run '\(site.command((disabled ? "enable " : "enroll --user ") + shellWord(name)))' first, "
          + "or add '--force' where \(name) never signs in",
        .refused)
    }
  }
}

extension Failure.Question {
  fileprivate var complaint: Complaint {
    switch self {
    case .uri:
      Complaint("no otpauth URI", hint: "paste it, or pipe it in with '--uri -'", .usage)
    case .removal:
      Complaint(
        "nobody to ask whether to remove that", hint: "add '--yes' where there is no terminal",
        .usage)
    }
  }
}

extension OTPFailure {
  var complaint: Complaint {
    switch self {
    case .crypto: Complaint("libcrypto failed", .unavailable)
    case .memory: Complaint("no memory for a secret", .unavailable)
    case .malformed: Complaint("these bytes are not what they claim to be", .unavailable)
    }
  }
}

/// What the system calls error `code`, in our case.
func systemWords(_ code: Int32) -> String {
  let words = unsafe String(cString: error_name(code))
  return words.prefix(1).lowercased() + words.dropFirst()
}
