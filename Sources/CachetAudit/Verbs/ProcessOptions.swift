import ArgumentParser

/// What a verb may be told of the process that runs Cachet.
struct ProcessOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The environment of PHP's process, which wins over .env: NAME=VALUE lines, or a /proc/PID/environ.",
      valueName: "file"),
    completion: .file())
  var environment: String?

  func read() throws(Obstacle) -> ProcessEnvironment {
    try environment.map { (path) throws(Obstacle) in try ProcessEnvironment(path: path) }
      ?? .unknown
  }
}
