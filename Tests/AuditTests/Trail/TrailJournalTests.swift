import Foundation
import Testing

@testable import CachetAudit

@Suite("Trail: exports of the journal, one review after the other")
struct TrailJournalTests {
  private let folder: Scratch
  private var path: String { folder.path("journal.json") }

  init() throws { folder = try Scratch() }

  /// An entry each second; one in two is about something else.
  private func entry(_ second: Int) -> String {
    let message =
      second % 2 == 0
      ? "pam_cachet_mfa(sshd:auth): event=sign-in outcome=refused user=alice"
      : "Session opened, \\\"__CURSOR\\\":\\\"s=1;i=2\\\""
    return
      #"{"__CURSOR":"s=1;i=\#(second)","__REALTIME_TIMESTAMP":"\#(1_790_856_000 + second)000000","_UID":"0","SYSLOG_IDENTIFIER":"sshd","MESSAGE":"\#(message)"}"#
      + "\n"
  }

  private func export(_ seconds: ClosedRange<Int>) throws {
    // In place, as the shell does.
    try folder.write("journal.json", "")
    try folder.append("journal.json", seconds.map(entry).joined())
  }

  /// The seconds that are told; in brackets those that were told before.
  private func read(from mark: SourceMark?) throws -> (told: [String], mark: SourceMark?) {
    #expect(try JournalExport.isOne(path))
    let reader = AuthReader(clock: { $0.inUTC }, now: Moment(seconds: 0), thisYear: 2026)
    let source = try JournalExport(path: path, reader: reader, from: mark)
    var told: [String] = []
    while let event = try source.next() {
      let second = String(event.occurrence.time.seconds - 1_790_856_000)
      told.append(
        event.occurrence.kind == .logGap ? "gap" : event.isKnown ? "(\(second))" : second)
    }
    return (told, source.mark())
  }

  @Test("exports that overlap: what is new is told, what is known is read again")
  func overlapping() throws {
    try export(1...5)
    let first = try read(from: nil)
    #expect(first.told == ["2", "4"] && first.mark?.record == 5)
    try export(3...9)
    let second = try read(from: first.mark)
    #expect(second.told == ["(4)", "6", "8"])
    try export(9...9)
    #expect(try read(from: second.mark).told.isEmpty)
    // A clock that was set back hides nothing.
    try folder.append("journal.json", entry(2))
    #expect(try read(from: second.mark).told == ["2"])
  }

  @Test("one that does not go back to the last entry: all is told, and the gap")
  func gap() throws {
    try export(1...5)
    let mark = try read(from: nil).mark
    try export(6...8)
    #expect(try read(from: mark).told == ["gap", "6", "8"])
    // Only the journal itself can name an entry: what a message says is inside of a string.
    try export(3...3)
    var second = try #require(mark)
    second.digest = SourceMark.digest(of: Array("s=1;i=2".utf8))
    #expect(try read(from: second).told == ["gap"])
  }

  /// A line of a process that is not root's, by its user and program.
  private static func line(
    _ fields: String, by user: Int = 1000, _ program: String? = nil,
    module: String = "pam_cachet_mfa(sudo:auth): ", identifier: String = "sudo"
  ) -> String {
    let path = program.map { "\"_EXE\":\"\($0)\"," } ?? ""
    return
      "{\"__REALTIME_TIMESTAMP\":\"1790856000123456\",\"_UID\":\"\(user)\",\(path)\"SYSLOG_IDENTIFIER\":\"\(identifier)\",\"MESSAGE\":\"\(module)\(fields)\"}"
  }

  private static let accepted =
    "event=sign-in outcome=accepted user=alice service=sudo door=local factor=totp:1 reason=code"

