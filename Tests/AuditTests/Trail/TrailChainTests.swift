import Foundation
import TestSupport
import Testing

@testable import CachetAudit

@Suite("Trail: logs that were rotated, packed, cut")
struct TrailChainTests {
  private let folder: Scratch
  private var path: String { folder.path("access.log") }

  init() throws { folder = try Scratch() }

  private func line(_ second: Int) -> String { AccessLineTests.posted(second) }

  private func lines(_ seconds: ClosedRange<Int>) -> String { seconds.map(line).joined() }

  /// The seconds that are told, behind what is told of the log itself, and why it was not read.
  private func read(
    from mark: SourceMark?
  ) throws -> (told: [String], mark: SourceMark?, obstacle: Obstacle?) {
    let source = try LogSource(
      path: path, reader: AccessReader(), from: mark, noticed: Moment("2026-10-08T00:00:00Z"))
    var told: [String] = []
    do throws(Obstacle) {
      while let event = try source.next() {
        switch event.occurrence.kind {
        case .logCut, .logGap:
          let name = event.place.split(separator: "/").last ?? ""
          #expect(event.occurrence.time == Moment("2026-10-08T00:00:00Z"))
          told.append("\(event.occurrence.kind.rawValue) \(name)")
        default:
          told.append(String(Int(event.occurrence.time.clock.suffix(2)).map { $0 - 10 } ?? 0))
        }
      }
    } catch {
      return (told, nil, error)
    }
    return (told, try source.mark(), nil)
  }

  private func move(_ name: String, _ other: String) throws {
    try FileManager.default.moveItem(atPath: folder.path(name), toPath: folder.path(other))
  }

  /// By the program that logrotate calls.
  private func pack(_ name: String) async throws {
    let outcome = try await run("/usr/bin/gzip", [folder.path(name)])
    #expect(outcome.status == 0, "\(outcome)")
  }

  @Test("what a client chooses, at the end of a line, makes no other log the one that was reviewed")
  func imitated() throws {
    func ending(_ second: Int) -> String {
      line(second).replacing("curl/8", with: String(repeating: "a", count: 10_000))
    }
    try folder.write("access.log", line(1) + ending(2))
    let mark = try read(from: nil).mark
    try folder.append("access.log", line(3))
    try move("access.log", "access.log.1")
    try folder.write("access.log", line(4) + ending(5))
    #expect(try read(from: mark).told == ["3", "4", "5"])
  }

  // MARK: - Continued

  @Test(
    "rotated several times, packed but for the first: read from the mark on, in order",
    arguments: [
      [".1", ".2", ".3", ".4"], ["-20261001", "-20260930", "-20260929", "-20201231"],
      ["-2026-10-01", "-2026-09-30", "-2025-12-31", "-2025-11-30"],
      [".20261001", "_20260930", "-20260929_23", ".20201231-10:00"],
      ["-20261001-23", "-20261001-22", "-20261001", "-20260930"],
      ["-20270101", "-20261231-1798675200", "-20261230", "-20261229-1798502400"],
    ])
  func rotated(names: [String]) async throws {
    let names = names.map { "access.log" + $0 }
    try folder.write("access.log", lines(1...2))
    let mark = try read(from: nil).mark
    try folder.append("access.log", line(3))
    try move("access.log", names[2])
    try await pack(names[2])
    try folder.write(names[1], lines(4...5))
    try await pack(names[1])
    try folder.write(names[0], line(6))
    try folder.write("access.log", line(7))
    // Reviewed long ago.
    try folder.write(names[3], line(8))
    try await pack(names[3])
    // Of no day, or of one whose names do not go by time.
    for name in ["01102026", "20261301", "x", "2026", "20261001.bak"] {
      try folder.write("access.log-\(name)", line(9))
    }
    let next = try read(from: mark)
    #expect(next.told == ["3", "4", "5", "6", "7"] && next.obstacle == nil)
    #expect(try read(from: next.mark).told.isEmpty)
  }

  @Test("days after numbers, and numbers after days: by which came last", arguments: [true, false])
  func renamed(areDaysNewer: Bool) throws {
    try folder.write("access.log", lines(1...2))
    let mark = try read(from: nil).mark
    let (newer, older) =
      areDaysNewer
      ? ("access.log-20261001", "access.log.1") : ("access.log.1", "access.log-20261001")
    try move("access.log", older)
    try folder.write(newer, lines(3...4))
    try folder.write("access.log", line(5))
    for (name, second) in [(older, 1_790_000_000), (newer, 1_790_100_000)] {
      try touch(name, second)
    }
    #expect(try read(from: mark).told == ["3", "4", "5"])
  }

