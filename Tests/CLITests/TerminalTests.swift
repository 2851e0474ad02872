import Foundation
import TestSupport
import Testing

@Suite struct TerminalTests {
  @Test func aTypedCodeIsNotEchoedAndTheTerminalIsRestored() async throws {
    try await withDemo { demo in
      let seen = try await demo.talk(
        ["authenticator: ", "111111", "authenticator: ", "22222", "authenticator: ", "333333"],
        "enroll", "--user", "daemon")
      #expect(seen.status == 1)
      #expect(!seen.output.contains("111111"))
      #expect(seen.output.contains("a code of this factor has 6 digits"))
      #expect(seen.output.contains("no code confirmed the factor, nothing was stored"))
      #expect(seen.output.contains(" echo "))
    }
  }

  @Test func anInterruptRestoresTheTerminal() async throws {
    try await withDemo { demo in
      let seen = try await demo.talk(
        ["authenticator: ", "<interrupt>"], "enroll", "--user", "daemon")
      #expect(seen.status == 130)
      #expect(seen.output.contains(" echo "))
      #expect(!seen.output.contains("-echo "))
    }
  }

  @Test func aPastedURIIsNotEchoed() async throws {
    try await withDemo { demo in
      let seen = try await demo.talk(
        ["otpauth URI: ", "otpauth://totp/x?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"],
        "import", "--user", "daemon")
      #expect(seen.status == 0)
      #expect(!seen.output.contains("JBSWY3DP"))
      #expect(seen.output.contains("enrolled daemon with the factor 'authenticator'"))
    }
  }

  @Test func coloursAreForTerminalsThatWantThem() async throws {
    try await withDemo { demo in
      let words = ["enroll", "--user", "daemon", "--no-confirm"]
      func escapes(_ environment: [String: String]) async throws -> Bool {
        try await demo.talk(
          [], words[0], words[1], words[2], words[3], environment: environment
        ).output.contains("\u{1b}[")
      }
      #expect(try await escapes([:]))
      #expect(try await !escapes(["NO_COLOR": "1"]))
      #expect(try await !escapes(["TERM": "dumb"]))
      let piped = try await demo.mfa("enroll", "--user", "daemon", "--no-confirm")
      #expect(!piped.output.contains("\u{1b}["))
    }
  }

  @Test func aLocaleWithoutUTF8GetsASCII() async throws {
    try await withDemo { demo in
      let seen = try await demo.mfa(
        "enroll", "--user", "daemon", "--no-confirm",
        environment: ["LC_ALL": "C", "LANG": "C.UTF-8"])
      #expect(seen.output.utf8.allSatisfy { $0 < 0x80 })
      #expect(seen.output.contains("##"))
      let blocks = try await demo.mfa(
        "enroll", "--user", "daemon", "--no-confirm", environment: ["LANG": "de_DE.utf8"])
      #expect(blocks.output.contains("\u{2588}"))
    }
  }

  @Test func aNarrowTerminalGetsTheURIAlone() async throws {
    try await withDemo { demo in
      let seen = try await demo.talk(
        [], "enroll", "--user", "daemon", "--no-confirm", columns: 40)
      #expect(seen.output.contains("the terminal has 40 columns and the QR code needs"))
      #expect(!seen.output.contains("\u{2580}"))
      #expect(seen.output.contains("otpauth://totp/"))
    }
  }

  @Test func removingAsks() async throws {
    try await withDemo { demo in
      _ = try await demo.enrolled()
      let kept = try await demo.talk(["[y/N] ", "n"], "remove", "--user", "daemon")
      #expect(kept.status == 1)
      #expect(kept.output.contains("nothing was changed"))
      let gone = try await demo.talk(["[y/N] ", "yes"], "remove", "--user", "daemon")
      #expect(gone.status == 0)
      #expect(gone.output.contains("daemon is not enrolled any more"))
    }
  }
}
