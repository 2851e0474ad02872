import OTP
import Testing

@testable import Store

@Suite struct ReplayTests {
  private let id = FactorID(1)
  private let half = Parameters(period: 30)

  @Test func `a step is accepted once, and no earlier one after it`() async throws {
    let (id, parameters) = (try #require(id), try #require(half))
    try await withPage { _, state in
      try expect(state.accept(Step(rawValue: 100), of: id, parameters))
      try expect(!state.accept(Step(rawValue: 100), of: id, parameters))
      try expect(!state.accept(Step(rawValue: 99), of: id, parameters))
      try expect(!state.accept(Step(rawValue: 0), of: id, parameters))
      try expect(state.accept(Step(rawValue: 101), of: id, parameters))
      try expect(state.accept(Step(rawValue: 1000), of: id, parameters))
      try expect(!state.accept(Step(rawValue: 101), of: id, parameters))
      try expect(!state.accept(Step(rawValue: 999), of: id, parameters))
      try expect(state.isUsed(Step(rawValue: 1000), of: id, parameters))
      try expect(!state.isUsed(Step(rawValue: 1001), of: id, parameters))
      let newest = try state.newest()
      #expect(newest == 30_000)
    }
  }

  @Test func `each factor has its own steps, all have one newest`() async throws {
    let parameters = try #require(half)
    try await withPage { _, state in
      for number in FactorID.all {
        let id = try #require(FactorID(number))
        try expect(state.accept(Step(rawValue: 50), of: id, parameters))
        try expect(!state.accept(Step(rawValue: 50), of: id, parameters))
      }
      let last = try #require(FactorID(32))
      try expect(state.accept(Step(rawValue: 90), of: last, parameters))
      let first = try #require(FactorID(1))
      try expect(state.accept(Step(rawValue: 70), of: first, parameters))
      let newest = try state.newest()
      #expect(newest == 2700)
    }
  }

  @Test func `a step counts by its seconds, whatever the period was before`() async throws {
    let id = try #require(id)
    let (short, long) = (
      try #require(Parameters(period: 15)), try #require(Parameters(period: 300))
    )
    try await withPage { _, state in
      // Seconds 3000 to 3300, then steps of 15 s.
      try expect(state.accept(Step(rawValue: 10), of: id, long))
      try expect(!state.accept(Step(rawValue: 219), of: id, short))
      try expect(state.accept(Step(rawValue: 220), of: id, short))
      // Up to 3315: the long step that began at 3300 overlaps.
      try expect(!state.accept(Step(rawValue: 11), of: id, long))
      try expect(state.accept(Step(rawValue: 12), of: id, long))
    }
  }

  @Test(arguments: [15, 30, 60, 300])
  func `the last step that fits in 48 bits is accepted and none behind it`(period: Int) async throws
  {
    let (id, parameters) = (try #require(id), try #require(Parameters(period: period)))
    let last = 0xffff_ffff_ffff / UInt64(period) - 1
    try await withPage { _, state in
      try expect(state.accept(Step(rawValue: last), of: id, parameters))
      for step in [last, last + 1, last + 2, 1 << 47, 1 << 48, 1 << 60, 1 << 63] {
        try expect(!state.accept(Step(rawValue: step), of: id, parameters))
      }
    }
  }

  @Test(arguments: 1...10)
  func `a step counted back from the first one is refused and forgets nothing`(
    back: Int
  ) async throws {
    let (id, parameters) = (try #require(id), try #require(half))
    try await withPage { _, state in
      try expect(state.accept(Step(rawValue: 7), of: id, parameters))
      try expect(!state.accept(Step(rawValue: 0).moved(by: -back), of: id, parameters))
      try expect(!state.accept(Step(rawValue: 7), of: id, parameters))
    }
  }

  @Test func `forgetting the steps after a time forgets no step before it`() async throws {
    let parameters = try #require(half)
    try await withPage { _, state in
      let (one, two) = (try #require(FactorID(1)), try #require(FactorID(32)))
      try expect(state.accept(Step(rawValue: 1_000_000), of: one, parameters))
      try expect(state.accept(Step(rawValue: 90), of: two, parameters))
      try state.forgetSteps(after: 3000)
      try expect(state.newest() == 3000)
      try expect(!state.accept(Step(rawValue: 99), of: one, parameters))
      try expect(state.accept(Step(rawValue: 100), of: one, parameters))
      try expect(!state.accept(Step(rawValue: 90), of: two, parameters))
      try expect(state.accept(Step(rawValue: 91), of: two, parameters))
      try state.forgetSteps(after: -5)
      try expect(state.newest() == 0)
    }
  }
}

@Suite struct OneTimeStateTests {
  private func set(_ place: Int, _ generation: UInt16) -> OneTimeSet {
    OneTimeSet(
      kind: .recovery, place: place, generation: generation, created: 0, expires: 0, hashes: .init()
    )
  }

  @Test func `a one-time secret is used once and leaves the others`() async throws {
    try await withPage { _, state in
      try state.prepare(place: 3, generation: 9)
      for index in 0..<32 {
        try expect(state.use(index, of: set(3, 9)))
        try expect(!state.use(index, of: set(3, 9)))
      }
      try expect(state.used(of: set(3, 9)) == UInt32.max)
      try expect(state.used(of: set(2, 0)) == 0)
      try expect(state.used(of: set(4, 0)) == 0)
    }
  }

  @Test(arguments: [-1, 32, 33, 64, Int.max, Int.min])
  func `no index but 0 to 31 is used`(index: Int) async throws {
    try await withPage { _, state in
      try expect(!state.use(index, of: set(0, 0)))
      try expect(state.used(of: set(0, 0)) == 0)
    }
  }

  @Test func `a set of another generation is refused`() async throws {
    try await withPage { _, state in
      try state.prepare(place: 0, generation: 2)
      for generation in [0, 1, 3, UInt16.max] as [UInt16] {
        try expect(!state.use(0, of: set(0, generation)))
        try expect(state.used(of: set(0, generation)) == nil)
      }
      try expect(state.use(0, of: set(0, 2)))
    }
  }

  @Test func `an invitation's two bits are used once each`() async throws {
    try await withPage { _, state in
      let invitation = set(1, 0)
      try expect(state.use(0, of: invitation))
      try expect(state.used(of: invitation) == 1)
      try expect(state.use(1, of: invitation))
      try expect(!state.use(0, of: invitation))
      try expect(!state.use(1, of: invitation))
    }
  }
}

@Suite struct NoteTests {
  @Test func `a sign-in is noted per door and clears the refusal there`() async throws {
    try await withPage { _, state in
      for door in [Door.ssh, .web] {
        try state.remember(refusal: 4, fingerprint: 77, at: door, now: 1000)
        let last = try state.lastRefusal(at: door)
        #expect(last.time == 1000 && last.reason == 4 && last.fingerprint == 77)
      }
      let id = try #require(FactorID(5))
      try state.note(.factor(id), at: .ssh, now: 2000)
      try expect(state.lastRefusal(at: .ssh).time == 0)
      try expect(state.lastRefusal(at: .web).time == 1000)
      try expect(state.lastSignIn(at: .ssh) == 2000)
      try expect(state.lastSignIn(at: .web) == 0)
      let first = try #require(try state.lastUse())
      #expect(first.time == 2000 && first.use == .factor(id))
      try expect(state.invitationOpened() == 0)
      try state.note(.recoveryCode, at: .web, now: 3000)
      try expect(state.lastUse()?.use == .recoveryCode)
      try state.note(.invitation, at: .local, now: 4000)
      try expect(state.lastUse()?.use == .invitation)
      try expect(state.invitationOpened() == 4000)
      try state.note(.recoveryCode, at: .web, now: -1)
      try expect(state.lastUse() == nil)
    }
  }

  @Test func `a notice stays until it was shown, and a later one stays then`() async throws {
    try await withPage { _, state in
      try expect(state.notices().isEmpty)
      try state.note(.recoveryCode, at: .ssh, now: 1)
      try state.post(.factorAdded)
      try state.post(.factorAdded)
      let shown = try state.notices()
      #expect(shown.rawValue == Notice.recoveryCodeUsed.bit | Notice.factorAdded.bit)
      #expect(shown.contains(.factorAdded))
      #expect(!shown.contains(.factorRemoved))
      try state.post(.factorRemoved)
      try state.clear(shown)
      try expect(state.notices().rawValue == Notice.factorRemoved.bit)
    }
  }

  @Test func `unlocking forgets wrong answers at every door and nothing else`() async throws {
    let limits = AttemptLimits(after: 2, firstWait: 30, longestWait: 60, lockAfter: 3)
    let doors = [Door.ssh, .local, .web, .`self`]
    try await withPage { _, state in
      let (id, parameters) = (try #require(FactorID(1)), try #require(Parameters()))
      try expect(state.accept(Step(rawValue: 9), of: id, parameters))
      for door in doors {
        for _ in 0..<3 { try state.settle(.refused, at: door, now: 1000, found: 0) }
        try state.remember(refusal: 1, fingerprint: 1, at: door, now: 1000)
        try expect(state.reserve(at: door, now: 5000, limits) == .locked)
        try expect(state.attempts(at: door, now: 5000, limits) == (3, nil))
      }
      try state.unlock()
      for door in doors {
        try expect(state.attempts(at: door, now: 1000, limits) == (0, 0))
        try expect(state.reserve(at: door, now: 1000, limits) == .reserved(found: 0))
        try expect(state.lastRefusal(at: door) == (0, 0, 0))
      }
      try expect(!state.accept(Step(rawValue: 9), of: id, parameters))
    }
  }

  @Test func `doors are throttled apart`() async throws {
    let limits = AttemptLimits(after: 1, firstWait: 30, longestWait: 60, lockAfter: nil)
    try await withPage { _, state in
      try state.settle(.refused, at: .ssh, now: 1000, found: 0)
      try expect(state.reserve(at: .ssh, now: 1001, limits) == .wait(29))
      try expect(state.reserve(at: .local, now: 1001, limits) == .reserved(found: 0))
    }
  }
}
