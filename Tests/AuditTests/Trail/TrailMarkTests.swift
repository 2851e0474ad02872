import Foundation
import Testing

@testable import CachetAudit

@Suite("Trail: a review begins where the last one ended")
struct TrailMarkTests {
  private let folder: Scratch
  private var path: String { folder.path("access.log") }

  init() throws { folder = try Scratch() }

  private func line(_ second: Int) -> String { AccessLineTests.posted(second) }

  private func read(from mark: SourceMark?) throws -> (
    told: [String], source: LogSource<AccessReader>
  ) {
    let source = try LogSource(path: path, reader: AccessReader(), from: mark)
    var told: [String] = []
    while let event = try source.next() {
      let name = event.source.hasSuffix(".1") ? "old" : "new"
      told.append("\(name):\(event.record) \(event.occurrence.time.clock)")
    }
    return (told, source)
  }

  @Test("what is appended, and no more")
  func appended() throws {
    try folder.write("access.log", line(1) + line(2))
    let first = try read(from: nil)
    #expect(first.told == ["new:1 12:00:11", "new:2 12:00:12"])
    try folder.append("access.log", line(3))
    let second = try read(from: first.source.mark())
    #expect(second.told == ["new:3 12:00:13"])
    #expect(try read(from: second.source.mark()).told.isEmpty)
  }

  @Test("a line that is still being written is told, and told again when it is whole")
  func unfinished() throws {
    try folder.write("access.log", line(1) + String(line(2).dropLast()))
    let first = try read(from: nil)
    #expect(first.told == ["new:1 12:00:11", "new:2 12:00:12"])
    try folder.append("access.log", "\n" + line(3))
    #expect(try read(from: first.source.mark()).told == ["new:2 12:00:12", "new:3 12:00:13"])
  }

  @Test("a log that was rotated is continued under its old name first")
  func rotated() throws {
    try folder.write("access.log", line(1))
    let mark = try read(from: nil).source.mark()
    try folder.append("access.log", line(2))
    try FileManager.default.moveItem(atPath: path, toPath: folder.path("access.log.1"))
    try folder.write("access.log", line(3))
    let next = try read(from: mark)
    #expect(next.told == ["old:2 12:00:12", "new:1 12:00:13"])
    #expect(try read(from: next.source.mark()).told.isEmpty)
  }

  @Test("what is no file of lines is refused, whole")
  func refused() throws {
    #expect(throws: Obstacle.unreadable(path: path, errno: ENOENT)) { try read(from: nil) }
    try Data([0x1F, 0x8B, 8, 0]).write(to: URL(filePath: path))
    #expect(throws: Obstacle.damaged(path: path, what: "is gzip without its end")) {
      try read(from: nil)
    }
    #expect(throws: Obstacle.notRegular(path: "/dev/null")) {
      try LogSource(path: "/dev/null", reader: AccessReader())
    }
  }

  @Test("the mark: written, read, and refused where it is none")
  func mark() throws {
    let path = folder.path("mark")
    #expect(try TrailMark.read(path) == nil)
    let mark = TrailMark(
      reviewed: Moment("2026-10-01T12:00:00Z"), by: "alice", sources: ["a": SourceMark(record: 7)])
    try mark.write(to: path)
    let again = try #require(try TrailMark.read(path))
    #expect(again.by == "alice" && again.sources == mark.sources)
    #expect(again.age(at: Moment("2026-10-02T12:00:00Z")) == 86_400)
    let number = "9223372036854775807"
    for damaged in [
      "", "{}", #"{"reviewed":"7d","by":"a","sources":{}}"#,
      #"{"reviewed":"soon","by":"a","sources":{}}"#,
      #"{"reviewed":"2026-10-01T12:00:00+00:00","by":"a","sources":{}}"#,
      #"{"reviewed":"2026-10-01T12:00:00Z","by":"a","sources":{"a":{"record":\#(number)}}}"#,
      #"{"reviewed":"2026-10-01T12:00:00Z","by":"a","sources":{"a":{"record":1,"offset":-1}}}"#,
    ] {
      try folder.write("mark", damaged)
      #expect(throws: Obstacle.self) { try TrailMark.read(path) }
    }
    #expect(TrailMark.isName("alice@example.org") && TrailMark.isName("bob_2"))
    for name in ["", "a b", "a\n", String(repeating: "a", count: 65), "ä"] {
      #expect(!TrailMark.isName(name))
    }
  }

  @Test("the check: not asked, never, long ago, from the future, and held")
  func check() throws {
    let fixture = try Fixture(.three)
    func outcome(_ mark: TrailMark?, isAsked: Bool = true) throws -> String {
      let audit = try fixture.audit { options in
        options.trail = isAsked ? ("mark", mark) : nil
        options.now = Moment("2026-10-10T12:00:00Z")
      }
      let result = try #require(audit.results.first { $0.check.id == "trail-review" })
      return switch result.outcome {
      case .held: "held"
      case .found(let findings): findings.map(\.evidence.message).joined()
      case .notAsked: "not asked"
      case .notApplicable, .failed: "?"
      }
    }
    func mark(_ day: String) -> TrailMark {
      TrailMark(reviewed: Moment("2026-10-\(day)T12:00:00Z"), by: "alice", sources: [:])
    }
    #expect(try outcome(nil, isAsked: false) == "not asked")
    #expect(try outcome(nil) == "nobody has reviewed it yet")
    #expect(try outcome(mark("03")) == "held")
    #expect(try outcome(mark("02")) == "the last review is 8 days old")
    #expect(try outcome(mark("12")) == "the review lies in the future")
  }
}
