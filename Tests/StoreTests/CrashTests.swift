import Foundation
import TestSupport
import Testing

/// One run of a writer in which one call into the system was the last one, or failed.
struct CutShort: CustomStringConvertible {
  let description: String
  let call: String
  /// `done`, `killed`, or the failure's words.
  let end: String
  let seen: String
  let leftovers: Int
  /// Files that hold a secret in the open.
  let telling: String
  /// `clean`, or what the next writer met or left.
  let next: String

  init?(_ line: String) {
    let parts = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 7, let left = Int(parts[4]) else { return nil }
    description = line
    (call, end, seen, leftovers) = (parts[1], parts[2], parts[3], left)
    (telling, next) = (parts[5], parts[6])
  }
}

/// What readers see before and after each way of writing; see `Tests/StoreTool/Tool/Writers.swift`.
struct Way: Sendable, CustomTestStringConvertible {
  let writer: String
  /// Before, and while it was cut short.
  let before: [String]
  let after: String

  var testDescription: String { writer }

  private static let alice = "alice(phone=1; recovery 0.1 good)"

  static let all = [
    Way(
      writer: "make", before: ["users missing", "host-key missing", "store-id missing"],
      after: "nobody"),
    Way(writer: "new", before: [alice], after: alice + " bob(phone=1)"),
    Way(writer: "edit", before: [alice], after: "alice(phone=1; recovery 0.1 good; disabled)"),
    Way(writer: "add", before: [alice], after: "alice(phone=1; token=2; recovery 0.1 good)"),
    Way(writer: "remove", before: [alice], after: "alice(recovery 0.1 good; removed 1)"),
    Way(writer: "renew", before: [alice], after: "alice(phone=1; recovery 1.1 good)"),
    Way(writer: "rename", before: [alice], after: "carol(phone=1; recovery 0.1 good)"),
    Way(writer: "signIn", before: [alice], after: "alice(phone=1 used; recovery 0.1 good)"),
  ]

  /// All of its runs: the first and the last are whole, and so is what they leave.
  func runs(_ what: String...) async throws -> [CutShort] {
    try await withFolder { folder in
      let outcome = try await run(toolPath(), what + [folder.path], within: 240)
      #expect(outcome.status == 0, "\(outcome)")
      let runs = outcome.lines.compactMap { CutShort($0) }
      #expect(runs.count == outcome.lines.count, "\(outcome.output)")
      #expect(runs.count > 30)
      for run in [runs.first, runs.last] {
        let whole = try #require(run)
        #expect(whole.end == "done" && whole.call == "" && whole.seen == after, "\(whole)")
      }
      for run in runs {
        #expect(run.telling == "", "\(run)")
        #expect(run.next == "clean", "\(run)")
      }
      return runs
    }
  }
}

