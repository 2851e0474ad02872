/// phpdotenv 3.6: entries over several lines and the last of a name, as in 5; quotes of both kinds
/// alike and references everywhere, as in 2.
struct DialectThree {
  let acceptsUnclosedQuotes: Bool
  let environment: [String: HiddenValue]

  func read(
    _ bytes: [UInt8]
  ) throws(Dotenv.Refusal) -> (entries: [Dotenv.Entry], lostFrom: Int?) {
    let (written, lostFrom) = WrittenEntries.read(bytes, startsInside: true)
    var entries: [Dotenv.Entry] = []
    var known: [String: [UInt8]] = [:]
    var room = Interpolation.room
    for (text, line) in written {
      do {
        let entry = try parse(text[...], line: line, within: room) {
          environment[$0]?.bytes ?? known[$0]
        }
        room -= entry.value?.bytes.count ?? 0
        known[entry.name] = entry.value?.bytes
        entries.append(entry)
      } catch {
        throw Dotenv.Refusal(cause: error, line: line)
      }
    }
    return (entries, lostFrom)
  }

  private func parse(
    _ text: ArraySlice<UInt8>, line: Int, within room: Int, known: (String) -> [UInt8]?
  ) throws(Dotenv.Refusal.Cause) -> Dotenv.Entry {
    guard let equals = text.firstIndex(of: UInt8(ascii: "=")) else {
      return Dotenv.Entry(name: try name(in: text), value: nil, line: line)
    }
    let written = PHPText.trimmed(text[..<equals])
    guard !written.isEmpty else { throw .noName }
    let name = try name(in: written)
    let parsed = try value(in: text[(equals + 1)...])
    let resolved = try Interpolation.once(parsed.text, within: room, known: known)
    return Dotenv.Entry(
      name: name, value: HiddenValue(resolved.text), line: line, references: resolved.names,
      misreading: parsed.misreading)
  }

  private func name(in text: ArraySlice<UInt8>) throws(Dotenv.Refusal.Cause) -> String {
    let name = DialectTwo.name(in: text)
    guard !name.isEmpty, name.utf8.allSatisfy(Interpolation.isNameByte) else {
      throw .invalidName
    }
    return name
  }

  private enum State { case initial, unquoted, quoted, escape, spaced, closed, comment }

  private func value(
    in whole: ArraySlice<UInt8>
  ) throws(Dotenv.Refusal.Cause) -> (text: [UInt8], misreading: Dotenv.Misreading?) {
    let written = PHPText.trimmed(whole)
    var text: [UInt8] = []
    var misreading: Dotenv.Misreading?
    var state = State.initial
    for byte in written {
      switch state {
      case .initial where byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'"):
        state = .quoted
      case .initial, .unquoted:
        if byte == UInt8(ascii: "#") {
          // Of a comment behind the equals sign, a blank is in front.
          let isGlued =
            whole.first == UInt8(ascii: "#")
            && whole.dropFirst().first.map(PHPText.isSpace) == false
          if state == .unquoted || isGlued { misreading = .cutAtHash }
          state = .comment
        } else if state == .unquoted, PHPText.isSpace(byte) {
          state = .spaced
        } else {
          text.append(byte)
          state = .unquoted
        }
      case .quoted:
        if byte == written.first {
          state = .closed
        } else if byte == UInt8(ascii: "\\") {
          state = .escape
        } else {
          text.append(byte)
        }
      case .escape:
        text.append(try escaped(byte, quote: written.first))
        state = .quoted
      case .spaced, .closed:
        if byte == UInt8(ascii: "#") {
          state = .comment
        } else if !PHPText.isSpace(byte) {
          throw state == .closed ? .textBehindQuote : .spaceUnquoted
        }
      case .comment: break
      }
    }
    switch state {
    case .quoted, .escape:
      guard acceptsUnclosedQuotes else { throw .unclosedQuote }
      return (text, .unclosedQuote)
    case .initial, .unquoted, .spaced, .closed, .comment: return (text, misreading)
    }
  }

  private func escaped(_ byte: UInt8, quote: UInt8?) throws(Dotenv.Refusal.Cause) -> UInt8 {
    switch byte {
    case quote, UInt8(ascii: "\\"): byte
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "v"): 0x0B
    default: throw .unknownEscape
    }
  }
}
