import OTP
import Verifier

extension PolicyFailure {
  /// What is wrong on which line of `file`, whose key is written `word` there, if that is known.
  func complaint(in file: String, word: String?) -> Complaint {
    let place = line > 0 ? "\(file):\(line)" : file
    let (words, hint) = kind.words(word)
    return Complaint("\(place): \(words)", hint: hint, kind.exit)
  }
}

extension PolicyFailure.Kind {
  fileprivate var exit: Exit {
    switch self {
    case .notApplied, .changedSinceApplied, .crypto, .noRoom: .unavailable
    case .tooLarge, .tooLong, .carriageReturn, .controlCharacter, .badUTF8, .badLine, .unknownKey,
      .repeatedKey, .badValue, .badName, .nameTooLong, .repeatedName, .missingReason,
      .reasonTooLong, .unterminatedQuote, .badEscape, .tooMany, .longestBelowFirst,
      .graceWithoutEnd, .groupAfterEveryone:
      .refused
    }
  }

  fileprivate func words(_ word: String?) -> (String, String?) {
    switch self {
    case .tooLarge: ("the policy is larger than \(Policy.largest) bytes", nil)
    case .tooLong: ("the line is longer than 512 bytes", "lists may stand on several lines")
    case .carriageReturn: ("the line ends in a carriage return", "'dos2unix' removes it")
    case .controlCharacter(let byte):
      ("control character 0x" + String(byte, radix: 16), nil)
    case .badUTF8: ("not UTF-8", nil)
    case .badLine(let line):
      (
        "\(quoted(line)) is not 'key = value'",
        "'=' stands between key and value, and '#' before a comment"
      )
    case .unknownKey(let key): ("there is no key \(quoted(key))", PolicyKey.hint(for: spelled(key)))
    case .repeatedKey(let key):
      ("\(quoted(key)) stands a second time", "one of the two lines must go")
    case .badValue(let key, let value): key.refused(spelled(value), word ?? key.spelled)
    case .badName(let key, let rest): key.misplaced(spelled(rest))
    case .nameTooLong(let key): ("\(key.spelled): a name is longer than 255 bytes", nil)
    case .repeatedName(let key, let name):
      ("\(key.spelled) names \(quoted(name)) twice", "one of the two must go")
    case .missingReason(let name):
      (
        "\(quoted(name)) is exempt without a reason",
        "write it behind the name, in double quotes: NAME \"reason\""
      )
    case .reasonTooLong(let name): ("the reason of \(quoted(name)) is longer than 200 bytes", nil)
    case .unterminatedQuote:
      ("a double quote is not closed", "one that belongs to the text is written '\\\"'")
    case .badEscape:
      (
        "a backslash stands before neither a quote nor a backslash",
        "one that belongs to the text is written '\\\\'"
      )
    case .tooMany(let key):
      (
        "\(key.spelled) has more than 128 entries",
        key == .exemptUsers ? "name a group instead, under exempt-groups" : nil
      )
    case .longestBelowFirst: ("throttle-longest is shorter than throttle-first", nil)
    case .graceWithoutEnd(let key):
      (
        "\(key.name) lets people in without a second factor for ever",
        "add 'enroll-by = YYYY-MM-DD'"
      )
    case .groupAfterEveryone(let group):
      ("enroll-by.\(spelled(group)) is later than enroll-by", "enroll-by would apply first")
    case .notApplied:
      ("not written by 'cachet-mfa policy apply'", "run 'cachet-mfa policy apply'")
    case .changedSinceApplied:
      ("changed since it was applied", "edit policy.conf and run 'cachet-mfa policy apply'")
    case .crypto: ("libcrypto failed", nil)
    case .noRoom: ("the policy does not fit", nil)
    }
  }

  private func quoted(_ text: Quoted) -> String { "'" + spelled(text) + "'" }

  private func spelled(_ quoted: Quoted) -> String {
    quoted.withBytes { (bytes: Span<UInt8>) in text(bytes) }
  }
}

