import Testing

@testable import Store

@Suite struct AttemptCounterTests {
  private static let limits = AttemptLimits(
    after: 5, firstWait: 30, longestWait: 900, lockAfter: 100)
  private static let now: Int64 = 1_800_000_000

  /// What a counter answers at `now`, in words.
  private func answer(
    refused: Int, pending: Int = 0, ago: Int64 = 0, _ limits: AttemptLimits = limits
  ) -> String {
    let counter = AttemptCounter(refused: refused, pending: pending, time: Self.now - ago)
    switch counter.admission(at: Self.now, limits) {
    case .reserved(let next): return "reserved \(next.refused)+\(next.pending)"
    case .crowded: return "crowded"
    case .wait(let seconds): return "wait \(seconds)"
    case .locked: return "locked"
    }
  }

  @Test(
    arguments: [
      // Below the limit, whatever the time.
      (0, 0, 0, "reserved 0+1"), (4, 0, 0, "reserved 4+1"), (4, 0, 1_000_000, "reserved 4+1"),
      (2, 2, 1, "reserved 2+3"),
      // As many pending as the limit allows.
      (0, 5, 0, "crowded"), (4, 1, 0, "crowded"), (3, 2, 5, "crowded"),
      // At the limit: the first wait, to the second.
      (5, 0, 0, "wait 30"), (5, 0, 1, "wait 29"), (5, 0, 29, "wait 1"), (5, 0, 30, "reserved 5+1"),
      // Each further one doubles it, up to the longest.
      (6, 0, 0, "wait 60"), (7, 0, 0, "wait 120"), (8, 0, 0, "wait 240"), (9, 0, 0, "wait 480"),
      (10, 0, 0, "wait 900"), (11, 0, 0, "wait 900"), (99, 0, 0, "wait 900"),
      (10, 0, 899, "wait 1"), (10, 0, 900, "reserved 10+1"),
      // One at a time once a wait was served; a reservation starts none.
      (5, 1, 0, "crowded"), (5, 1, 5, "crowded"),
      // The lock, however long ago.
      (99, 0, 900, "reserved 99+1"), (100, 0, 0, "locked"), (100, 0, 1_000_000, "locked"),
      (255, 0, 0, "locked"),
      // Abandoned for more than 5 s: counted as refused, at the time of the reservation.
      (0, 5, 6, "wait 24"), (4, 1, 6, "wait 24"), (4, 1, 36, "reserved 5+1"),
      (0, 3, 6, "reserved 3+1"), (5, 1, 6, "wait 54"), (5, 1, 60, "reserved 6+1"),
      (99, 1, 6, "locked"),
      // A clock that went back: no answer names more than the wait's own length.
      (5, 0, -1, "wait 30"), (5, 0, -100_000, "wait 30"), (10, 0, -100_000, "wait 900"),
      (0, 5, -5, "crowded"), (0, 5, -6, "wait 30"), (0, 4, -6, "reserved 4+1"),
    ] as [(Int, Int, Int64, String)])
  func `an attempt hears what the counter says`(
    refused: Int, pending: Int, ago: Int64, expected: String
  ) {
    #expect(answer(refused: refused, pending: pending, ago: ago) == expected)
  }

  @Test func `without a lock there is none, and limits at their edges hold`() {
    let never = AttemptLimits(after: 1, firstWait: 1, longestWait: 1, lockAfter: nil)
    #expect(answer(refused: 255, ago: 1, never) == "reserved 255+1")
    #expect(answer(refused: 1, ago: 0, never) == "wait 1")
    let none = AttemptLimits(after: 0, firstWait: 30, longestWait: 900, lockAfter: nil)
    #expect(answer(refused: 0, ago: 0, none) == "wait 30")
    let long = AttemptLimits(after: 1, firstWait: .max / 2, longestWait: .max / 2, lockAfter: nil)
    #expect(answer(refused: 255, ago: 0, long).hasPrefix("wait "))
  }

  @Test func `the wait that is told is the one that is served`() {
    for refused in 0...120 {
      for ago in [0, 1, 29, 30, 31, 899, 900, 901] as [Int64] {
        let counter = AttemptCounter(refused: refused, pending: 0, time: Self.now - ago)
        switch counter.waiting(at: Self.now, Self.limits) {
        case .some(0): #expect(answer(refused: refused, ago: ago).hasPrefix("reserved"))
        case .some(let left): #expect(answer(refused: refused, ago: ago) == "wait \(left)")
        case .none: #expect(answer(refused: refused, ago: ago) == "locked")
        }
      }
    }
  }

