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
    let site = try places.site()
    let person = try whose.person()
    if regenerate { try make(person, site) } else { try count(person, site) }
  }

  private func count(_ person: Person, _ site: Site) throws(Failure) {
    let output = Output(places)
    let store = try site.open()
    let found = try site.trying(person) { () throws(StoreFailure) -> (OneTimeSet, Int)?? in
      guard let record = try store.record(of: person.account.name, uid: person.uid),
        record.credentials.isEnrolled
      else { return nil }
      guard let set = record.credentials.set(of: .recovery) else { return .some(nil) }
      return .some((set, try record.state.left(of: set)))
    }
    guard let found else { throw .notEnrolled(person, site) }
    output.object { json in
      json.field("user", person.name)
      json.field("left", found?.1 ?? 0)
      json.field("total", found?.0.hashes.count ?? 0)
      json.field("created", time: found?.0.created ?? 0)
    }
    if let (set, left) = found {
      output.line(
        "\(person.name) has \(left) of \(set.hashes.count) recovery codes left, "
          + "made \(Times.local(set.created))")
    } else {
      output.line("\(person.name) has no recovery codes")
    }
    try output.flush()
  }

  private func make(_ person: Person, _ site: Site) throws(Failure) {
    let output = Output(places)
    let store = try site.open()
    let codes = OneTimeSecrets()
    let isEnrolled = try site.trying(person) { () throws(StoreFailure) -> Bool in
      guard let record = try store.record(of: person.account.name, uid: person.uid),
        record.credentials.isEnrolled
      else { return false }
      // No key is needed: they are the way in when it is lost.
      try store.editWithoutKey(person.account.name, uid: person.uid) {
        (credentials: inout Credentials, state: borrowing StatePage) throws(StoreFailure) in
        try credentials.renew(
          .recovery, count: Store.recoveryCodes, expires: 0, now: Times.now, state: state
        ) { (code: Span<UInt8>) in codes.add(code) }
      }
      return true
    }
    guard isEnrolled else { throw .notEnrolled(person, site) }
    Journal.note("recovery-codes", user: person.name, detail: "regenerated", at: site)
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

extension StatePage {
  /// How many secrets of `set` are unused.
  func left(of set: OneTimeSet) throws(StoreFailure) -> Int {
    guard let used = try used(of: set) else { return 0 }
    var left = 0
    for index in 0..<set.hashes.count where used & 1 << UInt32(index) == 0 { left += 1 }
    return left
  }
}
