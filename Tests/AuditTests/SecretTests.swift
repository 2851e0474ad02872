import Foundation
import TestSupport
import Testing

@testable import CachetAudit

@Suite("Weak passwords and keys")
struct SecretTests {
  private func faults(_ password: String) -> [String] {
    PasswordRule().judge(HiddenValue(password.utf8)).faults
  }

  @Test(
    "long passwords of all kinds that are weak all the same",
    arguments: [
      ("Password-12345678", "is a common word with digits or signs around it"),
      ("Password-12345678", "follows a pattern such as 1234 or abcd"),
      ("Secret123456789!", "is a common word with digits or signs around it"),
      ("Secret123456789!", "follows a pattern such as 1234 or abcd"),
      ("Aa1!Aa1!Aa1!Aa1!", "has too few different characters"),
      ("Aa1!Aa1!Aa1!Aa1!", "repeats itself"),
      ("P@ssw0rdP@ssw0rd", "is a common word with digits or signs around it"),
      ("P@ssw0rd-P@ssw0rd2", "is a common word with digits or signs around it"),
      ("aaaaaaaaaaaaaaaa1A!", "has too few different characters"),
      ("abcdefghijklmnop1A!", "follows a pattern such as 1234 or abcd"),
      ("Changeme-Changeme1", "is a common word with digits or signs around it"),
      ("Ab1!cD2?Ab1!cD2?", "repeats itself"),
    ])
  func weak(password: String, fault: String) {
    #expect(faults(password).contains(fault), "\(faults(password))")
  }

  @Test(
    "strong ones", arguments: [Fixture.password, "Xk9#mQ2$vL7&nR4%pT", "Calm-Valley=Beacon42"])
  func strong(password: String) { #expect(faults(password).isEmpty) }

  @Test("without the dictionary a password is not called strong, and a weak one is told")
  func dictionary() throws {
    for name in ["nonexistent", "broken"] {
      let fixture = try Fixture(.two4)
      let path = "\(fixture.root)/\(name)"
      if name == "broken" {
        for ending in ["pwd", "pwi", "hwm"] {
          try fixture.write("broken.\(ending)", "no dictionary")
        }
      }
      func outcome() throws -> Audit.Result.Outcome {
        try #require(
          fixture.audit { $0.passwordRule.dictionary = path }.results
            .first { $0.check.id == "database-password" }
        ).outcome
      }
      guard case .notAsked(let why) = try outcome() else {
        Issue.record("judged without a dictionary")
        continue
      }
      #expect(
        why
          == "there is no dictionary of cracklib as \(path).pwd and .pwi: install cracklib-runtime")
      try fixture.set("DB_PASSWORD", "Sh0rt!")
      guard case .found = try outcome() else {
        Issue.record("not found")
        continue
      }
    }
  }

  @Test("a host without the dictionary is told so in our words, and in libcrack's never")
  func silent() async throws {
    let fixture = try Fixture(.two4)
    let script =
      "mount -t tmpfs none /var/cache && exec \"$0\" audit \"$1\" --only database-password --fail-on info"
    guard isRoot else { return }
    let told = try await run(
      "unshare", ["--mount", "sh", "-c", script, Built.program, fixture.root],
      environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"])
    #expect(told.status == 0 && told.errors.isEmpty, "\(told)")
    #expect(told.output.contains("there is no dictionary of cracklib"))
    #expect(told.output.contains("clean as far as checked"))
  }

  static let random32 = "base64:Zx0L1xk3v2b8Qd7Yk1o0T5n9u4r6w3y8a2c7e1g5i9s="

  @Test(
    "keys, by their bytes",
    arguments: [
      ("changeme_secret_key_min_32_chars", "is a placeholder"),
      (String(repeating: "a", count: 32), "is not random: its bytes repeat or count up"),
      (
        String(repeating: "abcdefgh12345678", count: 2),
        "is not random: its bytes repeat or count up"
      ),
      ("ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`", "is not random: its bytes repeat or count up"),
      (
        "base64:" + Data(repeating: 0, count: 32).base64EncodedString(),
        "is not random: its bytes repeat or count up"
      ),
      (
        "base64:" + Data(0..<32).base64EncodedString(),
        "is not random: its bytes repeat or count up"
      ),
      (
        "base64:" + Data("changeme_secret_key_min_32_chars".utf8).base64EncodedString(),
        "is text in base64, not random bytes"
      ),
      ("YourSecretKeyYourSecretKeyGoHere", "is a placeholder"),
      (
        "correct horse battery staple 123",
        "is not random: its letters are all of one case"
      ),
      ("tooshort", "is neither 32 characters nor 'base64:' with 32 bytes"),
      ("base64:AAECAwQ=", "does not hold 32 bytes in base64"),
      (random32, nil), ("0123456789abcdef0f1e2d3c4b5a6978", nil),
      ("dK3mQz8xWv1Rt6YpLb9NcF2hJs7GaU4e", nil),
    ] as [(String, String?)])
  func keys(key: String, fault: String?) throws {
    #expect(KeyRule.fault(of: HiddenValue(key.utf8)) == fault)
    let fixture = try Fixture(.two4)
    try fixture.set("APP_KEY", "\"\(key)\"")
    #expect(try fixture.audit().told.contains("app-key .env:4") == (fault != nil))
  }

  @Test("of 2,000 random keys and passwords none is called weak")
  func random() {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    let signs = letters + Array("!#%&()*+,-./:;<=>?@[]^_{|}~".utf8)
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2_000 {
      let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
      let binary = "base64:" + Data(bytes).base64EncodedString()
      let text = (0..<32).map { _ in letters.randomElement(using: &random) ?? 0 }
      for key in [Array(binary.utf8), text, Array(hex(Array(bytes.prefix(16))).utf8)] {
        #expect(
          KeyRule.fault(of: HiddenValue(key)) == nil, "\(String(decoding: key, as: UTF8.self))")
      }
      let password = (0..<24).map { _ in signs.randomElement(using: &random) ?? 0 }
      #expect(
        !Placeholder.isMadeOfWords(password) && Repetition.period(of: password) == nil,
        "\(String(decoding: password, as: UTF8.self))")
    }
  }
}
