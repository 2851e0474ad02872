import Foundation

/// Where a run says what it has to say: the report on standard output, complaints beside it.
enum Console {
  static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }

  static func complain(_ words: String, hint: String?) {
    var text = "cachet-mfa audit: error: \(words)\n"
    if let hint { text += "cachet-mfa audit: hint: \(hint)\n" }
    FileHandle.standardError.write(Data(text.utf8))
  }

  /// What could not be looked at ends the run.
  static func orComplain<Value>(_ body: () throws(Obstacle) -> Value) throws -> Value {
    do throws(Obstacle) { return try body() } catch {
      complain(error.words, hint: error.hint)
      throw Exit.notChecked
    }
  }

  /// A terminal, and nobody asked for none (no-color.org).
  static var showsColour: Bool {
    let asked = ProcessInfo.processInfo.environment
    return isatty(1) == 1 && (asked["NO_COLOR"] ?? "").isEmpty && asked["TERM"] != "dumb"
  }
}
