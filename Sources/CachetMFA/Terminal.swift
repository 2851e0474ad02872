import CTerminal
import OTP

/// What a person sees, and types without anybody else seeing it.
enum Terminal {
  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Whether somebody can be asked: questions go to standard error, answers come from standard input.
  static var canAsk: Bool { isTerminal(0) && isTerminal(2) }

  /// Whether `descriptor` may be sent colours: a terminal that is not dumb, and no NO_COLOR.
  static func takesColours(_ descriptor: Int32) -> Bool {
    guard isTerminal(descriptor), value(of: "NO_COLOR") == nil, let kind = value(of: "TERM") else {
      return false
    }
    return kind != "dumb"
  }

  /// Whether the locale writes UTF-8, by the first of LC_ALL, LC_CTYPE and LANG that is set.
  static var writesUTF8: Bool {
    let locale = value(of: "LC_ALL") ?? value(of: "LC_CTYPE") ?? value(of: "LANG") ?? ""
    let name = locale.lowercased()
    return name.hasSuffix("utf-8") || name.hasSuffix("utf8") || name.contains(".utf-8@")
      || name.contains(".utf8@")
  }

  /// Columns of the terminal at `descriptor`; nil where it is none.
  static func columns(_ descriptor: Int32) -> Int? {
    let columns = terminal_columns(descriptor)
    return columns > 0 ? Int(columns) : nil
  }

  /// Asks for a secret. From a terminal it is read without echo, else as a line of standard input.
  ///
  /// nil at the end of the input.
  static func askSecret(_ question: String, into room: inout MutableSpan<UInt8>) -> Int? {
    guard isTerminal(0) else { return readLine(into: &room) }
    let prompt = question + ": "
    tell(prompt)
    let count = unsafe room.withUnsafeMutableBufferPointer { buffer -> Int in
      guard let base = buffer.baseAddress else { return -1 }
      return unsafe read_line_hidden(0, base, buffer.count, 2, prompt)
    }
    return withoutReturn(count, room.span)
  }

  /// A line of standard input; nil at its end.
  static func readLine(into room: inout MutableSpan<UInt8>) -> Int? {
    let count = unsafe room.withUnsafeMutableBufferPointer { buffer -> Int in
      guard let base = buffer.baseAddress else { return -1 }
      return unsafe read_line(0, base, buffer.count)
    }
    return withoutReturn(count, room.span)
  }

  /// The length without a carriage return at the end.
  private static func withoutReturn(_ count: Int, _ room: Span<UInt8>) -> Int? {
    guard count >= 0 else { return nil }
    return count > 0 && room[count - 1] == UInt8(ascii: "\r") ? count - 1 : count
  }

  /// Asks a question that only "y" or "yes" answers with yes.
  static func confirm(_ question: String) -> Bool {
    tell(question + " [y/N] ")
    var answer = [UInt8](repeating: 0, count: 8)
    let count = unsafe read_line(0, &answer, answer.count)
    guard count > 0 else { return false }
    let word = String(decoding: answer[..<count], as: UTF8.self).lowercased()
    return word == "y" || word == "yes"
  }

  /// A line or a prompt on standard error.
  static func tell(_ text: String) {
    let sheet = Sheet()
    sheet.append(text)
    sheet.write(to: 2)
  }

  /// A variable of the environment; what is empty is not set. No decision about a sign-in and no
  /// right of the caller ever rests on one.
  static func value(of name: String) -> String? {
    guard let value = unsafe environment(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }
}

/// `text` with each control character as `?`, so that nothing quoted steers a terminal.
func printable(_ text: String) -> String {
  String(
    String.UnicodeScalarView(
      text.unicodeScalars.map { scalar in
        scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value) ? "?" : scalar
      }))
}
