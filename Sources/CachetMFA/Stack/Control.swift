/// What libpam does with each answer of a module: the second word of a line in /etc/pam.d.
struct Control: Hashable {
  enum Action: Hashable {
    case ignore, ok, done, bad, die, reset
    /// Over so many lines; at least 1.
    case jump(Int)
  }

  private var actions: [Action?]

  private(set) subscript(code: ReturnCode) -> Action {
    get { actions[Int(code.rawValue)] ?? .bad }
    set { actions[Int(code.rawValue)] = newValue }
  }

  /// One of libpam's four words, in any case; `nil` for others.
  init?(word: String) {
    let (success, failure): (Action, Action)
    switch word.lowercased() {
    case "required": (success, failure) = (.ok, .bad)
    case "requisite": (success, failure) = (.ok, .die)
    case "optional": (success, failure) = (.ok, .ignore)
    case "sufficient": (success, failure) = (.done, .ignore)
    default: return nil
    }
    actions = Array(repeating: failure, count: ReturnCode.allCases.count)
    self[.success] = success
    self[.newAuthtokReqd] = success
    if word.lowercased().hasPrefix("requi") { self[.ignore] = .ignore }
  }

  /// What stands between brackets: `success=1 default=ignore`. What is not set is bad; with a mistake
  /// anywhere, all is.
  init(brackets text: String) {
    actions = Array(repeating: nil, count: ReturnCode.allCases.count)
    var rest = Substring(text)
    while true {
      rest = rest.drop(while: Control.isSpace)
      if rest.isEmpty { return }
      guard take(&rest) else { break }
    }
    self = .allBad
  }

  /// Everything is bad, as where libpam cannot read the control.
  static let allBad = Control()
  private init() { actions = Array(repeating: .bad, count: ReturnCode.allCases.count) }

  /// Takes `CODE=ACTION`; `false` where it is a mistake.
  private mutating func take(_ rest: inout Substring) -> Bool {
    // The first word that fits, as libpam looks for it; "default" is its last one.
    let code = ReturnCode.allCases.first { rest.hasPrefix("\($0.word)") }
    guard let word = code.map({ "\($0.word)" }) ?? (rest.hasPrefix("default") ? "default" : nil)
    else { return false }
    rest = rest.dropFirst(word.count).drop(while: Control.isSpace)
    guard rest.first == "=" else { return false }
    rest = rest.dropFirst().drop(while: Control.isSpace)
    guard let action = Control.action(&rest) else { return false }
    if let code {
      self[code] = action
    } else {
      actions = actions.map { $0 ?? action }
    }
    return true
  }

  private static func action(_ rest: inout Substring) -> Action? {
    let words: [(String, Action)] = [
      ("ignore", .ignore), ("ok", .ok), ("done", .done), ("bad", .bad), ("die", .die),
      ("reset", .reset),
    ]
    for (word, action) in words where rest.hasPrefix(word) {
      rest = rest.dropFirst(word.count)
      return action
    }
    let digits = rest.prefix { ("0"..."9").contains($0) }
    guard let number = Int32(digits), number > 0 else { return nil }
    rest = rest.dropFirst(digits.count)
    return .jump(Int(number))
  }

  private static func isSpace(_ character: Character) -> Bool {
    character.isWhitespace
  }
}
