import Foundation
import OTP
import TestSupport
import Testing

@testable import Store

@Suite struct AttemptTableTests {
  private static let now: Int64 = 1_800_000_000
  private static let limits = AttemptLimits(
    after: 3, firstWait: 30, longestWait: 900, lockAfter: nil)

  private func withTable(
    _ body: (_ file: String, borrowing AttemptTable) throws -> Void
  ) async throws {
    try await withFolder { folder in
      try body(folder.path("attempts"), AttemptTable(in: trusted(folder.path)))
    }
  }

  private func host(_ name: String) -> AttemptTable.Origin { .host(Quoted(Array(name.utf8).span)) }

  /// The set that HMAC-SHA256(`key`, `message`) chooses.
  private func keyed(_ key: [UInt8], _ message: [UInt8]) throws -> UInt64 {
    var digest = [UInt8](repeating: 0, count: 64)
    var room = digest.mutableSpan
    try hmac(.sha256, key: key.span, message.span, into: &room)
    return (digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } >> 18) % 2048
  }

  private func opening(_ folder: String) -> String {
    refusal { _ = try AttemptTable(in: trusted(folder)) }
  }

  @Test func `a fresh table has its magic, a random key, and nothing else`() async throws {
    try await withTable { file, _ in
      let found = try contents(file)
      #expect(found.count == 4096 + 8 * 16384)
      #expect(Array(found.prefix(8)) == Array("CMFAAT1\n".utf8))
      #expect(found[8..<24].contains { $0 != 0 })
      #expect(found[24...].allSatisfy { $0 == 0 })
      let other = file + "-folder"
      try FileManager.default.createDirectory(
        atPath: other, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
      _ = try AttemptTable(in: trusted(other))
      #expect(try contents(other + "/attempts")[8..<24] != found[8..<24])
      #expect(try names(in: other) == ["attempts"])
    }
  }

  @Test func `the same account from the same origin is found again, in every mapping`() async throws
  {
    try await withTable { file, table in
      let alice = Array("alice".utf8)
      let folder = String(file.dropLast("/attempts".count))
      for refused in 1...3 {
        let admission = try table.reserve(
          alice.span, from: host("192.0.2.1"), now: Self.now, Self.limits)
        guard case .reserved(let found) = admission else {
          Issue.record("\(admission)")
          return
        }
        try table.settle(
          .refused, alice.span, from: host("192.0.2.1"), now: Self.now, found: found)
        let other = try AttemptTable(in: trusted(folder))
        try expect(other.refused(alice.span, from: host("192.0.2.1"), now: Self.now) == refused)
      }
      let other = try AttemptTable(in: trusted(folder))
      try expect(
        other.reserve(alice.span, from: host("192.0.2.1"), now: Self.now, Self.limits) == .wait(30))
    }
  }

  @Test func `accounts and origins are counted apart`() async throws {
    try await withTable { _, table in
      let accounts = ["alice", "alic", "e", "alice\u{1}", "bob"]
      let origins = [
        host("192.0.2.1"), host("192.0.2.2"), host(""), host("e192.0.2.1"), .user(0), .user(1),
        .user(0x0100_0000), .anywhere,
      ]
      var number = 0
      for name in accounts {
        for origin in origins {
          number += 1
          for _ in 0..<number {
            try table.settle(.refused, Array(name.utf8).span, from: origin, now: Self.now, found: 0)
          }
        }
      }
      number = 0
      for name in accounts {
        for origin in origins {
          number += 1
          try expect(
            table.refused(Array(name.utf8).span, from: origin, now: Self.now) == number)
        }
      }
    }
  }

  @Test func `an account is told from what follows it, at any length`() async throws {
    try await withTable { _, table in
      let long = [UInt8](repeating: 97, count: 300)
      try table.settle(.refused, long.span, from: host("x"), now: Self.now, found: 0)
      try expect(table.refused(long.span, from: host("x"), now: Self.now) == 1)
      try expect(table.refused(Array(long.dropLast()).span, from: host("x"), now: Self.now) == 0)
      let nobody: [UInt8] = []
      try expect(table.refused(nobody.span, from: .anywhere, now: Self.now) == 0)
      let name = String(repeating: "h", count: 64)
      try table.settle(.refused, long.span, from: host(name), now: Self.now, found: 0)
      try expect(table.refused(long.span, from: host(name), now: Self.now) == 1)
    }
  }

  @Test func `after a day wrong answers count no more, nor where the clock was a day ahead`()
    async throws
  {
    try await withTable { _, table in
      let alice = Array("alice".utf8)
      for origin in [host("192.0.2.1"), .user(0), .anywhere] {
        for _ in 0..<4 {
          try table.settle(.refused, alice.span, from: origin, now: Self.now, found: 0)
        }
        for (seconds, refused) in [(86_399, 4), (86_400, 0), (-86_399, 4), (-86_400, 0)]
          as [(Int64, Int)]
        {
          try expect(
            table.refused(alice.span, from: origin, now: Self.now + seconds) == refused)
        }
        try table.settle(.refused, alice.span, from: origin, now: Self.now + 86_400, found: 0)
        try expect(table.refused(alice.span, from: origin, now: Self.now + 86_400) == 1)
      }
    }
  }

  @Test func `unlocking forgets what counts wherever it came from, for one account`() async throws {
    try await withTable { _, table in
      let (alice, bob) = (Array("alice".utf8), Array("bob".utf8))
      for name in [alice, bob] {
        try table.settle(.refused, name.span, from: .anywhere, now: Self.now, found: 0)
        try table.settle(.refused, name.span, from: .user(0), now: Self.now, found: 0)
      }
      try table.unlock(alice.span, now: Self.now)
      try expect(table.refused(alice.span, from: .anywhere, now: Self.now) == 0)
      try expect(table.refused(alice.span, from: .user(0), now: Self.now) == 1)
      try expect(table.refused(bob.span, from: .anywhere, now: Self.now) == 1)
    }
  }

  @Test func `an origin is remembered for thirty days, however many others try`() async throws {
    try await withTable { _, table in
      let (alice, bob) = (Array("alice".utf8), Array("bob".utf8))
      let home = host("192.0.2.1")
      try table.remember(alice.span, from: home, now: Self.now)
      for origin in 0..<50_000 as Range<UInt32> {
        try table.settle(.refused, bob.span, from: .user(origin), now: Self.now + 60, found: 0)
      }
      try expect(table.remembers(alice.span, from: home, now: Self.now))
      try expect(table.remembers(alice.span, from: home, now: Self.now + 30 * 86_400 - 1))
      try expect(!table.remembers(alice.span, from: home, now: Self.now + 30 * 86_400))
      try expect(!table.remembers(alice.span, from: home, now: Self.now - 1))
      try expect(!table.remembers(bob.span, from: home, now: Self.now))
      try expect(!table.remembers(alice.span, from: host("192.0.2.2"), now: Self.now))
      try expect(table.refused(alice.span, from: home, now: Self.now) == 0)
    }
  }

  @Test func `a full set loses its oldest word and no other`() async throws {
    try await withTable { file, table in
      let alice = Array("alice".utf8)
      let key = Array(try contents(file)[8..<24])
      var sets: [UInt64: [UInt32]] = [:]
      var user: UInt32 = 0
      var keys: [UInt32] = []
      while keys.count < 9 {
        let set = try keyed(key, alice + [0, 2] + (0..<4).map { UInt8(user >> (8 * $0) & 0xff) })
        sets[set, default: []].append(user)
        keys = sets[set] ?? []
        user += 1
      }
      for (second, key) in keys.enumerated() {
        for _ in 0...second {
          try table.settle(
            .refused, alice.span, from: .user(key), now: Self.now + Int64(second), found: 0)
        }
      }
      let counts = try keys.map { key in
        try table.refused(alice.span, from: .user(key), now: Self.now + 100)
      }
      #expect(counts == [0, 2, 3, 4, 5, 6, 7, 8, 9])
    }
  }

  @Test func `10,000 origins leave the ceiling per account standing`() async throws {
    try await withTable { _, table in
      let ceiling = AttemptLimits(after: 200, firstWait: 1, longestWait: 5, lockAfter: nil)
      let alice = Array("alice".utf8)
      var admitted = 0
      for origin in 0..<10_000 as Range<UInt32> {
        let now = Self.now + Int64(origin / 100)
        guard
          case .reserved(let found) =
            try table.reserve(alice.span, from: .anywhere, now: now, ceiling)
        else { continue }
        admitted += 1
        try table.settle(.refused, alice.span, from: .user(origin), now: now, found: 0)
        try table.settle(.refused, alice.span, from: .anywhere, now: now, found: found)
      }
      // 200 at once, then one every few seconds: it only ever delays.
      #expect((200...300).contains(admitted))
      let wait = try table.reserve(alice.span, from: .anywhere, now: Self.now + 99, ceiling)
      guard case .wait(let seconds) = wait else {
        Issue.record("\(wait)")
        return
      }
      #expect((1...5).contains(seconds))
      try expect(table.refused(Array("bob".utf8).span, from: .anywhere, now: Self.now) == 0)
    }
  }

  @Test func `10,000 origins without a ceiling wear out nobody's own counter at once`() async throws
  {
    try await withTable { _, table in
      let alice = Array("alice".utf8)
      for origin in 0..<10_000 as Range<UInt32> {
        try table.settle(.refused, alice.span, from: .user(origin), now: Self.now, found: 0)
      }
      var left = 0
      for origin in 0..<10_000 as Range<UInt32> {
        left += try table.refused(alice.span, from: .user(origin), now: Self.now)
      }
      #expect(left > 9_000)
    }
  }

  @Test func `a table that is gone after a reboot is made again`() async throws {
    try await withTable { file, table in
      let alice = Array("alice".utf8)
      try table.settle(.refused, alice.span, from: .anywhere, now: Self.now, found: 0)
      try FileManager.default.removeItem(atPath: file)
      let fresh = try AttemptTable(in: trusted(String(file.dropLast("/attempts".count))))
      try expect(fresh.refused(alice.span, from: .anywhere, now: Self.now) == 0)
    }
  }

  @Test(arguments: [
    (0, "attempts truncated"), (4096, "attempts truncated"), (135_167, "attempts truncated"),
    (135_169, "attempts too-large"), (200_000, "attempts too-large"),
  ])
  func `a table of another size is damage`(size: Int, expected: String) async throws {
    try await withTable { file, _ in
      let whole = try contents(file) + [UInt8](repeating: 0, count: 100_000)
      try overwrite(file, Array(whole.prefix(size)))
      #expect(opening(String(file.dropLast("/attempts".count))) == expected)
    }
  }

  @Test func `a table with another magic is damage, in any bit`() async throws {
    try await withTable { file, _ in
      let sound = try contents(file)
      for bit in 0..<64 {
        var broken = sound
        broken[bit / 8] ^= 1 << (bit % 8)
        try overwrite(file, broken)
        #expect(opening(String(file.dropLast("/attempts".count))) == "attempts checksum-mismatch")
      }
      try overwrite(file, (0..<sound.count).map { _ in 0x41 })
      #expect(opening(String(file.dropLast("/attempts".count))) == "attempts checksum-mismatch")
    }
  }

  @Test func `garbage behind the magic traps nowhere`() async throws {
    try await withTable { file, table in
      var garbage = try contents(file)
      for place in 24..<garbage.count { garbage[place] = .random(in: 0...255) }
      try overwrite(file, garbage)
      let alice = Array("alice".utf8)
      for user in 0..<2000 as Range<UInt32> {
        for now in [Self.now, 0, -1, .max, .min] as [Int64] {
          _ = try table.reserve(alice.span, from: .user(user), now: now, Self.limits)
          try table.settle(.refused, alice.span, from: .user(user), now: now, found: now)
        }
      }
    }
  }

  @Test func `many that make the table at once get one table`() async throws {
    try await withFolder { folder in
      let place = folder.path
      let outcomes = Outcomes()
      try outcomes.gather(20) {
        let table = try AttemptTable(in: trusted(place))
        try table.settle(
          .refused, Array("alice".utf8).span, from: .anywhere, now: Self.now, found: 0)
        return "counted"
      }
      #expect(outcomes.all == Array(repeating: "counted", count: 20))
      let table = try AttemptTable(in: trusted(place))
      try expect(table.refused(Array("alice".utf8).span, from: .anywhere, now: Self.now) == 20)
      #expect(try names(in: place) == ["attempts"])
    }
  }
}
