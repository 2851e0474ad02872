import CXattr
import Foundation
import Testing

@testable import CachetAudit

@Suite("Access control lists")
struct AccessListTests {
  private static let none: UInt32 = .max
  private typealias Entry = (tag: UInt16, bits: UInt16, number: UInt32)

  private static func bytes(_ entries: [Entry]) -> [UInt8] {
    func little(_ number: UInt32, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
    var bytes = little(2, 4)
    for entry in entries {
      bytes += little(UInt32(entry.tag), 2) + little(UInt32(entry.bits), 2)
      bytes += little(entry.number, 4)
    }
    return bytes
  }

  /// The owner reads and writes, the file's group `own`, the others nothing.
  private static func list(_ named: [Entry], own: UInt16 = 4, mask: UInt16 = 4) -> [UInt8] {
    var entries: [Entry] = [(0x01, 6, none)]
    entries += named.filter { $0.tag == 2 }
    entries.append((0x04, own, none))
    entries += named.filter { $0.tag == 8 }
    entries += [(0x10, mask, none), (0x20, 0, none)]
    return bytes(entries)
  }

  private static let attribute = "system.posix_acl_access"

  /// Whether temporary files have such lists.
  static let isSupported: Bool = {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let bytes = list([(2, 4, 5)])
    return unsafe setxattr(path, attribute, bytes, bytes.count, 0) == 0 || errno != EOPNOTSUPP
  }()

  private func findings(
    _ bytes: [UInt8], on path: String, database: String? = nil
  ) throws -> Set<String> {
    let fixture = try Fixture(.three)
    if let database {
      try fixture.set("DB_CONNECTION", "sqlite")
      try fixture.set("DB_DATABASE", database)
    }
    if path == "bootstrap/cache/config.php" {
      try fixture.cache()
    } else if path != ".env", path.contains(".") {
      try fixture.write(path, "", mode: 0o640)
    }
    let whole = "\(fixture.root)/\(path)"
    try #require(
      unsafe setxattr(whole, Self.attribute, bytes, bytes.count, 0) == 0, "errno \(errno)")
    return Set(
      try fixture.audit().findings.map {
        "\($0.check.id) \($0.evidence.about): \($0.evidence.message)"
      })
  }

  @Test(
    "whom an ACL lets read secrets is named",
    .enabled(if: isSupported, "the file system of temporary files has no ACLs"))
  func readers() throws {
    let games = "games can read it by an ACL"
    #expect(
      try findings(Self.list([(2, 4, 5)]), on: ".env")
        == ["env-readable .env user games: user \(games)"])
    #expect(
      try findings(Self.list([(8, 4, 60)]), on: "bootstrap/cache/config.php")
        == ["env-readable bootstrap/cache/config.php group games: group \(games)"])
    #expect(
      try findings(Self.list([(2, 4, 5)]), on: "storage/logs/laravel.log")
        == ["log-modes storage/logs/laravel.log user games: user \(games)"])
    let path = "database/cachet.sqlite"
    #expect(
      try findings(Self.list([(2, 6, 5)], mask: 6), on: path, database: path)
        == ["sqlite-file \(path) user games: user games can write it by an ACL"])
    #expect(
      try findings(Self.list([(8, 7, 60)], mask: 7), on: "storage/logs")
        == ["storage-modes storage/logs group games: group games can write it by an ACL"])
  }

  @Test(
    "what the mask takes away, and what Cachet and those who read logs need, is none of that",
    .enabled(if: isSupported, "the file system of temporary files has no ACLs"))
  func sound() throws {
    #expect(try findings(Self.list([(2, 6, 5)], mask: 0), on: ".env") == [])
    #expect(try findings(Self.list([(2, 4, 33), (8, 4, 33), (2, 4, 0)]), on: ".env") == [])
    #expect(try findings(Self.list([(8, 4, 4)]), on: "storage/logs/laravel.log") == [])
    #expect(try findings(Self.list([(2, 5, 5)], mask: 5), on: "storage/logs") == [])
  }

  @Test(
    "PHP can write what an ACL lets it write",
    .enabled(if: isSupported, "the file system of temporary files has no ACLs"))
  func php() throws {
    #expect(
      try findings(Self.list([(2, 6, 33)], mask: 6), on: ".env")
        == ["env-writable .env: www-data can write it (mode 660)"])
    // The mask is what the mode shows, and not what the group may.
    #expect(
      try findings(Self.list([(8, 4, 33)], own: 6, mask: 6), on: ".env") == [])
    #expect(
      try findings(Self.list([(8, 6, 33)], mask: 6), on: ".env")
        == ["env-writable .env: www-data can write it (mode 660)"])
  }

  @Test("what the mask leaves")
  func mask() throws {
    let list = try #require(
      AccessList(Self.list([(2, 6, 1000), (8, 7, 50)], own: 6, mask: 4)))
    #expect(list.group == 4)
    #expect(
      list.entries == [
        .init(who: .user(1000), bits: 4), .init(who: .group(50), bits: 4),
      ])
  }

  @Test("what is no list is none")
  func damaged() {
    let whole = Self.list([(2, 4, 1000)])
    for length in 0..<whole.count where length % 8 != 4 {
      #expect(AccessList(Array(whole[..<length])) == nil, "\(length)")
    }
    #expect(AccessList([3] + Array(whole.dropFirst())) == nil)
    #expect(AccessList(Self.bytes([(3, 4, 0)])) == nil)
  }
}
