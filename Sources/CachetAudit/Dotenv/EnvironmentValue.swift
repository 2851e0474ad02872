/// What Laravel's `env()` makes of a variable, whatever the file it came from.
///
/// Sources: laravel/framework v5.2.39 and v5.7.29 (`helpers.php`), v6.18.13 and v11.27.2
/// (`src/Illuminate/Support/Env.php`).
enum EnvironmentValue: Sendable {
  /// Not set, `null` or `(null)`: what the configuration file names instead counts.
  case null
  case bool(Bool)
  case text(HiddenValue)

  init(_ value: HiddenValue?, dialect: Dotenv.Dialect) {
    guard var value else {
      self = .null
      return
    }
    if dialect.isOfLaravelFive, value.bytes.contains(0) {
      value = HiddenValue(value.bytes.prefix { $0 != 0 })
    }
    switch String(decoding: value.bytes, as: UTF8.self).lowercased() {
    case "true", "(true)": self = .bool(true)
    case "false", "(false)": self = .bool(false)
    case "empty", "(empty)": self = .text(HiddenValue([]))
    case "null", "(null)": self = .null
    default: self = .text(HiddenValue(Self.unquoted(value.bytes, dialect: dialect)))
    }
  }

  /// PHP's `(bool)`: of texts only the empty one and `0` are false.
  var isTruthy: Bool {
    switch self {
    case .null: false
    case .bool(let value): value
    case .text(let value): !value.bytes.isEmpty && value.bytes != Array("0".utf8)
    }
  }

  /// As PHP would write it; `nil` for its null.
  var written: HiddenValue? {
    switch self {
    case .null: nil
    case .bool(let value): HiddenValue((value ? "true" : "false").utf8)
    case .text(let value): value
    }
  }

  /// A text that is no secret: a name, a host, a path. `nil` where it is missing or empty.
  var word: String? {
    text.flatMap { $0.bytes.isEmpty ? nil : String(decoding: $0.bytes, as: UTF8.self) }
  }

  var text: HiddenValue? {
    if case .text(let value) = self { value } else { nil }
  }

  /// One more pair of quotes that are part of the value: double ones, from Laravel 6 on single
  /// ones too, there never across lines.
  private static func unquoted(_ bytes: [UInt8], dialect: Dotenv.Dialect) -> ArraySlice<UInt8> {
    guard bytes.count > 1, let first = bytes.first, first == bytes.last else { return bytes[...] }
    let isQuote =
      dialect.isOfLaravelFive
      ? first == UInt8(ascii: "\"")
      : (first == UInt8(ascii: "\"") || first == UInt8(ascii: "'"))
        && !bytes.contains(UInt8(ascii: "\n"))
    return isQuote ? bytes.dropFirst().dropLast() : bytes[...]
  }
}
