import Foundation
import Testing

@testable import CachetAudit

@Suite("What is read of an installation")
struct FolderTests {
  private func withFolder(_ body: (Folder) throws -> Void) throws {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent(
      "folder-\(UUID().uuidString)"
    ).path
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: root) }
    try body(Folder(root: root))
  }

  @Test("a file, whole, whatever its length", arguments: [0, 1, 65_535, 65_536, 65_537, 200_000])
  func whole(length: Int) throws {
    try withFolder { folder in
      let bytes = (0..<length).map { UInt8($0 % 251) }
      try Data(bytes).write(to: URL(fileURLWithPath: folder.absolute("file")))
      #expect(try folder.read("file")?.bytes == bytes)
    }
  }

  @Test("nothing there is nothing; a file above it too")
  func missing() throws {
    try withFolder { folder in
      #expect(try folder.read("file")?.bytes == nil)
      try Data().write(to: URL(fileURLWithPath: folder.absolute("file")))
      #expect(try folder.read("file/below")?.bytes == nil)
      #expect(try folder.status("file/below")?.size == nil)
    }
  }

  @Test(
    "a pipe or a folder in its place is refused, and waited for by nobody", .timeLimit(.minutes(10))
  )
  func pipe() throws {
    try withFolder { folder in
      #expect(unsafe mkfifo(folder.absolute("pipe"), 0o600) == 0)
      #expect(throws: Obstacle.notRegular(path: "pipe")) { try folder.read("pipe") }
      #expect(throws: Obstacle.notRegular(path: ".")) { try folder.read(".") }
    }
  }

  @Test("what is no file is not even opened: that alone may act", .timeLimit(.minutes(10)))
  func unopened() throws {
    try withFolder { folder in
      #expect(unsafe mkfifo(folder.absolute("pipe"), 0o600) == 0)
      // It goes on as soon as anybody opens the other end.
      let writer = Process()
      writer.executableURL = URL(filePath: "/bin/sh")
      writer.arguments = ["-c", ": >\"$0\"", folder.absolute("pipe")]
      try writer.run()
      Thread.sleep(forTimeInterval: 0.3)
      #expect(throws: Obstacle.notRegular(path: "pipe")) { try folder.read("pipe") }
      let log = folder.absolute("pipe")
      #expect(throws: Obstacle.notRegular(path: log)) { try LogBytes(path: log) }
      #expect(throws: Obstacle.notRegular(path: log)) { try SQLiteSession(log) }
      Thread.sleep(forTimeInterval: 0.3)
      #expect(writer.isRunning)
      let reader = unsafe open(folder.absolute("pipe"), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
      defer { close(reader) }
      writer.waitUntilExit()
    }
  }

  @Test("a name that is no UTF-8 is not passed over, nor are more than are looked at")
  func names() throws {
    try withFolder { folder in
      #expect(try folder.names(in: "none") == [])
      for name in ["b", "a", ".c", "ü"] {
        try Data().write(to: URL(fileURLWithPath: folder.absolute(name)))
      }
      #expect(try folder.names(in: "") == [".c", "a", "b", "ü"])
      #expect(try folder.names(in: "a") == [])
      #expect(
        unsafe mkdir(Array(folder.absolute("").utf8CString.dropLast()) + [0x2F, -1, 0], 0o700) == 0)
      let what = "holds a name that is no UTF-8, which is not looked at"
      #expect(throws: Obstacle.damaged(path: "", what: what)) { try folder.names(in: "") }
    }
  }

  @Test("what is too large is not judged by its beginning")
  func large() throws {
    try withFolder { folder in
      let path = folder.absolute("file")
      try Data().write(to: URL(fileURLWithPath: path))
      #expect(unsafe truncate(path, Folder.sizeLimit) == 0)
      #expect(try folder.read("file")?.bytes.count == Folder.sizeLimit)
      #expect(unsafe truncate(path, Folder.sizeLimit + 1) == 0)
      #expect(throws: Obstacle.tooLarge(path: "file", limit: Folder.sizeLimit)) {
        try folder.read("file")
      }
    }
  }
}
