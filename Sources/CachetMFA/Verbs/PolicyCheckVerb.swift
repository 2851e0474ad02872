import ArgumentParser
import Verifier

struct PolicyCheckVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Read a policy and name the first thing wrong with it.",
    discussion:
      "Warns of people, groups and PAM services that this host does not know, of days that are over, and of "
      + "lines in /etc/pam.d that let somebody past the module."
  )

  @Argument(
    help: "The policy; without it policy.conf of the store.", completion: .file())
  var file: String?
  @OptionGroup var places: Places

  func run() throws(Failure) {
    // A file of one's own may be checked by anybody.
    let site = file == nil ? try places.site() : try Site(places)
    let policy = try site.checkedPolicy(file)
    let name = file ?? site.policyText
    let output = Output(places)
    // Stacks belong to the policy of this host, and to no draft.
    let stacks = file == nil && places.areTheHosts ? StackCheck().doubts(policy) : nil
    output.object { json in
      json.field("file", name)
      json.field("good", true)
      json.array("warnings") { for doubt in policy.doubts() { json.element(doubt) } }
      guard let stacks else { return }
      json.array("stacks") { for doubt in stacks { doubt.write(to: json) } }
    }
    output.line("\(name) is a good policy")
    try output.flush()
    guard !output.isJSON else { return }
    policy.tellDoubts(about: name)
    StackCheck.tell(stacks ?? [])
  }
}
