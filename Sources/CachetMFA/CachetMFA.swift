import ArgumentParser
import CTerminal

/// The command line of `cachet-mfa`: one file per verb in `Verbs`, all wording of errors in `Words`.
struct CachetMFA: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cachet-mfa",
    abstract: "Second factor for the accounts that administer a Cachet status page.",
    version: version,
    groupedSubcommands: [
      CommandGroup(
        name: "Factors:",
        subcommands: [
          Invite.self, Enroll.self, Import.self, Rename.self, Remove.self, RecoveryCodes.self,
        ]),
      CommandGroup(
        name: "Users:",
        subcommands: [
          Verify.self, Status.self, List.self, Disable.self, Enable.self, Unlock.self,
          Sessions.self,
          RenameUser.self,
        ]),
      CommandGroup(name: "This host:", subcommands: [KeyVerb.self, PolicyVerb.self, Audit.self]),
    ])
}

@main
enum Program {
  static func main() {
    do {
      var command = try CachetMFA.parseAsRoot(arguments)
      try command.run()
    } catch let failure as Failure {
      end(with: failure.complaint)
    } catch {
      let text = CachetMFA.fullMessage(for: error)
      guard !CachetMFA.exitCode(for: error).isSuccess else {
        // Help, version, completion scripts.
        let sheet = Sheet()
        sheet.append(text + "\n")
        sheet.write(to: 1)
        exit(Exit.yes.rawValue)
      }
      end(with: .usage(CachetMFA.message(for: error)))
    }
    exit(Exit.yes.rawValue)
  }

  /// What was typed behind the program's name.
  private static var arguments: [String] {
    (0..<argument_count()).map { unsafe String(cString: argument($0)) }
  }

  private static func end(with complaint: Complaint) -> Never {
    complaint.write()
    exit(complaint.exit.rawValue)
  }
}
