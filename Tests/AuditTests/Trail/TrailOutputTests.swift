import Foundation
import Testing

@testable import CachetAudit

@Suite("Trail: how it is told")
struct TrailOutputTests {
  private static func event(
    user: String? = "alice", source: String = "access.log", kind: Occurrence.Kind = .codePosted
  ) -> TrailEvent {
    TrailEvent(
      occurrence: Occurrence(
        time: Moment("2026-10-01T12:00:00Z"), kind: kind, user: user, address: "192.0.2.7",
        detail: "POST /auth/2fa 302"), source: source, record: 7)
  }

  private static func alert(_ severity: Severity, message: String = "m") -> TrailAlert {
    let rule = Rule(
      id: "a-rule", severity: severity, title: "t", response: "r",
      detector: { _ in Each(of: []) })
    let time = Moment("2026-10-01T12:00:00Z")
    return TrailAlert(rule: rule, signal: Signal(time: time, message: message, event: event()))
  }

  @Test("an event as RFC 5424 has it")
  func message() {
    #expect(
      SyslogMessage.text(.event(Self.event()), host: "status")
        == "<110>1 2026-10-01T12:00:00Z status cachet-mfa-audit - code-posted [cachet@32473 user=\"alice\" address=\"192.0.2.7\" source=\"access.log\" record=\"7\"] \u{FEFF}POST /auth/2fa 302"
    )
  }

  @Test(
    "facility and severity make the priority",
    arguments: [
      (Severity.critical, 106), (.high, 107), (.medium, 108), (.low, 109), (.info, 110),
    ])
  func priority(severity: Severity, value: Int) {
    let text = SyslogMessage.text(.alert(Self.alert(severity)), host: "h")
    #expect(
      text.hasPrefix(
        "<\(value)>1 2026-10-01T12:00:00Z h cachet-mfa-audit - a-rule [cachet@32473 rule=\"a-rule\""
      ))
  }

  @Test("what a value may not hold is escaped, and nothing ends a message or its data early")
  func escaped() {
    #expect(SyslogMessage.escaped(#"a"b\c]d"#) == #"a\"b\\c\]d"#)
    let hostile = "a\"] <0>1 \\\n\u{1B}\u{0}b"
    let text = SyslogMessage.text(.event(Self.event(user: hostile, source: "x]\n")), host: "a b\nc")
    #expect(!text.contains("\n") && !text.contains("\u{1B}") && !text.contains("\u{0}"))
    #expect(text.contains(#"user="a\"\] <0>1 \\???b" "#) && text.contains(#"source="x\]?" "#))
    #expect(text.hasPrefix("<110>1 2026-10-01T12:00:00Z abc cachet-mfa-audit - "))
    #expect(SyslogMessage.text(.event(Self.event()), host: "").contains("Z - cachet-mfa-audit"))
  }

  @Test("what a screen would obey is an escape in JSON")
  func escapes() {
    #expect(JSON.text("a\"\\\n\u{202E}ä\u{E0001}").text == #""a\"\\\u000a\u202eä\udb40\udc01""#)
  }

  @Test("JSON is read again as it was, a line each")
  func json() throws {
    let folder = try Scratch()
    let output = JSONTrail(try ByteStream(path: folder.path("out")))
    let hostile = "a\"\\\u{2028}\u{1}\n"
    try output.take(.event(Self.event(user: hostile)))
    try output.take(.event(Self.event(user: nil)))
    try output.take(.alert(Self.alert(.high, message: hostile)))
    var summary = TrailSummary()
    summary.note(Self.alert(.high))
    summary.obstacles = [.unreadable(path: "b", errno: 13)]
    try output.end(summary)
    let lines = try folder.text("out").split(separator: "\n")
    let objects = try lines.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(objects.map { $0["type"] as? String } == ["event", "event", "alert", "summary"])
    #expect(objects[0]["user"] as? String == hostile && objects[2]["message"] as? String == hostile)
    #expect(objects[1]["user"] == nil && objects[1]["record"] as? Int == 7)
    #expect(objects[3]["errors"] as? [String] == ["b: Permission denied"])
  }

  @Test("text: the summary first, days behind it, what is alike in one line")
  func text() throws {
    let folder = try Scratch()
    let output = try TextTrail(ByteStream(path: folder.path("out")), title: "Title")
    let review = TrailReview()
    let happenings =
      times(3, every: 60, .passwordPosted, address: "192.0.2.7")
      + times(1, every: 1, .userCreated, user: "bob", from: 86_400)
    let source = Happened(happenings.map(\.event))
    let summary = try review.run([source], into: [output])
    try output.end(summary)
    #expect(
      try folder.text("out") == """
        Title
        1 medium, 4 events from 2026-10-01T08:00:00Z to 2026-10-02T08:00:00Z.

          medium    accounts: an account was created or removed
                    2026-10-02T08:00:00Z bob: user-created (test:86401)
                    do: compare with what was asked for; the row does not tell who did
                        it

        read: test, 0 records, 0 events

        2026-10-01
          08:00:00  password-posted    192.0.2.7: password-posted (test:1), and 2 more until 08:02:00

        2026-10-02
          08:00:00  user-created       bob: user-created (test:86401)
        ! 08:00:00  medium             accounts: bob: user-created

        """)
  }

  @Test("nothing older than asked for is told, and the rules know of it")
  func since() throws {
    let sink = Collecting()
    let source = Happened(
      (times(1, every: 1, .signIn, user: "bob")
        + times(2, every: 60, .changed, user: "bob", from: 100)
        + times(1, every: 1, .changed, user: "alice", from: 50)).sorted { $0.at < $1.at }.map(
          \.event))
    let since = Moment("2026-10-01T08:01:30Z")
    let summary = try TrailReview(since: since).run([source], into: [sink])
    #expect(sink.told == ["test:101", "test:161"])
    #expect(summary.worst == nil && summary.events == 2)
  }

  @Test("on TCP the length stands before a message, in bytes")
  func framed() {
    #expect(SyslogSocket.framed("Größe", isStream: true) == Array("7 Größe".utf8))
    #expect(SyslogSocket.framed("Größe", isStream: false) == Array("Größe".utf8))
  }

  @Test(
    "where to send it",
    arguments: [
      ("unix:/run/log", SyslogSocket.Destination.unix("/run/log")),
      ("udp:localhost:514", .net(isStream: false, host: "localhost", port: "514")),
      ("tcp:[2001:db8::1]:6514", .net(isStream: true, host: "2001:db8::1", port: "6514")),
      ("unix:run", nil), ("unix:", nil), ("udp:host", nil), ("udp::514", nil), ("tcp:host:0", nil),
      ("tcp:host:70000", nil), ("http:host:80", nil), ("", nil),
    ])
  func destination(text: String, wanted: SyslogSocket.Destination?) {
    #expect(SyslogSocket.Destination(text) == wanted)
  }
}

/// A source of events made up by a test.
final class Happened: TrailSource {
  let name = "test"
  let tally = SourceTally()
  func mark() -> SourceMark? { nil }
  private var events: ArraySlice<TrailEvent>

  init(_ events: [TrailEvent]) { self.events = events[...] }

  func next() -> TrailEvent? { events.popFirst() }
}

/// Keeps the places of the events, and the rules that were met.
final class Collecting: TrailSink {
  var told: [String] = []

  func take(_ entry: TrailEntry) {
    switch entry {
    case .event(let event): told.append(event.place)
    case .alert(let alert): told.append(alert.rule.id)
    }
  }

  func end(_ summary: TrailSummary) {}
}

/// A folder that goes with the test.
final class Scratch {
  private let root: String

  init() throws {
    root = FileManager.default.temporaryDirectory.appending(path: "trail-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func path(_ name: String) -> String { "\(root)/\(name)" }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: path(name), encoding: .utf8)
  }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path(name)))
  }

  func append(_ name: String, _ text: String) throws {
    let file = try FileHandle(forWritingTo: URL(filePath: path(name)))
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }
}
