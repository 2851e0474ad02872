/// phpdotenv 5: entries that may span lines, and the last of a name counts.
struct DialectFive {
  let environment: [String: HiddenValue]

  func read(
    _ bytes: [UInt8]
  ) throws(Dotenv.Refusal) -> (entries: [Dotenv.Entry], lostFrom: Int?) {
    let (written, lostFrom) = WrittenEntries.read(utf8(bytes), startsInside: false)
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

  /// What is no UTF-8 becomes `?`, and a byte order mark goes.
  private func utf8(_ bytes: [UInt8]) -> [UInt8] {
    var text = bytes
    if String(validating: bytes, as: UTF8.self) == nil {
      text = []
      for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
        if scalar == "\u{FFFD}" {
          text.append(UInt8(ascii: "?"))
        } else {
          text += Array(String(Character(scalar)).utf8)
        }
      }
    }
    return text.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(text.dropFirst(3)) : text
  }

  // MARK: - Entries

  private func parse(
    _ text: ArraySlice<UInt8>, line: Int, within room: Int, known: (String) -> [UInt8]?
  ) throws(Dotenv.Refusal.Cause) -> Dotenv.Entry {
    guard let equals = text.firstIndex(of: UInt8(ascii: "=")) else {
      return Dotenv.Entry(name: try name(in: text), value: nil, line: line)
    }
    let written = PHPText.trimmed(text[..<equals])
    guard !written.isEmpty else { throw .noName }
    let name = try name(in: written)
    let whole = text[(equals + 1)...]
    let glued =
      whole.first == UInt8(ascii: "#") && whole.dropFirst().first.map(PHPText.isSpace) == false
    let parsed = try value(in: PHPText.trimmed(whole), isGlued: glued)
    let resolved = try Interpolation.insideOut(
      parsed.text, at: parsed.variables, within: room, known: known)
    return Dotenv.Entry(
      name: name, value: HiddenValue(resolved.text), line: line, references: resolved.names,
      misreading: parsed.isCut ? .cutAtHash : nil)
  }

  private func name(in text: ArraySlice<UInt8>) throws(Dotenv.Refusal.Cause) -> String {
    var name = text
    // Counted in characters. A name part of eight or fewer keeps its 'export', and is refused.
    if String(decoding: name, as: UTF8.self).unicodeScalars.count > 8,
      name.starts(with: "export".utf8), PHPText.isSpace(name[name.startIndex + 6])
    {
      name = PHPText.leftTrimmed(name.dropFirst(6))
    }
    if String(decoding: name, as: UTF8.self).unicodeScalars.count >= 3, let first = name.first,
      first == name.last, first == UInt8(ascii: "\"") || first == UInt8(ascii: "'")
    {
      name = name.dropFirst().dropLast()
    }
    let text = String(decoding: name, as: UTF8.self)
    guard !text.isEmpty, text.unicodeScalars.allSatisfy(isNameScalar) else { throw .invalidName }
    return text
  }

  private func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == "_" || scalar == "." { return true }
    switch scalar.properties.generalCategory {
    case .lowercaseLetter, .uppercaseLetter, .nonspacingMark, .spacingMark, .enclosingMark,
      .decimalNumber, .letterNumber, .otherNumber:
      return true
    default: return false
    }
  }

  // MARK: - Values

  private enum State {
    case initial, leading, unquoted, single, double, escape, spaced, closed, comment
  }

  /// `variables` are the places in `text` at which a `$` may begin a reference. A value that is
  /// `isGlued` begins right behind the equals sign, so that a `#` there may be no comment's.
  private func value(
    in written: ArraySlice<UInt8>, isGlued: Bool
  ) throws(Dotenv.Refusal.Cause) -> (text: [UInt8], variables: [Int], isCut: Bool) {
    var text: [UInt8] = []
    var variables: [Int] = []
    var isCut = false
    var state = State.initial
    for byte in written {
      switch state {
      case .initial where byte == UInt8(ascii: "'"): state = .single
      case .initial where byte == UInt8(ascii: "\""): state = .double
      // Blanks that no trimming took away, form feeds in front, count as one word.
      case .initial where PHPText.isSpace(byte), .leading where isBlank(byte):
        text.append(byte)
        state = .leading
      case .initial, .leading, .unquoted:
        if byte == UInt8(ascii: "#") {
          isCut = state != .initial || isGlued
          state = .comment
        } else if PHPText.isSpace(byte) {
          state = .spaced
        } else {
          if byte == UInt8(ascii: "$") { variables.append(text.count) }
          text.append(byte)
          state = .unquoted
        }
      case .single:
        if byte == UInt8(ascii: "'") { state = .closed } else { text.append(byte) }
      case .double:
        if byte == UInt8(ascii: "\"") {
          state = .closed
        } else if byte == UInt8(ascii: "\\") {
          state = .escape
        } else {
          if byte == UInt8(ascii: "$") { variables.append(text.count) }
          text.append(byte)
        }
      case .escape:
        text.append(try escaped(byte))
        state = .double
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
    case .single, .double, .escape: throw .unclosedQuote
    case .initial, .leading, .unquoted, .spaced, .closed, .comment: return (text, variables, isCut)
    }
  }

  private func isBlank(_ byte: UInt8) -> Bool {
    PHPText.isSpace(byte) && byte != UInt8(ascii: "\n") && byte != UInt8(ascii: "\r")
  }

  private func escaped(_ byte: UInt8) throws(Dotenv.Refusal.Cause) -> UInt8 {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "$"): byte
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "v"): 0x0B
    default: throw .unknownEscape
    }
  }
}
