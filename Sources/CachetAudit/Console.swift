import CTerminal
import FoundationEssentials
import Glibc

/// Where a run says what it has to say: the report on standard output, complaints beside it.
enum Console {
  /// What was typed behind the program's name.
  static var arguments: [String] {
    (0..<argument_count()).map { unsafe String(cString: argument($0)) }
  }

  /// A reader that went away is no reason to complain; a report that nobody can read is.
  static func write(_ text: String) throws {
    let code = write(text, to: STDOUT_FILENO)
    guard code == 0 || code == EPIPE else {
      try orComplain { () throws(Obstacle) in
        throw Obstacle.unwritable(path: "standard output", errno: code)
      }
      return
    }
  }

  /// 0, or why not all of it could be written.
  @discardableResult
  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { bytes in
        unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
      }
      guard count > 0 || errno == EINTR else { return errno }
      rest = rest.dropFirst(max(0, count))
    }
    return 0
  }

  static func complain(_ words: String, hint: String?) {
    var text = "cachet-mfa audit: error: \(words)\n"
    if let hint { text += "cachet-mfa audit: hint: \(hint)\n" }
    write(text, to: STDERR_FILENO)
  }

  /// What was done, beside the report.
  static func remark(_ words: String) { write("cachet-mfa audit: \(words)\n", to: STDERR_FILENO) }

  /// What the argument parser says, in our voice. It quotes what was typed.
  static func complain(ofParser message: String) {
    var words = message.split(separator: "\n").first.map(String.init) ?? message
    if words.hasSuffix(".") { words.removeLast() }
    complain(
      Printable.text((words.prefix(1).lowercased() + words.dropFirst()).utf8, limit: 1_000),
      hint:
        "'cachet-mfa audit --help' lists the options, 'cachet-mfa audit help log' those of 'log'")
  }

  /// What could not be looked at ends the run. `folder` is the one that paths are seen from, where
  /// it is not the working directory.
  static func orComplain<Value>(
    in folder: Folder? = nil, _ body: () throws(Obstacle) -> Value
  ) throws -> Value {
    do throws(Obstacle) { return try body() } catch {
      complain(folder.map { error.words(in: $0) } ?? error.words, hint: error.hint)
      throw Exit.notChecked
    }
  }

  /// How wide a report is: as the terminal, within what is read with ease; 80 elsewhere.
  static var width: Int {
    let columns = Int(terminal_columns(STDOUT_FILENO))
    return columns == 0 ? 80 : min(max(columns, 60), 100)
  }

  /// A terminal, and nobody asked for none (no-color.org).
  static var showsColour: Bool {
    let asked = ProcessInfo.processInfo.environment
    return isatty(1) == 1 && (asked["NO_COLOR"] ?? "").isEmpty && asked["TERM"] != "dumb"
  }
}
