import Foundation
import TestSupport
import Testing

/// Answers and conversations that nobody meant well: never success, never ignore, never a hang.
@Suite("Bad answers")
struct BadAnswerTests {
  /// Made from the right code.
  static let answers: [(name: String, make: @Sendable (String) -> [UInt8])] = [
    ("empty", { _ in [] }),
    ("10 kB", { _ in [UInt8](repeating: 0x41, count: 10_240) }),
    ("10 kB of digits", { _ in [UInt8](repeating: 0x31, count: 10_240) }),
    ("40 kB of digits", { _ in [UInt8](repeating: 0x31, count: 40_000) }),
    ("cut by a NUL", { Array($0.utf8.prefix(3)) }),
    ("invalid UTF-8", { _ in [0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0] }),
    ("invalid UTF-8 around", { [0xff] + Array($0.utf8) + [0x80] }),
    (
      "fullwidth digits",
      {
        Array(
          String($0.unicodeScalars.map { Character(Unicode.Scalar($0.value + 0xfee0) ?? "x") }).utf8
        )
      }
    ),
    (
      "arabic digits",
      {
        Array(
          String($0.unicodeScalars.map { Character(Unicode.Scalar($0.value + 0x630) ?? "x") }).utf8)
      }
    ),
    ("a digit with a combining mark", { Array(($0 + "\u{301}").utf8) }),
    ("a sign", { Array("+\($0.dropFirst())".utf8) }),
    ("a minus", { Array("-\($0.dropFirst())".utf8) }),
    ("a sign in front", { Array("+\($0)".utf8) }),
    ("newline", { Array("\($0)\n".utf8) }),
    ("carriage return", { Array("\($0)\r\n".utf8) }),
    ("2^32 more", { Array(String(4_294_967_296 + (UInt64($0) ?? 0)).utf8) }),
    ("2^64 more", { Array("1844674407370\(9_551_616 + (Int($0) ?? 0))".utf8) }),
    ("zeros in front", { Array("00\($0)".utf8) }),
    ("zero in front", { Array("0\($0)".utf8) }),
    ("hexadecimal", { Array("0x\(String(Int($0) ?? 0, radix: 16))".utf8) }),
    ("exponent", { _ in Array("1e0005".utf8) }),
    ("a format", { _ in Array("%n%n%s%s%s".utf8) }),
    ("almost a recovery code", { _ in Array("AAAA-BBBB-CCCC-DDD".utf8) }),
    ("letters that Crockford lacks", { _ in Array("UUUU-UUUU-UUUU-UUUU".utf8) }),
    ("terminal escapes", { _ in Array("\u{1b}]0;x\u{7}\u{1b}[2J".utf8) }),
  ]

  /// At our prompt they are the code; where the password stands before it they are none.
  static let grouped: [(name: String, make: @Sendable (String) -> [UInt8])] = [
    ("blank in front", { Array(" \($0)".utf8) }),
    ("blank behind", { Array("\($0) ".utf8) }),
    ("blank within", { Array("\($0.prefix(3)) \($0.suffix(3))".utf8) }),
  ]

  @Test("each is refused, at our prompt and by every other way", arguments: 0..<answers.count)
  func refused(index: Int) async throws {
    try await withEnrolled { alice in
      let answer = Self.answers[index].make(alice.code())
      for options in ["", "after_first_factor", "try_first_pass after_first_factor"] {
        let told = try await alice.run(alice.transaction([.bytes(answer)], options: options))
        #expect(told["auth"] == ["PAM_AUTH_ERR"], "\(Self.answers[index].name) \(options)")
        #expect(told.status == 0 && told.journal.count == 1)
        if let typed = String(validating: answer, as: UTF8.self), typed.count >= 6 {
          #expect(!told.journal.contains { $0.contains(typed) })
        }
      }
      // None of it took the right code with it.
      #expect(try await alice.signIn(alice.code()) == "PAM_SUCCESS code")
    }
  }

  @Test("with forward_pass none is taken that does not end in the code itself")
  func split() async throws {
    try await withEnrolled { alice in
      let image = try alice.image()
      for (name, make) in Self.answers + Self.grouped {
        try alice.restore(image)
        let answer = make(alice.code())
        let told = try await alice.run(
          alice.transaction([.bytes(answer)], options: "forward_pass"))
        let endsInCode = answer.suffix(6).elementsEqual(alice.code().utf8)
        #expect((told["auth"] == ["PAM_SUCCESS"]) == endsInCode, "\(name)")
        #expect(endsInCode || told["auth"] == ["PAM_AUTH_ERR"], "\(name)")
      }
    }
  }

  @Test(
    "a conversation that fails, says nothing or is not there refuses",
    arguments: [Answer.error, .nothing, .null])
  func conversation(answer: Answer) async throws {
    try await withEnrolled { alice in
      for options in ["after_first_factor", "forward_pass", "try_first_pass", ""] {
        let told = try await alice.run(alice.transaction([answer], options: options))
        #expect(told["auth"] == ["PAM_AUTH_ERR"])
        #expect(["no-conversation", "no-answer"].contains(told.reasons.last))
      }
      var transaction = alice.transaction([])
      transaction.conversation = false
      #expect(try await alice.run(transaction).verdict == "PAM_AUTH_ERR no-conversation")
      #expect(try await alice.signIn(alice.code()) == "PAM_SUCCESS code")
    }
  }

  @Test("a client that is killed at the prompt leaves nothing behind")
  func killed() async throws {
    try await withEnrolled { alice in
      let before = try alice.image()
      let told = try await alice.run(alice.transaction([.kill]))
      #expect(told.status == 137)
      #expect(try alice.image().names == before.names)
      #expect(try alice.image()["users/alice/state"] == before["users/alice/state"])
      #expect(try await alice.signIn(alice.code()) == "PAM_SUCCESS code")
    }
  }
}
