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
    try await audit(words, environment: environment)
  }

  private func audit(
    _ words: [String], environment: [String: String] = [:]
  ) async throws -> Outcome {
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

  @Test("2 where nobody can read the report", arguments: ["text", "json", "sarif", "junit"])
  func full(format: String) async throws {
    let fixture = try Fixture(.three)
    let words = "exec \"$0\" audit \"$1\" --only debug-mode --format \(format) >/dev/full"
    let refused = try await run("/bin/sh", ["-c", words, Built.program, fixture.root])
    #expect(refused.status == 2)
    #expect(
      refused.errors
        == "cachet-mfa audit: error: standard output: cannot be written: No space left on device\n")
  }

  @Test("2 where something could not be looked at, with what and where")
  func notChecked() async throws {
    let fixture = try Fixture(.two4)
    try fixture.add("BROKEN=a b")
    let refused = try await audit(fixture.root)
    #expect(refused.status == 2 && refused.output.isEmpty)
    #expect(
      refused.errors == """
        cachet-mfa audit: error: \(fixture.root)/.env:14: a value with blanks needs quotes
        cachet-mfa audit: hint: Cachet does not start with this line; correct it

        """)
    for (format, words) in [
      ("json", "\"outcome\" : \"failed\""), ("sarif", "could not check anything: "),
      ("junit", "<error message=\""),
    ] {
      let report = try await audit(fixture.root, "--format", format)
      #expect(report.status == 2 && report.errors == refused.errors)
      #expect(report.output.contains(words), "\(format)")
      let empty = try await audit("/nonexistent", "--format", format)
      #expect(empty.status == 2 && empty.output.contains(words), "\(format)")
      let list = try await audit(
        fixture.root, "--format", format, "--environment", "/nonexistent")
      #expect(list.status == 2 && list.output.contains(words), "\(format)")
    }
    let nowhere = try await audit("/nonexistent")
    #expect(nowhere.status == 2)
    #expect(nowhere.errors == "cachet-mfa audit: error: /nonexistent: No such file or directory\n")
    let other = try await audit("/usr")
    #expect(other.status == 2)
    #expect(other.errors.hasPrefix("cachet-mfa audit: error: /usr: no Cachet here"))
    let list = try await audit(fixture.root, "--features", "/nonexistent")
    #expect(list.status == 2)
  }

  @Test("64 where the command line is wrong")
  func usage() async throws {
    for words in [
      [], ["/tmp", "--only", "nosuch"], ["/tmp", "--format", "pdf"], ["--explain", "x"],
      ["/tmp", "--only", "app-url", "--skip", "app-url"], ["/tmp", "--trail-days", "0"],
    ] {
      let refused = try await run(Built.program, ["audit"] + words)
      #expect(refused.status == 64 && refused.output.isEmpty, "\(words)")
      let lines = refused.errors.split(separator: "\n")
      #expect(lines.count == 2 && lines[0].hasPrefix("cachet-mfa audit: error: "), "\(lines)")
    }
    let unknown = try await audit("/tmp", "--no\u{1B}[2J\u{202E}such")
    #expect(
      unknown.errors.hasPrefix("cachet-mfa audit: error: unknown option '--no?[2J?such'\n"))
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
    #expect(
      unwritten.errors
        == "cachet-mfa audit: error: /nonexistent/b: cannot be written: No such file or directory\n"
    )
  }

  @Test(
    "what is written to /dev/stdout arrives; /dev/null stays a device",
    .enabled(if: isRoot, Comment(rawValue: needsRoot)), arguments: [true, false])
  func devices(isPipe: Bool) async throws {
    let fixture = try Fixture(.three)
    let out = "\(fixture.host)-out"
    defer { try? FileManager.default.removeItem(atPath: out) }
    // A /dev of its own: a program that replaces devices must not find the machine's.
    let script = """
      set -e
      mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3
      for n in 1 2; do ln -s /proc/self/fd/$n /dev/$n; done
      mv /dev/1 /dev/stdout && mv /dev/2 /dev/stderr
      set +e
      if [ -n "$OUT" ]; then "$0" audit "$@" >"$OUT"; else "$0" audit "$@"; fi
      status=$?
      [ -c /dev/null ] && [ -L /dev/stdout ] && [ -L /dev/stderr ] && exit "$status"
      exit 99
      """
    func told(_ words: String..., to out: String = "") async throws -> Outcome {
      try await run(
        "unshare", ["--mount", "sh", "-c", script, Built.program] + words,
        environment: ["OUT": out, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"])
    }
    let written = try await told(
      fixture.root, "--only", "debug-mode", "--write-baseline", "/dev/stdout",
      to: isPipe ? "" : out)
    let text = isPipe ? written.output : try String(contentsOfFile: out, encoding: .utf8)
    #expect(
      text.hasPrefix("Cachet ") && text.hasSuffix("{\n  \"findings\" : [\n\n  ]\n}\n"), "\(written)"
    )
    #expect(written.status == 0)
    for path in ["/dev/null", "/dev/stderr"] {
      let quiet = try await told(fixture.root, "--only", "debug-mode", "--write-baseline", path)
      #expect(quiet.status == 0, "\(quiet)")
    }
    let log = try await told("log", fixture.root, "--output", "/dev/stdout")
    #expect(log.output.hasPrefix("Trail of Cachet ") && log.status != 99)
    // What is read before it is written has to be a file.
    for option in ["--state", "--mark"] {
      #expect(try await told(fixture.root, option, "/dev/null").status == 2, "\(option)")
    }
  }

  @Test("the list of features is one that the check takes")
  func features() async throws {
    let fixture = try Fixture(.two4)
    let list = try await audit("features", fixture.root)
    #expect(list.status == 0)
    #expect(list.output.contains("\nmail                   off      \(Day.today)\n"))
    // Of what only the database knows nobody is told that it is off.
    #expect(list.output.contains("\nsubscribers            unknown  \(Day.today)\n"))
    let undecided = list.output.split(separator: "\n").map {
      $0.hasPrefix("#") ? String($0) : $0 + "  because"
    }
    let decided = undecided.map { $0.replacing("unknown", with: "on") }
    try fixture.write("features", decided.joined(separator: "\n") + "\n")
    let words = [
      fixture.root, "--features", "\(fixture.root)/features", "--only", "feature-review",
    ]
    let held = try await run(
      Built.program, ["audit"] + words + ["--fail-on", "info"])
    #expect(held.status == 0, "\(held.output)")
    for (text, what) in [
      (list.output, "a reason is wanted behind the day"),
      (undecided.joined(separator: "\n"), "'on' or 'off' is wanted behind the feature"),
    ] {
      try fixture.write("features", text)
      let refused = try await run(Built.program, ["audit"] + words)
      #expect(refused.status == 2 && refused.errors.contains(what), "\(refused.errors)")
    }
  }

  @Test("--help tells the options, and of the other verbs", arguments: ["--help", "-h"])
  func help(word: String) async throws {
    let page = try await audit(word)
    #expect(page.status == 0 && page.errors.isEmpty)
    for words in ["--fail-on", "--web-server", "--explain", "--version", "audit log DIR"] {
      #expect(page.output.contains(words), "\(words)")
    }
    #expect(try await audit("log", word).output.contains("--access-log"))
    #expect(try await audit("features", word).output.contains("audit features DIR"))
    #expect(try await audit("help").output.contains("features"))
  }

  @Test("shells complete verbs, options, formats and checks")
  func completions() async throws {
    let script = try await run(Built.audit, ["--generate-completion-script", "bash"])
    let told = try await run(
      "/bin/bash",
      [
        "-euc",
        """
        source /dev/stdin
        offered() {
          COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=0 COMPREPLY=()
          _cachet-mfa-audit "$1" "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"
          echo "${COMPREPLY[*]}"
        }
        complete -p cachet-mfa-audit
        offered cachet-mfa-audit fe
        offered cachet-mfa-audit log /srv --access
        offered cachet-mfa-audit check --format s
        offered cachet-mfa-audit check /srv --only app-
        """,
      ], input: script.output)
    #expect(told.errors.isEmpty)
    #expect(
      told.lines.dropFirst() == ["features", "--access-log", "sarif", "app-key app-url"], "\(told)")
    for shell in ["zsh", "fish"] {
      let script = try await run(Built.audit, ["--generate-completion-script", shell])
      #expect(script.status == 0 && script.output.contains("cachet-mfa-audit"))
      #expect(!script.output.contains("cachet-mfa audit_"))
    }
  }

  @Test(
    "in a container the baseline of a checkout of somebody else's is taken, and not one of PHP's",
    .enabled(if: isRoot, Comment(rawValue: needsRoot)))
  func checkout() async throws {
    let fixture = try Fixture(.two4)
    try fixture.set("APP_DEBUG", "true")
    let file = "\(fixture.root)/baseline.json"
    let words = [fixture.root, "--baseline", file, "--only", "debug-mode"]
    #expect(try await audit(fixture.root, "--write-baseline", file).status == 1)
    for (owner, status) in [(uid_t(4242), Int32(0)), (33, 2)] {
      try #require(unsafe chown(file, owner, owner) == 0)
      let told = try await audit(words, environment: ["container": "podman"])
      #expect(told.status == status, "\(told)")
      #expect(
        told.errors.contains("counts only where nobody but root can write it") == (status == 2))
    }
  }

  @Test(
    "a folder below the document root that cannot be read may hold a link: nothing holds",
    .enabled(if: isRoot, Comment(rawValue: needsRoot)))
  func unreadFolder() async throws {
    let fixture = try Fixture(.two4)
    try fixture.writeHost("/www/closed/index.html", "")
    try fixture.writeHost(
      "/site.conf", "server {\n  listen 80;\n  root \(fixture.host)/www;\n}\n")
    let user: uid_t = 65534
    for path in FileManager.default.subpaths(atPath: fixture.root) ?? [] {
      try #require(unsafe chown("\(fixture.root)/\(path)", user, user) == 0)
    }
    for (mode, words) in [
      (mode_t(0o700), "cannot be read, and a link there may lead"), (0o755, ""),
    ] {
      try #require(unsafe chmod("\(fixture.host)/www/closed", mode) == 0)
      let told = try await run(
        "setpriv",
        [
          "--reuid=\(user)", "--regid=\(user)", "--clear-groups", Built.audit, "check",
          fixture.root, "--only", "document-root", "--web-server", "\(fixture.host)/site.conf",
          "--format", "json",
        ], environment: ["PATH": "/usr/bin:/bin"])
      #expect(told.output.contains("may lead") == !words.isEmpty, "\(told)")
      #expect(told.output.contains(words.isEmpty ? "document-root" : words), "\(told)")
    }
  }

  @Test("a newer list of known holes is read, and one that is none is refused")
  func advisories() async throws {
    let fixture = try Fixture(.three)
    let list = try #require(
      "[\(AdvisoryListTests.osv)]".replacing("3.6.4", with: "4.9.9").data(using: .utf8))
    let path = "\(fixture.root)/osv.json"
    try list.write(to: URL(fileURLWithPath: path))
    let words = [
      fixture.root, "--only", "package-holes-critical", "--advisories", path, "--format", "json",
    ]
    let found = try await audit(words)
    #expect(
      found.status == 1 && found.output.contains("livewire/livewire is v4.3.4: CVE-2025-54068"))
    try Data("{}".utf8).write(to: URL(fileURLWithPath: path))
    let refused = try await audit(words)
    #expect(
      refused.status == 2
        && refused.errors.contains("is neither OSV's JSON nor that of 'composer audit'"))
    #expect(try await audit(fixture.root, "--advisories", "/nonexistent").status == 2)
    #expect(try await audit(fixture.root, "--php", "eight").status == 64)
    let php = try await audit(
      fixture.root, "--only", "php-lifetime", "--php", "7.4.33", "--fail-on", "medium",
      "--format", "json")
    #expect(
      php.status == 1 && php.output.contains("php is 7.4.33; 7.4 got its last corrections on"))
  }

  @Test(
    "without /proc the command line is read, and files are said to need it",
    .enabled(if: isRoot, Comment(rawValue: needsRoot)))
  func withoutProc() async throws {
    let fixture = try Fixture(.three)
    let script = "mount -t tmpfs none /proc && exec \"$0\" \"$@\""
    func told(_ words: String...) async throws -> Outcome {
      try await run(
        "unshare", ["--mount", "sh", "-c", script, Built.program, "audit"] + words,
        environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"])
    }
    let list = try await told("--list-checks")
    #expect(list.status == 0 && list.output.contains("  debug-mode "), "\(list)")
    let refused = try await told(fixture.root)
    #expect(refused.status == 2)
    #expect(
      refused.errors
        == "cachet-mfa audit: error: \(fixture.root)/vendor/composer/installed.json: is not read without /proc: mount it\n"
    )
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
      #expect(missing.errors.contains("hint: install the package cachet-mfa-audit;"))
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

  @Test("nor one that is cached, or in the environment of PHP")
  func redactedElsewhere() async throws {
    let planted = "planted-0123456789"
    for line in Installation.Line.allCases {
      let fixture = try Fixture(line)
      try fixture.cache(debug: "true", password: planted, mode: 0o644)
      let environment = fixture.host + "/environ"
      try fixture.writeHost(
        "/environ", "APP_KEY=\(planted)\nREDIS_URL=redis://a:\(planted)@192.0.2.7\nA=\(planted)\n")
      for format in ["text", "json", "sarif", "junit"] {
        for words in [[], ["--environment", environment]] {
          let told = try await audit([fixture.root, "--format", format] + words)
          #expect(told.status == 1 && told.output.contains("bootstrap/cache/config.php"))
          #expect(!(told.output + told.errors).contains("planted-"), "\(line) \(format)")
        }
        try FileManager.default.removeItem(atPath: "\(fixture.root)/bootstrap/cache/config.php")
        let told = try await audit(fixture.root, "--format", format, "--environment", environment)
        #expect(told.status == 1 && told.output.contains("app-key"))
        #expect(!(told.output + told.errors).contains("planted-"), "\(line) \(format)")
        try fixture.cache(debug: "true", password: planted, mode: 0o644)
      }
      try fixture.cache(debug: "\(planted)()")
      let refused = try await audit(fixture.root)
      #expect(refused.status == 2 && !refused.errors.contains("planted-"))
      try fixture.writeHost("/environ", "A=1\n\(planted)\n")
      let none = try await audit(fixture.root, "--environment", environment)
      #expect(
        none.status == 2 && none.errors.contains("environ:2") && !none.errors.contains("planted-"))
    }
  }
}
