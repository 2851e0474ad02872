/// How far a stranger's request comes.
enum Passage: Sendable, Equatable {
  /// Cachet answers it; nothing that decides later than the place asks for anything.
  case open(Place)
  /// It never reaches Cachet.
  case closed(Bar, Place)
  /// What decides is not judged here.
  case unclear(Place, why: String)

  enum Bar: Sendable, Equatable {
    case signIn
    /// For everybody, or for strangers' addresses.
    case refused
    /// Sent elsewhere, or answered by the server itself.
    case answered
  }

  var isClosed: Bool { if case .closed = self { true } else { false } }

  /// Where it depends on something that is not judged: known only if it comes to the same.
  static func either(_ one: Passage, _ other: Passage, at place: Place, why: String) -> Passage {
    switch (one, other) {
    case (.closed, .closed): one
    case (.open, .open): one
    default: .unclear(place, why: why)
    }
  }
}

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

/// An address, host or host and port, that leads to this machine alone.
func isLoopback(_ address: String) -> Bool {
  let host = address.lowercased()
  return host.hasPrefix("127.") || host.hasPrefix("localhost") || host.hasPrefix("[::1]")
    || host == "::1" || host.hasPrefix("unix:")
}
