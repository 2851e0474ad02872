import ArgumentParser
import Verifier

struct PolicyCheckVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Read a policy and name the first thing wrong with it.",
    discussion:
      "Warns of people, groups and PAM services that this host does not know, and of days that are over."
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
    output.object { json in
      json.field("file", name)
      json.field("good", true)
      json.array("warnings") { for doubt in policy.doubts() { json.element(doubt) } }
    }
    output.line("\(name) is a good policy")
    try output.flush()
    if !output.isJSON { policy.tellDoubts(about: name) }
  }
}