  private func touch(_ name: String, _ second: Int) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: Double(second))],
      ofItemAtPath: folder.path(name))
  }

  @Test("copies with a day in their name beside what was rotated: nothing is left out")
  func besides() throws {
    try folder.write("access.log", lines(1...2))
    let mark = try read(from: nil).mark
    try folder.append("access.log", line(3))
    try folder.write("access.log-20261004", lines(1...3))
    try folder.append("access.log", line(4))
    try move("access.log", "access.log.1")
    try folder.write("access.log", line(5))
    try folder.write("access.log-20261005", line(5))
    try folder.append("access.log", line(6))
    for (name, second) in [("-20261004", 100), (".1", 200), ("-20261005", 300)] {
      try touch("access.log" + name, 1_790_000_000 + second)
    }
    #expect(try read(from: mark).told == ["3", "4", "5", "5", "6"])
  }

  @Test("what was reviewed, put there again as if it were newer, hides nothing", arguments: [1, 9])
  func planted(second: Int) async throws {
    try folder.write("access.log", lines(1...2))
    let mark = try read(from: nil).mark
    try folder.append("access.log", line(3))
    // Packed, it is another file.
    try move("access.log", "access.log.1")
    try await pack("access.log.1")
    try touch("access.log.1.gz", 1_790_000_005)
    try folder.write("access.log-20991231", lines(1...2))
    try touch("access.log-20991231", 1_790_000_000 + second)
    try folder.write("access.log", line(4))
    #expect(try read(from: mark).told == ["3", "4"])
  }

  @Test("what is no file is told, and all that are files are read")
  func noFile() throws {
    try folder.write("access.log", lines(1...2))
    let mark = try read(from: nil).mark
    try folder.write("access.log", line(3))
    try FileManager.default.createDirectory(
      atPath: folder.path("access.log-20261001"), withIntermediateDirectories: false)
    let seen = try read(from: mark)
    #expect(seen.told == ["log-cut access.log", "3"])
    #expect(seen.obstacle == .notRegular(path: folder.path("access.log-20261001")))
  }

  @Test("which log a file was moved away from")
  func newest() {
    let logs = ["/l/access.log", "/l/access.log.1", "/l/other.log", "access"]
    for (name, log) in [
      ("/l/access.log.7.gz", "/l/access.log"), ("/l/other.log-20261001", "/l/other.log"),
      ("/l/other.log-2026-10-01.gz", "/l/other.log"), ("access-20261001", "access"),
      ("/l/access.log-20261001.bak", nil), ("/l/access.log", nil), ("/l/third.log.1", nil),
      ("/l/access.log.20261001", "/l/access.log"), ("/l/access.log.401", nil),
      ("/l/access.log.01", nil),
      ("/l/access.log.gz", nil), ("/l/other.log-01102026", nil), ("access.log-20261001", nil),
    ] {
      #expect(RotatedLogs.newest(of: name, among: logs) == log, "\(name)")
    }
  }

  @Test("copied and cut, as logrotate's copytruncate does: continued in the copy")
  func copied() throws {
    try folder.write("access.log", lines(1...2))
    let mark = try read(from: nil).mark
    try folder.write("access.log.1", lines(1...3))
    // In place: the same file.
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.truncate(atOffset: 0)
    try file.write(contentsOf: Data(lines(4...8).utf8))
    try file.close()
    #expect(try read(from: mark).told == ["3", "4", "5", "6", "7", "8"])
  }

  @Test("a log that was empty when it was reviewed is continued where the last line was")
  func empty() async throws {
    try folder.write("access.log", "")
    let nothing = try read(from: nil).mark
    try folder.append("access.log", line(1))
    #expect(try read(from: nothing).told == ["1"])
    try move("access.log", "access.log.1")
    try folder.write("access.log", "")
    let mark = try read(from: nothing).mark
    #expect(mark?.record == 1)
    try folder.append("access.log", line(2))
    try await pack("access.log.1")
    try move("access.log.1.gz", "access.log.2.gz")
    try move("access.log", "access.log.1")
    try folder.write("access.log", line(3))
    #expect(try read(from: mark).told == ["2", "3"])
  }

  // MARK: - Not continued

  @Test("cut, and grown past the mark: read from the beginning, and told")
  func regrown() throws {
    try folder.write("access.log", lines(1...2))
    let mark = try read(from: nil).mark
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.truncate(atOffset: 0)
    try file.write(contentsOf: Data(lines(3...7).utf8))
    try file.close()
    let cut = try read(from: mark)
    #expect(cut.told == ["log-cut access.log", "3", "4", "5", "6", "7"])
    // The rotated ones had been reviewed.
    try folder.write("access.log.1", line(9))
    #expect(try read(from: mark).told == cut.told)
    #expect(try read(from: cut.mark).told.isEmpty)
  }

  @Test("one byte before the mark is another one: told")
  func changed() throws {
    try folder.write("access.log", lines(1...2))
    let mark = try read(from: nil).mark
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.seek(toOffset: UInt64(lines(1...2).utf8.count - 4))
    try file.write(contentsOf: Data("9".utf8))
    try file.close()
    #expect(try read(from: mark).told.first == "log-cut access.log")
  }

  @Test("shorter than it was, and rotated since: the cut one is read from its beginning")
  func shorter() throws {
    try folder.write("access.log", lines(1...3))
    let mark = try read(from: nil).mark
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.truncate(atOffset: UInt64(line(1).utf8.count))
    try file.close()
    try move("access.log", "access.log.1")
    try folder.write("access.log", line(4))
    #expect(try read(from: mark).told == ["log-cut access.log.1", "1", "4"])
  }

  @Test("the file that was reviewed is gone: all that are there are read, and that is told")
  func gap() async throws {
    try folder.write("access.log", lines(1...2))
    let mark = try read(from: nil).mark
    // Kept, so that its number is nobody else's.
    try move("access.log", "elsewhere")
    try folder.write("access.log.2", lines(3...4))
    try await pack("access.log.2")
    try folder.write("access.log.1", line(5))
    try folder.write("access.log", line(6))
    let gap = try read(from: mark)
    #expect(gap.told == ["log-gap access.log", "3", "4", "5", "6"])
    #expect(try read(from: gap.mark).told.isEmpty)
    // A mark without a digest continues nothing.
    var bare = try #require(gap.mark)
    bare.digest = nil
    #expect(try read(from: bare).told == ["log-cut access.log", "6"])
  }

  // MARK: - Packed

  @Test("packed, of several pieces, and continued when more is behind them")
  func packed() async throws {
    for (name, seconds) in [("a", 1...2), ("b", 3...4), ("c", 5...5)] {
      try folder.write(name, lines(seconds))
      try await pack(name)
    }
    func join(_ names: String...) throws {
      var all = Data()
      for name in names { all += try Data(contentsOf: URL(filePath: folder.path("\(name).gz"))) }
      try all.write(to: URL(filePath: path))
    }
    try join("a", "b")
    let first = try read(from: nil)
    #expect(first.told == ["1", "2", "3", "4"])
    #expect(first.mark?.offset == lines(1...4).utf8.count)
    try join("a", "b", "c")
    #expect(try read(from: first.mark).told == ["5"])
    try join("b", "c")
    #expect(try read(from: first.mark).told.last == "5")
  }

  @Test("cut short or broken: what is there is told, and it is no clean run")
  func broken() async throws {
    try folder.write("access.log.2", lines(1...40))
    try await pack("access.log.2")
    let whole = try Data(contentsOf: URL(filePath: folder.path("access.log.2.gz")))
    try folder.write("access.log.1", line(41))
    try folder.write("access.log", line(42))
    let mark = SourceMark(record: 1, device: 1, inode: 1, offset: 1, digest: "none")
    func expect(_ data: Data, _ what: String) throws {
      try data.write(to: URL(filePath: folder.path("access.log.2.gz")))
      let seen = try read(from: mark)
      #expect(seen.obstacle == .damaged(path: folder.path("access.log.2.gz"), what: what))
      #expect(seen.told.suffix(2) == ["41", "42"])
    }
    try expect(whole.dropLast(1), "is gzip without its end")
    try expect(whole.prefix(whole.count / 2), "is gzip without its end")
    try expect(whole.prefix(11), "is gzip without its end")
    var changed = whole
    changed[changed.count - 6] ^= 1
    try expect(changed, "is broken gzip")
    try expect(whole + Data("more".utf8), "is broken gzip")
    // With its end, and no more.
    try whole.write(to: URL(filePath: folder.path("access.log.2.gz")))
    let seen = try read(from: mark)
    #expect(seen.obstacle == nil && seen.told.count == 43)
  }

  @Test(
    "a line that never ends is no line: a log with a hole, and a small one that unpacks to much",
    .timeLimit(.minutes(10)))
  func endless() async throws {
    try folder.write("access.log", line(1))
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.truncate(atOffset: 20 << 30)
    try file.close()
    let what = "is longer than 16 MiB, which no line of a log is"
    let hole = try read(from: nil)
    #expect(hole.told == ["1"] && hole.obstacle == .damaged(path: "\(path):2", what: what))
    let made = try await run(
      "/bin/sh", ["-c", "head -c 100000000 /dev/zero | gzip > \(path)"], within: 600)
    #expect(made.status == 0)
    let bomb = try read(from: nil)
    #expect(bomb.obstacle == .damaged(path: "\(path):1", what: what))
  }
}
