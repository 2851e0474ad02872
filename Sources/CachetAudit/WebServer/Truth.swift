import Foundation

/// What is known of a condition.
enum Truth: Sendable {
  case yes, no, unclear

  init(_ known: Bool?) { self = known.map { $0 ? .yes : .no } ?? .unclear }

  static prefix func ! (truth: Truth) -> Truth {
    switch truth {
    case .yes: .no
    case .no: .yes
    case .unclear: .unclear
    }
  }

  static func && (one: Truth, other: Truth) -> Truth {
    if one == .no || other == .no { return .no }
    return one == .yes && other == .yes ? .yes : .unclear
  }

  static func || (one: Truth, other: Truth) -> Truth { !(!one && !other) }
}

/// A regular expression of a configuration. The servers' are PCRE, this is ICU: what the sites of
/// this world use of either is the same.
struct Pattern {
  private let expression: NSRegularExpression

  init?(_ text: String, ignoringCase: Bool = false) {
    // Names of groups have letters here that ICU's may not have; nobody asks for them by name.
    let nameless = text.replacing(/\(\?P?<[A-Za-z_]\w*>/, with: "(")
    guard
      let expression = try? NSRegularExpression(
        pattern: nameless, options: ignoringCase ? [.caseInsensitive] : [])
    else { return nil }
    self.expression = expression
  }

  /// The match and its groups; `nil` where there is none.
  func groups(in text: String) -> [String]? {
    let all = NSRange(text.startIndex..., in: text)
    guard let match = expression.firstMatch(in: text, range: all) else { return nil }
    return (0..<match.numberOfRanges).map { index in
      Range(match.range(at: index), in: text).map { String(text[$0]) } ?? ""
    }
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
