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
