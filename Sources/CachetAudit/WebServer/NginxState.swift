/// A request on its way through one of nginx's servers.
struct NginxState {
  var uri: String
  var query: String
  /// Blocks from the outermost to the one that the request is in.
  var frames: [[ServerDirective]]
  /// The locations of these blocks, behind the two of the server.
  var chain: [ServerDirective] = []
  /// Of the location, or the server.
  var place: Place
  /// Which of the blocks is the location: settings are inherited, who answers is not.
  var location = 0
  var variables: [String: String?] = [:]
  var captures: [String] = []
  var isInternal = false
  /// Errors of an error's page are not handed on.
  var isError = false
  /// Another address than the one that the location was found by.
  var isRewritten = false
  /// Redirects inside the server so far.
  var rounds = 0
  /// Conditions so far that were not judged.
  var guesses = 0

  /// The directive that says where files are, and the location that it is of.
  var files: (directive: ServerDirective, location: ServerDirective?)? {
    for (index, frame) in frames.enumerated().reversed() {
      guard let directive = frame.last(where: { $0.name == "root" || $0.name == "alias" }) else {
        continue
      }
      let place = min(index - 2, chain.count - 1)
      return (directive, chain.indices.contains(place) ? chain[place] : nil)
    }
    return nil
  }

  /// The directive that counts: of the innermost block that has one.
  func directive(_ name: String) -> ServerDirective? {
    frames.lazy.reversed().compactMap { $0.last(name) }.first
  }

  /// Those of the innermost block that has any.
  func directives(_ names: String...) -> [ServerDirective] {
    frames.lazy.reversed().map { frame in frame.filter { names.contains($0.name) } }
      .first { !$0.isEmpty } ?? []
  }

  var own: [ServerDirective] { frames.last ?? [] }
}
