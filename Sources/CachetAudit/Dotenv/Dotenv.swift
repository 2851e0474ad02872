/// A dotenv file as phpdotenv reads it, in the dialect that the installed Cachet brings along.
///
/// Sources: vlucas/phpdotenv 2.3.0, 2.4.0, 2.6.1, 2.6.9 (`src/Loader.php`, `src/Parser.php`), 3.6.4, 3.6.10
/// (`src/Lines.php`, `src/Parser.php`, `src/Loader.php`), 5.6.1 (`src/Parser`, `src/Loader/Resolver.php`).
struct Dotenv: Sendable {
  enum Dialect: Sendable, CaseIterable {
    /// phpdotenv 2.3 and 2.4, of Cachet 2.3.0 to 2.3.15: quotes by a pattern, which accepts anything.
    case twoFour
    /// phpdotenv 2.6.1 to 2.6.6, of Cachet 2.3.16 to 2.3.18: as the next one, and an unclosed quote is
    /// accepted.
    case lenientTwo
    /// phpdotenv 2.6.7 to 2.6.9, of Cachet 2.4 and its fork 2.5.
    case two
    /// phpdotenv 3.6.1 to 3.6.7, of the 3.x of 2020: as the next one, and an unclosed quote is accepted.
    case lenientThree
    /// phpdotenv 3.6.8 to 3.6.10.
    case three
    /// phpdotenv 5.5 and 5.6, of Cachet 3.
    case five

    /// Laravel 5 asks `getenv`, whose values end at a NUL, and takes double quotes away alone.
    var isOfLaravelFive: Bool {
      switch self {
      case .twoFour, .lenientTwo, .two: true
      case .lenientThree, .three, .five: false
      }
    }
  }

  /// How a value is another one than it seems to be, and phpdotenv says nothing.
  enum Misreading: Sendable {
    /// Something other than a comment's blank stood before the `#` that ended the value: what
    /// follows may have been meant as part of it.
    case cutAtHash
    /// What stands behind the closing quote is dropped.
    case dropsBehindQuote
    /// The quotes are part of the value.
    case keepsQuotes
    /// A quote opens and never closes; the rest is the value.
    case unclosedQuote
  }

  /// One name that the file sets, in the file's order.
  struct Entry: Sendable {
    let name: String
    /// `nil` where a name stands alone, which unsets it (from dialect three on).
    let value: HiddenValue?
    /// Counted from 1; of several lines, the first.
    let line: Int
    /// Names in `${…}` that the value was put together from, or names in vain.
    var references: [String] = []
    var misreading: Misreading?
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
  /// Which of them counts for each name: the first in phpdotenv 2, the last from 3 on.
  private let places: [String: Int]
  /// From this line on, a quote that is never closed took the rest of the file away, and phpdotenv
  /// said nothing (from dialect three on).
  let lostFrom: Int?

  /// What `environment` has wins over the file, in what values refer to as well.
  init(
    _ bytes: [UInt8], dialect: Dialect, environment: [String: HiddenValue] = [:]
  ) throws(Refusal) {
    self.dialect = dialect
    switch dialect {
    case .twoFour:
      entries = try DialectTwoFour(environment: environment).read(bytes)
      lostFrom = nil
    case .lenientTwo, .two:
      entries = try DialectTwo(
        acceptsUnclosedQuotes: dialect == .lenientTwo, environment: environment
      ).read(bytes)
      lostFrom = nil
    case .lenientThree, .three:
      (entries, lostFrom) = try DialectThree(
        acceptsUnclosedQuotes: dialect == .lenientThree, environment: environment
      ).read(bytes)
    case .five:
      (entries, lostFrom) = try DialectFive(environment: environment).read(bytes)
    }
    let isFirst = dialect.isOfLaravelFive
    places = Self.places(of: entries) { first, last in isFirst ? first : last }
  }

  private static func places(
    of entries: [Entry], _ choose: (Int, Int) -> Int
  ) -> [String: Int] {
    Dictionary(zip(entries.map(\.name), entries.indices), uniquingKeysWith: choose)
  }

  /// The entry that counts for `name`.
  func entry(_ name: String) -> Entry? { places[name].map { entries[$0] } }
}
