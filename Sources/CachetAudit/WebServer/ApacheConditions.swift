/// The `<If>` sections that apply, which are merged behind all others: each with the `<ElseIf>` and
/// `<Else>` behind it.
struct ApacheConditions {
  private let chains: [[ServerDirective]]
  private let place: Place

  // .htaccess may hold any number of them, and each that is not judged doubles the ways.
  private static let conditionLimit = 200
  private static let guessLimit = 8

  init(_ chains: [[ServerDirective]], of place: Place) {
    (self.chains, self.place) = (chains, place)
  }

  /// How far a request comes that would come so far by `access` alone.
  func passage(
    _ access: ApacheAccess, _ method: String, _ facts: ApacheExpression.Facts
  ) -> Passage {
    guard chains.joined().count <= Self.conditionLimit else {
      return .unclear(place, why: "there are more conditions than are judged")
    }
    return passage(chains[...], access, method, facts, guesses: 0)
  }

  private func passage(
    _ chains: ArraySlice<[ServerDirective]>, _ access: ApacheAccess, _ method: String,
    _ facts: ApacheExpression.Facts, guesses: Int
  ) -> Passage {
    guard let chain = chains.first, let section = chain.first else {
      return chains.isEmpty
        ? access.passage(of: method, facts, on: place)
        : passage(chains.dropFirst(), access, method, facts, guesses: guesses)
    }
    var merged = access
    merged.merge(section.block ?? [])
    let truth =
      section.name == "else"
      ? .yes : ApacheExpression.holds(section.arguments.joined(separator: " "), facts)
    let others = [Array(chain.dropFirst())] + chains.dropFirst()
    switch truth {
    case .yes: return passage(chains.dropFirst(), merged, method, facts, guesses: guesses)
    case .no: return passage(others[...], access, method, facts, guesses: guesses)
    case .unclear:
      guard guesses < Self.guessLimit else {
        return .unclear(section.place, why: "there are more conditions than are judged")
      }
      return .either(
        passage(chains.dropFirst(), merged, method, facts, guesses: guesses + 1),
        passage(others[...], access, method, facts, guesses: guesses + 1), at: section.place,
        why: "the condition of <\(section.name)> is not judged")
    }
  }
}
