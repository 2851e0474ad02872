/// What pamtry's conversation says to a prompt.
public struct Answer: Sendable, ExpressibleByStringLiteral {
  let word: String
  init(word: String) { self.word = word }
  public init(stringLiteral text: String) { word = "text:" + text }

  public static func text(_ text: String) -> Answer { Answer(word: "text:" + text) }
  public static func bytes(_ bytes: [UInt8]) -> Answer {
    let digits = Array("0123456789abcdef")
    return Answer(
      word: "hex:"
        + String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }))
  }
  /// Child 0 says the first, later ones the last that is there. No commas within.
  public static func each(_ texts: [String]) -> Answer {
    Answer(word: "list:" + texts.joined(separator: ","))
  }
  /// A response without bytes.
  public static let null = Answer(word: "null")
  /// PAM_SUCCESS, and no responses at all.
  public static let nothing = Answer(word: "nothing")
  /// PAM_CONV_ERR.
  public static let error = Answer(word: "error")
  /// SIGKILL while the prompt stands.
  public static let kill = Answer(word: "kill")
  /// The same text to this and every later prompt.
  public static func always(_ text: String) -> Answer { Answer(word: "always:" + text) }
  /// What is typed, so that a test can look where it must not turn up.
  public var texts: [String] {
    let parts = word.split(separator: ":", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return [] }
    switch parts[0] {
    case "text", "always": return [parts[1]]
    case "list": return parts[1].split(separator: ",").map(String.init)
    default: return []
    }
  }
  // These go before the answer proper.
  /// Waits until all parallel children stand at their prompt.
  public static let gate = Answer(word: "gate")
  public static func clock(_ to: String) -> Answer { Answer(word: "clock:" + to) }
  public static func sleep(milliseconds: Int) -> Answer { Answer(word: "sleep:\(milliseconds)") }
}
