import ArgumentParser
import CTerminal

/// Becomes `cachet-mfa-audit`, a program of its own: what reads Cachet's passwords and talks to its
/// database never shares a process with the key of this host.
struct Audit: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the secure configuration of a Cachet installation.",
    usage: "cachet-mfa audit DIR [OPTIONS]",
    discussion: """
      'cachet-mfa audit --help' tells more, from the program 'cachet-mfa-audit' itself: in Debian \
      the package of that name.
      """,
    helpNames: [])

  @Argument(parsing: .captureForPassthrough, help: ArgumentHelp(visibility: .hidden))
  var arguments: [String] = []

  func run() throws(Failure) {
    throw .auditMissing(errno: becomeNeighbour("cachet-mfa-audit", arguments))
  }

  /// Replaces this process by the program `name` of the same folder; returns why it could not.
  private func becomeNeighbour(_ name: String, _ arguments: [String]) -> Int32 {
    var words: [UnsafeMutablePointer<CChar>?] = unsafe ([name] + arguments).map {
      unsafe strdup($0)
    }
    unsafe words.append(nil)
    return unsafe become_neighbour(name, &words)
  }
}