  @Test func `giving back restores the time that was found`() throws {
    let before = AttemptCounter(refused: 7, pending: 0, time: Self.now - 500)
    guard case .reserved(let reserved) = before.admission(at: Self.now, Self.limits) else {
      Issue.record("not reserved")
      return
    }
    #expect(reserved == AttemptCounter(refused: 7, pending: 1, time: Self.now))
    #expect(reserved.settled(.givenBack, now: Self.now + 1, found: before.time) == before)
  }

  @Test func `giving back one of several leaves the time to the others`() {
    let two = AttemptCounter(refused: 1, pending: 2, time: Self.now)
    #expect(
      two.settled(.givenBack, now: Self.now, found: 5)
        == AttemptCounter(refused: 1, pending: 1, time: Self.now))
  }

  @Test func `what was abandoned and counted cannot be given back`() {
    let counted = AttemptCounter(refused: 6, pending: 0, time: Self.now)
    #expect(counted.settled(.givenBack, now: Self.now, found: 0) == counted)
  }

  @Test func `a settlement does what its name says`() {
    let counter = AttemptCounter(refused: 3, pending: 2, time: 10)
    #expect(
      counter.settled(.refused, now: 20, found: 5)
        == AttemptCounter(refused: 4, pending: 1, time: 20))
    #expect(
      counter.settled(.succeeded, now: 20, found: 5)
        == AttemptCounter(refused: 0, pending: 1, time: 10))
    let none = AttemptCounter(refused: 0, pending: 0, time: 0)
    #expect(
      none.settled(.refused, now: 20, found: 5) == AttemptCounter(refused: 1, pending: 0, time: 20))
    #expect(none.settled(.succeeded, now: 20, found: 5) == none)
  }

  /// Answers from `tries` people at once; each asks until it is admitted or told to wait. `isGood`
  /// says how an admitted one ends.
  private func crowd(
    _ tries: Int, from start: AttemptCounter, isGood: (Int) -> Bool
  ) -> (good: Int, refused: Int, throttled: Int) {
    var counter = start
    var waiting = Array(0..<tries).shuffled()
    var deciding: [(person: Int, found: Int64)] = []
    var result = (good: 0, refused: 0, throttled: 0)
    while !waiting.isEmpty || !deciding.isEmpty {
      if !waiting.isEmpty, deciding.isEmpty || Bool.random() {
        let person = waiting.removeFirst()
        switch counter.admission(at: Self.now, Self.limits) {
        case .reserved(let next):
          deciding.append((person, counter.time))
          counter = next
        case .crowded: waiting.append(person)
        case .wait, .locked: result.throttled += 1
        }
        if !deciding.isEmpty || waiting.isEmpty { continue }
      }
      guard !deciding.isEmpty else { continue }
      let (person, found) = deciding.remove(at: .random(in: deciding.indices))
      let good = isGood(person)
      counter = counter.settled(good ? .succeeded : .refused, now: Self.now, found: found)
      if good { result.good += 1 } else { result.refused += 1 }
    }
    return result
  }

  @Test(arguments: [
    AttemptCounter(refused: 0, pending: 0, time: 0),
    AttemptCounter(refused: 4, pending: 0, time: now),
    // After five wrong codes and the wait for them.
    AttemptCounter(refused: 5, pending: 0, time: now - 30),
    AttemptCounter(refused: 40, pending: 0, time: now - 900),
  ])
  func `ten good sign-ins at once all get in`(start: AttemptCounter) {
    for _ in 0..<200 {
      let result = crowd(10, from: start) { _ in true }
      #expect(result.good == 10)
      #expect(result.throttled == 0)
    }
  }

  @Test func `among wrong answers at once no more are evaluated than the limit allows`() {
    for _ in 0..<200 {
      let wrong = crowd(50, from: AttemptCounter(refused: 0, pending: 0, time: 0)) { _ in false }
      #expect(wrong.refused == 5)
      #expect(wrong.throttled == 45)
      // One more is evaluated after the wait, not fifty.
      let again = crowd(50, from: AttemptCounter(refused: 5, pending: 0, time: Self.now - 30)) {
        _ in false
      }
      #expect(again.refused == 1)
    }
  }

  @Test func `refused and pending together never exceed the limit before a wait`() {
    for seed in 0..<300 {
      let limits = AttemptLimits(
        after: seed % 7 + 1, firstWait: 30, longestWait: 900, lockAfter: nil)
      var counter = AttemptCounter(refused: 0, pending: 0, time: 0)
      var found: [Int64] = []
      var now = Self.now
      for _ in 0..<200 {
        if Int.random(in: 0..<3) > 0 {
          if case .reserved(let next) = counter.admission(at: now, limits) {
            // A reservation in a wait that was served is alone.
            if counter.refused >= limits.after { #expect(next.pending == 1) }
            if next.pending == 1 { found = [] }
            found.append(counter.time)
            counter = next
          }
        } else if !found.isEmpty, counter.pending > 0 {
          let outcome = [Settlement.refused, .refused, .givenBack, .succeeded].randomElement()
          counter = counter.settled(outcome ?? .refused, now: now, found: found.removeLast())
        }
        if counter.refused < limits.after {
          #expect(counter.refused + counter.pending <= limits.after)
        }
        now += .random(in: 0...1)
        // Nobody takes longer than a reservation lasts.
        if counter.pending > 0, now - counter.time > AttemptCounter.patience { now = counter.time }
      }
    }
  }

  @Test func `a counter survives its word in the state page, and saturates`() {
    for refused in [0, 1, 5, 100, 255] {
      for pending in [0, 1, 255] {
        for time in [0, 1, 1_800_000_000, Int64(UInt32.max)] as [Int64] {
          let counter = AttemptCounter(refused: refused, pending: pending, time: time)
          #expect(AttemptCounter(stateValue: counter.stateValue) == counter)
          #expect(counter.stateValue <= StateWord.valueBits)
        }
      }
    }
    let beyond = AttemptCounter(refused: 256, pending: 300, time: .max)
    #expect(
      AttemptCounter(stateValue: beyond.stateValue)
        == AttemptCounter(refused: 255, pending: 255, time: Int64(UInt32.max)))
    #expect(AttemptCounter(refused: 1, pending: 0, time: -5).stateValue == 256)
  }

  @Test func `a counter survives its word in the table, and saturates`() {
    let epoch: Int64 = 1_793_491_200
    for refused in [0, 1, 100, 4095] {
      for pending in [0, 1, 15] {
        for time in [0, epoch + 1, 1_800_000_000, epoch + 0x3fff_ffff] as [Int64] {
          let counter = AttemptCounter(refused: refused, pending: pending, time: time)
          #expect(AttemptCounter(tableWord: counter.tableValue) == counter)
          #expect(AttemptCounter(tableWord: counter.tableValue | 0x3ffff << 46) == counter)
          #expect(counter.tableValue < 1 << 46)
        }
      }
    }
    let beyond = AttemptCounter(refused: 5000, pending: 16, time: .max)
    #expect(
      AttemptCounter(tableWord: beyond.tableValue)
        == AttemptCounter(refused: 4095, pending: 15, time: epoch + 0x3fff_ffff))
    #expect(AttemptCounter(refused: 0, pending: 0, time: 5).tableValue == 0)
  }
}

