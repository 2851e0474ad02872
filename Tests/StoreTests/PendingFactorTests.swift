import OTP
import TestSupport
import Testing

@testable import Store

private let now: Int64 = 1_800_000_000
private let plain = (0..<20).map { UInt8($0) }

private let record = RecordID(bytes: InlineArray { UInt8($0) })

private func seal(
  _ grant: PendingFactor.Grant = .proof, uid: UInt32 = 1000, for record: RecordID? = record,
  under keys: borrowing KeyRing
) throws -> [UInt8] {
  let parameters = try #require(Parameters(algorithm: .sha256, digits: 8, period: 60))
  var room = [UInt8](repeating: 0, count: PendingFactor.longest)
  var span = room.mutableSpan
  let length = try PendingFactor(parameters, grant, for: record).seal(
    plain.span, uid: uid, now: now, under: keys, into: &span)
  return Array(room.prefix(length))
}

private func opening(
  _ sealed: [UInt8], uid: UInt32 = 1000, for record: RecordID? = record, at time: Int64 = now,
  _ keys: borrowing KeyRing
) -> String {
  refusal {
    try PendingFactor.open(sealed.span, uid: uid, record: record, now: time, under: keys) {
      (_: PendingFactor, _: Span<UInt8>) throws(StoreFailure) in
    }
  }
}

/// Enrols alice with `secret` by `grant`, for the record that she has or for another.
private func enroll(
  _ grant: PendingFactor.Grant, _ secret: [UInt8], for other: RecordID? = nil,
  _ store: borrowing Store
) throws -> String {
  let (alice, parameters) = (try account("alice"), try #require(Parameters()))
  let record = try other ?? store.record(of: alice, uid: 1000)?.credentials.record
  do throws(StoreFailure) {
    _ = try store.enroll(
      alice, uid: 1000, as: nil, PendingFactor(parameters, grant, for: record), secret: secret.span,
      confirmed: Step(rawValue: 1), now: now
    ) { _ in }
  } catch {
    return words(error)
  }
  return "none"
}

/// Invites alice.
private func invite(_ store: borrowing Store) throws -> PendingFactor.Grant {
  let set = try store.edit(try account("alice"), uid: 1000) {
    (credentials: inout Credentials, state: borrowing StatePage, _: borrowing KeyRing)
      throws(StoreFailure) in
    try credentials.renew(.invitation, count: 1, expires: 0, now: now, state: state) { _ in }
    return credentials.set(of: .invitation)
  }
  let made = try #require(set)
  return .invitation(place: UInt8(made.place), generation: made.generation)
}

/// Whom a factor that is not stored yet opens for, how long, and what has to hold still.
@Suite struct PendingFactorTests {
  @Test func `a pending factor opens as it was sealed`() async throws {
    try await withStore { folder, _ in
      let keys = try KeyRing(fileName("host.key"), in: trusted(folder))
      let sealed = try seal(.invitation(place: 7, generation: 515), under: keys)
      let told = try PendingFactor.open(
        sealed.span, uid: 1000, record: record, now: now, under: keys
      ) {
        (factor: PendingFactor, secret: Span<UInt8>) throws(StoreFailure) in
        "\(factor.parameters.algorithm.name) \(factor.parameters.digits) "
          + "\(factor.parameters.period) \(factor.grant) \(bytes(secret) == plain)"
      }
      #expect(told == "SHA256 8 60 invitation(place: 7, generation: 515) true")
    }
  }

  @Test func `it opens for one user, for ten minutes, whole and unchanged`() async throws {
    try await withStore { folder, _ in
      let keys = try KeyRing(fileName("host.key"), in: trusted(folder))
      let sealed = try seal(under: keys)
      #expect(opening(sealed, keys) == "none")
      for uid in [0, 999, 1001, 1000 << 8] as [UInt32] {
        #expect(opening(sealed, uid: uid, keys) == "credentials lapsed")
      }
      #expect(opening(sealed, at: now + 599, keys) == "none")
      for time in [now + 600, now + 86_400, now - 1, -1] {
        #expect(opening(sealed, at: time, keys) == "credentials lapsed")
      }
      for place in sealed.indices {
        var changed = sealed
        changed[place] ^= 1
        #expect(opening(changed, keys) == "credentials lapsed", "byte \(place)")
      }
      for length in 0..<sealed.count {
        #expect(opening(Array(sealed.prefix(length)), keys) == "credentials lapsed")
      }
      #expect(opening(sealed + [0], keys) == "credentials lapsed")
    }
  }

  @Test func `it opens for the record it was made for, or for none where there was none`()
    async throws
  {
    try await withStore { folder, _ in
      let keys = try KeyRing(fileName("host.key"), in: trusted(folder))
      let other = RecordID(bytes: InlineArray { UInt8($0 ^ 1) })
      let bound = try seal(under: keys)
      #expect(opening(bound, keys) == "none")
      #expect(opening(bound, for: other, keys) == "credentials lapsed")
      #expect(opening(bound, for: nil, keys) == "credentials lapsed")
      let first = try seal(.password, for: nil, under: keys)
      #expect(opening(first, for: nil, keys) == "none")
      #expect(opening(first, keys) == "credentials lapsed")
    }
  }

  @Test func `it does not open under the key of another host`() async throws {
    try await withStore { folder, _ in
      let keys = try KeyRing(fileName("host.key"), in: trusted(folder))
      try HostKey().create(fileName("other.key"), in: trusted(folder))
      let others = try KeyRing(fileName("other.key"), in: trusted(folder))
      #expect(opening(try seal(under: others), keys) == "credentials lapsed")
    }
  }

  @Test func `what allowed it has to hold when it is stored`() async throws {
    try await withStore { _, store in
      let alice = try account("alice")
      let other = [UInt8](repeating: 9, count: 20)
      #expect(try enroll(.proof, plain, store) == "credentials lapsed")
      let old = try invite(store)
      let new = try invite(store)
      #expect(try enroll(old, plain, store) == "credentials lapsed")
      _ = try store.disable(alice, uid: 1000, now: now)
      #expect(try enroll(new, plain, store) == "credentials lapsed")
      _ = try store.enable(alice, uid: 1000)
      #expect(try enroll(new, plain, store) == "none")
      // It is for one enrolment, and the password for a first factor.
      #expect(try enroll(new, other, store) == "credentials lapsed")
      #expect(try enroll(.password, other, store) == "credentials lapsed")
      #expect(try enroll(.proof, other, store) == "none")
      #expect(
        try enroll(.proof, [UInt8](repeating: 8, count: 20), for: record, store)
          == "credentials lapsed")
      // Whatever is still about of a factor that was removed does not bring it back.
      let first = try #require(factorName("authenticator"))
      _ = try store.remove(first, of: alice, uid: 1000, now: now)
      #expect(try enroll(.proof, plain, store) == "credentials lapsed")
    }
  }
}
