/// One entry as `journalctl -o json` prints it: an object in a line. Of a field that stands there
/// more than once, or that is no text, nothing is kept.
struct JournalEntry {
  enum Field: Int {
    case cursor, time, user
    /// The program, as the kernel says it.
    case program
    case identifier, message
  }

  private static let names = JSONLine.Names([
    "__CURSOR", "__REALTIME_TIMESTAMP", "_UID", "_EXE", "SYSLOG_IDENTIFIER", "MESSAGE",
  ])
  private let line: JSONLine

  /// `nil` where it is no such object.
  init?(_ line: ArraySlice<UInt8>) {
    guard let line = JSONLine(line, Self.names) else { return nil }
    self.line = line
  }

  subscript(field: Field) -> ArraySlice<UInt8>? {
    switch line[field.rawValue] {
    case .text(let text): text[...]
    case .bytes(let bytes): bytes[...]
    case .word, .other, nil: nil
    }
  }
}
