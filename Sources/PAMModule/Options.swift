internal import CPlatform
internal import OTP
internal import PAMShim
internal import Store
internal import Verifier

/// The module's line in the PAM stack. Options narrow what policy allows; they never widen it.
struct Options {
  var forwardsPassword = false
  var triesFirstPassword = false
  var usesFirstPassword = false
  var allowsUnenrolled = false
  var comesAfterFirstFactor = false
  var needsFirstFactor = false
  /// For account lines.
  var needsSecondFactor = false
  var subjectIsCaller = false
  /// The broker verifies the password that stands before the code.
  var brokerVerifiesPassword = false
  /// Accepted for the sake of other modules' lines: the journal tells each decision without it.
  private var saysDebug = false
  var window: Int?
  var prompt: FactorName?
  private var store: Path?
  private var key: FileLocation?
  private var policy: FileLocation?

  /// The first word that is no option or stands twice, or two that have no sense together.
  struct Mistake: Error {
    let reason: Reason
    let words: Quoted

    init(word: Quoted) { (reason, words) = (.badOption, word) }
    init(conflict: StaticString) { (reason, words) = (.optionConflict, Quoted(conflict)) }
  }

  /// Reads the words of a line, of an auth line where `mayAsk`. Unknown words are mistakes, not noise.
  init(
    _ count: Int32, _ words: UnsafeMutablePointer<UnsafePointer<CChar>?>?, mayAsk: Bool
  ) throws(Mistake) {
    var i = 0
    while i < Int(count) {
      guard let words = unsafe words, let word = unsafe words[i] else { break }
      let mistake = unsafe withBytes(of: word) { (text: Span<UInt8>) in
        take(text) ? nil : Quoted(text)
      }
      if let mistake { throw Mistake(word: mistake) }
      i += 1
    }
    // On an auth line it would promise what that cannot keep.
    guard !(mayAsk && needsSecondFactor) else {
      throw Mistake(word: Quoted("needs_second_factor"))
    }
    // Without the broker nobody verifies a password, and skipping it would open the door to a code
    // alone. Where no store is named, the caller is root.
    guard !brokerVerifiesPassword || needsBroker else {
      guard store == nil else { throw Mistake(conflict: "broker_password store") }
      throw Mistake(word: Quoted("broker_password"))
    }
    guard !(triesFirstPassword && usesFirstPassword) else {
      throw Mistake(conflict: "try_first_pass use_first_pass")
    }
    // Where the password is asked for here, nothing before this line can have been right.
    if case .promptSplit = mode, comesAfterFirstFactor {
      throw Mistake(
        conflict: brokerVerifiesPassword
          ? "broker_password after_first_factor" : "forward_pass after_first_factor")
    }
  }

  /// Takes one word; `false` where it is a mistake.
  private mutating func take(_ word: Span<UInt8>) -> Bool {
    var sign = 0
    while sign < word.count, word[sign] != UInt8(ascii: "=") { sign += 1 }
    if sign == word.count { return take(flag: word) }
    let value = word.extracting((sign + 1)..<word.count)
    return value.count > 0 && take(word.extracting(0..<sign), value)
  }

  private mutating func take(flag: Span<UInt8>) -> Bool {
    switch flag {
    case "forward_pass": return once(&forwardsPassword)
    case "try_first_pass": return once(&triesFirstPassword)
    case "use_first_pass": return once(&usesFirstPassword)
    case "nullok": return once(&allowsUnenrolled)
    case "after_first_factor": return once(&comesAfterFirstFactor)
    case "needs_first_factor": return once(&needsFirstFactor)
    case "needs_second_factor": return once(&needsSecondFactor)
    case "broker_password": return once(&brokerVerifiesPassword)
    case "debug": return once(&saysDebug)
    default: return false
    }
  }

  private mutating func take(_ name: Span<UInt8>, _ value: Span<UInt8>) -> Bool {
    switch name {
    case "subject": return "caller" ~= value && once(&subjectIsCaller)
    case "window":
      guard window == nil else { return false }
      window = number(value, atMost: 10)
      return window != nil
    case "prompt":
      guard prompt == nil else { return false }
      prompt = FactorName(value)
      return prompt != nil
    case "store":
      guard store == nil, value[0] == UInt8(ascii: "/") else { return false }
      store = Path(value)
      return store != nil
    case "key":
      guard key == nil else { return false }
      key = FileLocation(path: value)
      return key != nil
    case "policy":
      guard policy == nil else { return false }
      policy = FileLocation(path: value)
      return policy != nil
    default: return false
    }
  }

  /// Where the store is that the line names.
  var location: StoreLocation {
    var location = store.map { StoreLocation(folder: $0) } ?? .system
    if let key { location.key = key }
    if let policy { location.policy = policy }
    return location
  }

  /// Whether the broker is asked: the caller may not read a store, and the line names none.
  var needsBroker: Bool { store == nil && geteuid() != 0 }

  var mode: Request.Mode {
    let split = forwardsPassword || brokerVerifiesPassword
    if usesFirstPassword { return .earlier(split: split) }
    if triesFirstPassword { return .earlierThenPrompt(split: split) }
    return split ? .promptSplit : .prompt
  }
}

/// Sets `flag`; `false` where it was set already.
private func once(_ flag: inout Bool) -> Bool {
  defer { flag = true }
  return !flag
}
