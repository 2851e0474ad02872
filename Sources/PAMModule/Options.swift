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
  var subjectIsCaller = false
  var isDebugging = false
  var window: Int?
  var prompt: FactorName?
  private var store: Path?
  private var key: FileLocation?
  private var policy: FileLocation?

  /// The first word that is no option, stands twice, or has no sense beside another.
  struct Mistake: Error {
    let word: Quoted
  }

  /// Reads the words of the line. Unknown words are mistakes, not noise.
  init(
    _ count: Int32, _ words: UnsafeMutablePointer<UnsafePointer<CChar>?>?
  ) throws(Mistake) {
    var i = 0
    while i < Int(count) {
      guard let words = unsafe words, let word = unsafe words[i] else { break }
      let text = unsafe Span<UInt8>(
        _unsafeStart: UnsafeRawPointer(word).assumingMemoryBound(to: UInt8.self),
        count: length(of: word))
      guard take(text) else { throw Mistake(word: Quoted(text)) }
      i += 1
    }
    guard !(triesFirstPassword && usesFirstPassword) else {
      throw Mistake(word: Quoted("try_first_pass"))
    }
  }

  /// Takes one word; `false` where it is a mistake.
  private mutating func take(_ word: Span<UInt8>) -> Bool {
    switch word {
    case "forward_pass": return once(&forwardsPassword)
    case "try_first_pass": return once(&triesFirstPassword)
    case "use_first_pass": return once(&usesFirstPassword)
    case "nullok": return once(&allowsUnenrolled)
    case "after_first_factor": return once(&comesAfterFirstFactor)
    case "subject=caller": return once(&subjectIsCaller)
    case "debug": return once(&isDebugging)
    default: break
    }
    if let value = value(of: "window=", in: word) {
      guard window == nil, let number = number(word.extracting(value), atMost: 10) else {
        return false
      }
      window = number
      return true
    }
    if let value = value(of: "prompt=", in: word) {
      guard prompt == nil, let text = FactorName(word.extracting(value)) else { return false }
      prompt = text
      return true
    }
    if let value = value(of: "store=", in: word) {
      guard store == nil, word.extracting(value)[0] == UInt8(ascii: "/"),
        let path = Path(word.extracting(value))
      else { return false }
      store = path
      return true
    }
    if let value = value(of: "key=", in: word) {
      guard key == nil, let file = FileLocation(path: word.extracting(value)) else { return false }
      key = file
      return true
    }
    if let value = value(of: "policy=", in: word) {
      guard policy == nil, let file = FileLocation(path: word.extracting(value)) else {
        return false
      }
      policy = file
      return true
    }
    return false
  }

  /// Where the store is that the line names.
  var location: StoreLocation {
    var location = store.map { StoreLocation(folder: $0) } ?? .system
    if let key { location.key = key }
    if let policy { location.policy = policy }
    return location
  }

  var mode: Request.Mode {
    if usesFirstPassword { return .earlier(split: forwardsPassword) }
    if triesFirstPassword { return .earlierThenPrompt(split: forwardsPassword) }
    return forwardsPassword ? .promptSplit : .prompt
  }
}

/// Sets `flag`; `false` where it was set already.
private func once(_ flag: inout Bool) -> Bool {
  defer { flag = true }
  return !flag
}

/// Where the value of `name` stands in `word`; `nil` where the word is another, or has no value.
private func value(of name: StaticString, in word: Span<UInt8>) -> Range<Int>? {
  let length = name.utf8CodeUnitCount
  guard word.count > length, name ~= word.extracting(0..<length) else { return nil }
  return length..<word.count
}

/// The length of a C string.
func length(of text: UnsafePointer<CChar>) -> Int {
  var length = 0
  while unsafe text[length] != 0 { length += 1 }
  return length
}
