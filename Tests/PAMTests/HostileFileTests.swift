import Foundation
import Glibc
import TestSupport
import Testing

/// Files of the store that are not as they must be: nothing is decided, and the journal says which
/// part has which defect.
@Suite("Hostile files")
struct HostileFileTests {
  enum Trick: String, Sendable, CaseIterable {
    case missing, symbolicLink, hardLink, fifo, device, folder, groupWritable, othersWritable,
      foreignOwner, empty, truncated, longer, huge, garbage

    var needsRoot: Bool { self == .device || self == .foreignOwner }

    /// Does it to the file at `path`.
    func play(_ path: String) throws {
      let manager = FileManager.default
      let away = path + ".away"
      let data = try Data(contentsOf: URL(filePath: path))
      switch self {
      case .missing: try manager.removeItem(atPath: path)
      case .symbolicLink:
        try manager.moveItem(atPath: path, toPath: away)
        try manager.createSymbolicLink(atPath: path, withDestinationPath: away)
      case .hardLink: try manager.linkItem(atPath: path, toPath: away)
      case .fifo:
        try manager.removeItem(atPath: path)
        try #require(unsafe mkfifo(path, 0o600) == 0)
      case .device:
        try manager.removeItem(atPath: path)
        // /dev/zero, which would never end.
        try #require(unsafe mknod(path, S_IFCHR | 0o600, 1 << 8 | 5) == 0)
      case .folder:
        try manager.removeItem(atPath: path)
        try manager.createDirectory(atPath: path, withIntermediateDirectories: false)
      case .groupWritable: try #require(unsafe chmod(path, 0o620) == 0)
      case .othersWritable: try #require(unsafe chmod(path, 0o602) == 0)
      case .foreignOwner: try #require(unsafe chown(path, 4001, 0) == 0)
      case .empty: try #require(unsafe truncate(path, 0) == 0)
      case .truncated: try #require(unsafe truncate(path, data.count / 2) == 0)
      case .longer: try #require(unsafe truncate(path, data.count + 1) == 0)
      case .huge: try #require(unsafe truncate(path, 1 << 40) == 0)
      case .garbage:
        try Data(data.indices.map { UInt8(truncatingIfNeeded: $0 &* 151 &+ 7) })
          .write(to: URL(filePath: path))
        try #require(unsafe chmod(path, 0o600) == 0)
      }
    }

    /// What the journal may call it.
    var defects: Set<String> {
      switch self {
      case .missing: ["missing"]
      case .symbolicLink: ["symbolic-link"]
      case .hardLink: ["hard-linked"]
      case .fifo, .device, .folder: ["not-a-regular-file"]
      case .groupWritable, .othersWritable: ["writable-by-others"]
      case .foreignOwner: ["foreign-owner"]
      case .empty, .truncated, .longer, .huge, .garbage:
        [
          "truncated", "too-large", "malformed", "checksum-mismatch", "broken-word", "other-key",
          "does-not-open",
        ]
      }
    }
  }

  static let parts = [
    "policy.applied.compiled": "policy", "host.key": "host-key", "store.id": "store-id",
    "users/alice/credentials": "credentials", "users/alice/state": "state",
    "run/attempts": "attempts",
  ]

  @Test(
    "each trick with each file is unavailable, with part and defect",
    arguments: Trick.allCases.filter { !$0.needsRoot })
  func files(trick: Trick) async throws { try await play(trick) }

  @Test(
    "a device, or somebody else's file, is unavailable too", .enabled(if: isRoot, "needs root"),
    arguments: Trick.allCases.filter(\.needsRoot))
  func filesOfRoot(trick: Trick) async throws { try await play(trick) }

  private func play(_ trick: Trick) async throws {
    try await withEnrolled { alice in
      // One attempt that makes run/attempts.
      #expect(try await alice.signIn("123", options: "") == "PAM_AUTH_ERR not-a-code")
      let image = try alice.image()
      for (file, part) in Self.parts.sorted(by: { $0.key < $1.key }) {
        if file == "run/attempts", trick == .missing || trick == .garbage { continue }
        // The key and the record of alice are sound: store.id is asked where no record is found.
        let user = file == "store.id" ? "bob" : "alice"
        let options = file == "run/attempts" ? "" : "after_first_factor"
        try alice.restore(image)
        try trick.play(alice.store + "/" + file)
        for answer in [alice.code(), alice.wrongCode] {
          var transaction = alice.transaction([.text(answer)], options: options)
          transaction.user = user
          transaction.seconds = 10
          let told = try await alice.run(transaction)
          #expect(told["auth"] == ["PAM_AUTHINFO_UNAVAIL"], "\(file)")
          let line = told.journal.last ?? ""
          if line.field("reason") == "policy" {
            #expect(part == "policy" && line.field("line") != nil)
          } else {
            // A key of other bytes is a sound file; what it opens is not.
            let named = line.field("part")
            let isOther = file == "host.key" && trick == .garbage
            #expect(named == part || isOther && named != nil, "\(file): \(line)")
            let defect = line.field("defect").map { String($0.prefix { $0 != ":" }) } ?? "-"
            #expect(trick.defects.contains(defect), "\(file): \(line)")
          }
        }
      }
    }
  }

