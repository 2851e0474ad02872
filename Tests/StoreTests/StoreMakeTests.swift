import Foundation
import TestSupport
import Testing

@testable import Store

@Suite struct StoreMakeTests {
  private func make(_ folder: String) -> String {
    refusal { try Store.make(at: StoreLocation(folder: path(folder))) }
  }

  /// What comes of asking for alice, whom no store here has.
  private func asking(_ folder: String) -> String {
    refusal {
      let store = try Store(at: StoreLocation(folder: path(folder)))
      if try store.record(of: account("alice"), uid: 1) != nil { Issue.record("a record") }
    }
  }

  @Test func `a fresh store has its parts, for its owner alone`() async throws {
    try await withStore { folder, _ in
      #expect(try names(in: folder) == ["host.key", "run", "store.id", "users"])
      #expect(try names(in: folder + "/run") == ["attempts"])
      for (name, mode) in [
        ("", 0o700), ("users", 0o700), ("run", 0o700), ("host.key", 0o600), ("store.id", 0o600),
        ("run/attempts", 0o600),
      ] {
        let facts = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)
        #expect(facts[.posixPermissions] as? Int == mode, "\(name)")
      }
      #expect(asking(folder) == "none")
    }
  }

  @Test func `making a store again changes nothing`() async throws {
    try await withStore { folder, _ in
      let files = ["host.key", "store.id", "run/attempts"]
      let before = try files.map { try contents(folder + "/" + $0) }
      #expect(make(folder) == "none")
      #expect(try files.map { try contents(folder + "/" + $0) } == before)
    }
  }

  @Test(arguments: ["000", "002", "022", "077"])
  func `no umask opens a store to others, and none of these keeps its owner out`(
    mask: String
  ) async throws {
    try await withFolder { folder in
      let outcome = try await run(
        "/bin/sh",
        [
          "-c", "umask \(mask) && exec \"$0\" \"$@\"", toolPath(), "make",
          "\(getuid())", folder.path("store"),
        ])
      #expect(outcome.lines == ["alice(phone=1; recovery 0.1 good)"])
    }
  }

  @Test(arguments: [
    [], ["users"], ["users", "host.key"], ["users", "host.key", "run"],
    ["users", "host.key", "run", "run/attempts"], ["run"],
  ])
  func `a store that was cut short is not believed, and is completed`(
    parts: [String]
  ) async throws {
    try await withStore { folder, _ in
      let key = try contents(folder + "/host.key")
      for name in ["store.id", "run/attempts", "run", "host.key", "users"]
      where !parts.contains(name) {
        try FileManager.default.removeItem(atPath: folder + "/" + name)
      }
      #expect(asking(folder) != "none")
      #expect(make(folder) == "none")
      #expect(asking(folder) == "none")
      if parts.contains("host.key") { #expect(try contents(folder + "/host.key") == key) }
    }
  }

  @Test func `what a crash left behind is gone after the store was made again`() async throws {
    try await withStore { folder, _ in
      for place in ["/.tmp-0123456789abcdef", "/run/.tmp-0123456789abcdef"] {
        try Data("left".utf8).write(to: URL(filePath: folder + place))
      }
      #expect(make(folder) == "none")
      #expect(try names(in: folder) == ["host.key", "run", "store.id", "users"])
      #expect(try names(in: folder + "/run") == ["attempts"])
    }
  }

  @Test func `a lost key is not replaced by a new one`() async throws {
    try await withStore { folder, _ in
      try FileManager.default.removeItem(atPath: folder + "/host.key")
      #expect(make(folder) == "host-key missing")
      #expect(asking(folder) == "host-key missing")
      #expect(try names(in: folder) == ["run", "store.id", "users"])
      try Data("garbage".utf8).write(to: URL(filePath: folder + "/store.id"))
      #expect(make(folder) == "store-id malformed 1")
      #expect(!FileManager.default.fileExists(atPath: folder + "/host.key"))
    }
  }

  @Test(arguments: [0, 31, 33]) func `a broken key is neither used nor replaced`(
    length: Int
  ) async throws {
    try await withStore { folder, _ in
      let broken = [UInt8](repeating: 1, count: length)
      try overwrite(folder + "/host.key", broken)
      let outcome = length < 32 ? "host-key truncated" : "host-key too-large"
      #expect(make(folder) == outcome)
      #expect(asking(folder) == outcome)
      #expect(try contents(folder + "/host.key") == broken)
    }
  }

  @Test func `a store.id under another key is named, by readers and by the maker`() async throws {
    try await withStore { folder, _ in
      try overwrite(folder + "/host.key", [UInt8](repeating: 7, count: 32))
      #expect(make(folder) == "store-id other-key")
      #expect(asking(folder) == "store-id other-key")
    }
  }

  @Test func `a store.id with any one bit flipped is never believed`() async throws {
    try await withStore { folder, _ in
      let file = folder + "/store.id"
      let sound = try contents(file)
      #expect(sound.count == 23 + 36 + 21 + 69 - 4)
      var believed: [Int] = []
      let known = ["store-id malformed", "store-id checksum-mismatch", "store-id other-key"]
      for bit in 0..<(8 * sound.count) {
        var broken = sound
        broken[bit / 8] ^= 1 << (bit % 8)
        try overwrite(file, broken)
        let outcome = asking(folder)
        if !known.contains(where: { outcome.hasPrefix($0) }) { believed.append(bit) }
      }
      #expect(believed == [])
      for length in 0..<sound.count {
        try overwrite(file, Array(sound.prefix(length)))
        #expect(asking(folder).hasPrefix("store-id malformed "))
      }
      try overwrite(file, sound + [10])
      #expect(asking(folder) == "store-id malformed 5")
      try overwrite(file, sound)
      #expect(asking(folder) == "none")
    }
  }

  @Test func `another store's id is refused`() async throws {
    try await withStore { folder, _ in
      try withStoreCopy { other in
        try overwrite(folder + "/store.id", contents(other + "/store.id"))
        #expect(asking(folder) == "store-id other-key")
      }
    }
  }

  private func withStoreCopy(_ body: (String) throws -> Void) throws {
    let place = FileManager.default.temporaryDirectory
      .appending(path: "cachet-mfa-test-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: place) }
    try Store.make(at: StoreLocation(folder: path(place)))
    try body(place)
  }

  @Test func `nobody is unknown to a store that is not mounted`() async throws {
    try await withStore { folder, _ in
      let empty = folder + "/empty"
      #expect(mkdir(empty, 0o700) == 0)
      #expect(asking(empty) == "users missing")
      #expect(asking(folder + "/nowhere") == "folder missing")
      #expect(mkdir(empty + "/users", 0o700) == 0)
      #expect(asking(empty) == "host-key missing")
      try Data(contents(folder + "/host.key")).write(to: URL(filePath: empty + "/host.key"))
      #expect(asking(empty) == "store-id missing")
    }
  }

  @Test(arguments: ["host.key", "store.id"])
  func `a record that is found is found without key or store.id, but opens nothing`(
    lost: String
  ) async throws {
    try await withStore { folder, store in
      let alice = try account("alice")
      try store.edit(alice, uid: 1) { (_, _, _) throws(StoreFailure) in }
      try FileManager.default.removeItem(atPath: folder + "/" + lost)
      let outcome = lost == "host.key" ? "host-key missing" : "store-id missing"
      let again = try Store(at: StoreLocation(folder: path(folder)))
      let found = try again.record(of: alice, uid: 1) != nil
      #expect(found)
      #expect(refusal { try again.withKeys { (_) throws(StoreFailure) in } } == outcome)
      #expect(refusal { try again.mustBeTrusted() } == outcome)
      #expect(refusal { _ = try again.record(of: account("bob"), uid: 1) } == outcome)
      #expect(
        refusal { try again.edit(alice, uid: 1) { (_, _, _) throws(StoreFailure) in } } == outcome)
      // Disabling and removing work without any key.
      let without = refusal {
        try again.editWithoutKey(alice, uid: 1) {
          (credentials: inout Credentials, _) throws(StoreFailure) in credentials.disabledAt = 5
        }
      }
      #expect(without == "none")
    }
  }

  @Test func `a record is found under its own uid only`() async throws {
    try await withStore { folder, store in
      let alice = try account("alice")
      try store.edit(alice, uid: 1000) { (_, _, _) throws(StoreFailure) in }
      for uid in [0, 999, 1001, UInt32.max] {
        #expect(refusal { _ = try store.record(of: alice, uid: uid) } == "credentials wrong-user")
      }
      #expect(refusal { _ = try store.record(of: alice, uid: 1000) } == "none")
    }
  }

  @Test(arguments: [
    ("credentials", "credentials missing"), ("state", "state missing"),
  ])
  func `a record without one of its files is damage, not nobody`(
    file: String, outcome: String
  ) async throws {
    try await withStore { folder, store in
      let alice = try account("alice")
      try store.edit(alice, uid: 1) { (_, _, _) throws(StoreFailure) in }
      try FileManager.default.removeItem(atPath: folder + "/users/alice/" + file)
      #expect(refusal { _ = try store.record(of: alice, uid: 1) } == outcome)
    }
  }

  @Test(arguments: [
    ("link", "record symbolic-link"), ("file", "record not-a-folder"),
    ("open", "record writable-by-others"),
  ])
  func `a record's folder that is none is damage, not nobody`(
    kind: String, outcome: String
  ) async throws {
    try await withStore { folder, store in
      let place = folder + "/users/alice"
      switch kind {
      case "link": #expect(symlink("nowhere", place) == 0)
      case "file": try Data().write(to: URL(filePath: place))
      default: #expect(mkdir(place, 0o700) == 0 && chmod(place, 0o770) == 0)
      }
      #expect(refusal { _ = try store.record(of: account("alice"), uid: 1) } == outcome)
    }
  }

  @Test func `a renamed account takes its record along, and no other's place`() async throws {
    try await withStore { folder, store in
      let (alice, bob) = (try account("alice"), try account("Bob"))
      try store.edit(alice, uid: 1) { (_, _, _) throws(StoreFailure) in }
      try store.rename(alice, to: bob)
      #expect(try names(in: folder + "/users") == ["%42ob"])
      try store.edit(alice, uid: 2) { (_, _, _) throws(StoreFailure) in }
      #expect(refusal { try store.rename(alice, to: bob) } == "record exists")
      #expect(refusal { try store.rename(account("carol"), to: alice) } != "none")
      var seen: [String] = []
      let listed = store.forEachRecord { name in
        seen.append(
          String(decoding: name.withBytes { (name: Span<UInt8>) in bytes(name) }, as: UTF8.self))
      }
      #expect(listed)
      #expect(seen.sorted() == ["Bob", "alice"])
    }
  }

  @Test func `a change that throws changes nothing`() async throws {
    try await withStore { folder, store in
      let alice = try account("alice")
      let fails = refusal {
        try store.edit(alice, uid: 1) {
          (credentials: inout Credentials, _, _) throws(StoreFailure) in
          credentials.disabledAt = 5
          throw StoreFailure(.credentials, .full)
        }
      }
      #expect(fails == "credentials full")
      #expect(try names(in: folder + "/users") == [])
      try store.edit(alice, uid: 1) { (_, _, _) throws(StoreFailure) in }
      let before = try contents(folder + "/users/alice/credentials")
      let failsAgain = refusal {
        try store.edit(alice, uid: 1) {
          (credentials: inout Credentials, _, _) throws(StoreFailure) in
          credentials.disabledAt = 5
          throw StoreFailure(.credentials, .full)
        }
      }
      #expect(failsAgain == "credentials full")
      #expect(try contents(folder + "/users/alice/credentials") == before)
      #expect(try names(in: folder + "/users/alice") == ["credentials", "state"])
    }
  }
}
