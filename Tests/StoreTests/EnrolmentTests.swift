import Foundation
import OTP
import TestSupport
import Testing

@testable import Store

/// alice's record while an administrator changes it.
private func withAlice(
  _ body: (inout Credentials, borrowing StatePage, borrowing KeyRing) throws -> Void
) async throws {
  try await withStore { _, store in
    var thrown: (any Error)?
    try store.edit(try account("alice"), uid: 1000) {
      (credentials: inout Credentials, state, keys) throws(StoreFailure) in
      do { try body(&credentials, state, keys) } catch { thrown = error }
    }
    if let thrown { throw thrown }
  }
}

private let day: Int64 = 86_400
private let now: Int64 = 1_800_000_000

private func plain(_ number: Int) -> [UInt8] {
  Array("secret number \(number)".utf8) + [UInt8](repeating: UInt8(number & 0xff), count: 8)
}

private func add(
  _ number: Int, named name: String? = nil, step: UInt64? = nil, to credentials: inout Credentials,
  _ state: borrowing StatePage, _ keys: borrowing KeyRing
) throws {
  let name = try #require(factorName(name ?? "factor \(number)"))
  let parameters = try #require(Parameters())
  try credentials.add(
    name, parameters, secret: plain(number).span, confirmed: step.map { Step(rawValue: $0) },
    now: now, state: state, under: keys)
}

private func ids(_ credentials: borrowing Credentials) -> [UInt8] {
  let factors = credentials.factors
  return (0..<factors.count).compactMap { factors[$0]?.id.rawValue }
}

private func removedIDs(_ credentials: borrowing Credentials) -> [UInt8] {
  let removed = credentials.removed
  return (0..<removed.count).compactMap { removed[$0]?.id.rawValue }
}

@Suite struct EnrolmentTests {
  @Test func `factors get the lowest ids, eight at most`() async throws {
    try await withAlice { credentials, state, keys in
      for number in 1...8 { try add(number, to: &credentials, state, keys) }
      #expect(ids(credentials) == [1, 2, 3, 4, 5, 6, 7, 8])
      let outcome = refusal { try add(9, to: &credentials, state, keys) }
      #expect(outcome == "credentials full")
      #expect(ids(credentials).count == 8)
    }
  }

  @Test func `a name and a secret are enrolled once`() async throws {
    try await withAlice { credentials, state, keys in
      try add(1, named: "phone", to: &credentials, state, keys)
      var outcome = refusal { try add(2, named: "phone", to: &credentials, state, keys) }
      #expect(outcome == "credentials name-taken")
      outcome = refusal { try add(1, named: "other", to: &credentials, state, keys) }
      #expect(outcome == "credentials same-secret")
      try add(2, named: "Phone", to: &credentials, state, keys)
      #expect(ids(credentials) == [1, 2])
    }
  }

