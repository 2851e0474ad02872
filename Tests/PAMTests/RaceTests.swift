import Foundation
import TestSupport
import Testing

/// Fifty processes that answer at one instant.
@Suite("Races", .serialized)
struct RaceTests {
  private let children = 50

  /// The reasons of one round, by how often they were given.
  private func count(_ told: PAMReport) -> [String: Int] {
    Dictionary(told.reasons.map { ($0, 1) }, uniquingKeysWith: +)
  }

  private func winners(_ told: PAMReport) -> Int {
    told.children.filter { $0["auth"] == ["PAM_SUCCESS"] }.count
  }

  @Test("one code, one instant: exactly one success in every round; over two doors too")
  func oneCode() async throws {
    try await withEnrolled(policy: "door.sshd = ssh\ndoor.sudo = local\n") { alice in
      for round in 0..<200 {
        let offset = Int64(round) * 30
        var transaction = alice.transaction([.gate, .text(alice.code(offset))], at: offset)
        transaction.parallel = children
        if round % 2 == 1 { transaction.services["sudo"] = transaction.services["sshd"] }
        let told = try await alice.run(transaction)
        try #require(told.children.count == children)
        #expect(winners(told) == 1, "round \(round)")
        #expect(count(told)["code"] == 1, "round \(round)")
        #expect(count(told)["used-code"] == children - 1, "round \(round): \(count(told))")
      }
    }
  }

  @Test("one recovery code, one instant: exactly one success")
  func oneRecoveryCode() async throws {
    try await withEnrolled { (alice) async throws in
      for code in alice.recoveryCodes {
        var transaction = alice.transaction([.gate, .text(code)])
        transaction.parallel = 20
        #expect(winners(try await alice.run(transaction)) == 1)
      }
    }
  }

  @Test("the right code among 49 wrong ones is in at most as often as the limit of five allows")
  func guessing() async throws {
    try await withEnrolled { alice in
      let image = try alice.image()
      let rounds = Effort.rounds(200, usually: 30)
      var wins = 0
      for round in 0..<rounds {
        try alice.restore(image)
        var answers = alice.wrongCodes(children)
        answers[(round * 7 + 3) % children] = alice.code()
        var transaction = alice.transaction([.gate, .each(answers)])
        transaction.parallel = children
        let told = try await alice.run(transaction)
        let counts = count(told)
        let won = winners(told)
        wins += won
        #expect(won <= 1 && won == counts["code"] ?? 0)
        // Success forgives the wrong ones before it: up to four, itself, and five more.
        #expect(counts["wrong-code"] ?? 0 <= (won == 1 ? 9 : 5), "round \(round): \(counts)")
        #expect(
          told.children.allSatisfy {
            ["PAM_SUCCESS", "PAM_AUTH_ERR", "PAM_MAXTRIES"].contains($0["auth"].first)
          })
      }
      // A tenth, and four standard deviations.
      let share = Double(rounds) / 10
      #expect(Double(wins) <= share + 4 * (share * 0.9).squareRoot(), "\(wins) of \(rounds)")
    }
  }

  /// One code opens one sign-in, and a user has eight factors at the most (docs/formats.md): eight
  /// codes are all that can be good at one instant, so eight sign in by code. Recovery codes there
  /// are ten of: ten sign in by those.
  @Test("ten good sign-ins of one user in parallel: none is throttled")
  func good() async throws {
    try await withEnrolled { alice in
      var phones = [alice.phone]
      for n in 1..<8 {
        let phone = Authenticator(Array("secret of phone no. \(n)".utf8))
        try await alice.add(phone, named: "phone \(n)")
        phones.append(phone)
      }
      for round in 0..<Effort.rounds(50, usually: 10) {
        let offset = Int64(round) * 30
        let answers = phones.map { $0.code(at: Enrolled.noon + offset) }
        // Codes of eight secrets in a million may be the same; then one is used for the other.
        guard Set(answers).count == answers.count else { continue }
        var transaction = alice.transaction([.gate, .each(answers)], at: offset)
        transaction.parallel = 8
        #expect(winners(try await alice.run(transaction)) == 8, "round \(round)")
      }
      var transaction = alice.transaction([.gate, .each(alice.recoveryCodes)])
      transaction.parallel = 10
      #expect(winners(try await alice.run(transaction)) == 10)
    }
  }
}