/// The table "What a crash leaves" of docs/formats.md.
@Suite struct CrashTests {
  @Test(arguments: Way.all)
  func
    `killed at any call, readers see the old record or the new one, and the next writer cleans up`(
      way: Way
    ) async throws
  {
    let runs = try await way.runs("kill", way.writer)
    var turned = false
    for run in runs.dropFirst().dropLast() {
      #expect(run.end == "killed", "\(run)")
      // Old up to one call, and new from there on.
      turned = turned || run.seen == way.after
      #expect(turned ? run.seen == way.after : way.before.contains(run.seen), "\(run)")
      if run.seen == way.after { #expect(run.leftovers == 0, "\(run)") }
    }
    #expect(turned)
    if !["rename", "signIn"].contains(way.writer) { #expect(runs.contains { $0.leftovers > 0 }) }
  }
}

@Suite struct FailingCallTests {
  /// ENOSPC, EIO, EMFILE, EDQUOT; the last two for every writer with TESTS=full.
  static let cases: [(Way, Int32)] = Way.all.flatMap { way in
    [ENOSPC, EIO, EMFILE, EDQUOT]
      .filter { Effort.isFull || $0 == ENOSPC || way.writer == "add" || way.writer == "new" }
      .map { (way, $0) }
  }

  @Test(arguments: cases)
  func `whichever call fails, the failure is typed and the old record stands`(
    way: Way, number: Int32
  ) async throws {
    for run in try await way.runs("fail", way.writer, "\(number)").dropFirst().dropLast() {
      #expect(!run.end.hasPrefix("ended"), "\(run)")
      #expect(run.end != "killed", "\(run)")
      #expect(!run.end.hasSuffix(" busy"), "there is no other writer: \(run)")
      if run.end == "done" {
        // It could do without: what it looked for was not needed, or another try worked.
        #expect(run.seen == way.after, "\(run)")
        #expect(
          !["write", "renameat", "renameat2", "fsync", "fdatasync"].contains(run.call), "\(run)")
      } else if run.seen == way.after {
        // Renamed, or swapped in, but nobody knows whether that is on disk.
        #expect(run.call == (way.writer == "signIn" ? "fdatasync" : "fsync"), "\(run)")
      } else {
        #expect(way.before.contains(run.seen), "\(run)")
        if [ENOSPC, EDQUOT].contains(number), ["write", "fsync"].contains(run.call) {
          #expect(run.end.hasSuffix(" no-room"), "\(run)")
        }
      }
    }
  }

  @Test(arguments: Way.all.filter { Effort.isFull || $0.writer != "edit" })
  func `a call that a signal interrupted is made again`(way: Way) async throws {
    let retried: Set = ["openat", "read", "pread", "write", "fsync", "fdatasync", "flock", "close"]
    for run in try await way.runs("fail", way.writer, "\(EINTR)") {
      if retried.contains(run.call) { #expect(run.end == "done", "\(run)") }
      #expect(run.end == "done" ? run.seen == way.after : way.before.contains(run.seen), "\(run)")
    }
  }

  @Test(arguments: Way.all.filter { Effort.isFull || $0.writer == "add" })
  func `a write that takes half is carried on`(way: Way) async throws {
    for run in try await way.runs("short", way.writer) {
      #expect(run.end == "done" && run.seen == way.after, "\(run)")
    }
  }
}

@Suite(.serialized) struct RaceTests {
  private func tool(_ words: String...) async throws -> [String] {
    try await withFolder { folder in
      try await run(toolPath(), words + [folder.path], within: 120).lines
    }
  }

  @Test func `of 50 processes with one code exactly one wins, in each of 200 rounds`() async throws
  {
    let lines = try await tool("race-steps", "50", "200")
    #expect(lines == ["200 rounds with 1 winner"])
  }

  @Test func `of 50 processes with one recovery code exactly one wins`() async throws {
    let rounds = Effort.rounds(100, usually: 20)
    let lines = try await tool("race-codes", "50", "\(rounds)")
    #expect(lines == ["\(rounds) rounds with 1 winner"])
  }

  @Test func `writers change a record one after the other, and no change is lost`() async throws {
    let lines = try await tool("writers", "12", "5")
    #expect(lines == ["60 changes"])
  }

  @Test func `a writer that stands still holds up writers, and nobody who reads or signs in`()
    async throws
  {
    let lines = try await tool("stopped")
    #expect(
      lines == [
        "reader: alice(phone=1; recovery 0.1 good)", "signed in", "at once: true",
        "another writer: users busy", "the writer: 0",
        "reader: alice(phone=1 used; recovery 0.1 good; disabled)",
      ])
  }
}

@Suite(.enabled(if: isRoot, "needs root, for a file system of its own"))
struct FullDiskTests {
  @Test func `on a full ext4 codes are used and synced, and a writer leaves the old record`()
    async throws
  {
    let lines = try await withFolder { folder in
      // A mount name space of its own: nothing of it is left, whatever happens here.
      let script = """
        truncate -s 4M "$1/image" && mkfs.ext4 -q -F "$1/image" && mkdir "$1/disk" \
        && mount -o loop "$1/image" "$1/disk" && exec "$2" full "$1/disk"
        """
      return try await run(
        "/usr/bin/unshare", ["-m", "/bin/sh", "-c", script, "sh", folder.path, toolPath()]
      ).lines
    }
    #expect(
      lines == [
        "full: true", "again: state step-used", "recovery code: true",
        "before: alice(phone=1; recovery 0.1 good)", "now: alice(phone=1 used; recovery 0.1 used)",
        "edit: credentials no-room", "unchanged: true, leftovers: 0",
        "new: record no-room", "unchanged: true, leftovers: 0",
        "add: credentials no-room", "unchanged: true, leftovers: 0",
        "with room: alice(phone=1 used; recovery 0.1 used; disabled)",
      ])
  }
}
