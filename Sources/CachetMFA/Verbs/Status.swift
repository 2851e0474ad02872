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
    let site = try places.site()
    let person = try whose.person()
    let output = Output(places)
    let store = try site.open()
    // Whatever the policy's state is, the record is shown; what is wrong follows.
    var rules = ThrottleRules()
    var scope: ScopeFacts?
    var obstacle: Failure?
    do throws(Failure) {
      let policy = try site.appliedPolicy()
      rules = policy.throttle
      scope = ScopeFacts(policy, person)
    } catch {
      obstacle = error
    }
    let facts = try site.trying(person) { () throws(StoreFailure) in
      try RecordFacts(of: person, in: store, rules.proven)
    }
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
    if let obstacle { throw obstacle }
    try site.trying(person) { () throws(StoreFailure) in try store.mustBeTrusted() }
  }
}

/// What policy says of an account.
struct ScopeFacts {
  let word: String
  let graceEnds: Int64?
  private let detail: String

  init(_ policy: borrowing Policy, _ person: Person) {
    graceEnds = policy.unenrolledAllowed ? policy.graceEnds(of: person.account) : nil
    switch policy.scope(of: person.account) {
    case .enforced: (word, detail) = ("enforced", "a second factor is needed")
    case .exempt(.user): (word, detail) = ("exempt", "exempt by exempt-users")
    case .exempt(.group): (word, detail) = ("exempt", "exempt by exempt-groups")
    case .outOfScope: (word, detail) = ("out-of-scope", "in none of required-groups")
    }
  }

  var words: String {
    guard word == "enforced", let graceEnds, graceEnds > Times.now else { return detail }
    return detail + " from \(Times.local(graceEnds)) on"
  }
}
