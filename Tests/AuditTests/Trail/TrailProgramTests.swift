import Foundation
import TestSupport
import Testing

@testable import CachetAudit

/// The program as it is built to be installed.
struct AuditProgram {
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String
    /// KiB, at the most, until all of the input was taken.
    let peak: Int
    let seconds: Double
  }

  /// Runs it with what `feed` writes as its standard input. It is waited for on a thread of its own:
  /// those that tests share must not stand still.
  static func run(
    _ arguments: [String], zone: String = "UTC",
    feed: (@Sendable (FileHandle) throws -> Void)? = nil
  ) async throws -> Outcome {
    try await withCheckedThrowingContinuation { continuation in
      Thread {
        continuation.resume(with: Result { try wait(arguments, zone, feed) })
      }.start()
    }
  }

  private static func wait(
    _ arguments: [String], _ zone: String, _ feed: ((FileHandle) throws -> Void)?
  ) throws -> Outcome {
    let folder = try Scratch()
    try folder.write("out", "")
    try folder.write("err", "")
    let process = Process()
    process.executableURL = URL(filePath: Built.audit)
    process.arguments = arguments
    process.environment = ["TZ": zone, "PATH": "/usr/bin:/bin"]
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: folder.path("out")))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: folder.path("err")))
    // Both ends are closed in what other tests start meanwhile: this input would never end there.
    let fifo = folder.path("in")
    guard unsafe mkfifo(fifo, 0o600) == 0 else { throw POSIXError(.EIO) }
    let reading = unsafe open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    let writing = FileHandle(
      fileDescriptor: unsafe open(fifo, O_WRONLY | O_CLOEXEC), closeOnDealloc: true)
    guard fcntl(reading, F_SETFL, O_RDONLY) == 0 else { throw POSIXError(.EIO) }
    process.standardInput = FileHandle(fileDescriptor: reading, closeOnDealloc: true)
    let started = Date()
    try process.run()
    var peak = 0
    if let feed {
      try feed(writing)
      peak = try peakOf(process.processIdentifier, whenTaken: writing)
    }
    try writing.close()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: try folder.text("out"),
      errors: try folder.text("err"), peak: peak, seconds: Date().timeIntervalSince(started))
  }

  private static func peakOf(_ process: pid_t, whenTaken pipe: FileHandle) throws -> Int {
    var left: Int32 = 1
    while left > 0 {
      guard unsafe ioctl(pipe.fileDescriptor, UInt(FIONREAD), &left) == 0 else { return 0 }
      usleep(10_000)
    }
    let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
    return try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) })
  }
}

@Suite("Trail: the program")
struct TrailProgramTests {
  /// Thousands of lines, each thousand of another second; one in a hundred posts a password.
  private static func feed(_ thousands: Int, to pipe: FileHandle) throws {
    let mark = "HH:MM:SS"
    let block =
      (0..<1000).map { number in
        number % 100 == 0
          ? AccessLineTests.line(
            "POST /auth/login HTTP/1.1", 302, address: "192.0.2.\(number / 100)",
            date: "01/Oct/2026:\(mark) +0000")
          : AccessLineTests.line(
            "GET /api/v1/components?page=\(number) HTTP/1.1", address: "198.51.100.\(number % 250)",
            date: "01/Oct/2026:\(mark) +0000")
      }.joined(separator: "\n") + "\n"
    for second in 0..<thousands {
      let clock = Moment(seconds: second * 60).clock
      try pipe.write(contentsOf: Data(block.replacing(mark, with: clock).utf8))
    }
  }

