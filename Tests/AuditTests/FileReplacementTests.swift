import Foundation
import Glibc
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

  @Test("a link of ours is followed: what it leads to is replaced, and it stays a link")
  func links() throws {
    try folder.write("target", "old")
    try symlink("target", "kept")
    try FileManager.default.createDirectory(
      atPath: folder.path("real"), withIntermediateDirectories: false)
    try symlink("real", "way")
    for name in ["kept", "way/new"] {
      try FileReplacement.write(Array("new".utf8), to: folder.path(name))
    }
    let report = try ByteStream(path: path)
    try report.write("report")
    try report.finish()
    #expect(try folder.text("target") == "report" && folder.text("real/new") == "new")
    #expect(try facts(path).st_mode & S_IFMT == S_IFLNK && drafts.isEmpty)
    // One that leads to nothing yet makes it.
    try symlink("later", "early")
    try FileReplacement.write(Array("new".utf8), to: folder.path("early"))
    #expect(try folder.text("later") == "new")
    try symlink("round", "round")
    #expect(throws: Obstacle.unwritable(path: folder.path("round"), errno: ELOOP)) {
      try FileReplacement.write([], to: folder.path("round"))
    }
  }

  @Test("a link that another account can change is refused, on the way too")
  func foreignLinks() throws {
    try folder.write("victim", "mine")
    for (name, mode) in [("open", 0o777), ("group", 0o775), ("tmp", 0o1777)] {
      try FileManager.default.createDirectory(
        atPath: folder.path(name), withIntermediateDirectories: false)
      try symlink("../victim", "\(name)/kept")
      try symlink("..", "\(name)/way")
      #expect(unsafe chmod(folder.path(name), mode_t(mode)) == 0)
    }
    func refused(_ name: String) -> Bool {
      do throws(Obstacle) {
        try FileReplacement.write(Array("new".utf8), to: folder.path(name))
        return false
      } catch {
        return error.words.hasSuffix(
          "leads through a link that another account can change: name the file itself")
      }
    }
    for name in ["open/kept", "group/kept", "open/way/victim", "group/way/new"] {
      #expect(refused(name), "\(name)")
    }
    // A draft's name may be taken, by a link as well.
    try symlink("victim", "fresh.\(getpid()).new")
    try FileReplacement.write(Array("new".utf8), to: folder.path("fresh"))
    #expect(try folder.text("victim") == "mine" && folder.text("fresh") == "new")
    // In /tmp everybody makes links, and changes none of ours.
    #expect(!refused("tmp/kept"))
    guard geteuid() == 0 else { return }
    #expect(unsafe lchown(folder.path("tmp/kept"), 65534, 65534) == 0)
    #expect(refused("tmp/kept"))
    // Whoever owns the folder owns what is in it.
    try symlink("../victim", "group/kept2")
    #expect(unsafe chmod(folder.path("group"), 0o755) == 0)
    #expect(!refused("group/kept2"))
    #expect(unsafe chown(folder.path("group"), 65534, 65534) == 0)
    #expect(refused("group/kept2"))
  }

  @Test("a device and a pipe are written to, and stay what they are", .timeLimit(.minutes(10)))
  func devices() throws {
    // The null device, 1 and 3. Of root's own: nothing that goes wrong reaches the machine's.
    let device = geteuid() == 0 ? folder.path("null") : "/dev/null"
    if geteuid() == 0 {
      try #require(unsafe mknod(device, S_IFCHR | 0o666, 0x103) == 0)
    }
    let null = try facts(device)
    for path in [device, device.replacing("/null", with: "/./null")] {
      try FileReplacement.write(Array("new".utf8), to: path, mode: 0o644)
      try JSONText.write(["a": 1], to: path)
    }
    let after = try facts(device)
    #expect(after.st_mode == null.st_mode && after.st_ino == null.st_ino)
    #expect(unsafe mkfifo(path, 0o600) == 0)
    // Open at both ends, so that nobody waits.
    let reader = unsafe open(path, O_RDWR | O_CLOEXEC)
    defer { close(reader) }
    try symlink("kept", "pipe")
    for name in ["kept", "pipe"] {
      try FileReplacement.write(Array("new".utf8), to: folder.path(name))
    }
    var room = [UInt8](repeating: 0, count: 16)
    #expect(unsafe read(reader, &room, room.count) == 6)
    #expect(room.starts(with: "newnew".utf8))
    #expect(try facts(path).st_mode & S_IFMT == S_IFIFO && drafts.isEmpty)
    let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(folder.path("socket").utf8)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
    let bound = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(bound == 0)
    #expect(throws: Obstacle.notRegular(path: folder.path("socket"))) {
      try FileReplacement.write([], to: folder.path("socket"))
    }
  }

  private func symlink(_ target: String, _ name: String) throws {
    try #require(unsafe Glibc.symlink(target, folder.path(name)) == 0)
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
