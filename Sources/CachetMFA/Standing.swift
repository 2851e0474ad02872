import Store

/// What `disable` and `enable` have in common: whether a user may come in at all is changed and told.
struct Standing {
  /// What became of it, in words; only a change goes to the journal.
  enum Outcome {
    case changed(String), unchanged(String)
  }

  private let whose: Whose
  private let places: Places

  init(_ whose: Whose, _ places: Places) {
    self.whose = whose
    self.places = places
  }

  func change(
    isDisabled: Bool, _ body: (borrowing Store, Person) throws(StoreFailure) -> Outcome
  ) throws(Failure) {
    let site = try places.site()
    let person = try whose.person(at: site)
    let output = Output(places)
    let store = try site.open()
    let outcome = try site.trying(person) { () throws(StoreFailure) in try body(store, person) }
    output.object { json in
      json.field("user", person.name)
      json.field("disabled", isDisabled)
    }
    switch outcome {
    case .changed(let words):
      Journal.note(isDisabled ? "disable" : "enable", user: person.name, at: site)
      output.line(words)
    case .unchanged(let words): output.line(words)
    }
    try output.flush()
  }
}
