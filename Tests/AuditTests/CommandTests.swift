import Foundation
import TestSupport
import Testing

@testable import CachetAudit

/// The program as it is installed, started by `cachet-mfa audit`.
@Suite("cachet-mfa audit")
struct CommandTests {
  private func audit(_ words: String..., environment: [String: String] = [:]) async throws
    -> Outcome
  {
    try await run(Built.program, ["audit"] + words, environment: environment)
  }

  @Test("0 where nothing is found at the threshold, 1 where something is")
  func findings() async throws {
    let fixture = try Fixture(.three)
    #expect(try await audit(fixture.root, "--skip", "host-logs").status == 0)
    try fixture.set("APP_URL", "http://status.example.org")
    #expect(try await audit(fixture.root, "--skip", "host-logs").status == 0)
    let found = try await audit(fixture.root, "--fail-on", "medium", "--only", "app-url")
    #expect(found.status == 1 && found.errors.isEmpty)
    #expect(found.output.contains("\n  medium    app-url\n            .env:3: "))
    #expect(try await audit(fixture.root, "--only", "debug-mode").status == 0)
  }

  @Test("2 where something could not be looked at, with what and where")
  func notChecked() async throws {
    let fixture = try Fixture(.two4)
    try fixture.add("BROKEN=a b")
    let refused = try await audit(fixture.root)
    #expect(refused.status == 2 && refused.output.isEmpty)
    #expect(
      refused.errors == """
        cachet-mfa audit: error: .env:14: a value with blanks needs quotes
        cachet-mfa audit: hint: Cachet does not start with this line; correct it

        """)
    let nowhere = try await audit("/nonexistent")
    #expect(nowhere.status == 2)
    #expect(nowhere.errors.hasPrefix("cachet-mfa audit: error: /nonexistent: no Cachet here"))
    let list = try await audit(fixture.root, "--features", "/nonexistent")
    #expect(list.status == 2)
  }

  @Test("64 where the command line is wrong")
  func usage() async throws {
    for words in [
      [], ["/tmp", "--only", "nosuch"], ["/tmp", "--format", "pdf"], ["--explain", "x"],
      ["/tmp", "--only", "app-url", "--skip", "app-url"], ["/tmp", "--trail-days", "0"],
    ] {
      #expect(try await run(Built.program, ["audit"] + words).status == 64, "\(words)")
    }
  }

  @Test("a baseline that one run writes accepts its findings in the next")
  func baseline() async throws {
    let fixture = try Fixture(.two4)
    let file = "\(fixture.root)/baseline.json"
    #expect(try await audit(fixture.root, "--write-baseline", file).status == 1)
    #expect(try await audit(fixture.root, "--baseline", file).status == 0)
    try fixture.set("APP_DEBUG", "true")
    #expect(try await audit(fixture.root, "--baseline", file).status == 1)
    let unwritten = try await audit(fixture.root, "--write-baseline", "/nonexistent/b")
    #expect(unwritten.status == 2)
    #expect(unwritten.errors == "cachet-mfa audit: error: /nonexistent/b: cannot be written\n")
  }

  @Test("the list of features is one that the check takes")
  func features() async throws {
    let fixture = try Fixture(.two4)
    let list = try await audit("features", fixture.root)
    #expect(list.status == 0)
    let decided = list.output.split(separator: "\n").map {
      $0.hasPrefix("#") ? String($0) : $0 + "  because"
    }
    try fixture.write("features", decided.joined(separator: "\n") + "\n")
    let words = [
      fixture.root, "--features", "\(fixture.root)/features", "--only", "feature-review",
    ]
    let held = try await run(
      Built.program, ["audit"] + words + ["--fail-on", "info"])
    #expect(held.status == 0, "\(held.output)")
    try fixture.write("features", list.output)
    let undecided = try await run(Built.program, ["audit"] + words)
    #expect(undecided.status == 2)
    #expect(undecided.errors.contains("a reason is wanted behind the day"))
  }

  @Test("every check is listed and explained; every format is whole")
  func pages() async throws {
    let list = try await audit("--list-checks").output
    for check in Check.all {
      #expect(list.contains("  \(check.id) "))
      let words = try await audit("--explain", check.id).output.split(
        whereSeparator: \.isWhitespace)
      #expect(words.joined(separator: " ").contains(check.rationale))
    }
    let fixture = try Fixture(.two4)
    for format in ["json", "sarif"] {
      let report = try await audit(fixture.root, "--format", format)
      #expect((try? JSONSerialization.jsonObject(with: Data(report.output.utf8))) != nil)
    }
  }

  @Test("without its neighbour, 'audit' says what is missing")
  func alone() async throws {
    try await withFolder { folder in
      // By a program: a file that this process has open to write, another test's fork keeps busy.
      _ = try await run("/bin/cp", [Built.program, folder.path("cachet-mfa")])
      let missing = try await run(folder.path("cachet-mfa"), ["audit", "/tmp"])
      #expect(missing.status != 0)
      #expect(missing.errors.contains("'cachet-mfa-audit' cannot be started: no such file"))
    }
  }

  @Test("no planted secret is in any report of any format, in errors either")
  func redacted() async throws {
    let planted = "planted-0123456789"
    for line in Installation.Line.allCases {
      let fixture = try Fixture(line)
      for name in [
        "APP_KEY", "DB_PASSWORD", "MAIL_PASSWORD", "MAIL_USERNAME", "REDIS_PASSWORD", "NEXMO_KEY",
        "NEXMO_SECRET", "GITHUB_TOKEN", "LOG_SLACK_WEBHOOK_URL", "AWS_SECRET", "APP_DEBUGX",
      ] {
        try fixture.set(name, planted)
      }
      try fixture.set("DB_URL", "mysql://cachet:\(planted)@db.example.org/cachet")
      for format in ["text", "json", "sarif", "junit"] {
        let told = try await audit(fixture.root, "--format", format)
        #expect(told.status == 1 && told.output.count > 1_000)
        #expect(!(told.output + told.errors).contains("planted-"), "\(line) \(format)")
      }
      try fixture.add("BROKEN=\(planted) \(planted)")
      let refused = try await audit(fixture.root)
      #expect(refused.status == 2 && !refused.errors.contains("planted-"))
    }
  }
}