  @Test("a million lines: everything is counted, and memory does not grow")
  func million() async throws {
    let fixture = try Fixture(.two3)
    let words = ["log", fixture.root, "--access-log", "-"]
    let small = try await AuditProgram.run(words) { try Self.feed(10, to: $0) }
    let large = try await AuditProgram.run(words) { try Self.feed(1000, to: $0) }
    print(
      "trail: 10000 lines \(small.seconds) s, peak \(small.peak) KiB; 1000000 lines \(large.seconds) s, peak \(large.peak) KiB"
    )
    #expect(small.output.contains("read: standard input, 10000 records, 100 events"))
    #expect(large.output.contains("read: standard input, 1000000 records, 10000 events"))
    // Ten addresses, each posting once a minute for as long as there are lines.
    #expect(large.output.contains("10 medium, 10000 events"))
    #expect(large.status == 0 && large.errors.isEmpty)
    #expect(small.peak > 0 && large.peak <= small.peak + 16 << 10)
  }

  @Test("a million lines of gzip, in a piece of the memory that they would fill")
  func packed() async throws {
    let fixture = try Fixture(.two3)
    let log = "\(fixture.root)/access.log.2.gz"
    let line = AccessLineTests.line("POST /auth/login HTTP/1.1", 302)
    let made = try await run(
      "/bin/sh", ["-c", "yes \"$1\" | head -n 1000000 | gzip -1 > \"$2\"", "sh", line, log],
      within: 120)
    #expect(made.status == 0)
    // 100 MB of lines; the program alone has 20.
    let seen = try await run(
      "/bin/sh",
      [
        "-c", "ulimit -d 40000; exec \"$@\"", "sh", Built.audit, "log", fixture.root,
        "--access-log", log,
      ], within: 300)
    #expect(seen.status == 0, "\(seen.status) \(seen.errors)")
    let told = seen.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(told.contains("access.log.2.gz, 1000000 records, 1000000 events"))
  }

  private func posts(_ count: Int) -> String {
    (0..<count).map {
      AccessLineTests.line(
        "GET /dashboard/user/1/api/regen HTTP/1.1", 302,
        date: "01/Oct/2026:12:00:\(10 + $0) +0000") + "\n"
    }.joined()
  }

