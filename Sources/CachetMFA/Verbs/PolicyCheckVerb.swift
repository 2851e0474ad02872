import ArgumentParser
import Verifier

struct PolicyCheckVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Read a policy and name the first thing wrong with it.")

  @Argument(
    help: "The policy; without it policy.conf of the store.", completion: .file())
  var file: String?
  @OptionGroup var places: Places

  func run() throws(Failure) {
    // A file of one's own may be checked by anybody.
    let site = file == nil ? try places.site() : try Site(places)
    _ = try site.checkedPolicy(file)
    let output = Output(places)
    output.object { json in
      json.field("file", file ?? site.policyText)
      json.field("good", true)
    }
    output.line("\(file ?? site.policyText) is a good policy")
    try output.flush()
  }
}
