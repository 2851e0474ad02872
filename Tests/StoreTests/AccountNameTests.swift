import OTP
import Store
import Testing

@Suite struct AccountNameTests {
  private func encoded(_ name: [UInt8]) -> String? {
    AccountName(name.span).map { text($0.encoded) }
  }

  private func account(_ name: String) -> AccountName? { AccountName(Array(name.utf8).span) }

  private func isPlausible(_ name: [UInt8]) -> Bool { AccountName.isPlausible(name.span) }

  private func text(_ folder: EncodedName) -> String {
    folder.withBytes { (bytes: Span<UInt8>) in
      String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }
  }

  private func decoded(_ folder: String) -> [UInt8]? {
    AccountName(encoded: Array(folder.utf8).span).map { name in
      name.withBytes { (bytes: Span<UInt8>) in bytes.indices.map { bytes[$0] } }
    }
  }

  @Test(arguments: [
    ("alice", "alice"), ("www-data", "www-data"), ("_apt", "_apt"), ("a.b", "a.b"),
    ("a..b", "a..b"), (".a", "%2Ea"), ("a.", "a%2E"), (".", "%2E"), ("..", "%2E%2E"),
    ("...", "%2E.%2E"), ("ALICE", "%41%4C%49%43%45"), ("a b", "a%20b"), ("DOM\\a", "%44%4F%4D%5Ca"),
    ("a@b.c", "a%40b.c"), ("%41", "%2541"), ("ü", "%C3%BC"), ("-x", "-x"), ("host$", "host%24"),
  ])
  func `a name and its folder lead to each other`(name: String, folder: String) {
    #expect(encoded(Array(name.utf8)) == folder)
    #expect(decoded(folder) == Array(name.utf8))
  }

  @Test func `every byte that can stand in a name survives the way there and back`() {
    for byte in UInt8.min...UInt8.max {
      let name: [UInt8] = [UInt8(ascii: "a"), byte, UInt8(ascii: "b")]
      let storable = byte >= 0x20 && byte != 0x7f && byte != UInt8(ascii: "/")
      let folder = encoded(name)
      #expect((folder != nil) == storable)
      if let folder { #expect(decoded(folder) == name) }
    }
  }

  @Test(arguments: [
    "", ".", "..", ".a", "a.", "A", "%", "%4", "%61", "%2e", "%2E.", "a%", "a%4", "a%GG", "a b",
    "a/b", "%2F", "%00", "%0A", "%7F", "a%2Eb", "%2E.%2E%", "ü",
  ])
  func `a folder that no name encodes to is not read`(folder: String) {
    #expect(decoded(folder) == nil)
  }

  @Test(arguments: ["", "a/b", "/", "../x", "./alice", "a\0b", "a\nb", "a\u{7f}"])
  func `what cannot be an account name is none`(name: String) {
    #expect(encoded(Array(name.utf8)) == nil)
    #expect(!isPlausible(Array(name.utf8)))
  }

  @Test func `an encoding of 200 bytes is a name and one of 201 is not`() {
    let plain = UInt8(ascii: "a")
    let wide = UInt8(ascii: "A")
    #expect(encoded([UInt8](repeating: plain, count: 200))?.utf8.count == 200)
    #expect(encoded([UInt8](repeating: plain, count: 201)) == nil)
    #expect(encoded([UInt8](repeating: wide, count: 66) + [plain, plain])?.utf8.count == 200)
    #expect(encoded([UInt8](repeating: wide, count: 67)) == nil)
    #expect(decoded(String(repeating: "a", count: 201)) == nil)
    #expect(decoded(String(repeating: "%41", count: 67)) == nil)
  }

  @Test func `255 bytes may be asked about and 256 may not`() {
    #expect(isPlausible([UInt8](repeating: 97, count: 255)))
    #expect(!isPlausible([UInt8](repeating: 97, count: 256)))
  }
}

@Suite struct DoorTests {
  @Test(arguments: ["ssh", "local", "web", "self"])
  func `a door is found by its word`(word: String) throws {
    let found = try #require(door(word))
    #expect("\(found.name)" == word)
    #expect(Door(rawValue: found.rawValue) == found)
  }

  @Test(arguments: ["", "SSH", "ssh ", "sshd", "desk"])
  func `no other word is a door`(word: String) {
    #expect(door(word) == nil)
  }

  private func door(_ word: String) -> Door? { Door(name: Array(word.utf8).span) }

  @Test func `the places in the state page never move`() {
    #expect(Door.ssh.rawValue == 0)
    #expect(Door.local.rawValue == 1)
    #expect(Door.web.rawValue == 2)
    #expect(Door.`self`.rawValue == 3)
  }
}
