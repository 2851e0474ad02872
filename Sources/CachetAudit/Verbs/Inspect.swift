import ArgumentParser
import Foundation

/// `cachet-mfa audit DIR`: the checks.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Checks an installation (the verb may be left out).")

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @Argument(
    help: ArgumentHelp(
      "The folder of the installation, the one with 'artisan'.", valueName: "dir"),
    completion: .directory)
  var directory: String?

  @Option(help: "The report: text or json.")
  var format = Format.text

  @Option(
    help: ArgumentHelp("From which severity on a finding fails the run.", valueName: "severity"))
  var failOn = Severity.high

  @Option(help: ArgumentHelp("Run this check alone (repeatable).", valueName: "id"))
  var only: [String] = []

  @Option(help: ArgumentHelp("Leave this check out (repeatable).", valueName: "id"))
  var skip: [String] = []

  @Flag(help: "List all checks, and end.")
  var listChecks = false

  @Option(help: ArgumentHelp("Explain a check, and end.", valueName: "id"))
  var explain: String?

  func validate() throws {
    let known = Check.all.map(\.id)
    for id in only + skip + (explain.map { [$0] } ?? []) where !known.contains(id) {
      throw ValidationError("there is no check '\(id)'; '--list-checks' lists them")
    }
    guard directory != nil || listChecks || explain != nil else {
      throw ValidationError("which folder? name the one with 'artisan'")
    }
  }

  func run() throws {
    if listChecks { return Console.write(CheckPages.list) }
    if let check = Check.all.first(where: { $0.id == explain }) {
      return Console.write(CheckPages.page(of: check))
    }
    let (audit, installation) = try audited()
    switch format {
    case .text:
      let report = TextReport(
        audit: audit, installation: installation, inColour: Console.showsColour)
      Console.write(report.text())
    case .json: Console.write(try JSONReport(audit, of: installation).text())
    }
    if !audit.failures.isEmpty { throw Exit.notChecked }
    if let worst = audit.worst, worst >= failOn { throw Exit.findings }
  }

  private func audited() throws -> (Audit, Installation) {
    do throws(Obstacle) {
      let installation = try Installation(Folder(root: directory ?? "."))
      let subject = Subject(
        installation: installation, configuration: try Configuration(of: installation))
      let audit = Audit(
        of: subject, checks: selected,
        accepting: try Acceptance(in: subject.configuration.file))
      return (audit, installation)
    } catch {
      Console.complain(error.words, hint: error.hint)
      throw Exit.notChecked
    }
  }

  private var selected: [Check] {
    Check.all.filter { check in
      (only.isEmpty || only.contains(check.id)) && !skip.contains(check.id)
    }
  }
}

extension Severity: ExpressibleByArgument {}
