import Foundation

/// Everything an application was told during one transaction (or by one parallel child).
public struct PAMReport: Sendable {
  public struct Message: Sendable, Equatable {
    /// `off`, `on`, `info` or `error`.
    public let style: String
    public let text: String

    public init(style: String, text: String) {
      self.style = style
      self.text = text
    }
  }

  /// In order: the step and the name of PAM's answer.
  public private(set) var calls: [(step: String, answer: String)] = []
  public private(set) var prompts: [Message] = []
  public private(set) var messages: [Message] = []
  /// How many messages each conversation carried.
  public private(set) var conversations: [Int] = []
  /// PAM_AUTHTOK where `pam_probe.so record` stood; `nil` when there was none.
  public private(set) var authtok: [UInt8]?
  public private(set) var user: String?
  public private(set) var delays: [Int] = []
  public private(set) var allocations = 0
  public private(set) var troubles: [String] = []
  public private(set) var children: [PAMReport] = []

  /// pamtry's own: 0 when the transaction could be tried, 137 when it was killed.
  public private(set) var status: Int32 = 0
  /// What would have gone to syslog: `<priority> text`.
  public private(set) var journal: [String] = []
  /// With a fault: how many system calls were counted.
  public private(set) var systemCalls = 0
  /// With a fault: the number of the system call that it hit.
  public private(set) var hit: Int?

  /// All answers to one step: `report["auth"] == ["PAM_AUTH_ERR", "PAM_SUCCESS"]`.
  public subscript(step: String) -> [String] {
    calls.filter { $0.step == step }.map { $0.answer }
  }

  init(_ outcome: Outcome, journal: String, systemCalls: String) {
    var parts = [PAMReport()]
    for line in outcome.lines {
      if line.hasPrefix("child ") {
        parts.append(PAMReport())
      } else {
        parts[parts.count - 1].add(line)
      }
    }
    self = parts[0]
    children = Array(parts.dropFirst())
    status = outcome.status
    if !outcome.errors.isEmpty { troubles.append(outcome.errors) }
    self.journal = journal.split(separator: "\n").map(String.init)
    for line in systemCalls.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 2, let number = Int(words[1]) else { continue }
      if words[0] == "calls" { self.systemCalls = number }
      if words[0] == "did" { hit = number }
    }
  }

  private init() {}

  private mutating func add(_ line: String) {
    let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    let word = words.count > 1 ? String(words[1]) : ""
    let rest = words.count > 2 ? plain(words[2]) : ""
    switch words[0] {
    case "call": calls.append((word, rest))
    case "prompt": prompts.append(Message(style: word, text: rest))
    case "message": messages.append(Message(style: word, text: rest))
    case "conversation": conversations.append(Int(word) ?? -1)
    case "delay": delays.append(Int(word) ?? -1)
    case "allocations": allocations = Int(word) ?? -1
    case "probe" where word == "AUTHTOK": authtok = bytes(hex: rest)
    case "probe" where word == "USER": user = rest
    default: troubles.append(line)
    }
  }

  /// `%41` is A again.
  private func plain(_ text: Substring) -> String {
    String(text).removingPercentEncoding ?? String(text)
  }

  private func bytes(hex: String) -> [UInt8]? {
    guard hex.hasPrefix("hex:") else { return nil }
    let digits = Array(hex.dropFirst(4))
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)
    }
  }
}
