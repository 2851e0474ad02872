import Foundation
import Testing

@testable import CachetAudit

@Suite("Files that are replaced as a whole")
struct FileReplacementTests {
  private let folder: Scratch
  private var path: String { folder.path("kept") }

  init() throws { folder = try Scratch() }

  private func facts(_ path: String) throws -> stat {
    var facts = stat()
    try #require(unsafe lstat(path, &facts) == 0)
    return facts
  }

  private var drafts: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: folder.path("")).filter {
        $0.hasSuffix(".new")
      }
    }
  }

  @Test("for its owner alone from the first moment on, whatever the old one was")
  func mode() throws {
    try folder.write("kept", "old")
    unsafe chmod(path, 0o666)
    let new = try FileReplacement(of: path)
    let draft = try #require(try drafts.first)
    #expect(try facts(folder.path(draft)).st_mode == S_IFREG | 0o600)
    #expect(try folder.text("kept") == "old")
    try FileReplacement.write(Array("new".utf8), to: new.file, named: path)
    try new.finish()
    #expect(try folder.text("kept") == "new" && drafts.isEmpty)
    #expect(try facts(path).st_mode == S_IFREG | 0o600)
  }

  @Test("what is given up leaves nothing behind, and the old one as it was")
  func givenUp() throws {
    try folder.write("kept", "old")
    do {
      let new = try FileReplacement(of: path)
      try FileReplacement.write(Array("new".utf8), to: new.file, named: path)
      #expect(try drafts.count == 1)
    }
    #expect(try folder.text("kept") == "old" && drafts.isEmpty)
  }

  @Test("a link is replaced, at its end too, and what it leads to is left alone")
  func links() throws {
    try folder.write("victim", "mine")
    for name in ["kept", "kept.\(getpid()).new"] {
      #expect(unsafe symlink(folder.path("victim"), folder.path(name)) == 0)
    }
    try FileReplacement.write(Array("new".utf8), to: path)
    #expect(try folder.text("victim") == "mine" && folder.text("kept") == "new" && drafts.isEmpty)
    #expect(try facts(path).st_mode & S_IFMT == S_IFREG)
    // A report is not written through a link either.
    #expect(unsafe symlink(folder.path("victim"), folder.path("report")) == 0)
    #expect(throws: Obstacle.notRegular(path: folder.path("report"))) {
      try ByteStream(path: folder.path("report"))
    }
  }

  @Test("what went wrong is said in the system's words, and no draft stays")
  func words() throws {
    let missing = folder.path("nowhere/kept")
    #expect(throws: Obstacle.unwritable(path: missing, errno: ENOENT)) {
      try FileReplacement.write([], to: missing)
    }
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    #expect(throws: Obstacle.unwritable(path: path, errno: EISDIR)) {
      try FileReplacement.write([], to: path)
    }
    #expect(try drafts.isEmpty)
    let full = try ByteStream(path: "/dev/full")
    do throws(Obstacle) {
      try full.write("x")
      try full.finish()
      Issue.record("written to a full disk")
    } catch {
      #expect(error.words == "/dev/full: cannot be written: No space left on device")
    }
  }

  @Test("mark, ages and report are for their owner alone, a baseline for those that compare")
  func all() throws {
    try TrailMark(reviewed: Moment("2026-10-01T12:00:00Z"), by: "alice", sources: [:])
      .write(to: folder.path("mark"))
    try SecretAges(path: folder.path("ages")).write(to: folder.path("ages"))
    let report = try ByteStream(path: folder.path("report"))
    try report.write("x")
    #expect(!FileManager.default.fileExists(atPath: folder.path("report")))
    try report.finish()
    for name in ["mark", "ages", "report"] {
      #expect(try facts(folder.path(name)).st_mode == S_IFREG | 0o600, "\(name)")
    }
    let audit = try Fixture(.three).audit()
    try Baseline(audit).write(to: folder.path("baseline"))
    #expect(try facts(folder.path("baseline")).st_mode & 0o600 == 0o600)
  }
}
