import ArgumentParser

/// `cachet-mfa audit features DIR`: the list of features as they are, to be decided upon.
struct Features: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the features of an installation as a list to review.",
    usage: "cachet-mfa audit features DIR [--database]",
    discussion: """
      Correct each state to what you want, write the reason behind the day, and give the \
      file with --features from then on.
      """)

  @Argument(
    help: ArgumentHelp("The folder of the installation.", valueName: "dir"),
    completion: .directory)
  var directory: String

  @OptionGroup var process: ProcessOptions

  @Flag(help: "Ask the database too, with Cachet's own account.")
  var database = false

  func run() throws {
    let subject = try Console.orComplain { () throws(Obstacle) in
      let installation = try Installation(Folder(root: directory))
      var subject = Subject(
        installation: installation, configuration: try process.configuration(of: installation))
      if database { subject.askDatabase() }
      return subject
    }
    var lines = ["# feature              state  reviewed    reason"]
    for feature in subject.knownFeatures {
      let state = try Console.orComplain { () throws(Obstacle) in try feature.state(subject) }
      let padding = String(repeating: " ", count: max(1, 23 - feature.name.count))
      lines.append(
        "# \(feature.purpose)\(state.isOn == nil ? "; see the database (--database)" : "")")
      lines.append(
        "\(feature.name)\(padding)\(state.isOn ?? false ? "on " : "off")    \(Day.today)")
    }
    Console.write(lines.joined(separator: "\n") + "\n")
  }
}
