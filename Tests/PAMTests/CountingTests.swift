import Foundation
import TestSupport
import Testing

/// What counts as a guess, and what is not even evaluated.
@Suite("Counting")
struct CountingTests {
  @Test("what is no attempt is not evaluated and not counted, however often it comes")
  func notCounted() async throws {
    try await withEnrolled { alice in
      let rows: [(Answer, String)] = [
        ("", "no-answer"), (.null, "no-answer"), ("horse", "password-repeated"),
        (.bytes([8, 10, 13, 0x7f] + Array("INCORRECT".utf8)), "sshd-placeholder"),
        ("not a code", "not-a-code"), ("12345", "not-a-code"),
      ]
      for (answer, reason) in rows {
        let told = try await alice.run(
          alice.transaction(
            Array(repeating: answer, count: 12),
            lines: ["auth optional \(Built.probe) set=horse", alice.line()],
            steps: Array(repeating: "auth", count: 12)))
        #expect(told.reasons == Array(repeating: reason, count: 12))
        #expect(!told.journal.contains { $0.contains("wait=") })
      }
      #expect(try await alice.signIn(alice.code()) == "PAM_SUCCESS code")
    }
  }

  @Test("an identical repeat within the half minute is no second guess; later it is")
  func repeats() async throws {
    try await withEnrolled { alice in
      let wrong = alice.wrongCode
      let told = try await alice.run(
        alice.transaction([.always(wrong)], steps: Array(repeating: "auth", count: 10)))
      #expect(told.reasons == ["wrong-code"] + Array(repeating: "answer-repeated", count: 9))
      #expect(try await alice.signIn(wrong, at: 30) == "PAM_AUTH_ERR wrong-code")
      #expect(try await alice.signIn(alice.wrongCodes(2)[1], at: 31) == "PAM_AUTH_ERR wrong-code")
      // Another one came between: it counts again.
      let again = try await alice.run(alice.transaction([.text(wrong)], at: 32))
      #expect(again.reasons == ["wrong-code"])
      #expect(again.journal.last?.field("attempts") == "4")
    }
  }

  @Test(
    "in every other mode each well-formed code counts, repeated or not",
    arguments: [
      "forward_pass", "use_first_pass", "try_first_pass", "use_first_pass forward_pass",
      "try_first_pass forward_pass",
    ])
  func modes(options: String) async throws {
    try await withEnrolled { alice in
      let wrong = alice.wrongCode
      let lines = [
        "auth optional \(Built.probe) set=\(wrong)", alice.line(options),
      ]
      // A key that sshd vouches for: a first factor in every mode.
      var transaction = alice.transaction(
        [.always("")], lines: lines, steps: Array(repeating: "auth", count: 7))
      transaction.environment = ["SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"]
      let told = try await alice.run(transaction)
      if options == "forward_pass" {
        #expect(Set(told.reasons) == ["no-answer"])
        transaction.answers = [.always(wrong)]
        let typed = try await alice.run(transaction)
        #expect(
          typed.reasons == Array(repeating: "wrong-code", count: 5) + ["throttled", "throttled"])
        #expect(typed["auth"].suffix(2) == ["PAM_MAXTRIES", "PAM_MAXTRIES"])
      } else {
        #expect(told.reasons.filter { $0 == "wrong-code" }.count == 5)
        #expect(told["auth"].last == "PAM_MAXTRIES")
      }
      #expect(
        try await alice.signIn(alice.code()) == "PAM_MAXTRIES throttled")
    }
  }

  @Test("without a proven first factor repeats count too, and never where it is proven")
  func unproven() async throws {
    try await withEnrolled { alice in
      var transaction = alice.transaction(
        [.always(alice.wrongCode)], options: "", steps: Array(repeating: "auth", count: 7))
      transaction.rhost = "192.0.2.1"
      let told = try await alice.run(transaction)
      #expect(
        told.reasons == Array(repeating: "wrong-code", count: 5) + ["throttled", "throttled"])
      #expect(Set(told["auth"]) == ["PAM_AUTH_ERR"])
      #expect(Set(told.prompts.map(\.text)) == ["Verification code for alice (sshd): "])
      #expect(try await alice.signIn(alice.code()) == "PAM_SUCCESS code")
    }
  }

  @Test("doors are counted apart, an unlisted service is local")
  func doors() async throws {
    try await withEnrolled(policy: "door.sshd = ssh\ndoor.apache2 = web\n") { alice in
      var transaction = alice.transaction(
        alice.wrongCodes(5).map { .text($0) }, steps: Array(repeating: "auth", count: 5))
      let lines = transaction.services["sshd"] ?? []
      _ = try await alice.run(transaction)
      transaction.steps = ["auth"]
      transaction.answers = [.text(alice.code())]
      #expect(try await alice.run(transaction).verdict == "PAM_MAXTRIES throttled")
      for (service, door, offset) in [("sudo", "local", 0), ("apache2", "web", 30)]
        as [(String, String, Int64)]
      {
        transaction.services = [service: lines]
        transaction.answers = [.text(alice.code(offset))]
        let told = try await alice.run(transaction)
        #expect(told.verdict == "PAM_SUCCESS code")
        #expect(told.journal.last?.field("door") == door)
      }
    }
  }

  @Test("one handle can be asked three times, behind a fork, and again after a restart")
  func oneHandle() async throws {
    try await withEnrolled { alice in
      let told = try await alice.run(
        alice.transaction(
          [
            .text(alice.wrongCode), "", .text(alice.code()), .text(alice.code()),
            .text(alice.code(30)),
          ],
          steps: ["auth", "auth", "auth", "setcred", "acct", "restart", "auth", "fork", "auth"]))
      #expect(told.reasons.prefix(4) == ["wrong-code", "no-answer", "code", "used-code"])
      #expect(
        told["auth"] == [
          "PAM_AUTH_ERR", "PAM_AUTH_ERR", "PAM_SUCCESS", "PAM_AUTH_ERR", "PAM_SUCCESS",
        ])
    }
  }

  @Test("the next prompt tells who proved a first factor why the last answer was refused")
  func notes() async throws {
    try await withEnrolled { (alice) async throws in
      let shown = { (answers: [String]) in
        try await alice.run(
          alice.transaction(
            answers.map { .text($0) }, steps: Array(repeating: "auth", count: answers.count))
        ).prompts.last?.text ?? ""
      }
      let usual = "Verification code for alice (sshd): "
      #expect(try await shown([alice.wrongCode, ""]) == "The last code was wrong. " + usual)
      #expect(
        try await shown([alice.code(-300), ""])
          == "The last code was for another time: check the clocks. " + usual)
      #expect(try await shown([alice.code(), ""]) == usual)
      #expect(
        try await shown([alice.code(), ""])
          == "The last code was already used, the next one comes in 20 s. " + usual)
    }
  }
}
