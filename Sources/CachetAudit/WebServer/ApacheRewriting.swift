/// The rules of mod_rewrite in one place, for one request.
struct ApacheRewriting {
  enum Outcome: Equatable {
    case nothing
    /// Another file answers, under the address that was asked for.
    case file(String)
    case proxied
    case closed(Passage.Bar, Place)
    case unclear(Place)
  }

  /// What `directives` make of `path`, which begins with a slash in a server's rules and without one
  /// in a folder's. `condition` knows the variables.
  static func outcome(
    of directives: [ServerDirective], for path: String, variable: (String) -> String?,
    isFile: (String, Character) -> Truth
  ) -> Outcome {
    guard directives.last("rewriteengine")?.says("on") ?? false else { return .nothing }
    var outcome = Outcome.nothing
    var conditions: [ServerDirective] = []
    for directive in directives.named("rewritecond", "rewriterule") {
      guard directive.name == "rewriterule" else {
        conditions.append(directive)
        continue
      }
      let flags = flags(directive.arguments.dropFirst(2).first)
      let ownCase = !flags.isDisjoint(with: ["NC", "NOCASE"])
      var truth = test(path, directive.value, ignoringCase: ownCase)
      truth = truth && holds(conditions, variable, isFile)
      conditions = []
      guard truth != .no else { continue }
      guard
        flags.isDisjoint(with: ["PT", "PASSTHROUGH", "C", "CHAIN", "N", "NEXT", "S", "SKIP"])
      else { return .unclear(directive.place) }
      // A way out that may not be taken is none.
      guard truth == .yes else { continue }
      let target = directive.arguments.dropFirst().first ?? "-"
      if !flags.isDisjoint(with: ["F", "FORBIDDEN", "G", "GONE"]) {
        return .closed(.refused, directive.place)
      }
      if !flags.isDisjoint(with: ["R", "REDIRECT"]) || target.contains("://") {
        guard !flags.contains("P"), !flags.contains("PROXY") else { return .proxied }
        return .closed(.answered, directive.place)
      }
      if !flags.isDisjoint(with: ["P", "PROXY"]) { return .proxied }
      if target != "-" { outcome = .file(String(target.prefix { $0 != "?" })) }
      if !flags.isDisjoint(with: ["L", "LAST", "END"]) { return outcome }
    }
    return outcome
  }

  private static func flags(_ text: String?) -> Set<String> {
    guard let text, text.hasPrefix("["), text.hasSuffix("]") else { return [] }
    return Set(
      text.dropFirst().dropLast().split(separator: ",").map { flag in
        String(flag).trimmed.prefix { $0 != "=" }.uppercased()
      })
  }

  private static func holds(
    _ conditions: [ServerDirective], _ variable: (String) -> String?,
    _ isFile: (String, Character) -> Truth
  ) -> Truth {
    var all = Truth.yes
    var alternatives = Truth.no
    for condition in conditions where condition.arguments.count > 1 {
      let flags = flags(condition.arguments.dropFirst(2).first)
      let name = condition.value
      var text: String?
      if name.hasPrefix("%{"), name.hasSuffix("}") {
        text = variable(String(name.dropFirst(2).dropLast()))
      }
      let pattern = condition.arguments[1]
      let bare = pattern.hasPrefix("!") ? String(pattern.dropFirst()) : pattern
      let truth: Truth
      if let text, let letter = bare.dropFirst().first, bare == "-f" || bare == "-d" {
        truth = bare == pattern ? isFile(text, letter) : !isFile(text, letter)
      } else if bare.hasPrefix("-") || bare.hasPrefix("<") || bare.hasPrefix(">") {
        truth = .unclear
      } else {
        let ownCase = !flags.isDisjoint(with: ["NC", "NOCASE"])
        truth = text.map { test($0, pattern, ignoringCase: ownCase) } ?? .unclear
      }
      if !flags.isDisjoint(with: ["OR", "ORNEXT"]) {
        alternatives = alternatives || truth
      } else {
        all = all && (alternatives || truth)
        alternatives = .no
      }
    }
    return all
  }

  private static func test(_ text: String, _ pattern: String, ignoringCase: Bool) -> Truth {
    if pattern.hasPrefix("!") {
      return !test(text, String(pattern.dropFirst()), ignoringCase: ignoringCase)
    }
    if pattern.hasPrefix("=") { return Truth(text == pattern.dropFirst()) }
    return Pattern.matches(text, pattern, ignoringCase: ignoringCase)
  }
}
