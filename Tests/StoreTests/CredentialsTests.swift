import Foundation
import OTP
import Testing

@testable import Store

/// The lines of records that the tests read.
enum Lines {
  /// One of everything; the comments are line numbers.
  static let usual = [
    "cachet-mfa credentials 1",  // 1
    "record \(digits(16))",  // 2
    "uid 1000",  // 3
    "key \(digits(8, 1))",  // 4
    "kdf \(digits(16, 2)) 20000",  // 5
    "disabled 1700000000",  // 6
    "factor 1 SHA1 6 30 1700000000 \(digits(48)) phone",  // 7
    "factor 2 SHA256 8 60 1700000001 \(digits(60, 9)) office token",  // 8
    "set 0 1 recovery 1700000000 0 2",  // 9
    "hash \(digits(32))",  // 10
    "hash \(digits(32, 1))",  // 11
    "set 1 65535 invitation 1700000000 1800000000 1",  // 12
    "hash \(digits(32, 2))",  // 13
    "removed 3 1700000000 \(digits(32, 3))",  // 14
    "removed 32 0 \(digits(32, 4))",  // 15
  ]

  static let empty = Array(usual[0...4])

  /// As much as a record may hold.
  static let largest: [String] = {
    var lines = Array(usual[0...3]) + ["kdf \(digits(16)) 10000000", "disabled 281474976710"]
    lines[2] = "uid 4294967295"
    for id in 1...8 {
      let name = String(repeating: "\(id)", count: 64)
      lines.append("factor \(id + 24) SHA512 8 300 281474976710 \(digits(92, UInt8(id))) \(name)")
    }
    for (place, kind) in [(6, "recovery"), (7, "invitation")] {
      lines.append("set \(place) 65535 \(kind) 281474976710 281474976710 16")
      for hash in 0..<16 { lines.append("hash \(digits(32, UInt8(hash)))") }
    }
    for id in 1...24 { lines.append("removed \(id) 281474976710 \(digits(32, UInt8(id)))") }
    return lines
  }()
}

@Suite struct CredentialsTests {
  @Test(arguments: [Lines.empty, Lines.usual, Lines.largest])
  func `a record that is read and written again is the same, byte for byte`(
    lines: [String]
  ) throws {
    let text = try recordText(lines)
    #expect(try rewritten(text) == text)
  }

  @Test func `the largest record fits its room twice`() throws {
    #expect(try recordText(Lines.largest).count <= TextRoom.capacity / 2)
  }

  @Test func `every fact of a record is read`() throws {
    let text = try recordText(Lines.usual)
    let credentials = try Credentials.parse(text.span)
    let (record, salt) = (bytes(credentials.record.bytes.span), bytes(credentials.salt.span))
    let (uid, key) = (credentials.uid, credentials.key)
    let (iterations, disabledAt) = (credentials.iterations, credentials.disabledAt)
    #expect(record == Array(0..<16))
    #expect(uid == 1000)
    #expect(key.rawValue == 0x0102_0304_0506_0708)
    #expect(salt == Array(2..<18))
    #expect(iterations == 20_000)
    #expect(disabledAt == 1_700_000_000)

    let factors = credentials.factors
    #expect(factors.count == 2)
    let token = try #require(factors[1])
    #expect(token.id.rawValue == 2)
    #expect(token.parameters == Parameters(algorithm: .sha256, digits: 8, period: 60))
    #expect(token.created == 1_700_000_001)
    #expect(token.name == factorName("office token"))
    #expect(token.sealedCount == 60)
    #expect(bytes(token.sealed.span.extracting(0..<60)) == Array(9..<69))
    let index = credentials.index(named: token.name)
    #expect(index == 1)

    let sets = (credentials.set(of: .recovery), credentials.set(of: .invitation))
    let recovery = try #require(sets.0)
    #expect((recovery.place, recovery.generation) == (0, 1))
    #expect((recovery.created, recovery.expires) == (1_700_000_000, 0))
    #expect(recovery.hashes.count == 2)
    #expect(try hashes(credentials) == [digits(32), digits(32, 1), digits(32, 2)])
    let invitation = try #require(sets.1)
    #expect(
      (invitation.place, invitation.generation, invitation.expires) == (1, 65535, 1_800_000_000))

    let removed = credentials.removed
    #expect(removed.count == 2)
    let gone = try #require(removed[0])
    #expect((gone.id.rawValue, gone.time) == (3, 1_700_000_000))
    #expect(bytes(gone.mark.span) == Array(3..<35))
  }

  @Test func `a fresh record is empty, random, and reads back`() throws {
    let one = try Credentials(uid: 7, key: KeyID(rawValue: 1))
    let other = try Credentials(uid: 7, key: KeyID(rawValue: 1))
    let text = try written(one)
    #expect(try rewritten(text) == text)
    let (isEnrolled, iterations) = (one.isEnrolled, one.iterations)
    #expect(!isEnrolled)
    #expect(iterations == OneTimeSecret.iterations)
    let (records, salts) = ([one.record, other.record], [one.salt, other.salt])
    #expect(bytes(records[0].bytes.span) != bytes(records[1].bytes.span))
    #expect(bytes(salts[0].span) != bytes(salts[1].span))
  }

  @Test func `the last byte of a record is its checksum's newline`() throws {
    let text = try recordText(Lines.usual)
    #expect(refusal { try parse(text + [10]) } == "credentials malformed 17")
    #expect(refusal { try parse(text + [0]) } == "credentials malformed 17")
    #expect(refusal { try parse(text + text) } == "credentials malformed 17")
    #expect(refusal { try parse(text.dropLast()) } == "credentials malformed 16")
    #expect(refusal { try parse(text.dropLast() + [32, 10]) } == "credentials malformed 16")
  }

  @Test func `a record that could not be read back is not written`() async throws {
    try await withStore { folder, store in
      let alice = try account("alice")
      try store.edit(alice, uid: 1) { (_, _, _) throws(StoreFailure) in }
      let file = folder + "/users/alice/credentials"
      let before = try contents(file)
      for time in [-1, 281_474_976_711] as [Int64] {
        let outcome = refusal {
          try store.edit(alice, uid: 1) {
            (credentials: inout Credentials, _, _) throws(StoreFailure) in
            credentials.disabledAt = time
          }
        }
        #expect(outcome == "credentials malformed 6")
      }
      let outcome = refusal {
        try store.edit(alice, uid: 1) {
          (credentials: inout Credentials, state, _) throws(StoreFailure) in
          try credentials.renew(.recovery, count: 0, expires: 0, now: 1, state: state) { _ in }
        }
      }
      #expect(outcome == "credentials malformed 6")
      #expect(try contents(file) == before)
      #expect(try names(in: folder + "/users/alice") == ["credentials", "state"])
    }
  }
}
