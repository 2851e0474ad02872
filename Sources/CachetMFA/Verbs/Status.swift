import ArgumentParser
import OTP
import Store
import Verifier

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a user has, and what stands in their way.")

  @OptionGroup var whose: Whose
  @OptionGroup var places: Places

  func run() throws(Failure) {
    if places.areTheBrokers { return try ask(Remote(places, whose.typed())) }
    let site = try places.site()
    let person = try whose.person(at: site)
    let store = try site.open()
    // Whatever the policy's state is, the record is shown; what is wrong follows.
    var rules = ThrottleRules()
    var scope: ScopeFacts?
    var obstacle: Failure?
    var doubts: [String] = []
    var stacks: [StackCheck.Doubt] = []
    do throws(Failure) {
      let policy = try site.appliedPolicy()
      rules = policy.throttle
      scope = ScopeFacts(policy, person)
      doubts = policy.doubtsOfServices()
      if places.areTheHosts { stacks = StackCheck().doubts(policy) }
    } catch {
      obstacle = error
    }
    var facts = try site.trying(person) { () throws(StoreFailure) in
      try RecordFacts(of: person, in: store, rules.proven)
    }
    do throws(StoreFailure) {
      try facts.readStrangers(of: person, at: site.location, rules.ceiling)
    } catch {
      obstacle = obstacle ?? .store(error, site, person)
    }
    try tell(facts, scope, of: person)
    if !places.json {
      Policy.tell(doubts, about: site.policy)
      StackCheck.tell(stacks)
    }
    if let obstacle { throw obstacle }
    try site.trying(person) { () throws(StoreFailure) in try store.mustBeTrusted() }
  }

  private func ask(_ remote: Remote) throws(Failure) {
    let status = try remote.status()
    try tell(status.facts, status.scope, of: remote.person)
    if let trouble = status.trouble { throw .broker(trouble, remote.person, remote.site) }
  }

  private func tell(
    _ facts: RecordFacts, _ scope: ScopeFacts?, of person: Person
  ) throws(Failure) {
    let output = Output(places)
    if places.json {
      output.object { json in
        json.field("user", person.name)
        json.field("uid", Int(person.uid))
        facts.write(to: json)
        json.field("scope", scope?.word ?? "unknown")
        json.field("grace_ends", time: scope?.graceEnds ?? 0)
      }
    } else {
      facts.write(to: output, person)
      if let scope { output.line(RecordFacts.label("policy") + scope.words) }
    }
    try output.flush()
  }
}

/// What policy says of an account.
struct ScopeFacts {
  let word: String
  let graceEnds: Int64?
  private let detail: String

  init(_ policy: borrowing Policy, _ person: Person) {
    self.init(
      "\(policy.scope(of: person.account).name)",
      graceEnds: policy.unenrolledAllowed ? policy.graceEnds(of: person.account) : nil)
  }

  /// From the name of a `Scope`.
  init(_ scope: String, graceEnds: Int64?) {
    self.graceEnds = graceEnds
    switch scope {
    case "exempt-user": (word, detail) = ("exempt", "exempt by exempt-users")
    case "exempt-group": (word, detail) = ("exempt", "exempt by exempt-groups")
    case "out-of-scope": (word, detail) = ("out-of-scope", "in none of required-groups")
    default: (word, detail) = ("enforced", "a second factor is needed")
    }
  }

  var words: String {
    guard word == "enforced", let graceEnds, graceEnds > Times.now else { return detail }
    return detail + " from \(Times.local(graceEnds)) on"
  }
}
