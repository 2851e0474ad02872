import ArgumentParser
import Glibc

/// `cachet-mfa audit features DIR`: the list of features as they are, to be decided upon.
struct Features: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the features of an installation as a list to review.",
    usage: "cachet-mfa audit features DIR [--database]",
    discussion: """
      Put 'on' or 'off' as you want it in place of each state, write the reason behind the day, \
      and give the file with --features from then on.
      """, helpNames: CachetAudit.helpNames)

  @Argument(
    help: ArgumentHelp("The folder of the installation.", valueName: "dir"),
    completion: .directory)
  var directory: String

  @OptionGroup var process: ProcessOptions

  @Flag(help: "Ask the database too, with Cachet's own account.")
  var database = false

  func run() throws {
    // As of a check: a server may answer a little now and then.
    alarm(Inspect.longest)
    let folder = Folder(root: directory)
    let environment = try Console.orComplain { () throws(Obstacle) in try process.read() }
    let subject = try Console.orComplain(in: folder) { () throws(Obstacle) in
      let installation = try Installation(folder)
      var subject = Subject(
        installation: installation,
        configuration: try Configuration(of: installation, environment: environment))
      if database { subject.askDatabase() }
      return subject
    }
    var lines = ["# feature              state    reviewed    reason"]
    for feature in subject.knownFeatures {
      let isOn = try Console.orComplain(in: subject.folder) { () throws(Obstacle) in
        try feature.state(subject).isOn
      }
      let state = isOn.map { $0 ? "on" : "off" } ?? "unknown"
      lines.append("# \(feature.purpose)\(isOn == nil ? "; see the database (--database)" : "")")
      lines.append(
        Paragraph.padded(feature.name, to: 23) + Paragraph.padded(state, to: 9) + "\(Day.today)")
    }
    try Console.write(lines.joined(separator: "\n") + "\n")
  }
}