  @Test("0 where no rule is met, 1 where one is, 2 where something cannot be read")
  func status() async throws {
    let fixture = try Fixture(.two4)
    let log = "\(fixture.root)/access.log"
    #expect(try await AuditProgram.run(["log", fixture.root]).status == 0)
    try fixture.write("access.log", posts(1))
    let met = try await AuditProgram.run(["log", fixture.root, "--access-log", log])
    #expect(met.status == 1 && met.output.contains("api-key"))
    #expect(met.output.contains("note: the table 'actions' was not read"))
    #expect(met.output.contains("note: no lines of this host's second factor were read"))
    #expect(!met.output.contains("no log of the web server was read"))
    let bare = try await AuditProgram.run(["log", fixture.root])
    #expect(bare.output.contains("note: no log of the web server was read: give it with"))
    let accepted = ["log", fixture.root, "--access-log", log, "--fail-on", "critical"]
    #expect(try await AuditProgram.run(accepted).status == 0)

    // The others are reported all the same.
    let missing = "\(fixture.root)/missing.log"
    let mark = "\(fixture.root)/mark"
    let unreadable = try await AuditProgram.run(
      [
        "log", fixture.root, "--access-log", log, "--access-log", missing, "--mark", mark,
        "--reviewed-by", "alice",
      ])
    #expect(unreadable.status == 2 && unreadable.output.contains("api-key"))
    #expect(unreadable.errors.contains("\(missing): No such file or directory"))
    #expect(!FileManager.default.fileExists(atPath: mark))

    try fixture.write("access.log", posts(1) + "nonsense\n" + posts(1))
    let damaged = try await AuditProgram.run(["log", fixture.root, "--access-log", log])
    #expect(damaged.status == 2)
    #expect(damaged.errors.contains("access.log:2: is no line of the combined format"))
    #expect(
      damaged.output.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(
        "3 records, 2"))
  }

  @Test("a log of which nothing could be read is not signed, and never called reviewed")
  func unread() async throws {
    let fixture = try Fixture(.two4)
    let (log, mark) = ("\(fixture.root)/access.log", "\(fixture.root)/mark")
    let words = ["log", fixture.root, "--access-log", log, "--mark", mark]
    try fixture.write(
      "access.log", "format=kv ip=192.0.2.7 POST /auth/login\nformat=kv ip=192.0.2.7\n")
    let signed = try await AuditProgram.run(words + ["--reviewed-by", "alice"])
    #expect(signed.status == 2 && !FileManager.default.fileExists(atPath: mark), "\(signed)")
    #expect(
      signed.errors.contains(
        "\(log): none of its 2 lines could be read: is it a log of another kind?"))
    #expect(signed.errors.contains("no mark was written: not everything could be read"))
    let next = try await AuditProgram.run(words)
    #expect(next.status == 2 && !next.output.contains("reviewed last by"))

    // Nor what came behind that which could be.
    try fixture.write("access.log", posts(1))
    #expect(try await AuditProgram.run(words + ["--reviewed-by", "alice"]).status == 1)
    let before = try #require(try TrailMark.read(mark))
    try fixture.write("access.log", posts(1) + "format=kv ip=192.0.2.7\n")
    let later = try await AuditProgram.run(words + ["--reviewed-by", "bob"])
    #expect(later.status == 2 && later.errors.contains("none of its 1 line could be read"))
    #expect(try TrailMark.read(mark)?.by == "alice")
    #expect(try TrailMark.read(mark)?.sources == before.sources)

    // Some lines of it are told, and are no reason to begin anew.
    try fixture.write("access.log", posts(1) + "format=kv ip=192.0.2.7\n" + posts(1))
    let some = try await AuditProgram.run(words + ["--reviewed-by", "bob"])
    #expect(some.status == 2 && some.errors.contains("access.log:2: is no line of the combined"))
    #expect(try TrailMark.read(mark)?.by == "bob")
  }

  @Test("what a worker prints is read; what is not may be left out, with a reason")
  func leftOut() async throws {
    let fixture = try Fixture(.two4)
    try fixture.write(
      "storage/logs/worker.log",
      "[2026-10-01 12:00:00][17] Processing: App\\Jobs\\Notify\n[2026-10-01 12:00:01][17] Failed:     App\\Jobs\\Notify\n"
    )
    let worker = try await AuditProgram.run(["log", fixture.root])
    #expect(
      worker.status == 0 && worker.output.contains("ERROR Notify failed in the queue"), "\(worker)")
    try fixture.write("storage/logs/websockets.log", "New connection opened\n")
    #expect(try await AuditProgram.run(["log", fixture.root]).status == 2)
    let omitted = try await AuditProgram.run([
      "log", fixture.root, "--leave-out", "websockets.log=it tells of connections alone",
      "--leave-out", "storage/logs/none.log=it was removed", "--mark", "\(fixture.root)/mark",
      "--reviewed-by", "alice",
    ])
    #expect(omitted.status == 0, "\(omitted)")
    let told = omitted.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(
      told.contains(
        "note: storage/logs/websockets.log was left out: it tells of connections alone"))
    #expect(told.contains("note: storage/logs/none.log is not there to be left out"))
    let mark = try #require(try TrailMark.read("\(fixture.root)/mark"))
    #expect(mark.sources.keys.allSatisfy { $0.hasSuffix("worker.log") })
    for words in [["x"], ["x="], ["=x"], ["a/b=x"], ["../x=y"]] {
      let refused = try await AuditProgram.run(["log", fixture.root, "--leave-out"] + words)
      #expect(refused.status == 64, "\(words)")
    }
  }

  @Test("the second factor's own lines are reviewed without a Cachet")
  func withoutFolder() async throws {
    try await withFolder { folder in
      let entry = TrailLineTests.entry(TrailLineTests.sshd + TrailLineTests.refused)
      let entries = (1...5).map { entry.replacing("s=1", with: "s=\($0)") + "\n" }
      let journal = try folder.write(entries.joined(), to: "journal.json")
      let mark = folder.path("mark")
      let words = ["log", "--auth-log", journal, "--mark", mark]
      let seen = try await AuditProgram.run(words + ["--reviewed-by", "alice"])
      #expect(seen.status == 1 && seen.output.contains("codes-refused"), "\(seen)")
      #expect(seen.output.hasPrefix("Trail of the second factor of this host\n"))
      #expect(!seen.output.contains("note: no log of the web server"))
      let next = try await AuditProgram.run(words)
      #expect(next.status == 0 && next.output.contains("reviewed last by alice"))
      let syslog = try folder.write(
        "2026-10-01T12:00:00Z host sshd[1]: \(TrailLineTests.sshd)\(TrailLineTests.refused)\n",
        to: "auth.log")
      #expect(try await AuditProgram.run(["log", "--auth-log", syslog]).status == 0)
      for words in [
        [], ["--access-log", journal], ["--auth-log", journal, "--access-log", syslog],
        ["--auth-log", journal, "--database"], ["--auth-log", journal, "--actions", syslog],
        ["--auth-log", journal, "--leave-out", "a=b"],
      ] { #expect(try await AuditProgram.run(["log"] + words).status == 64, "\(words)") }
    }
  }

  @Test("attempts at holes alarm, whoever collects the log")
  func collected() async throws {
    let fixture = try Fixture(.three)
    let requests = [
      ("GET /.env HTTP/1.1", 200), ("GET /.env HTTP/1.1", 404),
      ("GET /api/v1/components?name=1&1%5B0%5D=id HTTP/1.1", 200),
      ("GET /_debugbar/open HTTP/1.1", 200), ("GET /?--env=local HTTP/1.1", 200),
      ("POST /dashboard/settings/mail HTTP/1.1", 302), ("GET /setup HTTP/1.1", 200),
    ]
    for front in ["", "2026-10-01T10:00:00.123456789Z ", "cachet_1  | ", "status.example.org "] {
      let lines = requests.map { front + AccessLineTests.line($0.0, $0.1) + "\n" }
      try fixture.write("access.log", lines.joined())
      let seen = try await AuditProgram.run([
        "log", fixture.root, "--access-log", "\(fixture.root)/access.log",
      ])
      #expect(seen.status == 1, "\(seen)")
      for rule in [
        "secret-file", "sql-probe", "debug-bar", "environment-switch", "mail-settings", "setup",
        "holes-tried",
      ] { #expect(seen.output.contains("\(rule): "), "\(front) \(rule)") }
      #expect(seen.output.contains("192.0.2.7") && !seen.output.contains("from status.example"))
      #expect(!seen.output.contains("1%5B0") && !seen.output.contains("env=local"))
    }
  }

  @Test("logs of Cachet's, however many, leave the others to be read")
  func many() async throws {
    let fixture = try Fixture(.two4)
    let log = "\(fixture.root)/access.log"
    try fixture.write("access.log", posts(1))
    for number in 0..<300 { try fixture.write("storage/logs/\(number).log", "") }
    let words = "ulimit -n 200; exec \"$0\" log \"$1\" --access-log \"$2\""
    let told = try await TestSupport.run("/bin/sh", ["-c", words, Built.audit, fixture.root, log])
    #expect(told.status == 2 && told.output.contains("api-key"))
    #expect(told.errors.contains("299.log: Too many open files"))
    #expect(!told.errors.contains("access.log"))

    let name = Array("\(fixture.root)/storage/logs/".utf8CString.dropLast()) + [-1, 0]
    try #require(unsafe mkdir(name, 0o700) == 0)
    let strange = try await AuditProgram.run(["log", fixture.root, "--access-log", log])
    #expect(strange.status == 2 && strange.output.contains("api-key"))
    #expect(strange.errors.contains("storage/logs: holds a name that is no UTF-8"))
  }

  @Test("the next run begins behind the mark, and the mark names who reviewed")
  func mark() async throws {
    let fixture = try Fixture(.two4)
    let (log, mark) = ("\(fixture.root)/access.log", "\(fixture.root)/mark")
    let words = ["log", fixture.root, "--access-log", log, "--mark", mark]
    try fixture.write("access.log", posts(2))
    #expect(try await AuditProgram.run(words).output.contains("2 high, 2 events"))
    let signed = try await AuditProgram.run(words + ["--reviewed-by", "alice"])
    #expect(signed.output.contains("2 high") && !signed.output.contains("reviewed last by"))
    #expect(
      signed.errors
        == "cachet-mfa audit: reviewed by alice: the next run with this --mark begins here\n")
    let kept = try #require(try TrailMark.read(mark))
    #expect(kept.by == "alice" && kept.sources[log]?.record == 2)
    let next = try await AuditProgram.run(words)
    #expect(next.status == 0 && next.output.contains("no rule was met, 0 events"))
    #expect(
      next.errors.isEmpty
        && next.output.contains("note: reviewed last by alice, \(kept.reviewed); what came since"))
  }

  @Test("what was rotated is given at the first review; later it is read with its log, and once")
  func rotatedToo() async throws {
    let fixture = try Fixture(.two4)
    let (log, mark) = ("\(fixture.root)/access.log", "\(fixture.root)/mark")
    let words = [
      "log", fixture.root, "--mark", mark, "--access-log", log, "--access-log", log + ".1",
    ]
    try fixture.write("access.log.1", posts(1))
    try fixture.write("access.log", posts(2))
    let first = try await AuditProgram.run(words + ["--reviewed-by", "alice"])
    #expect(first.output.contains("3 high, 3 events"), "\(first)")
    #expect(try TrailMark.read(mark)?.sources.keys.sorted() == [log])

    let files = FileManager.default
    try files.moveItem(atPath: log + ".1", toPath: log + ".2")
    try files.moveItem(atPath: log, toPath: log + ".1")
    try fixture.write("access.log.1", posts(3))
    try fixture.write("access.log", posts(1))
    let second = try await AuditProgram.run(words)
    #expect(second.output.contains("2 high, 2 events"), "\(second)")
    #expect(
      second.output.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(
        "note: \(log).1 is read with \(log), as far as that was not reviewed"))
  }

  @Test("what is not readable is told with its whole path, as the checks tell it")
  func wholePath() async throws {
    let fixture = try Fixture(.two4)
    try FileManager.default.removeItem(atPath: "\(fixture.root)/.env")
    let seen = try await AuditProgram.run(["log", fixture.root])
    #expect(
      seen.status == 2
        && seen.errors.hasPrefix(
          "cachet-mfa audit: error: \(fixture.root)/.env: No such file or directory"),
      "\(seen)")
  }

  @Test("what a mark does not find again is told, with its rule, also by the run that signs")
  func continuity() async throws {
    let fixture = try Fixture(.two4)
    let (log, mark) = ("\(fixture.root)/access.log", "\(fixture.root)/mark")
    let words = ["log", fixture.root, "--access-log", log, "--mark", mark]
    let json = words + ["--format", "jsonl"]
    let laravel = "storage/logs/laravel.log"
    let daily = ["storage/logs/laravel-2026-09-01.log", "storage/logs/laravel-2099-01-01.log"]
    for path in [laravel] + daily {
      try fixture.write(path, "[2026-10-01 12:00:00] production.ERROR: One\n")
    }
    try fixture.write("access.log", posts(1))
    #expect(try await AuditProgram.run(json + ["--reviewed-by", "alice"]).status == 1)
    #expect(try await AuditProgram.run(json).status == 0)

    // Packed is not gone; a day that was over may go.
    #expect(try await run("/usr/bin/gzip", ["\(fixture.root)/\(laravel)"]).status == 0)
    try FileManager.default.removeItem(atPath: "\(fixture.root)/\(daily[0])")
    let packed = try await AuditProgram.run(json)
    #expect(packed.status == 0 && !packed.output.contains("\"event\""), "\(packed)")

    try FileManager.default.removeItem(atPath: "\(fixture.root)/\(laravel).gz")
    try FileManager.default.removeItem(atPath: "\(fixture.root)/\(daily[1])")
    // Another file, while the old one has its number still.
    try FileManager.default.moveItem(atPath: log, toPath: log + ".old")
    try fixture.write("access.log", AccessLineTests.line("GET / HTTP/1.1") + "\n" + posts(1))
    for command in [json, json + ["--reviewed-by", "alice"]] {
      let seen = try await AuditProgram.run(command)
      let alerts = seen.output.split(separator: "\n").filter {
        $0.contains("\"rule\":\"log-gap\"")
      }
      #expect(seen.status == 1 && alerts.count == 3 && seen.errors.isEmpty, "\(seen)")
      for name in [log, "\(fixture.root)/\(laravel)", "\(fixture.root)/\(daily[1])"] {
        #expect(alerts.contains { $0.contains("\"source\":\"\(name)\",\"record\":0") })
      }
    }
    // It was told, and signed.
    #expect(try await AuditProgram.run(json).status == 0)
    let kept = try #require(try TrailMark.read(mark))
    #expect(Array(kept.sources.keys) == [log])

    let file = try FileHandle(forWritingTo: URL(filePath: log))
    try file.truncate(atOffset: 0)
    try file.write(contentsOf: Data(posts(1).utf8))
    try file.close()
    let text = try await AuditProgram.run(words)
    let told = text.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(text.status == 1 && told.contains("log-cut"))
    #expect(told.contains("does not hold what was reviewed up to line 2"))
  }

  @Test("a threshold of the command line, and the help that names what can be set")
  func threshold() async throws {
    let fixture = try Fixture(.two4)
    let one = AccessLineTests.line("POST /auth/login HTTP/1.1", 302) + "\n"
    try fixture.write("access.log", one + one)
    let words = [
      "log", fixture.root, "--access-log", "\(fixture.root)/access.log", "--fail-on", "medium",
    ]
    #expect(try await AuditProgram.run(words).status == 0)
    #expect(try await AuditProgram.run(words + ["--threshold", "passwords-tried=2"]).status == 1)
    #expect(try await AuditProgram.run(words + ["--threshold", "passwords-tried=3"]).status == 0)
    let help = try await AuditProgram.run(["log", "--help"]).output
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for rule in TrailThresholds.rules { #expect(help.contains(rule)) }
  }

  @Test("times of Laravel are those of its zone, and a zone that there is not is named")
  func zone() async throws {
    let fixture = try Fixture(.two4)
    try fixture.write(
      "storage/logs/laravel.log",
      "[2026-07-01 12:00:00] production.ERROR: Summer\n[2026-12-01 12:00:00] production.ERROR: Winter\n"
    )
    try fixture.set("APP_TIMEZONE", "Europe/Berlin")
    let told = try await AuditProgram.run(["log", fixture.root, "--format", "jsonl"]).output
    #expect(
      told.contains(
        "\"time\":\"2026-07-01T10:00:00Z\",\"kind\":\"failure\",\"detail\":\"ERROR Summer\""))
    #expect(
      told.contains(
        "\"time\":\"2026-12-01T11:00:00Z\",\"kind\":\"failure\",\"detail\":\"ERROR Winter\""))
    // A file of old syslog names no zone: it is that of the host.
    try fixture.write(
      "auth.log", "Jul  1 12:00:00 host cachet-mfa: event=enroll outcome=accepted user=bob\n")
    let both = try await AuditProgram.run(
      ["log", fixture.root, "--format", "jsonl", "--auth-log", "\(fixture.root)/auth.log"],
      zone: "Asia/Tokyo"
    ).output
    #expect(both.contains("-07-01T03:00:00Z\",\"kind\":\"guard-changed\",\"user\":\"bob\""))
    #expect(both.contains("2026-07-01T10:00:00Z\",\"kind\":\"failure\""))

    try fixture.set("APP_TIMEZONE", "../../etc/passwd")
    let refused = try await AuditProgram.run(["log", fixture.root])
    #expect(refused.status == 2)
    #expect(refused.errors.contains(".env:13: APP_TIMEZONE is no time zone of this host"))
  }

  @Test("no value of a log is in a report: passwords, mails, codes of invitations, queries")
  func redacted() async throws {
    let fixture = try Fixture(.two4)
    try fixture.write(
      "storage/logs/laravel.log",
      "[2026-10-01 12:00:00] production.ERROR: Login failed with planted-1 {\"password\":\"planted-2\"}\nplanted-3\n[2026-10-01 12:00:00] production.DEBUG: planted-4\n"
    )
    let requests = [
      "POST /auth/login?p=planted-5", "GET /signup/invite/planted-6",
      "POST /api/v1/components?token=planted-7",
    ]
    let lines =
      zip(requests, [302, 429, 200]).map { AccessLineTests.line("\($0) HTTP/1.1", $1) }
      + [AccessLineTests.line("POST /auth/2fa HTTP/1.1", 401, user: "planted-8")]
    try fixture.write("access.log", lines.joined(separator: "\n") + "\n")
    for format in ["text", "jsonl", "syslog"] {
      let told = try await AuditProgram.run(
        ["log", fixture.root, "--access-log", "\(fixture.root)/access.log", "--format", format])
      #expect(told.output.contains("password-posted") && told.output.contains("too-many-requests"))
      #expect(!told.output.contains("planted") && !told.errors.contains("planted"))
    }
  }

  @Test("a collector at a socket gets a datagram for each")
  func socket() async throws {
    let fixture = try Fixture(.two4)
    let path = "/tmp/trail-\(UUID().uuidString.prefix(8))"
    defer { unsafe unlink(path) }
    let file = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(file) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) {
      unsafe $0.copyBytes(from: Array(path.utf8))
    }
    let bound = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(file, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(bound == 0)
    try fixture.write("access.log", posts(2))
    let sent = try await AuditProgram.run(
      [
        "log", fixture.root, "--access-log", "\(fixture.root)/access.log", "--syslog",
        "unix:\(path)",
      ])
    #expect(sent.status == 1 && sent.output.contains("2 high"))
    var messages: [String] = []
    var room = [UInt8](repeating: 0, count: 4096)
    for _ in 0..<4 {
      let count = unsafe recv(file, &room, room.count, Int32(MSG_DONTWAIT))
      if count > 0 { messages.append(String(decoding: room[..<count], as: UTF8.self)) }
    }
    #expect(messages.map { String($0.prefix(5)) } == ["<110>", "<107>", "<110>", "<107>"])
    let nobody = try await AuditProgram.run([
      "log", fixture.root, "--syslog", "unix:\(path)-nobody",
    ])
    #expect(nobody.status == 2 && nobody.errors.contains("No such file or directory"))
  }

  @Test(
    "a command line that is wrong is refused",
    arguments: [
      ["--since", "soon"], ["--syslog", "http:x:1"], ["--reviewed-by", "alice"],
      ["--mark", "m", "--reviewed-by", "a b"], ["--threshold", "setup=1"],
      ["--threshold", "failures"], ["--access-log", "x", "--access-log", "x"],
    ])
  func refused(words: [String]) async throws {
    #expect(try await AuditProgram.run(["log", "."] + words).status == 64)
  }
}
