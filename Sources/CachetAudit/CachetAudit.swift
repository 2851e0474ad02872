import ArgumentParser
import FoundationEssentials

/// The command line of `cachet-mfa-audit`, which `cachet-mfa audit` becomes.
@main
struct CachetAudit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cachet-mfa audit",
    abstract: "Checks the secure configuration of a Cachet installation.",
    usage: """
      cachet-mfa audit DIR [OPTIONS]
      cachet-mfa audit --list-checks | --explain ID
      cachet-mfa audit features DIR
      cachet-mfa audit log DIR [OPTIONS]
      """,
    discussion: """
      DIR is the folder with 'artisan'. 'cachet-mfa audit check --help' lists the options, \
      cachet-mfa-audit(8) tells more.
      """, version: version,
    subcommands: [Inspect.self, Features.self, Log.self], defaultSubcommand: Inspect.self)

  static let release = version
}

/// How a run ends.
enum Exit {
  static let findings = ExitCode(1)
  static let notChecked = ExitCode(2)
}