  @Test(arguments: [0, 1, 15, 65, 100]) func `a secret of a wrong length is not sealed`(
    length: Int
  ) async throws {
    try await withAlice { credentials, state, keys in
      let (name, parameters) = (try #require(factorName("x")), try #require(Parameters()))
      let secret = [UInt8](repeating: 1, count: length)
      let outcome = refusal {
        try credentials.add(
          name, parameters, secret: secret.span, confirmed: nil, now: now, state: state, under: keys
        )
      }
      #expect(outcome != "none")
      #expect(ids(credentials) == [])
    }
  }

  @Test func `the code that confirms a factor is used up`() async throws {
    try await withAlice { credentials, state, keys in
      try add(1, step: 100, to: &credentials, state, keys)
      let (id, parameters) = (try #require(FactorID(1)), try #require(Parameters()))
      try expect(!state.accept(Step(rawValue: 100), of: id, parameters))
      try expect(state.accept(Step(rawValue: 101), of: id, parameters))
      try expect(state.notices().contains(.factorAdded))
    }
  }

  @Test func `a secret that comes back inherits id and last step`() async throws {
    try await withAlice { credentials, state, keys in
      try add(1, to: &credentials, state, keys)
      try add(2, to: &credentials, state, keys)
      let (id, parameters) = (try #require(FactorID(1)), try #require(Parameters()))
      try expect(state.accept(Step(rawValue: 500), of: id, parameters))
      try credentials.remove(at: 0, now: now, state: state, under: keys)
      #expect(ids(credentials) == [2])
      #expect(removedIDs(credentials) == [1])
      try expect(state.notices().contains(.factorRemoved))

      // Another secret does not get that id; the old code does not confirm the old secret.
      try add(3, to: &credentials, state, keys)
      #expect(ids(credentials) == [2, 3])
      let outcome = refusal { try add(1, step: 500, to: &credentials, state, keys) }
      #expect(outcome == "credentials step-used")
      #expect(removedIDs(credentials) == [1])
      try add(1, step: 501, to: &credentials, state, keys)
      #expect(ids(credentials) == [2, 3, 1])
      #expect(removedIDs(credentials) == [])
      try expect(!state.accept(Step(rawValue: 500), of: id, parameters))
      try expect(!state.accept(Step(rawValue: 501), of: id, parameters))
    }
  }

  @Test func `an old code is refused even where the secret comes back without one`() async throws {
    try await withAlice { credentials, state, keys in
      try add(1, step: 500, to: &credentials, state, keys)
      try credentials.remove(at: 0, now: now, state: state, under: keys)
      try add(1, named: "again", to: &credentials, state, keys)
      let (id, parameters) = (try #require(FactorID(1)), try #require(Parameters()))
      try expect(!state.accept(Step(rawValue: 500), of: id, parameters))
      try expect(state.accept(Step(rawValue: 501), of: id, parameters))
    }
  }

  @Test func `24 removed factors are remembered; the next waits until the oldest is a day old`()
    async throws
  {
    try await withAlice { credentials, state, keys in
      for number in 1...24 {
        try add(number, to: &credentials, state, keys)
        try credentials.remove(
          at: 0, now: now + Int64(number), state: state, under: keys)
      }
      #expect(removedIDs(credentials) == Array(1...24))
      try add(25, step: 700, to: &credentials, state, keys)
      #expect(ids(credentials) == [25])
      for later in [25, day, day + 1] as [Int64] {
        let outcome = refusal {
          try credentials.remove(at: 0, now: now + later, state: state, under: keys)
        }
        #expect(outcome == "credentials full", "\(later)")
        #expect(ids(credentials) == [25])
        #expect(removedIDs(credentials) == Array(1...24))
      }
      try credentials.remove(at: 0, now: now + day + 2, state: state, under: keys)
      #expect(removedIDs(credentials) == Array(2...25))
      // Only now is id 1 free, for whoever comes first.
      try add(26, to: &credentials, state, keys)
      #expect(ids(credentials) == [1])
      let text = try written(credentials)
      #expect(try rewritten(text) == text)
    }
  }

  @Test
  func `with 8 factors and 24 removed ones every id is taken, and a returning one still fits`()
    async throws
  {
    try await withAlice { credentials, state, keys in
      for number in 1...24 {
        try add(number, to: &credentials, state, keys)
        try credentials.remove(at: 0, now: now, state: state, under: keys)
      }
      for number in 25...32 { try add(number, to: &credentials, state, keys) }
      #expect(Set(ids(credentials) + removedIDs(credentials)) == Set(1...32))
      let text = try written(credentials)
      #expect(try rewritten(text) == text)
      // The clock of a removal may lie before the oldest one.
      let outcome = refusal {
        try credentials.remove(at: 0, now: 0, state: state, under: keys)
      }
      #expect(outcome == "credentials full")
    }
  }

  @Test func `removing without a key keeps the id and forgets the secret`() async throws {
    try await withAlice { credentials, state, keys in
      try add(1, step: 9, to: &credentials, state, keys)
      try credentials.removeUnopened(at: 0, now: now, state: state)
      #expect(removedIDs(credentials) == [1])
      try add(1, to: &credentials, state, keys)
      #expect(ids(credentials) == [2])
      for index in [-1, 1, 8, Int.max] {
        try credentials.removeUnopened(at: index, now: now, state: state)
        try credentials.remove(at: index, now: now, state: state, under: keys)
      }
      #expect(ids(credentials) == [2])
    }
  }

  @Test(arguments: [
    ("true", "knows it again"), ("rm host.key", "keeps the id"),
    ("head -c 32 /dev/zero > host.key", "keeps the id"),
    ("truncate -s 31 host.key", "host-key truncated"),
    ("chmod g+w host.key", "host-key writable-by-others"),
    ("rm host.key; mkdir host.key", "host-key not-a-regular-file"),
    ("mv host.key key; ln -s key host.key", "host-key symbolic-link"),
    ("rm store.id", "store-id missing"), ("chmod g+w store.id", "store-id writable-by-others"),
    ("sed -i 's/^mac ./mac x/' store.id", "store-id malformed 4"),
  ])
  func `only a key that is gone, or another's, is a lost one`(
    _ damage: String, _ outcome: String
  ) async throws {
    try await withFolder { folder in
      let place = StoreLocation(folder: path(folder.path))
      try Store.make(at: place)
      let (alice, parameters) = (try account("alice"), try #require(Parameters()))
      _ = try Store(at: place).enroll(
        alice, uid: 1000, as: nil, parameters, secret: plain(1).span, confirmed: nil, now: now
      ) { (_: Span<UInt8>) in }
      #expect(
        try await run("/bin/bash", ["-c", "cd \"$1\"; \(damage)", "bash", folder.path]).status == 0)
      var end = ""
      let failure = refusal {
        let isKnown = try Store(at: place).remove(nil, of: alice, uid: 1000, now: now)
        end = isKnown ? "knows it again" : "keeps the id"
      }
      #expect((failure == "none" ? end : failure) == outcome)
    }
  }

  @Test func `a factor takes another name, but no other's`() async throws {
    try await withAlice { credentials, state, keys in
      try add(1, named: "phone", to: &credentials, state, keys)
      try add(2, named: "token", to: &credentials, state, keys)
      let (token, tablet) = (try #require(factorName("token")), try #require(factorName("tablet")))
      let outcome = refusal { try credentials.rename(at: 0, to: token) }
      #expect(outcome == "credentials name-taken")
      try credentials.rename(at: 1, to: token)
      try credentials.rename(at: 0, to: tablet)
      let (found, gone) = (credentials.index(named: tablet), factorName("phone"))
      #expect(found == 0)
      let old = credentials.index(named: try #require(gone))
      #expect(old == nil)
      let factor = try #require(credentials.factors[0])
      #expect(try secret(factor, in: credentials, keys) == plain(1))
    }
  }
}

@Suite struct RenewalTests {
  private func renew(
    _ kind: OneTimeSet.Kind, _ count: Int, _ credentials: inout Credentials,
    _ state: borrowing StatePage
  ) throws -> (set: OneTimeSet, codes: [[UInt8]]) {
    var codes: [[UInt8]] = []
    try credentials.renew(kind, count: count, expires: 0, now: now, state: state) {
      (code: Span<UInt8>) in codes.append(bytes(code))
    }
    let found = credentials.set(of: kind)
    return (try #require(found), codes)
  }

  @Test func `codes are shown once, all differ, and each derives to its hash`() async throws {
    try await withAlice { credentials, state, _ in
      let (set, codes) = try renew(.recovery, 10, &credentials, state)
      #expect(codes.count == 10)
      #expect(Set(codes).count == 10)
      #expect(set.hashes.count == 10)
      let salt = bytes(credentials.salt.span)
      let stored = try hashes(credentials)
      for (index, code) in codes.enumerated() {
        var secret = [UInt8](repeating: 0, count: 10)
        var room = secret.mutableSpan
        try OneTimeSecret.read(code.span, into: &room)
        var hash = [UInt8](repeating: 0, count: 32)
        room = hash.mutableSpan
        try OneTimeSecret.derive(secret.span, salt: salt.span, iterations: 20_000, into: &room)
        #expect(stored[index] == hexadecimal(hash))
      }
    }
  }

  @Test func `never more than sixteen`() async throws {
    try await withAlice { credentials, state, _ in
      let (set, codes) = try renew(.recovery, 99, &credentials, state)
      #expect(set.hashes.count == 16)
      #expect(codes.count == 16)
    }
  }

  @Test func `a new set takes the next place and generation, and the old one is void`() async throws
  {
    try await withAlice { credentials, state, _ in
      let first = try renew(.recovery, 1, &credentials, state).set
      #expect((first.place, first.generation) == (0, 1))
      try expect(state.use(0, of: first))
      try expect(!state.notices().contains(.recoveryCodesReplaced))
      for round in 1..<20 {
        let next = try renew(.recovery, 1, &credentials, state).set
        #expect(next.place == round % 8)
        #expect(Int(next.generation) == round / 8 + 1)
        try expect(state.used(of: next) == 0)
      }
      try expect(state.notices().contains(.recoveryCodesReplaced))
      // Its place was taken again by now.
      try expect(!state.use(1, of: first))
      try expect(state.used(of: first) == nil)
    }
  }

  @Test func `both sets never share a place, in any order of renewals`() async throws {
    try await withAlice { credentials, state, _ in
      var random = SystemRandomNumberGenerator()
      for _ in 0..<60 {
        let kind = Bool.random(using: &random) ? OneTimeSet.Kind.recovery : .invitation
        if Int.random(in: 0..<6, using: &random) == 0 {
          credentials.drop(kind)
        } else {
          let set = try renew(kind, 1, &credentials, state).set
          try expect(state.used(of: set) == 0)
        }
        let sets = credentials.sets
        #expect(sets.count < 2 || sets[0]?.place != sets[1]?.place)
        // A renewal leaves the other set what it was.
        for index in 0..<sets.count {
          let set = try #require(sets[index])
          try expect(state.used(of: set) != nil)
        }
      }
      let text = try written(credentials)
      #expect(try rewritten(text) == text)
    }
  }

  @Test func `a generation that runs over begins again and no neighbour is touched`() async throws {
    try await withAlice { credentials, state, _ in
      try state.prepare(place: 0, generation: .max)
      let set = try renew(.recovery, 1, &credentials, state).set
      #expect((set.place, set.generation) == (0, 0))
      try expect(state.use(0, of: set))
      try expect(!state.use(0, of: set))
      try expect(state.generation(at: 1) == 0)
    }
  }
}
