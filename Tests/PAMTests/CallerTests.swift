import Foundation
import TestSupport
import Testing

/// `subject=caller`: the second factor of who asks, for su and for sudo with targetpw.
@Suite("The caller as the subject", .enabled(if: isRoot, "\(needsRoot)"))
struct CallerTests {
  private func verdict(
    _ alice: Enrolled, ruser: String?, answer: String, uid: Int? = nil, user: String = "root"
  ) async throws -> String {
    var transaction = alice.transaction(
      [.text(answer)], options: "after_first_factor subject=caller")
    transaction.user = user
    transaction.ruser = ruser
    if let uid {
      // The real and effective uid of a person, with root's eyes: a setuid program seen from within.
      transaction.wrapper = [
        "/usr/bin/setpriv", "--reuid", "\(uid)", "--inh-caps", "+dac_override",
        "--ambient-caps", "+dac_override",
      ]
    }
    let told = try await alice.run(transaction)
    if ruser == "alice" { #expect(told.prompts.allSatisfy { $0.text.contains("for alice (") }) }
    return told.verdict
  }

  @Test("the caller's code opens; nobody else's, and nobody's where nobody is named")
  func callers() async throws {
    try await withEnrolled { (alice) async throws in
      #expect(try await verdict(alice, ruser: nil, answer: alice.code()) == "PAM_AUTH_ERR no-user")
      #expect(try await verdict(alice, ruser: "", answer: alice.code()) == "PAM_AUTH_ERR no-user")
      #expect(
        try await verdict(alice, ruser: "bob", answer: alice.code()) == "PAM_AUTH_ERR not-enrolled")
      #expect(
        try await verdict(alice, ruser: "../alice", answer: alice.code())
          == "PAM_AUTH_ERR unknown-user")
      #expect(try await verdict(alice, ruser: "alice", answer: alice.code()) == "PAM_SUCCESS code")
    }
  }

  @Test("a caller who is not root must be who PAM_RUSER says")
  func pretenders() async throws {
    try await withEnrolled { (alice) async throws in
      #expect(
        try await verdict(alice, ruser: "alice", answer: alice.code(), uid: 4002)
          == "PAM_AUTH_ERR no-user")
      #expect(
        try await verdict(alice, ruser: "alice", answer: alice.code(), uid: 4001)
          == "PAM_SUCCESS code")
    }
  }

  @Test("exemption and scope are the caller's too, not the target's")
  func policy() async throws {
    try await withEnrolled(policy: "exempt-users = bob \"x\"\n") { (alice) async throws in
      #expect(
        try await verdict(alice, ruser: "alice", answer: alice.wrongCode, user: "bob")
          == "PAM_AUTH_ERR wrong-code")
    }
  }
}
