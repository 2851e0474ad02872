import Foundation
import TestSupport
import Testing

extension HostTests {
  /// The words of cachet-mfa-broker(8), "WITHOUT SYSTEMD".
  @Suite("The broker without systemd")
  struct WithoutSystemd {
    @Test("s6-ipcserverd starts the broker; mode and group of the socket say who may connect")
    func s6() async throws {
      try await withBroker { home in
        let host = home.host
        // Instead of the one that is there.
        try await host.shell(
          """
          kill $(cat /run/decide.pid); rm /run/cachet-mfa/decide.sock
          \(try WithoutSystemd.commands(of: "s6")) </dev/null >/var/log/s6 2>&1 &
          for n in $(seq 200); do
            [ "$(stat -c %G /run/cachet-mfa/decide.sock)" = cachet-mfa-web ] && break; sleep 0.02
          done
          """)
        let visit = try await home.web("alice-password", home.alice.code())
        #expect(visit.pam == ["auth PAM_SUCCESS", "acct PAM_SUCCESS"], "\(visit)")
        let stranger = try await home.web("alice-password", home.alice.nextCode(), as: "bob")
        #expect(stranger.pam.first == "auth PAM_AUTHINFO_UNAVAIL", "\(stranger)")
        #expect(
          stranger.decisions == ["unavailable broker", "account unavailable broker"], "\(stranger)")
      }
    }

    /// The block of the manual that begins with `word`.
    private static func commands(of word: String) throws -> String {
      let page = try String(
        contentsOf: Built.package.appending(path: "docs/man/cachet-mfa-broker.8"), encoding: .utf8)
      let blocks = page.components(separatedBy: ".Bd -literal -offset indent\n").dropFirst()
        .map { $0.components(separatedBy: ".Ed\n")[0].replacing("\\e\n", with: "\\\n") }
      let commands = try #require(blocks.first { $0.hasPrefix(word) })
      return commands.trimmingCharacters(in: .newlines)
    }
  }
}
