import Foundation
import TestSupport
import Testing

extension HostTests {
  /// What systemd's own tools say of them. What comes of them under a systemd is in SystemdTests.
  @Suite("The units")
  struct Units {
    private static let units = ["decide", "self"].flatMap {
      ["cachet-mfa-\($0).socket", "cachet-mfa-\($0)@.service"]
    }

    @Test("systemd finds nothing wrong with them, and little that they leave open")
    func verified() async throws {
      let units =
        Units.units
        + ["service", "timer", "path"].map { "cachet-mfa-audit@.\($0)" }
        + ["cachet-mfa-audit-alert@.service"]
      try await withHost(sshd: nil) { host in
        // Whoever has none is not alerted: the unit has a condition for it.
        try host.write("#!/bin/sh\n", to: "/etc/cachet-mfa/audit-alert", mode: 0o755)
        for unit in units {
          try host.write(Units.text(of: unit), to: "/etc/systemd/system/\(unit)")
        }
        for unit in units {
          let told = try await host.run(
            "systemd-analyze", "verify", "--man=no", "/etc/systemd/system/\(unit)")
          // Debian 12's systemd does not know the word, and goes on without it.
          let errors = told.errors.split(separator: "\n").filter {
            !$0.contains("Unknown key 'PollLimitIntervalSec' in section [Socket], ignoring.")
          }
          #expect(told.status == 0 && errors.isEmpty, "\(told)")
        }
        // What the alert's program does is the administrator's affair.
        for unit in units where unit.hasSuffix("@.service") && !unit.contains("alert") {
          // Tenths of 10, which is no protection at all; root and its capabilities are the most.
          let told = try await host.run(
            "systemd-analyze", "security", "--offline=true", "--threshold=22", "--no-pager",
            "/etc/systemd/system/\(unit)")
          #expect(told.status == 0, "\(told)")
        }
      }
    }

    @Test("decide and self are confined alike")
    func alike() throws {
      let both = try ["decide", "self"].map {
        try Units.text(of: "cachet-mfa-\($0)@.service").split(separator: "\n")
          .filter { !$0.hasPrefix("Description=") }
      }
      #expect(both[0] == both[1] && both[0].count > 30)
    }

    @Test("a line of the audit in the journal, and an alert, tells which installation it is about")
    func auditsApart() throws {
      for (unit, name) in [
        ("cachet-mfa-audit@.service", "cachet-mfa-audit@%i"),
        ("cachet-mfa-audit-alert@.service", "cachet-mfa-audit-alert@%i"),
      ] {
        let lines = try Units.text(of: unit).split(separator: "\n")
        #expect(lines.contains("SyslogIdentifier=\(name)"))
        let start = try #require(lines.first { $0.hasPrefix("ExecStart=") })
        #expect(start.split(separator: " ").contains("%f"))
      }
    }

    @Test("nor with the drop-in for directories, nor with the timer that ends the form's sessions")
    func besides() async throws {
      try await withHost(sshd: nil) { host in
        try host.copy("packaging/apache", to: "/usr/share/cachet-mfa/apache")
        var paths: [String] = []
        for name in ["service", "timer"].map({ "cachet-mfa-passphrases.\($0)" }) {
          try host.copy("packaging/apache/\(name)", to: "/etc/systemd/system/\(name)")
          paths.append("/etc/systemd/system/\(name)")
        }
        for role in ["decide", "self"] {
          let path = "/etc/systemd/system/cachet-mfa-\(role)@.service"
          try host.copy("packaging/systemd/cachet-mfa-\(role)@.service", to: path)
          try host.copy("packaging/systemd/network-pam.conf", to: path + ".d/network-pam.conf")
          paths.append(path)
        }
        for path in paths {
          let told = try await host.run("systemd-analyze", "verify", "--man=no", path)
          #expect(told.status == 0 && told.errors.isEmpty, "\(told)")
        }
      }
    }

    @Test("new passphrases are on disk before the old ones are gone")
    func passphrases() async throws {
      try await withHost(sshd: nil) { host in
        try host.copy("packaging/apache/passphrases", to: "/usr/bin/passphrases")
        let made = try await host.shell(
          """
          mkdir -m 700 /etc/cachet-mfa; cd /etc/cachet-mfa
          strace -f -qq -e signal=none -e trace=fsync,renameat2,rename -o /run/trace \
            sh /usr/bin/passphrases && ls && grep -oE 'fsync|rename' /run/trace
          """)
        #expect(made.lines == ["apache-passphrases.conf", "fsync", "rename", "fsync"], "\(made)")
      }
    }

    @Test("the system calls of sign-ins are among those that are left")
    func systemCalls() async throws {
      // The output of strace would go to the peer.
      let words = "strace -f -qq -e signal=none -ff -o /run/trace"
      try await withBroker(through: words) { home in
        let wrong = try await home.web("not-her-password", home.alice.code())
        #expect(wrong.decisions.first == "refused wrong-password", "\(wrong)")
        let right = try await home.web("alice-password", home.alice.nextCode())
        #expect(right.pam == ["auth PAM_SUCCESS", "acct PAM_SUCCESS"], "\(right)")
        let recovery = try await home.web("alice-password", home.alice.recoveryCodes[0])
        #expect(recovery.pam == ["auth PAM_SUCCESS", "acct PAM_SUCCESS"], "\(recovery)")
        let made = try await home.host.shell(
          "cat /run/trace.* | grep -o '^[a-z_0-9]*(' | tr -d '(' | sort -u")
        #expect(made.lines.contains("setrlimit") || made.lines.contains("prlimit64"))
        // What every filter leaves.
        var allowed = try await expand("@default", on: home.host)
        for line in try Units.lines(of: "SystemCallFilter", in: "cachet-mfa-decide@.service") {
          let denies = line.hasPrefix("~")
          for word in line.drop(while: { $0 == "~" }).split(separator: " ") {
            let calls = try await expand(String(word), on: home.host)
            allowed = denies ? allowed.subtracting(calls) : allowed.union(calls)
          }
        }
        #expect(allowed.count > 100 && !allowed.contains("setresuid") && !allowed.contains("mount"))
        let refused = Set(made.lines).subtracting(allowed)
        #expect(refused.isEmpty, "\(refused.sorted())")
      }
    }

    /// The calls of a set, and of the sets in it.
    private func expand(_ word: String, on host: TestHost) async throws -> Set<String> {
      guard word.hasPrefix("@") else { return [word] }
      let told = try await host.run("systemd-analyze", "syscall-filter", "--no-pager", word)
      var calls: Set<String> = []
      for line in told.lines.dropFirst() {
        let name = line.trimmingCharacters(in: .whitespaces)
        guard !name.isEmpty, !name.hasPrefix("#") else { continue }
        calls.formUnion(try await expand(name, on: host))
      }
      return calls
    }

    private static func text(of unit: String) throws -> String {
      try String(
        contentsOf: Built.package.appending(path: "packaging/systemd/\(unit)"), encoding: .utf8)
    }

    private static func lines(of key: String, in unit: String) throws -> [String] {
      try text(of: unit).split(separator: "\n").filter { $0.hasPrefix(key + "=") }
        .map { String($0.dropFirst(key.count + 1)) }
    }
  }
}
