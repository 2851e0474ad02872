import OTP
import Store
import Testing
import Verifier

@Suite struct AccountTests {
  @Test(arguments: [("root", 0, 0), ("daemon", 1, 1), ("www-data", 33, 33)])
  func `an account of this host is found by name and by number`(
    name: String, uid: UInt32, gid: UInt32
  ) throws {
    for account in [try found(name), try found(uid: uid)] {
      #expect(account.uid == uid)
      #expect(account.gid == gid)
      #expect(text(account.name) == name)
    }
  }

  @Test(arguments: [
    "no-such-account", "", ".", "..", "../x", "./alice", "/", "root/", "root\0", "\0", "-x", "ROOT",
    "@", "\\", "root\n", " root", "ro\u{7f}ot",
  ])
  func `any other name is unknown`(name: String) {
    guard case .unknown = Account.find(named: Array(name.utf8).span) else {
      Issue.record("\(name.debugDescription) is not unknown")
      return
    }
  }

  @Test(arguments: [201, 255, 256, 300, 100_000])
  func `a name of absurd length is unknown`(length: Int) {
    let name = [UInt8](repeating: 97, count: length)
    guard case .unknown = Account.find(named: name.span) else {
      Issue.record("\(length) bytes are not unknown")
      return
    }
  }

  @Test func `a number that nobody has is unknown`() {
    guard case .unknown = Account.find(uid: 4_123_456_789) else {
      Issue.record("found")
      return
    }
  }
}

@Suite struct GroupsTests {
  @Test(arguments: [("root", "root"), ("daemon", "daemon"), ("nobody", "nogroup")])
  func `the primary group has its account as a member`(user: String, group: String) throws {
    #expect(try membership(user, group) == .member)
    #expect(try contains(user, group))
  }

  @Test(arguments: [("daemon", "root"), ("www-data", "daemon"), ("nobody", "www-data")])
  func `an account is outside a group that is there without it`(
    user: String, group: String
  ) throws {
    #expect(try membership(user, group) == .notMember)
    #expect(try !contains(user, group))
  }

  @Test(arguments: ["no-such-group", "", "ROOT", "root:", "root ", "root\0", "\0"])
  func `an absent group is a doubt`(group: String) throws {
    #expect(try membership("root", group) == .doubt)
    #expect(try !contains("root", group))
  }

  @Test func `a group name of absurd length is a doubt`() throws {
    #expect(try membership("root", String(repeating: "a", count: 255)) == .doubt)
    #expect(try membership("root", String(repeating: "a", count: 256)) == .doubt)
  }

  @Test func `an account that the host forgot is in its primary group only`() throws {
    let name = try #require(accountName("no-such-account"))
    let groups = Groups(of: Account(uid: 70_000, gid: 33, name: name))
    let own = groups.membership(in: Array("www-data".utf8).span)
    let other = groups.membership(in: Array("daemon".utf8).span)
    #expect(own == .member)
    #expect(other == .notMember)
  }

  private func membership(_ user: String, _ group: String) throws -> Membership {
    let groups = Groups(of: try found(user))
    return groups.membership(in: Array(group.utf8).span)
  }

  private func contains(_ user: String, _ group: String) throws -> Bool {
    let groups = Groups(of: try found(user))
    return groups.contain(Array(group.utf8).span)
  }
}

struct NotFound: Error {}

/// The account of this host that is called `name`.
func found(_ name: String) throws -> Account {
  guard case .found(let account) = Account.find(named: Array(name.utf8).span) else {
    throw NotFound()
  }
  return account
}

func found(uid: UInt32) throws -> Account {
  guard case .found(let account) = Account.find(uid: uid) else { throw NotFound() }
  return account
}

func accountName(_ name: String) -> AccountName? { AccountName(Array(name.utf8).span) }

func text(_ name: AccountName) -> String {
  name.withBytes { (bytes: Span<UInt8>) in
    String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
  }
}
