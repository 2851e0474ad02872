import Foundation
import OTP
import Testing

@testable import Store

/// Whom a sealed secret opens for: its record, uid, id, parameters and key, and nothing else.
@Suite struct SealedFactorTests {
  private func seal(
    _ text: [UInt8], id: Int = 1, _ parameters: Parameters? = Parameters(),
    in credentials: borrowing Credentials, under key: borrowing HostKey
  ) throws -> SealedFactor {
    let (id, parameters) = (try #require(FactorID(id)), try #require(parameters))
    return try SealedFactor(
      id: id, name: try #require(factorName("phone")), parameters: parameters, created: 1,
      secret: text.span, for: credentials, under: key)
  }

  /// The same sealed bytes in a line that says something else.
  private func moved(
    _ factor: SealedFactor, id: Int? = nil, _ parameters: Parameters? = nil
  ) throws -> SealedFactor {
    SealedFactor(
      id: try id.map { try #require(FactorID($0)) } ?? factor.id,
      parameters: parameters ?? factor.parameters, created: factor.created, name: factor.name,
      sealed: factor.sealed, sealedCount: factor.sealedCount)
  }

  private func opening(
    _ factor: SealedFactor, in credentials: borrowing Credentials, _ keys: borrowing KeyRing
  ) -> String {
    refusal { _ = try secret(factor, in: credentials, keys) }
  }

  private func withKeys(
    _ body: (_ folder: String, borrowing KeyRing) throws -> Void
  ) async throws {
    try await withStore { folder, _ in
      try body(folder, KeyRing(fileName("host.key"), in: trusted(folder)))
    }
  }

  private func copy(
    _ original: borrowing Credentials, record: RecordID? = nil, uid: UInt32? = nil
  ) -> Credentials {
    Credentials(
      record: record ?? original.record, uid: uid ?? original.uid, key: original.key,
      salt: original.salt, iterations: original.iterations)
  }

  @Test(arguments: [16, 20, 32, 63, 64]) func `a secret opens as it was sealed`(
    length: Int
  ) async throws {
    try await withKeys { _, keys in
      let credentials = try Credentials(uid: 1000, key: keys.current.id)
      let plain = (0..<length).map { UInt8($0) }
      let factor = try seal(plain, in: credentials, under: keys.current)
      #expect(factor.sealedCount == length + 28)
      #expect(try secret(factor, in: credentials, keys) == plain)
      let again = try seal(plain, in: credentials, under: keys.current)
      #expect(bytes(again.sealed.span) != bytes(factor.sealed.span))
    }
  }

  @Test func `a line that was copied or swapped does not open`() async throws {
    try await withKeys { _, keys in
      let credentials = try Credentials(uid: 1000, key: keys.current.id)
      let factor = try seal([UInt8](repeating: 7, count: 20), in: credentials, under: keys.current)
      let same = copy(credentials)
      #expect(opening(factor, in: same, keys) == "none")
      let otherRecord = copy(credentials, record: recordID(9))
      #expect(opening(factor, in: otherRecord, keys) == "credentials does-not-open")
      for uid in [0, 999, 1001, 1000 << 8] as [UInt32] {
        let other = copy(credentials, uid: uid)
        #expect(opening(factor, in: other, keys) == "credentials does-not-open")
      }
      for id in 2...32 {
        #expect(
          opening(try moved(factor, id: id), in: credentials, keys) == "credentials does-not-open")
      }
      for parameters in [
        Parameters(algorithm: .sha256), Parameters(algorithm: .sha512), Parameters(digits: 7),
        Parameters(digits: 8), Parameters(period: 31), Parameters(period: 286),
        Parameters(period: 300),
      ] {
        let line = try moved(factor, parameters)
        #expect(opening(line, in: credentials, keys) == "credentials does-not-open")
      }
      var renamed = factor
      renamed.name = try #require(factorName("other"))
      #expect(opening(renamed, in: credentials, keys) == "none")
    }
  }

  @Test func `a sealed secret with any one bit flipped does not open`() async throws {
    try await withKeys { _, keys in
      let credentials = try Credentials(uid: 1000, key: keys.current.id)
      let factor = try seal([UInt8](repeating: 7, count: 20), in: credentials, under: keys.current)
      for bit in 0..<(8 * factor.sealedCount) {
        var broken = factor
        broken.sealed[bit / 8] ^= 1 << (bit % 8)
        #expect(opening(broken, in: credentials, keys) == "credentials does-not-open")
      }
      for length in 0..<factor.sealedCount {
        var short = factor
        short.sealedCount = length
        #expect(opening(short, in: credentials, keys) == "credentials does-not-open")
      }
    }
  }

  @Test func `under another key nothing opens, and the record says so`() async throws {
    try await withKeys { _, keys in
      let other = try HostKey()
      let credentials = try Credentials(uid: 1000, key: other.id)
      let factor = try seal([UInt8](repeating: 7, count: 20), in: credentials, under: other)
      #expect(opening(factor, in: credentials, keys) == "credentials other-key")
      var lying = copy(credentials)
      lying.key = keys.current.id
      #expect(opening(factor, in: lying, keys) == "credentials does-not-open")
      let outcome = refusal {
        _ = try seal([UInt8](repeating: 7, count: 20), in: credentials, under: keys.current)
      }
      #expect(outcome == "credentials other-key")
    }
  }

  @Test func `while keys are rotated both open what is sealed under them`() async throws {
    try await withKeys { folder, before in
      let plain = [UInt8](repeating: 7, count: 32)
      var credentials = try Credentials(uid: 1000, key: before.current.id)
      for id in 1...3 {
        _ = credentials.factors.append(
          try seal(plain + [UInt8(id)], id: id, in: credentials, under: before.current))
      }
      credentials.disabledAt = 77
      let rotating = before.isRotating
      #expect(!rotating)

      try HostKey().create(fileName("host.key.next"), in: trusted(folder))
      let keys = try KeyRing(fileName("host.key"), in: trusted(folder))
      let (isRotating, latest, current) = (keys.isRotating, keys.latest, keys.current.id)
      #expect(isRotating)
      #expect(latest != current)
      let old = try #require(credentials.factors[2])
      #expect(opening(old, in: credentials, keys) == "none")

      try keys.with(latest, or: StoreFailure(.hostKey, .otherKey)) {
        (next: borrowing HostKey) throws(StoreFailure) in
        try credentials.reseal(from: keys, to: next)
      }
      let (key, disabledAt) = (credentials.key, credentials.disabledAt)
      #expect(key == latest)
      #expect(disabledAt == 77)
      for id in 1...3 {
        let factor = try #require(credentials.factors[id - 1])
        #expect(try secret(factor, in: credentials, keys) == plain + [UInt8(id)])
        #expect(opening(factor, in: credentials, before) == "credentials other-key")
      }
      // The next key takes the place of the old one.
      #expect(rename(folder + "/host.key.next", folder + "/host.key") == 0)
      let after = try KeyRing(fileName("host.key"), in: trusted(folder))
      let done = !after.isRotating && after.current.id == latest
      #expect(done)
      let factor = try #require(credentials.factors[0])
      #expect(opening(factor, in: credentials, after) == "none")
    }
  }

  @Test func `a next key that cannot be read is not passed over`() async throws {
    try await withKeys { folder, _ in
      try Data("short".utf8).write(to: URL(filePath: folder + "/host.key.next"))
      chmod(folder + "/host.key.next", 0o600)
      let outcome = refusal { _ = try KeyRing(fileName("host.key"), in: trusted(folder)) }
      #expect(outcome == "host-key truncated")
    }
  }

  @Test func `a host key is named by the hash of itself`()
    async throws
  {
    try await withStore { folder, _ in
      let key = (0..<32).map { UInt8($0) }
      try overwrite(folder + "/host.key", key)
      let host = try HostKey(fileName("host.key"), in: trusted(folder))
      let id = host.id.rawValue
      let sum = try digest(Array("id".utf8) + key)
      #expect(id == sum.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
  }

  @Test func `each purpose has a key of its own, derived as docs slash formats says`() async throws
  {
    try await withKeys { folder, keys in
      let key = try contents(folder + "/host.key")
      // store.id: HMAC of the lines above.
      let id = try contents(folder + "/store.id")
      let lines = String(decoding: id, as: UTF8.self).split(separator: "\n")
      let signed = lines.dropLast().map { $0 + "\n" }.joined()
      let own = try mac(try mac(key, Array("cachet-mfa store.id 1".utf8)), Array(signed.utf8))
      #expect(lines.last == "mac \(hexadecimal(own))")
      // A sealed secret, opened by hand.
      let credentials = try Credentials(uid: 0x0102_0304, key: keys.current.id)
      let parameters = Parameters(algorithm: .sha512, digits: 7, period: 300)
      let plain = [UInt8](repeating: 7, count: 32)
      let factor = try seal(plain, id: 5, parameters, in: credentials, under: keys.current)
      let bound: [UInt8] =
        bytes(credentials.record.bytes.span) + [0, 0, 0, 0, 1, 2, 3, 4, 5, 3, 7, 1, 44]
      let box = Array(bytes(factor.sealed.span).prefix(factor.sealedCount))
      let sealKey = try mac(key, Array("cachet-mfa seal 1".utf8))
      var opened = [UInt8](repeating: 0, count: 32)
      var room = opened.mutableSpan
      try Sealing.open(box.span, key: sealKey.span, associated: bound.span, into: &room)
      #expect(opened == plain)
    }
  }
}