  @Test("a sign-in by sudo or su is no forgery, though it stands there under its caller's uid")
  func setUser() {
    for program in [
      "/usr/bin/sudo", "/usr/bin/su", "/bin/su", "/usr/bin/sudo (deleted)", "/usr/bin/doas",
      "/usr/lib/cargo/bin/sudo",
    ] {
      guard
        case .occurrence(let one) = TrailLineTests.reader.read(
          bytes(Self.line(Self.accepted, program)))
      else {
        Issue.record("\(program) is not read")
        continue
      }
      #expect(
        told(.occurrence(one))
          == "guard-accepted alice - sign-in accepted at local factor totp:1 reason code")
      #expect(one.isForCaller)
    }
    guard
      case .occurrence(let root) = TrailLineTests.reader.read(
        bytes(Self.line(Self.accepted, by: 0, "/usr/sbin/sshd")))
    else {
      Issue.record("root is not read")
      return
    }
    #expect(root.kind == .guardAccepted && !root.isForCaller)
  }

  @Test("what any other program of a user's says is a forgery")
  func forged() {
    let forged = "forged - - looks like ours, written by uid 1000"
    for (line, words) in [
      (Self.line(Self.accepted), forged),
      (Self.line(Self.accepted, "/home/alice/sudo"), "\(forged), /home/alice/sudo"),
      (Self.line(Self.accepted, "/usr/bin/logger"), "\(forged), /usr/bin/logger"),
      (Self.line(Self.accepted, "/usr/bin/sudo/../x"), "\(forged), /usr/bin/sudo/../x"),
      // What the command alone says, by its name, no program of a user's says.
      (
        Self.line(
          "event=disable outcome=accepted user=bob by=alice", "/usr/bin/sudo", module: "",
          identifier: "cachet-mfa"), "\(forged), /usr/bin/sudo"
      ),
      (Self.line("event=x", "/usr/bin/logger"), "\(forged), /usr/bin/logger"),
      (Self.line("event=sign-in user=\\\"a", "/usr/bin/logger"), "\(forged), /usr/bin/logger"),
    ] { #expect(told(TrailLineTests.reader.read(bytes(line))) == words, "\(line)") }
  }

  @Test("what a web server's worker says of itself is told and not counted, and is no forgery")
  func worker() {
    let line =
      "event=sign-in outcome=unavailable user=bob service=cachet-admin factor=none reason=broker errno=111"
    let words = "sign-in unavailable factor none reason broker"
    for program in ["/usr/sbin/apache2", "/usr/sbin/nginx", "/usr/sbin/httpd"] {
      #expect(
        told(
          TrailLineTests.reader.read(
            bytes(Self.line(line, by: 33, program, module: "pam_cachet_mfa(cachet-admin:auth): "))))
          == "untrusted - - not counted, as uid 33, \(program) wrote it: \(words)")
    }
    // So is what a screen locker says whose broker gave no answer.
    #expect(
      told(TrailLineTests.reader.read(bytes(Self.line(line, "/usr/bin/swaylock"))))
        == "untrusted - - not counted, as uid 1000, /usr/bin/swaylock wrote it: \(words)")
    #expect(
      told(
        TrailLineTests.reader.read(
          bytes(Self.line("event=x", by: 33, "/usr/sbin/apache2"))))
        == "untrusted - - not counted, as uid 33, /usr/sbin/apache2 wrote it: a line that is not whole"
    )
  }

  @Test("the program, with the same name each time; a file of syslog is a log")
  func program() async throws {
    let fixture = try Fixture(.three)
    let words = [
      "log", fixture.root, "--auth-log", path, "--mark", folder.path("mark"), "--format", "jsonl",
    ]
    try export(1...7)
    let first = try await AuditProgram.run(words + ["--reviewed-by", "alice"])
    #expect(first.status == 0 && first.errors.isEmpty, "\(first)")
    try export(4...13)
    let second = try await AuditProgram.run(words + ["--reviewed-by", "alice"])
    // Six in a day, half of them known: the rule counts them all.
    #expect(second.status == 1 && !second.output.contains("log-"))
    #expect(second.output.contains("alice: 5 times on"))
    #expect(second.output.split(separator: "\n").count { $0.contains("\"event\"") } == 3)
    try export(20...21)
    let gap = try await AuditProgram.run(words)
    #expect(gap.status == 1 && gap.output.contains("\"rule\":\"log-gap\""))

    try folder.write(
      "syslog", "Oct  1 12:00:00 host cachet-mfa: event=x outcome=accepted user=bob\n")
    #expect(try !JournalExport.isOne(folder.path("syslog")))
    #expect(try !JournalExport.isOne("-"))
  }
}
