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
    /// The server itself hands out the file at this path, for certain or under a condition that is not
    /// judged.
    case file(String, isCertain: Bool)
  }

  var isClosed: Bool { if case .closed = self { true } else { false } }

  /// Where it depends on something that is not judged: known only if it comes to the same.
  static func either(_ one: Passage, _ other: Passage, at place: Place, why: String) -> Passage {
    switch (one, other) {
    case (.closed(let bar, _), .closed(.file(let path, _), _))
    where bar != .file(path, isCertain: true),
      (.closed(.file(let path, _), _), .closed(let bar, _))
    where bar != .file(path, isCertain: true):
      .closed(.file(path, isCertain: false), place)
    case (.closed, .closed): one
    case (.open, .open): one
    default: .unclear(place, why: why)
    }
  }
}
