/// Texts that an expression matches, so that its groups make another text: the way back of
/// `AliasMatch`, `RewriteRule` and the like. It finds them for expressions as people write them there;
/// what it gives has to be tried.
struct ExpressionInverse {
  private let expression: String
  /// `nil` for what is not understood.
  private let source: Pattern?
  /// What the target makes, as an expression of its own, and the name of each of its groups.
  private let result: Pattern?
  private let names: [String]

  // More of them may be tried without end.
  private static let groupLimit = 4
  private static let longest = 512

  /// `target`: with `$1`, `$name` or `${name}` for groups.
  init(_ expression: String, _ target: String) {
    self.expression = expression
    var made = "^"
    var names: [String] = []
    var rest = target[...]
    while let first = rest.popFirst() {
      guard first == "$" else {
        made += first.isLetter || first.isNumber || first == "/" ? String(first) : "\\\(first)"
        continue
      }
      let isBraced = rest.first == "{"
      if isBraced { rest = rest.dropFirst() }
      var name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
      // `$10` is the first group, and a zero.
      if !isBraced, name.first?.isNumber ?? false { name = name.prefix(1) }
      rest = rest.dropFirst(name.count + (isBraced ? 1 : 0))
      names.append(String(name))
      made += "(.*?)"
    }
    self.names = names
    let isKnown = names.count <= Self.groupLimit && !names.contains("")
    source = isKnown ? Pattern(expression) : nil
    result = isKnown ? Pattern(made + "$") : nil
  }

  func texts(for result: String) -> [String] {
    guard let source, let groups = groups(making: result) else { return [] }
    var sampler = Sampler(expression, groups)
    let text = sampler.text()
    guard sampler.isUnderstood, source.groups(in: text) != nil else { return [] }
    return [text]
  }

  /// What each group has to be, by number or name.
  private func groups(making text: String) -> [String: String]? {
    guard text.utf8.count <= Self.longest, let found = result?.groups(in: text) else { return nil }
    var groups: [String: String] = [:]
    for (name, value) in zip(names, found.dropFirst()) {
      guard groups[name] ?? value == value else { return nil }
      groups[name] = value
    }
    return groups
  }
}

/// One text that an expression matches, with given texts in place of its groups.
private struct Sampler {
  private var rest: Substring
  private let groups: [String: String]
  private var count = 0
  private var depth = 0
  /// Nothing stood there that is not known here.
  private(set) var isUnderstood = true

  private static let depthLimit = 50

  init(_ expression: String, _ groups: [String: String]) {
    (rest, self.groups) = (expression[...], groups)
  }

  mutating func text() -> String {
    let text = alternatives().first ?? ""
    if !rest.isEmpty { isUnderstood = false }
    return text
  }

  /// Up to the bracket that closes, or the end.
  private mutating func alternatives() -> [String] {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else {
      isUnderstood = false
      return []
    }
    var all: [String] = []
    var text = ""
    while let first = rest.first, first != ")" {
      if first == "|" {
        rest = rest.dropFirst()
        all.append(text)
        text = ""
      } else {
        text += repeated(atom())
      }
    }
    return all + [text]
  }

  private mutating func atom() -> (text: String, isGiven: Bool) {
    guard let first = rest.popFirst() else { return ("", false) }
    switch first {
    case "^", "$": return ("", false)
    case ".": return ("a", false)
    case "[": return (bracket(), false)
    case "(": return group()
    case "\\":
      guard let next = rest.popFirst() else { return ("", false) }
      switch next {
      case "d": return ("1", false)
      case "w": return ("a", false)
      case "s": return (" ", false)
      case "b", "A", "z", "Z": return ("", false)
      default:
        if next.isLetter || next.isNumber { isUnderstood = false }
        return (String(next), false)
      }
    default: return (String(first), false)
    }
  }

  private mutating func group() -> (text: String, isGiven: Bool) {
    var name: String?
    if rest.hasPrefix("?") {
      rest = rest.dropFirst()
      if rest.hasPrefix(":") {
        rest = rest.dropFirst()
      } else if rest.hasPrefix("!") || rest.hasPrefix("=") {
        // What follows must not, or must, begin so: the text is tried later.
        _ = alternatives()
        rest = rest.dropFirst()
        return ("", true)
      } else if rest.hasPrefix("<") || rest.hasPrefix("P<") || rest.hasPrefix("'") {
        rest = rest.drop { $0 != "<" && $0 != "'" }.dropFirst()
        count += 1
        let own = rest.prefix { $0 != ">" && $0 != "'" }
        name = String(own)
        rest = rest.dropFirst(own.count + 1)
      } else {
        // `(?i)`: how letters are compared.
        let flags = rest.prefix(while: \.isLetter)
        rest = rest.dropFirst(flags.count)
        if rest.first != ")" { isUnderstood = false }
        rest = rest.dropFirst()
        return ("", false)
      }
    } else {
      count += 1
      name = String(count)
    }
    let number = String(count)
    let all = alternatives()
    if rest.first == ")" { rest = rest.dropFirst() } else { isUnderstood = false }
    if let name, let given = groups[name] ?? groups[number] { return (given, true) }
    return (all.first ?? "", false)
  }

  /// One character that the brackets allow.
  private mutating func bracket() -> String {
    let isNegated = rest.first == "^"
    if isNegated { rest = rest.dropFirst() }
    var listed = ""
    var isFirst = true
    while let first = rest.popFirst(), first != "]" || isFirst {
      isFirst = false
      if first == "\\", let next = rest.popFirst() {
        listed.append(next == "d" ? "1" : next == "w" ? "a" : next)
      } else {
        listed.append(first)
      }
    }
    if isNegated { return "abc123".first { !listed.contains($0) }.map(String.init) ?? "~" }
    return listed.first.map(String.init) ?? ""
  }

  /// What may be left out is, unless its text is given.
  private mutating func repeated(_ atom: (text: String, isGiven: Bool)) -> String {
    guard let sign = rest.first, "*+?{".contains(sign) else { return atom.text }
    rest = rest.dropFirst()
    var times = sign == "+" ? 1 : 0
    if sign == "{" {
      times = min(Int(rest.prefix(while: \.isNumber)) ?? 0, 64)
      rest = rest.drop { $0 != "}" }.dropFirst()
    }
    // Of as few as possible, or all that there are.
    if let next = rest.first, next == "?" || next == "+" { rest = rest.dropFirst() }
    return atom.isGiven ? atom.text : String(repeating: atom.text, count: times)
  }
}
