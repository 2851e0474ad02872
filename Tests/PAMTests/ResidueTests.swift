import Foundation
import TestSupport
import Testing

/// What a sign-in leaves in the memory of its host.
@Suite("Residue")
struct ResidueTests {
  struct Story: Sendable, CustomTestStringConvertible {
    let name: String
    var options = "after_first_factor"
    let answer: @Sendable (Enrolled) -> String
    let isRight: Bool
    var testDescription: String { name }
  }

  static let stories = [
    Story(name: "right code", answer: { $0.code() }, isRight: true),
    Story(name: "right code, unproven", options: "", answer: { $0.code() }, isRight: true),
    Story(name: "wrong code", answer: { $0.wrongCode }, isRight: false),
    Story(name: "stale code", answer: { $0.code(-300) }, isRight: false),
    Story(
      name: "password and code", options: "forward_pass",
      answer: { "correct horse battery" + $0.code() }, isRight: true),
    Story(
      name: "password and wrong code", options: "forward_pass",
      answer: { "correct horse battery" + $0.wrongCode }, isRight: false),
    Story(name: "recovery code", answer: { $0.recoveryCodes[2] }, isRight: true),
    Story(name: "wrong recovery code", answer: { _ in "AAAA-BBBB-CCCC-DDDD" }, isRight: false),
    Story(
      name: "password and recovery code", options: "forward_pass",
      answer: { "correct horse battery" + $0.recoveryCodes[2] }, isRight: true),
  ]

  @Test(
    "no secret, key, code or password is left on the stack or in freed memory", arguments: stories)
  func clean(_ story: Story) async throws {
    try await withEnrolled { alice in
      let told = try await search(alice, story, control: false)
      #expect(told.lines.filter { $0.hasPrefix("found") } == [])
      #expect(told.lines.last == "answer \(story.isRight ? 0 : 7)")
      let searched = told.lines.compactMap { $0.firstMatch(of: /^searched ([0-9]+)$/)?.1 }
      #expect(searched.first.flatMap { Int($0) } ?? 0 > 1 << 20)
    }
  }

  @Test("a trace on the dead stack, and one in freed memory, would be found")
  func control() async throws {
    try await withEnrolled { alice in
      let told = try await search(alice, Self.stories[0], control: true)
      let found = told.lines.filter { $0.hasPrefix("found") }
      #expect(found.contains("found control stack"))
      #expect(found.contains { $0 == "found control heap" || $0 == "found control memory" })
      #expect(found.allSatisfy { $0.hasPrefix("found control ") })
    }
  }

  /// Signs in by build/test/residue, with everything as pattern that must not be left.
  private func search(_ alice: Enrolled, _ story: Story, control: Bool) async throws -> Outcome {
    let folder = alice.folder
    let key = [UInt8](try Data(contentsOf: URL(filePath: alice.store + "/host.key")))
    let derived = { (label: String) in hmac(.sha256, key: key, Array(label.utf8)) }
    let answer = story.answer(alice)
    var patterns: [(String, [UInt8])] = [
      ("answer", Array(answer.utf8)), ("right-code", Array(alice.code().utf8)),
      ("secret", alice.phone.secret), ("secret-inner-pad", alice.phone.secret.map { $0 ^ 0x36 }),
      ("secret-outer-pad", alice.phone.secret.map { $0 ^ 0x5c }),
      ("host-key", key), ("host-key-inner-pad", key.map { $0 ^ 0x36 }),
      ("host-key-outer-pad", key.map { $0 ^ 0x5c }),
      ("seal-key", derived("cachet-mfa seal 1")), ("store-key", derived("cachet-mfa store.id 1")),
      ("fingerprint-key", derived("cachet-mfa fingerprint 1")),
    ]
    if answer.contains("-") {
      patterns.append(("one-time-secret", ResidueTests.crockford(String(answer.suffix(19)))))
    }
    if control { patterns.append(("control", Array("left here on purpose".utf8))) }
    let hex = { (bytes: [UInt8]) in
      bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    try folder.write(alice.line(story.options) + "\n", to: "pam.d/sshd")
    try folder.write("auth required pam_deny.so\n", to: "pam.d/other")
    return try await run(
      Built.tool("residue"),
      [folder.path("pam.d"), "sshd", "alice"] + (control ? ["control"] : []),
      environment: [
        "LD_PRELOAD": "journal.so:clock.so:accounts.so", "LD_LIBRARY_PATH": Built.tool(""),
        "TEST_JOURNAL": folder.path("journal"), "TEST_CLOCK": "@\(Enrolled.noon)",
        "TEST_PASSWD": try folder.write(alice.accounts.passwd, to: "passwd", mode: 0o644),
        "TEST_GROUP": try folder.write(alice.accounts.group, to: "group", mode: 0o644),
      ], input: patterns.map { "\($0.0) \(hex($0.1))\n" }.joined(), within: 120)
  }

  /// The ten bytes behind `XXXX-XXXX-XXXX-XXXX`.
  private static func crockford(_ text: String) -> [UInt8] {
    let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    var (bytes, bits, held) = ([UInt8](), 0, 0)
    for letter in text where letter != "-" {
      (bits, held) = (bits << 5 | (alphabet.firstIndex(of: letter) ?? 0), held + 5)
      if held >= 8 {
        held -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> held))
      }
    }
    return bytes
  }
}
