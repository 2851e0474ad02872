import ArgumentParser
import FoundationEssentials

/// The command line of `cachet-mfa-audit`, which `cachet-mfa audit` becomes.
@main
struct CachetAudit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cachet-mfa audit",
    abstract: "Checks the secure configuration of a Cachet installation.", version: version,
    subcommands: [Inspect.self, Features.self, Log.self], defaultSubcommand: Inspect.self)

  static let release = version
}

/// How a run ends.
enum Exit {
  static let findings = ExitCode(1)
  static let notChecked = ExitCode(2)
}
