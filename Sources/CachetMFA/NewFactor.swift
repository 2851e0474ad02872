import OTP
import Store
import Verifier

/// What `enroll` and `import` have in common: a secret becomes a factor, and everything that is
/// shown once is shown.
struct NewFactor {
  let site: Site
  let person: Person
  let name: FactorName?
  let output: Output

  /// Throws what is known to be in the way before anybody scans a code.
  func check(_ store: borrowing Store) throws(Failure) {
    try site.trying(person) { () throws(StoreFailure) in
      guard let record = try store.record(of: person.account.name, uid: person.uid) else { return }
      guard !record.credentials.factors.isFull else { throw StoreFailure(.credentials, .full) }
      if let name, record.credentials.index(named: name) != nil {
        throw StoreFailure(.credentials, .nameTaken)
      }
    }
  }

  /// Stores the factor and tells of it.
  func store(
    _ secret: Span<UInt8>, _ parameters: Parameters, confirmed: Step?, uri: Span<UInt8>,
    event: StaticString
  ) throws(Failure) {
    let codes = OneTimeSecrets()
    // Opened anew: while a code was awaited the key may have been rotated.
    let store = try site.open()
    let enrolled = try site.trying(person) { () throws(StoreFailure) in
      try store.enroll(
        person.account.name, uid: person.uid, as: name, parameters, secret: secret,
        confirmed: confirmed, now: Times.now
      ) { (code: Span<UInt8>) in codes.add(code) }
    }
    Journal.note(event, user: person.name, factor: "totp:\(enrolled.id.rawValue)", at: site)
    try tell(
      enrolled.name, codes, uri: uri, withdrewInvitation: enrolled.withdrewInvitation)
  }

  /// Tells of the factor that is stored now, and shows the recovery codes that came with it.
  func tell(
    _ name: FactorName, _ codes: OneTimeSecrets, uri: Span<UInt8>, withdrewInvitation: Bool
  ) throws(Failure) {
    output.object { json in
      json.field("user", person.name)
      json.field("factor", name.spelled)
      json.field("uri", bytes: uri)
      json.array("recovery_codes") {
        codes.each { (code: Span<UInt8>) in json.element(bytes: code) }
      }
    }
    output.line("enrolled \(person.name) with the factor \(quoted(name.spelled))")
    if withdrewInvitation { output.line("the invitation is withdrawn, it is not needed") }
    RecoveryCodes.show(codes, of: person, on: output)
    try output.flush()
  }
}
