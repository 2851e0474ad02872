import ArgumentParser
import Store

/// The options that every verb takes.
struct Places: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Use the store in this folder, which you own, instead of the system's.", valueName: "dir"),
    completion: .directory)
  var store: String?

  @Option(
    help: ArgumentHelp("Take the host key from this file.", valueName: "file"),
    completion: .file())
  var key: String?

  @Option(
    help: ArgumentHelp("Take the applied policy from this file.", valueName: "file"),
    completion: .file())
  var policy: String?

  @Flag(help: "Print JSON.")
  var json = false

  /// Whether the broker has to be asked: the store is the system's, and the caller is not root.
  var areTheBrokers: Bool { areTheHosts && !Caller.isRoot }

  /// Whether it is the store that the doors of this host use, as the recipes have it.
  var areTheHosts: Bool { store == nil && key == nil && policy == nil }

  /// Where the store is; throws `notRoot` where that is root's and the caller is not root.
  func site() throws(Failure) -> Site {
    guard store != nil || Caller.isRoot else { throw .notRoot }
    return try Site(self)
  }
}