  @Test(
    "a folder of the store that is a link, a file, somebody else's or open to others",
    arguments: [
      "", "users", "users/alice", "run",
    ])
  func folders(name: String) async throws {
    try await withEnrolled { alice in
      _ = try await alice.signIn("123", options: "")
      let image = try alice.image()
      let path = name.isEmpty ? alice.store : alice.store + "/" + name
      let options = name == "run" ? "" : "after_first_factor"
      var tricks: [(String, () throws -> Void)] = [
        (
          "symbolic-link",
          {
            try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
            try FileManager.default.createSymbolicLink(
              atPath: path, withDestinationPath: path + ".away")
          }
        ),
        (
          "not-a-folder",
          {
            try FileManager.default.removeItem(atPath: path)
            try Data().write(to: URL(filePath: path))
          }
        ),
        ("writable-by-others", { try #require(unsafe chmod(path, 0o770) == 0) }),
        ("writable-by-others", { try #require(unsafe chmod(path, 0o1777) == 0) }),
      ]
      if isRoot {
        tricks.append(("foreign-owner", { try #require(unsafe chown(path, 4001, 0) == 0) }))
      }
      for (defect, play) in tricks {
        try alice.restore(image)
        try play()
        let told = try await alice.run(alice.transaction([.text(alice.code())], options: options))
        #expect(told["auth"] == ["PAM_AUTHINFO_UNAVAIL"], "\(name) \(defect)")
        #expect(told.journal.last?.field("defect") == defect, "\(told.journal)")
        try? FileManager.default.removeItem(atPath: path + ".away")
      }
    }
  }

  @Test("records of two users that changed places open for neither")
  func swapped() async throws {
    try await withEnrolled { alice in
      let other = Authenticator(Array("bob's own secret: 20".utf8))
      try await alice.add(other, named: "phone", user: "bob")
      let users = URL(filePath: alice.store + "/users")
      let image = try alice.image()
      for names in [["credentials"], ["state"], ["credentials", "state"]] {
        try alice.restore(image)
        for name in names {
          try Data(image["users/bob/" + name] ?? Data())
            .write(to: users.appending(path: "alice/" + name))
          try #require(
            unsafe chmod(users.appending(path: "alice/" + name).path, 0o600) == 0)
        }
        for code in [alice.code(), other.code(at: Enrolled.noon)] {
          #expect(try await alice.signIn(code) == "PAM_AUTHINFO_UNAVAIL store", "\(names)")
        }
      }
    }
  }

  @Test("a damaged policy neither widens nor exempts", arguments: 0..<8)
  func policy(bit: Int) async throws {
    try await withEnrolled(policy: "window = 0\nthrottle-after = 3\n") { alice in
      let file = URL(filePath: alice.store + "/policy.applied.compiled")
      let sound = try Data(contentsOf: file)
      for place in stride(from: bit, to: sound.count, by: Effort.isFull ? 1 : 8) {
        var broken = sound
        broken[place] ^= UInt8(1 << bit)
        try broken.write(to: file)
        try #require(unsafe chmod(file.path, 0o600) == 0)
        let told = try await alice.signIn(alice.code(30))
        #expect(told.hasPrefix("PAM_AUTHINFO_UNAVAIL "), "\(place)")
      }
    }
  }

  @Test("an unmounted or emptied store is not a store where nobody is enrolled")
  func unmounted() async throws {
    let policy = "unenrolled = allow\nenroll-by = 2026-12-31\n"
    try await withEnrolled(policy: policy) { alice in
      let applied = try #require(try alice.image()["policy.applied.compiled"])
      let key = try #require(try alice.image()["host.key"])
      let elsewhere = [
        "[key=\(try alice.folder.write("", to: "etc/host.key"))]",
        "[policy=\(try alice.folder.write("", to: "etc/policy"))]", "nullok",
      ].joined(separator: " ")
      try key.write(to: URL(filePath: alice.folder.path("etc/host.key")))
      try applied.write(to: URL(filePath: alice.folder.path("etc/policy.compiled")))
      for name in ["host.key", "policy.compiled"] {
        try #require(unsafe chmod(alice.folder.path("etc/" + name), 0o600) == 0)
      }
      var transaction = alice.transaction([.text(alice.code())], options: elsewhere)
      #expect(try await alice.run(transaction).verdict == "PAM_SUCCESS code")
      for keep in [[], ["users"]] {
        try FileManager.default.removeItem(atPath: alice.store)
        for name in [""] + keep {
          try FileManager.default.createDirectory(
            atPath: alice.store + "/" + name, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        }
        for user in ["alice", "bob", "nobody-of-ours"] {
          transaction.user = user
          let told = try await alice.run(transaction)
          #expect(told["auth"] == ["PAM_AUTHINFO_UNAVAIL"], "\(user) \(keep)")
          #expect(told.reasons.last == "store")
        }
      }
    }
  }
}
