import ArgumentParser
import Store
import Verifier

struct Remove: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Remove one factor, or all that a user has.",
    discussion: """
      A removed factor is remembered by a mark, so that its used codes stay used if it comes back. \
      --erase removes the record itself, whatever state it is in and whether or not the account is \
      still there.
      """)

  @OptionGroup var whose: Whose
  @Option(help: ArgumentHelp("Remove this factor only.", valueName: "name"))
  var factor: String?
  @Flag(help: "Remove the record itself, damaged or not.")
  var erase = false
  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false
  @OptionGroup var places: Places

  func run() throws(Failure) {
    if places.areTheBrokers {
      guard !erase else { throw .forRoot(option: "--erase") }
      return try ask(Remote(places, whose.typed()))
    }
    let site = try places.site()
    guard !erase else { return try eraseRecord(site) }
    let person = try whose.person(at: site)
    let name = try factor.map { (typed) throws(Failure) in try FactorName(typed: typed) }
    let store = try site.open()
    let (count, factor) = try find(name, person, site, store)
    let what = Remove.what(name, of: person, count)
    try ask("remove \(what)?")
    let knownAgain = try site.trying(person) { () throws(StoreFailure) in
      try store.remove(name, of: person.account.name, uid: person.uid, now: Times.now)
    }
    Journal.note(
      "remove", user: person.name, factor: factor.map { "totp:\($0.rawValue)" },
      detail: name == nil ? "all" : nil, at: site)
    try tell(what, of: person, left: name == nil ? 0 : count - 1, of: count, knownAgain)
  }

  private func ask(_ remote: Remote) throws(Failure) {
    let name = try factor.map { (typed) throws(Failure) in try FactorName(typed: typed) }
    let status = try remote.status()
    let count = status.facts.factors.count
    guard count > 0 else { throw remote.notEnrolled(status) }
    if let name { try remote.mustHave(name, status) }
    let what = Remove.what(name, of: remote.person, count)
    try ask("remove \(what)?")
    let reply = try remote.change(
      .remove, Proof(of: remote.person, .change(status)), name: name)
    try tell(
      what, of: remote.person, left: name == nil ? 0 : count - 1, of: count,
      reply.reason != .unmarked)
  }

  private static func what(_ name: FactorName?, of person: Person, _ count: Int) -> String {
    name.map { "the factor \(quoted($0.spelled)) of \(person.name)" }
      ?? "everything \(person.name) has: \(counted(count, "factor")), recovery codes, invitation"
  }

  private func tell(
    _ what: String, of person: Person, left: Int, of count: Int, _ knownAgain: Bool
  ) throws(Failure) {
    let output = Output(places)
    output.object { json in
      json.field("user", person.name)
      json.field("removed", count - left)
      json.field("factors", left)
    }
    output.line("removed \(what)")
    if !knownAgain {
      output.line("without the host key no mark could be kept: do not enrol those secrets again")
    }
    if left == 0 { output.line("\(person.name) is not enrolled any more") }
    try output.flush()
  }

  /// How many factors there are, and which one is called `name`; throws where there is nothing to
  /// remove.
  private func find(
    _ name: FactorName?, _ person: Person, _ site: Site, _ store: borrowing Store
  ) throws(Failure) -> (count: Int, factor: FactorID?) {
    let found = try site.trying(person) {
      () throws(StoreFailure) -> (factors: Int, sets: Int, named: FactorID?) in
      guard let record = try store.record(of: person.account.name, uid: person.uid) else {
        return (0, 0, nil)
      }
      let (factors, sets) = (record.credentials.factors, record.credentials.sets)
      let index = name.flatMap { record.credentials.index(named: $0) }
      return (factors.count, sets.count, index.flatMap { factors[$0]?.id })
    }
    guard found.factors > 0 || name == nil && found.sets > 0 else {
      throw .notEnrolled(person, site)
    }
    if let name, found.named == nil { throw .noFactor(name.spelled, person, site) }
    return (found.factors, found.named)
  }

  private func eraseRecord(_ site: Site) throws(Failure) {
    guard factor == nil else { throw .eraseOneFactor }
    guard let typed = try whose.typed() else { throw .userMissing }
    // The account may be gone: then the name as it was typed is all there is.
    let account: AccountName
    if case .found(let known) = Account.find(named: Array(typed.utf8).span) {
      account = known.name
    } else if let name = AccountName(Array(typed.utf8).span) {
      account = name
    } else {
      throw .unknownAccount(typed)
    }
    let name = account.withBytes { (bytes: Span<UInt8>) in printable(text(bytes)) }
    let store = try site.open()
    try ask("erase the record of \(name), with all it remembers of used codes?")
    do throws(StoreFailure) { try store.erase(account) } catch {
      if case .missing = error.defect { throw .noRecord(name) }
      throw .store(error, site, nil)
    }
    Journal.note("remove", user: name, detail: "erased", at: site)
    let output = Output(places)
    output.object { json in
      json.field("user", name)
      json.field("erased", true)
    }
    output.line("erased the record of \(name)")
    try output.flush()
  }

  private func ask(_ question: String) throws(Failure) {
    guard !yes else { return }
    guard Terminal.canAsk else { throw .nobodyToAsk(.removal) }
    guard Terminal.confirm(question) else { throw .cancelled }
  }
}
