import ArgumentParser
import Verifier

struct PolicyCompile: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile", abstract: "Make again what sign-ins read of the applied policy.",
    discussion: """
      For a policy that a former version applied: sign-ins now read a file that it did not write. The package \
      does it at each upgrade. policy.conf is not read.
      """)

  @OptionGroup var places: Places

  func run() throws(Failure) {
    let site = try places.site()
    guard try site.compilePolicy() != nil else { throw .noAppliedPolicy(site) }
    Journal.note("policy-compile", at: site)
    let output = Output(places)
    output.object { json in json.field("compiled", site.policyForm) }
    output.line("\(site.policyForm) follows \(site.policy)")
    try output.flush()
  }
}
