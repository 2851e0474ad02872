import Foundation
import TestSupport
import Testing

@testable import Store

/// Everything that may stand where a file or a folder of the store should, each by its own name.
@Suite struct TrustedFolderTests {
  /// Reads `folder`/`file` as root does, 64 bytes at most.
  private func reading(_ folder: String, _ file: String = "file", writing: Bool = false) -> String {
    refusal {
      let place = try TrustedFolder(path(folder), owners: .caller, part: .folder)
      if writing {
        close(try place.open(fileName(file), writing: true, part: .policy).descriptor)
        return
      }
      var room = [UInt8](repeating: 0, count: 64)
      var span = room.mutableSpan
      _ = try place.read(fileName(file), into: &span, part: .policy)
    }
  }

  /// A sound file "file" in a sound folder "store", in a sound folder.
  private func withFile(_ body: (_ above: String, _ store: String) throws -> Void) async throws {
    try await withFolder { folder in
      try folder.write("text", to: "store/file")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o700], ofItemAtPath: folder.path("store"))
      #expect(reading(folder.path("store")) == "none")
      try body(folder.path, folder.path("store"))
    }
  }

  private func mode(_ path: String, _ mode: Int) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  @Test func `a file in order is read, whatever its name`() async throws {
    try await withFile { _, store in
      for name in ["with blanks in it", "-x", "ünïcode", "%41", String(repeating: "n", count: 255)]
      {
        try Data("x".utf8).write(to: URL(filePath: store + "/" + name))
        #expect(reading(store, name) == "none")
      }
      #expect(reading(store + "//") == "none")
      #expect(reading(store + "/./") == "none")
      let blank = store + "/a folder"
      try FileManager.default.createDirectory(
        atPath: blank, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
      try Data("x".utf8).write(to: URL(filePath: blank + "/file"))
      #expect(reading(blank) == "none")
    }
  }

  @Test func `what is not there is missing, as file and as folder`() async throws {
    try await withFile { above, store in
      #expect(reading(store, "other") == "policy missing")
      #expect(reading(store, "other", writing: true) == "policy missing")
      #expect(reading(above + "/other") == "folder missing")
      #expect(reading(above + "/other/store") == "folder missing")
    }
  }

  @Test(arguments: ["store", "tmp", "./tmp", "../tmp", "~"])
  func `a relative path leads nowhere`(folder: String) {
    #expect(reading(folder) == "folder missing")
  }

  @Test func `a path or name that is too long, empty or has a NUL is none`() {
    #expect(Path(Array(String(repeating: "a", count: 1024).utf8).span) == nil)
    #expect(Path([UInt8]().span) == nil)
    #expect(Path([47, 0, 47].span) == nil)
    #expect(FileName(Array(String(repeating: "a", count: 256).utf8).span) == nil)
    #expect(FileName([UInt8]().span) == nil)
    #expect(FileName([97, 0].span) == nil)
    #expect(FileName(Array("a/b".utf8).span) == nil)
    #expect(reading("/" + String(repeating: "a", count: 256)) == "folder missing")
  }

  @Test func `a symbolic link is refused at every component and as the file`() async throws {
    try await withFolder { folder in
      try folder.write("text", to: "a/b/c/file")
      let deep = URL(filePath: folder.path("a/b/c")).pathComponents
      for name in ["a", "a/b", "a/b/c"] { try mode(folder.path(name), 0o700) }
      #expect(reading(folder.path("a/b/c")) == "none")
      for name in ["a", "a/b", "a/b/c"] {
        let (place, moved) = (folder.path(name), folder.path("moved"))
        try FileManager.default.moveItem(atPath: place, toPath: moved)
        try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: moved)
        #expect(reading(folder.path("a/b/c")) == "folder symbolic-link", "\(name) of \(deep)")
        try FileManager.default.removeItem(atPath: place)
        try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: "nowhere")
        #expect(reading(folder.path("a/b/c")) == "folder symbolic-link")
        try FileManager.default.removeItem(atPath: place)
        try FileManager.default.moveItem(atPath: moved, toPath: place)
      }
      for target in [folder.path("a/b/c/file"), "file", "nowhere", "/etc/hostname"] {
        let link = folder.path("a/b/c/link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
        #expect(reading(folder.path("a/b/c"), "link") == "policy symbolic-link")
        #expect(reading(folder.path("a/b/c"), "link", writing: true) == "policy symbolic-link")
        try FileManager.default.removeItem(atPath: link)
      }
    }
  }

  @Test func `a file with a second name is refused`() async throws {
    try await withFile { above, store in
      try FileManager.default.linkItem(atPath: store + "/file", toPath: above + "/second")
      #expect(reading(store) == "policy hard-linked")
      #expect(reading(store, writing: true) == "policy hard-linked")
      try FileManager.default.removeItem(atPath: above + "/second")
      #expect(reading(store) == "none")
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `a fifo, a socket, a folder in place of a file are no regular files`() async throws {
    try await withFile { _, store in
      #expect(mkfifo(store + "/fifo", 0o600) == 0)
      let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      // The name is too long for an address by its path: bind from within.
      let name = "/proc/self/fd/\(Glibc.open(store, O_RDONLY | O_DIRECTORY))/socket"
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name.utf8) }
      let bound = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      #expect(bound == 0)
      close(socket)
      #expect(mkdir(store + "/folder", 0o700) == 0)
      for name in ["fifo", "socket", "folder"] {
        chmod(store + "/" + name, 0o600)
        #expect(reading(store, name) == "policy not-a-regular-file", "\(name)")
        #expect(reading(store, name, writing: true) == "policy not-a-regular-file", "\(name)")
      }
    }
  }

  @Test(.enabled(if: isRoot, "needs root, to make devices"))
  func `a device in place of a file is no regular file`() async throws {
    try await withFile { _, store in
      // /dev/null, /dev/zero, a terminal, and one that no driver serves.
      for (number, device) in [(1, 3), (1, 5), (5, 0), (250, 77)].enumerated() {
        let name = "device\(number)"
        #expect(mknod(store + "/" + name, S_IFCHR | 0o600, makedev(device.0, device.1)) == 0)
        #expect(reading(store, name) == "policy not-a-regular-file", "\(device)")
        #expect(reading(store, name, writing: true) == "policy not-a-regular-file", "\(device)")
      }
      #expect(mknod(store + "/block", S_IFBLK | 0o600, makedev(7, 4095)) == 0)
      #expect(reading(store, "block") == "policy not-a-regular-file")
    }
  }

  private func makedev(_ major: Int, _ minor: Int) -> dev_t {
    dev_t((major & 0xfff) << 8 | minor & 0xff | (minor & ~0xff) << 12)
  }

  @Test(arguments: [0o620, 0o602, 0o666, 0o660, 0o1622])
  func `a file that others may write is refused`(bits: Int) async throws {
    try await withFile { _, store in
      try mode(store + "/file", bits)
      #expect(reading(store) == "policy writable-by-others")
      #expect(reading(store, writing: true) == "policy writable-by-others")
    }
  }

  @Test(arguments: [0o400, 0o600, 0o644, 0o755])
  func `a file that others may only read is taken`(bits: Int) async throws {
    try await withFile { _, store in
      try mode(store + "/file", bits)
      #expect(reading(store) == "none")
    }
  }

  @Test(arguments: [0o770, 0o707, 0o777, 0o1777, 0o1770])
  func `the store itself is never writable by others, sticky or not`(bits: Int) async throws {
    try await withFile { _, store in
      try mode(store, bits)
      #expect(reading(store) == "folder writable-by-others")
      let parent = try TrustedFolder(
        path(String(store.dropLast("/store".count))), owners: .caller, part: .folder)
      let inner = refusal { _ = try parent.folder(fileName("store"), part: .users) }
      #expect(inner == "users writable-by-others")
    }
  }

  @Test(arguments: [0o770, 0o777])
  func `a folder above is writable by others only if it is root's and sticky`(
    bits: Int
  ) async throws {
    try await withFile { above, store in
      try mode(above, bits)
      #expect(reading(store) == "folder writable-by-others")
      try mode(above, bits | 0o1000)
      #expect(reading(store) == (isRoot ? "none" : "folder writable-by-others"))
    }
  }

  @Test(.enabled(if: isRoot, "needs root, to give files away"))
  func `what belongs to somebody else is refused, at every level`() async throws {
    try await withFile { above, store in
      for (place, outcome) in [
        (store + "/file", "policy foreign-owner"), (store, "folder foreign-owner"),
        (above, "folder foreign-owner"),
      ] {
        #expect(chown(place, 65534, 0) == 0)
        #expect(reading(store) == outcome)
        #expect(chown(place, 0, 65534) == 0)
        #expect(reading(store) == "none", "a foreign group is no owner")
      }
      // Sticky does not help who owns it.
      #expect(chown(above, 65534, 0) == 0)
      try mode(above, 0o1777)
      #expect(reading(store) == "folder foreign-owner")
    }
  }

  @Test(
    .enabled(if: isRoot, "needs root, for a root folder of its own"),
    arguments: [
      ("mode=755", "read", "read"), ("mode=1777", "folder writable-by-others", "read"),
      ("mode=777", "folder writable-by-others", "folder writable-by-others"),
      ("mode=755,uid=65534", "folder foreign-owner", "folder foreign-owner"),
    ])
  func `"/" is checked as any other folder, as the store and above it`(
    options: String, asStore: String, above: String
  ) async throws {
    // A root folder in a mount name space of its own, with everything of the machine's in it.
    let script = #"""
      mount -t tmpfs -o "$1" none "$2" && mkdir -m 755 "$2/store" && touch "$2/store/file" "$2/file" || exit
      for place in /*; do
        if [ -L "$place" ]; then cp -d "$place" "$2"; else mkdir -p "$2$place"; fi
        if [ -d "$place" ] && [ ! -L "$place" ]; then mount --rbind "$place" "$2$place"; fi
      done
      shift; exec chroot "$@"
      """#
    try await withFolder { folder in
      for (store, outcome) in [("/", asStore), ("/store", above), ("//", asStore)] {
        let told = try await run(
          "/usr/bin/unshare",
          [
            "-m", "--propagation", "private", "/bin/bash", "-c", script, "bash", options,
            folder.path, toolPath(), "read", "0", store, "file",
          ])
        #expect(told.lines == [outcome], "\(store): \(told.errors)")
      }
    }
  }

  @Test func `a file in place of a folder is none`() async throws {
    try await withFile { _, store in
      #expect(reading(store + "/file") == "folder not-a-folder")
      #expect(reading(store + "/file/deeper") == "folder not-a-folder")
    }
  }

  @Test func `a file that is larger than its room is too large`() async throws {
    try await withFile { _, store in
      try overwrite(store + "/file", [UInt8](repeating: 1, count: 64))
      #expect(reading(store) == "none")
      try overwrite(store + "/file", [UInt8](repeating: 1, count: 65))
      #expect(reading(store) == "policy too-large")
      #expect(truncate(store + "/file", 1 << 40) == 0)
      #expect(reading(store) == "policy too-large")
    }
  }

  @Test func `a file that says one length and has another is truncated`() {
    // Files of /proc say 0.
    #expect(reading("/proc/sys/kernel", "ostype") == "policy truncated")
  }

  @Test(arguments: ["", "sealed text"])
  func `a host key of another length is refused`(text: String) async throws {
    try await withFolder { folder in
      try folder.write(text, to: "host.key")
      let outcome = refusal { _ = try HostKey(fileName("host.key"), in: trusted(folder.path)) }
      #expect(outcome == "host-key truncated")
      try folder.write(String(repeating: "k", count: 33), to: "host.key")
      let other = refusal { _ = try HostKey(fileName("host.key"), in: trusted(folder.path)) }
      #expect(other == "host-key too-large")
    }
  }

  @Test(arguments: [
    ("/a/b/host.key", "/a/b", "host.key"), ("/host.key", "/", "host.key"),
    ("/with blanks/a key", "/with blanks", "a key"),
  ])
  func `a file is named by its absolute path`(text: String, folder: String, name: String) throws {
    let location = FileLocation(path: Array(text.utf8).span)
    let found = try #require(location)
    #expect(found.folder.withBytes { (text: Span<UInt8>) in bytes(text) } == Array(folder.utf8))
    #expect(found.name.withBytes { (text: Span<UInt8>) in bytes(text) } == Array(name.utf8))
  }

  @Test(arguments: ["", "/", "host.key", "a/host.key", "./host.key", "/a/", "/a\0/b"])
  func `what is no absolute path names no file`(text: String) {
    let none = FileLocation(path: Array(text.utf8).span) == nil
    #expect(none)
  }

  @Test func `a file that the caller named may lie in a sticky folder, a store may not`()
    async throws
  {
    try await withFile { above, store in
      try mode(store, 0o1777)
      let location = FileLocation(path: Array((store + "/file").utf8).span)
      let named = try #require(location)
      let outcome = refusal {
        let folder = try named.open(.caller, part: .hostKey)
        close(try folder.open(named.name, part: .hostKey).descriptor)
      }
      #expect(outcome == (isRoot ? "none" : "host-key writable-by-others"))
      #expect(reading(store) == "folder writable-by-others")
      try mode(store, 0o777)
      #expect(
        refusal { _ = try named.open(.caller, part: .hostKey) } == "host-key writable-by-others")
    }
  }

  @Test func `the system's own places are root's alone`() async throws {
    let system = StoreLocation.system
    #expect(system.owners.include(0))
    #expect(!system.owners.include(65534))
    #expect(!Owners.caller.include(getuid() == 65534 ? 65533 : 65534))
  }
}

/// The same as an ordinary user, whom a store of its own may belong to.
@Suite(.enabled(if: isRoot, "needs root, to become somebody else"))
struct OrdinaryUserTests {
  private let nobody = "65534"

  /// A folder of uid 65534, and what it reads there.
  private func withFolderOfNobody(
    _ body: (_ folder: String) async throws -> Void
  ) async throws {
    try await withFolder { folder in
      #expect(chmod(folder.path, 0o755) == 0)
      try folder.write("text", to: "store/file")
      #expect(chmod(folder.path("store"), 0o700) == 0)
      for name in ["store", "store/file"] { #expect(chown(folder.path(name), 65534, 65534) == 0) }
      try await body(folder.path("store"))
    }
  }

  private func expect(
    _ outcome: String, _ folder: String, _ file: String = "file",
    at place: SourceLocation = #_sourceLocation
  ) async throws {
    let lines = try await storeTool("read", nobody, folder, file).lines
    #expect(lines == [outcome], sourceLocation: place)
  }

  @Test func `its own files and root's are trusted, others' are not`() async throws {
    try await withFolderOfNobody { store in
      try await expect("read", store)
      #expect(chown(store + "/file", 0, 0) == 0 && chmod(store + "/file", 0o644) == 0)
      try await expect("read", store)
      #expect(chown(store + "/file", 1, 65534) == 0)
      try await expect("policy foreign-owner", store)
      #expect(chown(store + "/file", 65534, 1) == 0 && chmod(store + "/file", 0o620) == 0)
      try await expect("policy writable-by-others", store)
    }
  }

  @Test func `what it may not read is unreadable, not missing`() async throws {
    try await withFolderOfNobody { store in
      #expect(chmod(store + "/file", 0) == 0)
      try await expect("policy unreadable 13", store)
      #expect(chmod(store + "/file", 0o600) == 0 && chmod(store, 0) == 0)
      try await expect("folder unreadable 13", store)
      #expect(chmod(store, 0o400) == 0)
      try await expect("policy unreadable 13", store)
    }
  }

  @Test func `a folder that is sticky is trusted above only where it is root's`() async throws {
    try await withFolderOfNobody { store in
      let above = String(store.dropLast("/store".count))
      #expect(chmod(above, 0o1777) == 0)
      try await expect("read", store)
      #expect(chown(above, 65534, 65534) == 0)
      try await expect("folder writable-by-others", store)
      #expect(chmod(above, 0o755) == 0)
      try await expect("read", store)
      #expect(chown(above, 1, 1) == 0)
      try await expect("folder foreign-owner", store)
    }
  }

  @Test func `links, fifos and devices are refused as for root`() async throws {
    try await withFolderOfNobody { store in
      symlink("file", store + "/link")
      link(store + "/file", store + "/second")
      mkfifo(store + "/fifo", 0o666)
      chmod(store + "/fifo", 0o644)
      mknod(store + "/null", S_IFCHR | 0o644, dev_t(1 << 8 | 3))
      try await expect("policy symbolic-link", store, "link")
      try await expect("policy hard-linked", store)
      try await expect("policy not-a-regular-file", store, "fifo")
      try await expect("policy not-a-regular-file", store, "null")
    }
  }

  @Test func `it makes a store of its own, which root does not take for one of its own`()
    async throws
  {
    try await withFolderOfNobody { store in
      let seen = "alice(phone=1; recovery 0.1 good)"
      let made = try await storeTool("make", nobody, store).lines
      #expect(made == [seen])
      let viewed = try await storeTool("view", nobody, store).lines
      #expect(viewed == [seen])
      let outcome = refusal { _ = try Store(at: StoreLocation(folder: path(store))) }
      #expect(outcome == "folder foreign-owner")
    }
  }
}
