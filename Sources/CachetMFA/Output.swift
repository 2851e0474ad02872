import Store

/// What a verb prints on standard output: lines for people, or one JSON object.
struct Output {
  let sheet = Sheet()
  let isJSON: Bool

  init(_ places: Places) { isJSON = places.json }

  /// A line for people; not printed as JSON.
  func line(_ text: String = "") {
    guard !isJSON else { return }
    sheet.append(text + "\n")
  }

  /// The object; not printed for people.
  func object(_ body: (JSON) -> Void) {
    guard isJSON else { return }
    let json = JSON(on: sheet)
    json.object { body(json) }
    json.end()
  }

  /// Writes what has been said so far.
  func flush() throws(Failure) {
    sheet.write(to: 1)
    guard !sheet.failed else { throw .output }
  }

  /// Writes when there is a lot.
  func flushWhenLong() throws(Failure) {
    if sheet.count > 32_768 { try flush() }
  }
}

/// One-time secrets between being made and being shown.
final class OneTimeSecrets {
  private let sheet = Sheet()
  private(set) var count = 0

  func add(_ text: Span<UInt8>) {
    sheet.append(text)
    count += 1
  }

  /// Lends each.
  func each(_ body: (Span<UInt8>) -> Void) {
    guard count > 0 else { return }
    sheet.withBytes { (all: Span<UInt8>) in
      let length = all.count / count
      for index in 0..<count {
        body(all.extracting((index * length)..<((index + 1) * length)))
      }
    }
  }

  /// Each on a line of its own.
  func show(on sheet: Sheet) {
    each { (secret: Span<UInt8>) in
      sheet.append("  ")
      sheet.append(secret)
      sheet.append("\n")
    }
  }
}

extension FactorName {
  init(typed: String) throws(Failure) {
    guard let name = FactorName(Array(typed.utf8).span) else { throw .badName(typed) }
    self = name
  }

  /// The name for people.
  var spelled: String { withBytes { (bytes: Span<UInt8>) in text(bytes) } }
}
