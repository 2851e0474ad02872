import OTP
import Verifier

extension PolicyFailure {
  /// What is wrong on which line of `file`.
  func complaint(in file: String) -> Complaint {
    let place = line > 0 ? "\(file):\(line)" : file
    let (words, hint) = kind.words
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

  fileprivate var words: (String, String?) {
    switch self {
    case .tooLarge: ("the policy is larger than \(Policy.largest) bytes", nil)
    case .tooLong: ("the line is longer than 512 bytes", "lists may stand on several lines")
    case .carriageReturn: ("the line ends in a carriage return", "'dos2unix' removes it")
    case .controlCharacter(let byte):
      ("control character 0x" + String(byte, radix: 16), nil)
    case .badUTF8: ("not UTF-8", nil)
    case .badLine(let line): ("\(quoted(line)) is not 'key = value'", nil)
    case .unknownKey(let key):
      ("there is no key \(quoted(key))", "cachet-mfa-policy(5) lists them")
    case .repeatedKey(let key): ("\(quoted(key)) stands a second time", nil)
    case .badValue(let key, let value):
      ("\(key.name) cannot be \(quoted(value))", key.allowed)
    case .badName(let key, let name):
      ("\(key.name): \(quoted(name)) where a name or a comma should be", nil)
    case .nameTooLong(let key): ("\(key.name): a name is longer than 255 bytes", nil)
    case .repeatedName(let key, let name): ("\(key.name) names \(quoted(name)) twice", nil)
    case .missingReason(let name):
      ("\(quoted(name)) is exempt without a reason", "write it behind the name, in quotes")
    case .reasonTooLong(let name): ("the reason of \(quoted(name)) is longer than 200 bytes", nil)
    case .unterminatedQuote: ("a quote is not closed", nil)
    case .badEscape: ("a backslash stands before neither a quote nor a backslash", nil)
    case .tooMany(let key): ("\(key.name) has more than 128 entries", "name a group instead")
    case .longestBelowFirst: ("throttle-longest is shorter than throttle-first", nil)
    case .graceWithoutEnd(let key):
      (
        "\(key.name) lets people in without a second factor for ever",
        "add 'enroll-by = YYYY-MM-DD'"
      )
    case .groupAfterEveryone(let group):
      ("enroll-by.\(unquoted(group)) is later than enroll-by", "enroll-by would apply first")
    case .notApplied:
      ("not written by 'cachet-mfa policy apply'", "run 'cachet-mfa policy apply'")
    case .changedSinceApplied:
      ("changed since it was applied", "edit policy.conf and run 'cachet-mfa policy apply'")
    case .crypto: ("libcrypto failed", nil)
    case .noRoom: ("the policy does not fit", nil)
    }
  }

  private func quoted(_ text: Quoted) -> String { "'" + unquoted(text) + "'" }

  private func unquoted(_ quoted: Quoted) -> String {
    quoted.withBytes { (bytes: Span<UInt8>) in text(bytes) }
  }
}

extension PolicyKey {
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
      .unprovenAccountLimit, .session, .requiredGroups, .exemptUsers, .exemptGroups:
      return nil
    }
  }
}
