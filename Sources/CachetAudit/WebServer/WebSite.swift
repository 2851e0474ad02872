/// A host of a web server, by a name and at some addresses.
protocol WebSite: Sendable {
  var place: Place { get }
  var names: [String] { get }
  /// As it is written.
  var documentRoot: (path: String, place: Place)? { get }
  /// Whether it answers by https, and by http: a site may do both.
  var isEncrypted: Bool { get }
  var isPlain: Bool { get }
  /// Nobody beyond this machine reaches it.
  var isLocal: Bool { get }

  func passage(of request: WebRequest) -> Passage
  /// Where either address or password is enough, for this request.
  func leniency(for request: WebRequest) -> Place?
  /// Headers of a client that reach the application as they came, where they are passed on.
  func passedOn(_ headers: [String]) -> [(headers: [String], place: Place)]
  /// Who answers behind it, elsewhere than on this machine.
  var remoteBackends: [(address: String, place: Place)] { get }
  /// What it puts into the environment of the application.
  var processVariables: [(name: String, place: Place)] { get }
}
