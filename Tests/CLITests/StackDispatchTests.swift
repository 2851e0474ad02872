import Foundation
import TestSupport
import Testing

@testable import CachetMFA

/// What we make of a stack, against what the machine's libpam makes of it: stacks made at random, of
/// modules that answer what they are told to.
@Suite("A stack, as libpam goes through it")
struct StackDispatchTests {
  @Test("the answer is libpam's, whatever the stack", arguments: [UInt64(1), 2, 3, 4])
  func answers(seed: UInt64) async throws {
    var random = Seeded(state: seed)
    try await withFolder { folder in
      for round in 0..<Effort.rounds(500, usually: 120) {
        let made = StackMaker.make(&random, in: folder)
        try made.write()
        for (kind, step) in [(Stack.Kind.auth, "auth"), (.account, "acct")] {
          let told = try await libpam(step, in: folder)
          let ours = try #require(made.ours(kind))
          #expect(ours == told, "\(seed), \(round), \(kind):\n\(made)")
        }
      }
    }
  }

  /// What libpam answers, in the words of its controls.
  private func libpam(_ step: String, in folder: TemporaryFolder) async throws -> String {
    let told = try await run(
      Built.tool("pamtry"),
      ["--confdir", folder.path("libpam"), "--service", "door", "--user", "alice", step],
      environment: ["LD_PRELOAD": Built.tool("journal.so"), "TEST_JOURNAL": folder.path("journal")])
    let line = try #require(told.lines.first { $0.hasPrefix("call \(step) ") }, "\(told)")
    return line.dropFirst("call \(step) PAM_".count).lowercased()
  }
}

/// Files of /etc/pam.d, made at random.
private struct StackMaker: CustomStringConvertible {
  private static let codes: [ReturnCode] = [
    .success, .success, .success, .success, .authErr, .permDenied, .newAuthtokReqd, .ignore,
    .userUnknown, .moduleUnknown,
  ]
  private static let words = ["required", "Requisite", "sufficient", "OPTIONAL", "[required]"]
  private static let actions = [
    "ignore", "ok", "done", "bad", "die", "reset", "reset", "1", "2", "3", "1", "2", "ok",
  ]

  private let folder: TemporaryFolder
  /// Name and lines; what a line includes stands in it as `<name>`.
  private var files: [(name: String, text: String)] = []

  static func make(_ random: inout Seeded, in folder: TemporaryFolder) -> StackMaker {
    var maker = StackMaker(folder: folder)
    for (name, inner) in [("deep", []), ("low", ["deep"]), ("door", ["low", "low", "deep"])] {
      var text = ""
      for _ in 0..<Int.random(in: 2...8, using: &random) {
        text += maker.line(inner, isTop: name == "door", &random)
      }
      maker.files.append((name, text))
    }
    maker.files.append(
      (
        "other",
        "auth required \(Built.probe) return=20\naccount required \(Built.probe) return=13\n"
      )
    )
    return maker
  }

  private init(folder: TemporaryFolder) { self.folder = folder }

  private func line(_ inner: [String], isTop: Bool, _ random: inout Seeded) -> String {
    let kind = ["auth", "account", "Account", "-auth", "auth"].randomElement(using: &random) ?? ""
    var words: [String]
    switch Int.random(in: 0..<40, using: &random) {
    // Where there is no such file libpam gives up: a part of the stacks, and not most.
    case 0...3 where !inner.isEmpty: words = ["@include", "<\(inner[0])>"]
    case 4...15 where !inner.isEmpty:
      let name = inner.randomElement(using: &random) ?? ""
      let control = ["include", "substack", "Substack"].randomElement(using: &random) ?? ""
      words = [kind, control, "<\(name)>"]
    case 16 where isTop: words = ["session", "required", Built.probe]
    case 17: words = [kind, "required"]
    case 18: words = ["aut", "optional", Built.probe, "return=0"]
    case 19 where isTop: words = [kind, "include", "<gone>"]
    default:
      let code = Self.codes.randomElement(using: &random) ?? .success
      words = [kind, control(&random), Built.probe, "return=\(code.rawValue)"]
    }
    let gap = [" ", "\t", "  ", " \\\n ", "\t\\\n"].randomElement(using: &random) ?? ""
    let end =
      ["\n", "\n", " # \\\n", "\n# [no\n\n", " \\ # no\n"].randomElement(using: &random) ?? ""
    return words.joined(separator: gap) + end
  }

  private func control(_ random: inout Seeded) -> String {
    if Bool.random(using: &random) { return Self.words.randomElement(using: &random) ?? "" }
    var pairs: [String] = []
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let code = Self.codes.randomElement(using: &random).map { "\($0.word)" } ?? ""
      let action = Self.actions.randomElement(using: &random) ?? ""
      pairs.append("\(Bool.random(using: &random) ? code : "default")=\(action)")
    }
    if Int.random(in: 0..<20, using: &random) == 0 { pairs.append("ok=ok") }
    return "[" + pairs.joined(separator: " ") + "]"
  }

  /// Debian's libpam includes what has a path from where it says, and all else from /etc/pam.d.
  func write() throws {
    for (name, text) in files {
      let theirs = text.replacing(/<(\w+)>/) { "[\(folder.path("libpam"))/\($0.1)]" }
      try folder.write(theirs, to: "libpam/\(name)")
      try folder.write(text.replacing(/<(\w+)>/) { $0.1 }, to: "ours/etc/pam.d/\(name)")
    }
  }

  /// What we make of it.
  func ours(_ kind: Stack.Kind) -> String? {
    guard let stack = Stack(of: "door", in: StackFiles(root: folder.path("ours"))) else {
      return nil
    }
    // libpam has no stack, and says so.
    if stack.broken != nil { return "abort" }
    let walk = StackWalk(stack[kind])
    var state = StackWalk.State()
    while state.index < walk.handlers.count {
      state = walk.next(state, answer(of: walk.handlers[state.index]))
    }
    return "\(StackWalk.verdict(state).word)"
  }

  private func answer(of handler: Stack.Handler) -> ReturnCode {
    guard handler.role == .module else { return .permDenied }
    // A backslash in front of a comment is a word: of a line, one that the probe does not know.
    guard !handler.has("\\") else { return .abort }
    guard handler.module == Built.tool("pam_probe.so") else { return .moduleUnknown }
    let told = handler.arguments.first { $0.hasPrefix("return=") }?.dropFirst("return=".count)
    return told.flatMap { UInt8($0) }.flatMap { ReturnCode(rawValue: $0) } ?? .ignore
  }

  var description: String {
    files.map { "== \($0.name)\n\($0.text)" }.joined().replacing(Built.probe, with: "PROBE")
  }
}

/// Numbers that are the same at every run (SplitMix64).
private struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
