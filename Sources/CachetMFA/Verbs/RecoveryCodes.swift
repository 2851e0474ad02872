import ArgumentParser
import OTP
import Store
import Verifier

struct RecoveryCodes: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recovery-codes",
    abstract: "Count the recovery codes that are left, or make new ones.")

  @OptionGroup var whose: Whose
  @Flag(help: "Make new ones and show them once; those before stop working.")
  var regenerate = false
  @OptionGroup var places: Places

  func run() throws(Failure) {
    if places.areTheBrokers { return try ask(Remote(places, whose.typed())) }
    let site = try places.site()
    let person = try whose.person(at: site)
    if regenerate { try make(person, site) } else { try count(person, site) }
  }

  private func ask(_ remote: Remote) throws(Failure) {
    let output = Output(places)
    let status = try remote.status()
    guard status.facts.isEnrolled else { throw remote.notEnrolled(status) }
    guard regenerate else {
      return try RecoveryCodes.tell(status.facts, of: remote.person, on: output)
    }
    let reply = try remote.change(.regenerate, Proof(of: remote.person, .change(status)))
    try RecoveryCodes.tell(reply.recoveryCodes(), of: remote.person, on: output)
  }

  private func count(_ person: Person, _ site: Site) throws(Failure) {
    let output = Output(places)
    let store = try site.open()
    let facts = try site.trying(person) { () throws(StoreFailure) in
      try RecordFacts(of: person, in: store, ThrottleRules().proven)
    }
    guard facts.isEnrolled else { throw .notEnrolled(person, site) }
    try RecoveryCodes.tell(facts, of: person, on: output)
  }

  /// How many are left.
  private static func tell(
    _ facts: RecordFacts, of person: Person, on output: Output
  ) throws(Failure) {
    output.object { json in
      json.field("user", person.name)
      json.field("left", facts.codes?.left ?? 0)
      json.field("total", facts.codes?.total ?? 0)
      json.field("created", time: facts.codes?.created ?? 0)
    }
    if let codes = facts.codes {
      output.line(
        "\(person.name) has \(codes.left) of \(codes.total) recovery codes left, "
          + "made \(Times.local(codes.created))")
    } else {
      output.line("\(person.name) has no recovery codes")
    }
    try output.flush()
  }

  private func make(_ person: Person, _ site: Site) throws(Failure) {
    let output = Output(places)
    let store = try site.open()
    let codes = OneTimeSecrets()
    let isEnrolled = try site.trying(person) { () throws(StoreFailure) in
      try store.renewRecoveryCodes(of: person.account.name, uid: person.uid, now: Times.now) {
        (code: Span<UInt8>) in codes.add(code)
      }
    }
    guard isEnrolled else { throw .notEnrolled(person, site) }
    Journal.note("recovery-codes", user: person.name, detail: "regenerated", at: site)
    try RecoveryCodes.tell(codes, of: person, on: output)
  }

  /// The new ones.
  private static func tell(
    _ codes: OneTimeSecrets, of person: Person, on output: Output
  ) throws(Failure) {
    output.object { json in
      json.field("user", person.name)
      json.array("recovery_codes") {
        codes.each { (code: Span<UInt8>) in json.element(bytes: code) }
      }
    }
    RecoveryCodes.show(codes, of: person, on: output)
    try output.flush()
  }

  /// The codes and where to keep them; nothing where there are none.
  static func show(_ codes: OneTimeSecrets, of person: Person, on output: Output) {
    guard codes.count > 0, !output.isJSON else { return }
    output.line()
    output.line(
      "recovery codes of \(person.name), each good for one sign-in without the authenticator:")
    output.line()
    codes.show(on: output.sheet)
    output.line()
    output.line(
      "keep them where the authenticator is not: on paper in a safe place, or in a password")
    output.line("manager that does not hold this account's password; they are shown this once")
  }
}