@Suite struct ParallelSignInTests {
  /// Threads here, each with a page of its own, as processes have.
  @Test(arguments: [0, 5]) func `ten good sign-ins on one page all get in`(wrong: Int) async throws
  {
    let limits = AttemptLimits(after: 5, firstWait: 30, longestWait: 900, lockAfter: 100)
    try await withPage { file, state in
      let now: Int64 = 1_800_000_000
      for _ in 0..<wrong { try state.settle(.refused, at: .ssh, now: now - 31, found: 0) }
      let folder = String(file.dropLast("/state".count))
      let outcomes = Outcomes()
      try outcomes.gather(10) {
        let page = try StatePage(of: recordID(1), in: trusted(folder))
        while true {
          switch try page.reserve(at: .ssh, now: now, limits) {
          case .reserved(let found):
            pause(milliseconds: 5)
            try page.settle(.succeeded, at: .ssh, now: now, found: found)
            return "in"
          case .crowded: pause(milliseconds: 1)
          case .wait(let seconds): return "wait \(seconds)"
          case .locked: return "locked"
          }
        }
      }
      #expect(outcomes.all == Array(repeating: "in", count: 10))
      let attempts = try state.attempts(at: .ssh, now: now, limits)
      #expect(attempts.refused == 0)
    }
  }

  @Test func `the right answer among 49 wrong ones: no more are evaluated than the limit allows`()
    async throws
  {
    let limits = AttemptLimits(after: 5, firstWait: 30, longestWait: 900, lockAfter: 100)
    try await withPage { file, _ in
      let now: Int64 = 1_800_000_000
      let folder = String(file.dropLast("/state".count))
      let outcomes = Outcomes()
      try outcomes.gather(49) {
        let page = try StatePage(of: recordID(1), in: trusted(folder))
        while true {
          switch try page.reserve(at: .ssh, now: now, limits) {
          case .reserved(let found):
            try page.settle(.refused, at: .ssh, now: now, found: found)
            return "refused"
          case .crowded: pause(milliseconds: 1)
          case .wait, .locked: return "wait"
          }
        }
      }
      #expect(outcomes.all.filter { $0 == "refused" }.count == 5)
    }
  }
}
