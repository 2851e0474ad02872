import ArgumentParser

struct KeyVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "The key that seals the secrets.",
    subcommands: [KeyCheck.self, KeyRotate.self])
}
