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