extension PolicyKey {
  /// The key as the manual writes it: `door.SERVICE`.
  var spelled: String {
    switch self {
    case .door, .session: "\(name)SERVICE"
    case .enrollByGroup: "\(name)GROUP"
    case .digits, .window, .unenrolled, .enrollBy, .firstEnroll, .requiredGroups, .exemptUsers,
      .exemptGroups, .throttleAfter, .throttleFirst, .throttleLongest, .lockAfter,
      .unprovenAccountLimit, .brokerAllow, .selfServices:
      "\(name)"
    }
  }

  /// What the key takes, as a hint.
  fileprivate var allowed: String? {
    if let range { return "a number from \(range.lowerBound) to \(range.upperBound)" }
    switch self {
    case .unenrolled: return "deny or allow"
    case .firstEnroll: return "invitation or password"
    case .enrollBy, .enrollByGroup: return "a day, as YYYY-MM-DD"
    case .door: return "ssh, local, web or self"
    case .brokerAllow: return "ACCOUNT : SERVICE : GROUP"
    case .digits, .window, .throttleAfter, .throttleFirst, .throttleLongest, .lockAfter,
      .unprovenAccountLimit, .session, .requiredGroups, .exemptUsers, .exemptGroups, .selfServices:
      return nil
    }
  }

  /// What is wrong with `value` of the key, which is written `word`.
  fileprivate func refused(_ value: String, _ word: String) -> (String, String?) {
    if PolicyKey.isCommented(value) { return PolicyKey.commentBehind }
    guard let first = value.first else { return ("\(word) has no value", allowed) }
    let besides =
      first == "\"" || first == "'"
      ? ", without quotes"
      : value.lowercased() == "default"
        ? "; without the line the default holds"
        : isWord && value.lowercased() != value ? ", in lower case" : ""
    return ("\(word) cannot be '\(value)'", allowed.map { $0 + besides })
  }

  /// Whether the value is one of a few words.
  private var isWord: Bool { self == .unenrolled || self == .firstEnroll || self == .door }

  /// What is wrong where `rest` of a list stands in the place of a name or a comma.
  fileprivate func misplaced(_ rest: String) -> (String, String?) {
    let form = takesReasons ? "NAME \"reason\", NAME \"reason\"" : "NAME, NAME"
    let hint = "it is '\(spelled) = \(form)'"
    guard let first = rest.first else { return ("\(spelled) ends where a name should stand", hint) }
    switch first {
    case "#": return PolicyKey.commentBehind
    case ",": return ("\(spelled): a name is missing before '\(rest)'", hint)
    case "\"" where takesReasons:
      return ("\(spelled): a blank is missing before '\(rest)'", hint)
    case "\"", "a"..."z", "A"..."Z", "0"..."9", "_", ".", "@", "-":
      return (
        "\(spelled): a comma is missing before '\(rest)'",
        hint + "; a name with blanks stands in double quotes"
      )
    default:
      return (
        "\(spelled): '\(rest)' where a name or a comma should be",
        "a name of more than letters, digits and _ . @ - stands in double quotes"
      )
    }
  }

  fileprivate static let commentBehind: (String, String?) = (
    "a comment stands behind a value", "give it a line of its own"
  )

  fileprivate static func isCommented(_ value: String) -> Bool {
    value.hasPrefix("#") || value.contains(" #") || value.contains("\t#")
  }

  /// Which key was meant by `word`, or where to look.
  fileprivate static func hint(for word: String) -> String {
    let plain = word.lowercased().replacing("_", with: "-")
    for key in (0...UInt8.max).compactMap({ PolicyKey(rawValue: $0) }) {
      let name = "\(key.name)"
      guard name.hasSuffix(".") else {
        if plain == name { return "it is written '\(name)'" }
        continue
      }
      if plain == name || plain + "." == name { return "it is written '\(key.spelled)'" }
      guard plain.hasPrefix(name) else { continue }
      return word.hasPrefix(name)
        ? "behind the dot stands a name of letters, digits and _ . @ -, without quotes"
        : "it is written '\(name)\(word.dropFirst(name.count))'"
    }
    return "cachet-mfa-policy(5) lists them"
  }
}
