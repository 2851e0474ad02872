/// One directive of a web server's configuration, with those inside it.
struct ServerDirective: Sendable {
  /// Apache's in small letters: it does not tell them apart.
  let name: String
  let arguments: [String]
  let place: Place
  /// `nil` for one without a block.
  let block: [ServerDirective]?

  init(_ name: String, _ arguments: [String], at place: Place, block: [ServerDirective]? = nil) {
    (self.name, self.arguments, self.place, self.block) = (name, arguments, place, block)
  }

  /// The first argument; empty where there is none.
  var value: String { arguments.first ?? "" }

  /// The first argument is `word`, letters' case aside.
  func says(_ word: String) -> Bool { value.lowercased() == word }
}

extension [ServerDirective] {
  func named(_ names: String...) -> [ServerDirective] { filter { names.contains($0.name) } }

  func last(_ name: String) -> ServerDirective? { last { $0.name == name } }

  /// These and all inside them.
  var everything: [ServerDirective] { flatMap { [$0] + ($0.block?.everything ?? []) } }
}
