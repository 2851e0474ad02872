/// A dotenv file as phpdotenv reads it, in the dialect that the installed Cachet brings along.
///
/// Sources: vlucas/phpdotenv 2.6.1, 2.6.9 (`src/Loader.php`, `src/Parser.php`) and 5.6.1
/// (`src/Parser`, `src/Loader/Resolver.php`).
struct Dotenv: Sendable {
  enum Dialect: Sendable, CaseIterable {
    /// phpdotenv 2.6.0 to 2.6.6, of Cachet 2.3.18: as the next one, and an unclosed quote is accepted.
    case lenientTwo
    /// phpdotenv 2.6.7 to 2.6.9, of Cachet 2.4 and its fork 2.5.
    case two
    /// phpdotenv 5, of Cachet 3.
    case five
  }

  /// One name that the file sets, in the file's order.
  struct Entry: Sendable {
    let name: String
    /// `nil` where a name stands alone, which unsets it (dialect five only).
    let value: HiddenValue?
    /// Counted from 1; of several lines, the first.
    let line: Int
    /// Names in `${…}` that the value was put together from, or names in vain.
    let references: [String]
    /// Something other than a comment's blank stood before the `#` that ended the value: what
    /// follows may have been meant as part of it.
    let isCutAtHash: Bool
  }

  /// Why phpdotenv refuses the whole file.
  struct Refusal: Error, Equatable {
    enum Cause: Error, Equatable {
      case noName
      case invalidName
      case spaceUnquoted
      case textBehindQuote
      case unclosedQuote
      case unknownEscape
      case endless
    }
    let cause: Cause
    let line: Int
  }

  let dialect: Dialect
  let entries: [Entry]
  /// Which of them counts for each name: the first in dialect two, the last in dialect five.
  private let places: [String: Int]
  /// From this line on, a quote that is never closed took the rest of the file away, and phpdotenv
  /// said nothing (dialect five only).
  let lostFrom: Int?

  /// What `environment` has wins over the file, in what values refer to as well.
  init(
    _ bytes: [UInt8], dialect: Dialect, environment: [String: HiddenValue] = [:]
  ) throws(Refusal) {
    self.dialect = dialect
    switch dialect {
    case .lenientTwo, .two:
      entries = try DialectTwo(
        acceptsUnclosedQuotes: dialect == .lenientTwo, environment: environment
      ).read(bytes)
      lostFrom = nil
      places = Self.places(of: entries) { first, _ in first }
    case .five:
      (entries, lostFrom) = try DialectFive(environment: environment).read(bytes)
      places = Self.places(of: entries) { _, last in last }
    }
  }

  private static func places(
    of entries: [Entry], _ choose: (Int, Int) -> Int
  ) -> [String: Int] {
    Dictionary(zip(entries.map(\.name), entries.indices), uniquingKeysWith: choose)
  }

  /// The entry that counts for `name`.
  func entry(_ name: String) -> Entry? { places[name].map { entries[$0] } }
}
