import ArgumentParser
import Store
import Verifier

struct PolicyApply: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Check a policy and let sign-ins follow it.",
    discussion: """
      Refuses a policy under which the caller could not sign in again: needs a second factor, and is \
      neither enrolled nor invited nor within the grace. The caller is who signed in \
      (/proc/self/loginuid), else the real user id; the environment is not asked.
      """)

  @Argument(
    help: "The policy; without it policy.conf of the store.", completion: .file())
  var file: String?
  @Flag(help: "Apply it even so.")
  var force = false
  @OptionGroup var places: Places

  func run() throws(Failure) {
    let site = try places.site()
    let output = Output(places)
    let policy = try site.checkedPolicy(file)
    if !force { try mustNotShutOut(policy, site) }
    try site.apply(policy)
    Journal.note("policy-apply", detail: force ? "forced" : nil, at: site)
    output.object { json in
      json.field("file", file ?? site.policyText)
      json.field("applied", site.policy)
    }
    output.line("\(site.policy) follows \(file ?? site.policyText)")
    try output.flush()
    policy.tellDoubts(about: file ?? site.policyText)
    if places.areTheHosts { StackCheck.tell(StackCheck().doubts(policy)) }
  }

  private func mustNotShutOut(_ policy: borrowing Policy, _ site: Site) throws(Failure) {
    let caller = try Person.signedIn()
    guard case .enforced = policy.scope(of: caller.account) else { return }
    let store = try site.open()
    let facts = try site.trying(caller) { () throws(StoreFailure) in
      try RecordFacts(of: caller, in: store, policy.throttle.proven)
    }
    guard facts.disabledAt == 0 else { throw .wouldShutOut(caller.name, site, disabled: true) }
    if facts.isEnrolled || facts.isInvited { return }
    if policy.unenrolledAllowed, let end = policy.graceEnds(of: caller.account), Times.now < end {
      return
    }
    throw .wouldShutOut(caller.name, site, disabled: false)
  }
}
