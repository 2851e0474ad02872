/// A version number that is compared part by part.
struct Release: Comparable {
  let parts: [Int]

  init?(_ text: String) {
    let numbers = (text.hasPrefix("v") ? text.dropFirst() : text[...])
      .split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count >= 2, !numbers.contains(nil) else { return nil }
    parts = numbers.compactMap { $0 }
  }

  static func < (one: Release, other: Release) -> Bool {
    one.parts.lexicographicallyPrecedes(other.parts)
  }

  /// At or behind the correction of its own line; lines behind all that are named have it.
  func isFree(of corrections: [String]) -> Bool {
    let known = corrections.compactMap { Release($0) }
    if let own = known.first(where: { $0.parts.first == parts.first }) { return self >= own }
    return known.max().map { self > $0 } ?? false
  }
}
