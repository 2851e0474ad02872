import ArgumentParser

struct PolicyVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Who needs a second factor, and how codes are judged.",
    subcommands: [PolicyCheckVerb.self, PolicyApply.self, PolicyShow.self, PolicyCompile.self])
}
