/// A host of a web server, by a name and at some addresses.
protocol WebSite: Sendable {
  var place: Place { get }
  var names: [String] { get }
  /// As it is written, for the name that it is asked by.
  var documentRoot: (path: PathTemplate, place: Place)? { get }
  /// Whether it answers by https, and by http: a site may do both.
  var isEncrypted: Bool { get }
  var isPlain: Bool { get }
  /// Nobody beyond this machine reaches it.
  var isLocal: Bool { get }

  /// The same, asked by another name, or by one that is not known; and by which names it may be, where files are looked for elsewhere
  /// then.
  func asked(by host: String?) -> any WebSite
  var hosts: HostChoice { get }

  func passage(of request: WebRequest) -> Passage
  /// Where either address or password is enough, for this request.
  func leniency(for request: WebRequest) -> Place?

  /// From addresses to files, and from addresses to others inside the server.
  var ways: [FileWay] { get }
  var changes: [AddressChange] { get }
  func delivery(for request: WebRequest) -> Delivery

  /// Headers of a client that reach the application as they came, where they are passed on.
  func passedOn(_ headers: [String]) -> [(headers: [String], place: Place)]
  /// Who answers behind it, elsewhere than on this machine.
  var remoteBackends: [(address: String, place: Place)] { get }
  /// What it puts into the environment of the application.
  var processVariables: [(name: String, place: Place)] { get }
}

/// Whether the name that a client asks by decides where files are looked for.
enum HostChoice: Sendable {
  case none
  /// It is one of these.
  case among([String])
  /// It is any that a client sends.
  case any
}
