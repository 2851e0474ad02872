import ArgumentParser
import OTP
import Store
import Verifier

struct Invite: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make an invitation: it opens one sign-in without a factor.",
    discussion: "It is shown once. A new one replaces the one before.")

  @OptionGroup var whose: Whose
  @Option(help: ArgumentHelp("How long it is good for: 30m, 12h, 7d.", valueName: "length"))
  var expires = "7d"
  @Flag(help: "Withdraw the invitation instead.")
  var revoke = false
  @OptionGroup var places: Places

  func run() throws(Failure) {
    let site = try places.site()
    let person = try whose.person(at: site)
    if revoke { try withdraw(person, site) } else { try make(person, site) }
  }

  private func make(_ person: Person, _ site: Site) throws(Failure) {
    let output = Output(places)
    let length = try Invite.seconds(expires)
    let store = try site.openOrMake()
    let now = Times.now
    let secrets = OneTimeSecrets()
    let isDisabled = try site.trying(person) { () throws(StoreFailure) in
      try store.edit(person.account.name, uid: person.uid) {
        (credentials: inout Credentials, state: borrowing StatePage, _: borrowing KeyRing)
          throws(StoreFailure) -> Bool in
        guard credentials.disabledAt == 0 else { return true }
        try credentials.renew(
          .invitation, count: 1, expires: now + length, now: now, state: state
        ) { (secret: Span<UInt8>) in secrets.add(secret) }
        return false
      }
    }
    guard !isDisabled else { throw .disabled(person, site) }
    Journal.note("invite", user: person.name, detail: "until \(Times.utc(now + length))", at: site)
    output.object { json in
      json.field("user", person.name)
      secrets.each { (secret: Span<UInt8>) in json.field("invitation", bytes: secret) }
      json.field("expires", time: now + length)
    }
    if !output.isJSON {
      output.line("invitation for \(person.name), good until \(Times.local(now + length)):")
      output.line()
      secrets.show(on: output.sheet)
      output.line()
      output.line(
        "it opens one sign-in in place of a code, and one 'cachet-mfa enroll' of "
          + "\(person.name)'s own;")
      output.line("hand it over on another way than the password's; it is shown this once")
    }
    try output.flush()
  }

  private func withdraw(_ person: Person, _ site: Site) throws(Failure) {
    let output = Output(places)
    let store = try site.open()
    let had = try site.trying(person) { () throws(StoreFailure) -> Bool in
      guard let record = try store.record(of: person.account.name, uid: person.uid),
        record.credentials.set(of: .invitation) != nil
      else { return false }
      try store.editWithoutKey(person.account.name, uid: person.uid) {
        (credentials: inout Credentials, _: borrowing StatePage) throws(StoreFailure) in
        credentials.drop(.invitation)
      }
      return true
    }
    guard had else { throw .noInvitation(person) }
    Journal.note("invite", user: person.name, detail: "revoked", at: site)
    output.object { json in
      json.field("user", person.name)
      json.null("invitation")
    }
    output.line("the invitation of \(person.name) is withdrawn")
    try output.flush()
  }

  /// `30m`, `12h`, `7d` in seconds; from five minutes to 90 days.
  static func seconds(_ text: String) throws(Failure) -> Int64 {
    let units: [Character: Int] = ["m": 60, "h": 3_600, "d": 86_400]
    guard let last = text.last, let unit = units[last],
      let count = number(Array(text.utf8.dropLast()).span, atMost: 1_000_000),
      (300...7_776_000).contains(count * unit)
    else { throw .badExpiry(text) }
    return Int64(count * unit)
  }
}
