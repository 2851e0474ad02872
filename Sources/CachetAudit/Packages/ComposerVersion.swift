/// A release as Composer compares it: four numbers, and what makes it earlier or later than them.
///
/// Sources: composer/semver `VersionParser::normalize`, PHP's `version_compare`.
struct ComposerVersion: Comparable, Hashable, Sendable {
  /// A number, or a word by its place in the order of PHP, in which numbers are `4`.
  private enum Part: Hashable, Sendable {
    case number(Int)
    case word(Int)
  }

  private let parts: [Part]

  /// `nil` for what is no release: a branch (`dev-main`, `12.x-dev`), an alias (`dev-main as 3.0`), a
  /// date.
  init?(_ text: String) {
    guard let parts = Self.parts(text) else { return nil }
    self.parts = parts
  }

  /// The bound of a `<` or a `>=`: without a stability of its own it is before every release of that
  /// number, its betas too.
  init?(bound text: String) {
    guard let parts = Self.parts(text) else { return nil }
    self.parts = text.contains("-") ? parts : parts + [.word(0)]
  }

  /// Its four numbers; `nil` for what is not stable, and for a patch of a release.
  var stable: [Int]? {
    let numbers = parts.compactMap { part in
      if case .number(let number) = part { number } else { nil }
    }
    return numbers.count == parts.count ? numbers : nil
  }

  /// A series: its numbers as far as they are the name of one in `names` (`5.7`, `11`).
  func series(of names: some Collection<String>) -> String? {
    let numbers = parts.prefix(2).map { part in
      if case .number(let number) = part { String(number) } else { "" }
    }
    let all = (1...2).map { numbers.prefix($0).joined(separator: ".") }
    return all.first(where: names.contains)
  }

  static func < (one: ComposerVersion, other: ComposerVersion) -> Bool {
    for (mine, theirs) in zip(one.parts, other.parts) where mine != theirs {
      switch (mine, theirs) {
      case (.number(let mine), .number(let theirs)): return mine < theirs
      case (.word(let mine), .word(let theirs)): return mine < theirs
      case (.number, .word(let theirs)): return 4 < theirs
      case (.word(let mine), .number): return mine < 4
      }
    }
    guard one.parts.count != other.parts.count else { return false }
    let isLonger = one.parts.count > other.parts.count
    let next = (isLonger ? one : other).parts[min(one.parts.count, other.parts.count)]
    // A number more is later, and so is a patch; what is not stable is earlier.
    let isLater = if case .word(let order) = next { order > 4 } else { true }
    return isLonger ? !isLater : isLater
  }

  private static func parts(_ text: String) -> [Part]? {
    var rest = Array(text.lowercased().utf8)[...]
    guard rest.count <= 100 else { return nil }
    // What stands behind a plus tells builds apart, and compares as nothing.
    if let plus = rest.firstIndex(of: UInt8(ascii: "+")) {
      guard rest.index(after: plus) < rest.endIndex else { return nil }
      rest = rest[..<plus]
    }
    if rest.first == UInt8(ascii: "v") { rest = rest.dropFirst() }
    var parts: [Part] = []
    repeat {
      let digits = rest.prefix(while: \.isDigit)
      guard !digits.isEmpty, parts.count > 0 || digits.count <= 5,
        let number = Int(String(decoding: digits, as: UTF8.self))
      else { return nil }
      parts.append(.number(number))
      rest = rest[digits.endIndex...]
    } while parts.count < 4 && takeDot(&rest)
    while parts.count < 4 { parts.append(.number(0)) }
    guard let modifier = modifier(rest) else { return nil }
    return parts + modifier
  }

  /// A dot that a number follows.
  private static func takeDot(_ rest: inout ArraySlice<UInt8>) -> Bool {
    guard rest.first == UInt8(ascii: "."), rest.dropFirst().first?.isDigit == true else {
      return false
    }
    rest = rest.dropFirst()
    return true
  }

  /// In the order in which Composer tries them.
  private static let words: [(text: String, order: Int?)] = [
    ("stable", nil), ("beta", 2), ("b", 2), ("rc", 3), ("alpha", 1), ("a", 1), ("patch", 5),
    ("pl", 5), ("p", 5),
  ]

  /// `-beta.2`, `RC1`, `-dev`, `-alpha3-dev`; empty for none, `nil` for anything else.
  private static func modifier(_ text: ArraySlice<UInt8>) -> [Part]? {
    var rest = text
    var parts: [Part] = []
    var isStable = false
    let bare = rest.first.map { [0x2E, 0x5F, 0x2D].contains($0) } == true ? rest.dropFirst() : rest
    if let word = words.first(where: { bare.starts(with: $0.text.utf8) }) {
      rest = bare.dropFirst(word.text.utf8.count)
      isStable = word.order == nil
      parts.append(.word(word.order ?? 0))
      while let number = takeNumber(&rest) {
        guard let number else { return nil }
        parts.append(.number(number))
      }
    } else {
      rest = bare
    }
    let end = rest.first.map { [0x2E, 0x2D].contains($0) } == true ? rest.dropFirst() : rest
    guard rest.isEmpty || end.elementsEqual("dev".utf8) else { return nil }
    // What calls itself stable is the release, whatever else it says.
    if isStable { return [] }
    return rest.isEmpty ? parts : parts + [.word(0)]
  }

  /// A number, after a dot or a hyphen or nothing; `.some(nil)` for one that is too long.
  private static func takeNumber(_ rest: inout ArraySlice<UInt8>) -> Int?? {
    let bare = rest.first.map { [0x2E, 0x2D].contains($0) } == true ? rest.dropFirst() : rest
    let digits = bare.prefix(while: \.isDigit)
    guard !digits.isEmpty else { return nil }
    rest = bare[digits.endIndex...]
    return .some(Int(String(decoding: digits, as: UTF8.self)))
  }
}
