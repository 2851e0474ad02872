import OTP

/// One JSON value (RFC 8259) on a sheet, written as it is told. Keys are snake_case and stable;
/// they are listed in cachet-mfa(1).
final class JSON {
  let sheet: Sheet
  private var needsComma = false

  init(on sheet: Sheet) { self.sheet = sheet }

  func object(_ key: String? = nil, _ body: () throws -> Void) rethrows {
    try nested(key, "{", "}", body)
  }

  func array(_ key: String, _ body: () throws -> Void) rethrows {
    try nested(key, "[", "]", body)
  }

  func field(_ key: String, _ text: String) { begin(key); quote(text) }

  func field(_ key: String, bytes: Span<UInt8>) { begin(key); quote(bytes) }

  func field(_ key: String, _ number: Int) { begin(key); sheet.append(String(number)) }

  func field(_ key: String, _ truth: Bool) { begin(key); sheet.append(truth ? "true" : "false") }

  func null(_ key: String) { begin(key); sheet.append("null") }

  /// A time in RFC 3339, UTC; null for 0.
  func field(_ key: String, time: Int64) {
    if time > 0 { field(key, Times.utc(time)) } else { null(key) }
  }

  func element(bytes: Span<UInt8>) { begin(nil); quote(bytes) }

  func element(_ text: String) { begin(nil); quote(text) }

  /// Ends the value with a newline.
  func end() {
    sheet.append("\n")
    needsComma = false
  }

  private func nested(
    _ key: String?, _ open: String, _ close: String, _ body: () throws -> Void
  ) rethrows {
    begin(key)
    sheet.append(open)
    needsComma = false
    try body()
    sheet.append(close)
    needsComma = true
  }

  private func begin(_ key: String?) {
    if needsComma { sheet.append(",") }
    needsComma = true
    guard let key else { return }
    quote(key)
    sheet.append(":")
  }

  private func quote(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      quote(unsafe Span(_unsafeElements: bytes))
    }
  }

  /// Bytes that are not UTF-8 are written as U+FFFD, which JSON can hold.
  private func quote(_ bytes: Span<UInt8>) {
    guard isPlainText(bytes) else { return quoteEscaped(bytes) }
    sheet.append("\"")
    var i = 0
    while i < bytes.count {
      if bytes[i] == UInt8(ascii: "\"") || bytes[i] == UInt8(ascii: "\\") { sheet.append("\\") }
      sheet.append(bytes[i])
      i += 1
    }
    sheet.append("\"")
  }

  private func quoteEscaped(_ bytes: Span<UInt8>) {
    sheet.append("\"")
    for scalar in text(bytes).unicodeScalars {
      switch scalar.value {
      case 0x22, 0x5c: sheet.append("\\" + String(scalar))
      case 0..<0x20, 0x7f..<0xa0:
        let hex = String(scalar.value, radix: 16)
        sheet.append("\\u" + String(repeating: "0", count: 4 - hex.count) + hex)
      default: sheet.append(String(scalar))
      }
    }
    sheet.append("\"")
  }
}

/// A string of C as text, up to its NUL.
func text(ofC room: [CChar]) -> String {
  String(decoding: room.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Bytes as text, with U+FFFD for what is not UTF-8. Not for secrets: a `String` is not wiped.
func text(_ bytes: Span<UInt8>) -> String {
  String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
}
