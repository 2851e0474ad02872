import ArgumentParser
import FoundationEssentials

/// The command line of `cachet-mfa-audit`, which `cachet-mfa audit` becomes.
@main
struct CachetAudit: ParsableCommand {
  /// Its own name, because scripts that complete it are made from that. 'check' takes --help from
  /// it: what it can do is in the options of 'check'.
  static let configuration = CommandConfiguration(
    commandName: "cachet-mfa-audit",
    abstract: "Checks the secure configuration of a Cachet installation.", usage: usage,
    version: version, subcommands: [Inspect.self, Features.self, Log.self],
    defaultSubcommand: Inspect.self, helpNames: [])

  static let usage = """
    cachet-mfa audit DIR [OPTIONS]
    cachet-mfa audit --list-checks | --explain ID
    cachet-mfa audit features DIR [--database]
    cachet-mfa audit log DIR [OPTIONS]
    cachet-mfa audit log --auth-log FILE [OPTIONS]
    """

  /// Of each verb.
  static let helpNames: NameSpecification = [.short, .long]

  static let release = version

  static func main() {
    do {
      var verb = try parseAsRoot(Console.arguments)
      try verb.run()
    } catch  where exitCode(for: error) == .validationFailure {
      Console.complain(ofParser: message(for: error))
      exit(withError: ExitCode.validationFailure)
    } catch {
      exit(withError: error)
    }
  }
}

/// How a run ends.
enum Exit {
  static let findings = ExitCode(1)
  static let notChecked = ExitCode(2)
}
