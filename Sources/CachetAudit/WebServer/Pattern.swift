/// A regular expression of a configuration. The servers' are PCRE, these are Swift's: what the sites of
/// this world use of either is the same.
struct Pattern {
  private let expression: Regex<AnyRegexOutput>

  init?(_ text: String, ignoringCase: Bool = false) {
    guard let expression = try? Regex(text) else { return nil }
    self.expression = expression.matchingSemantics(.unicodeScalar).asciiOnlyDigits()
      .asciiOnlyWordCharacters().ignoresCase(ignoringCase)
  }

  /// The match and its groups; `nil` where there is none.
  func groups(in text: String) -> [String]? {
    guard let match = try? expression.firstMatch(in: text) else { return nil }
    return match.output.map { $0.substring.map(String.init) ?? "" }
  }

  /// The groups that have names, as they matched; `nil` where there is no match.
  func namedGroups(in text: String) -> [String: String]? {
    guard let match = try? expression.firstMatch(in: text) else { return nil }
    var named: [String: String] = [:]
    for element in match.output {
      if let name = element.name { named[name] = element.substring.map(String.init) ?? "" }
    }
    return named
  }

  /// Throws for an expression that is not understood where one decides what applies: of a section,
  /// a location, a line of a map.
  static func check(_ directives: [ServerDirective]) throws(Obstacle) {
    for directive in directives.everything {
      let isSection = directive.block != nil
      let text: String
      if directive.name.hasPrefix("~") {
        text = directive.name
      } else if isSection, directive.name.hasSuffix("match") || directive.value.hasPrefix("~") {
        text = directive.arguments.last ?? ""
      } else {
        continue
      }
      guard Pattern(String(text.trimmingPrefix(/~\*?/))) != nil else {
        throw .damaged(
          path: directive.place.words, what: "the regular expression is not understood")
      }
    }
  }

  /// Unclear for an expression that is not understood.
  static func matches(_ text: String, _ pattern: String, ignoringCase: Bool = false) -> Truth {
    guard let pattern = Pattern(pattern, ignoringCase: ignoringCase) else { return .unclear }
    return pattern.groups(in: text) == nil ? .no : .yes
  }
}
