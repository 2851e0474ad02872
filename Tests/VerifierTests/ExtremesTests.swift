import Foundation
import OTP
import Testing

@testable import Store
@testable import Verifier

/// Numbers at their ends: clocks, words of the state page, limits of policy and record. What traps
/// here ends the test run, as it would end sshd.
@Suite("At the ends of all numbers")
struct ExtremesTests {
  static let clocks: [Int64] = [
    .min, .min + 1, -1 << 47, -86_400, -1, 0, 1, Release.time - 1, Release.time, Bench.noon,
    Int64(Int32.max), Int64(UInt32.max) - 1, Int64(UInt32.max) + 1, 281_474_976_710, 1 << 40,
    1 << 48 - 301, 1 << 48 - 1, 1 << 48, 1 << 55, .max - 3_001, .max - 301, .max - 1, .max,
  ]

  /// What every word of a page says, all with a sound checksum.
  static let words: [UInt64] = [
    0, 1, 0xff, 0xff00, 0x7fff_ffff_ffff, 0x8000_0000_0000, 0xffff_ffff_0000, 0xffff_ffff_ffff,
  ]

  static let policies = [
    "",
    "window = 10\nthrottle-after = 1\nthrottle-first = 3600\nthrottle-longest = 86400\nlock-after = 10\n",
    "window = 0\ndigits = 8\nthrottle-first = 1\nthrottle-longest = 1\nunproven-account-limit = 4000\n",
    "unenrolled = allow\nenroll-by = 9999-12-31\n",
    "unenrolled = allow\nenroll-by = 1970-01-01\n",
  ]

  @Test("no clock and no word of the state page ends the process, whatever is answered")
  func everywhere() throws {
    for policy in Self.policies.prefix(2) {
      let bench = try Bench(policy: policy)
      try bench.enroll()
      let codes = try bench.renew(.recovery, count: 10)
      let record = try bench.record()
      for word in Self.words {
        for clock in Self.clocks {
          bench.now = clock
          for answer in ["123456", "", codes[0], "x" + bench.rightCode] {
            for proven in [true, false] {
              try bench.fill(with: word, record)
              let told = bench.attempt(
                [answer], proven: proven, mode: answer.count > 19 ? .promptSplit : .prompt,
                rhost: "192.0.2.1"
              ).told
              #expect(told.outcome != "ignored")
              if told.outcome == "accepted" {
                #expect(told.reason == "code" || told.reason == "recovery-code")
              }
            }
          }
        }
      }
    }
  }

  @Test("somebody without a record has no clock either that ends the process", arguments: policies)
  func unenrolled(policy: String) throws {
    let bench = try Bench(policy: policy)
    for clock in Self.clocks {
      bench.now = clock
      for proven in [true, false] {
        for answer in ["123456", "0000-0000-0000-0000"] {
          #expect(bench.attempt([answer], proven: proven).told.outcome != "accepted")
          let unknown = bench.attempt([answer], proven: proven, account: .unknown).told
          #expect(unknown.outcome != "accepted")
        }
      }
      let grace = bench.attempt([], nullok: true).told
      // Grace needs a date that is ahead, and a clock that can be right.
      let ahead = policy.contains("9999") && clock >= Release.time && clock < 253_402_300_800
      #expect((grace.outcome == "ignored") == ahead, "\(clock)")
    }
  }

  @Test("a right code is accepted at no clock that cannot be right, and once at any other")
  func rightCode() throws {
    for clock in Self.clocks {
      let bench = try Bench(policy: "window = 10\n")
      try bench.enroll()
      bench.now = clock
      let code = bench.rightCode
      let told = [bench.attempt([code]).told.reason, bench.attempt([code]).told.reason]
      let canBeRight = clock >= Release.time && clock < 1 << 48 - 300
      if canBeRight {
        #expect(told == ["code", "used-code"], "\(clock)")
      } else {
        #expect(!told.contains("code"), "\(clock)")
      }
    }
  }

  @Test("the account phase and the notices take any clock and any word")
  func account() throws {
    let bench = try Bench(policy: "unenrolled = allow\nenroll-by = 9999-12-31\n")
    _ = try bench.renew(.invitation, count: 1, expires: Bench.noon + 60)
    for enrolled in [false, true] {
      bench.now = Bench.noon
      if enrolled {
        try bench.enroll()
        _ = try bench.renew(.recovery, count: 1)
      }
      let record = try bench.record()
      for word in Self.words {
        try bench.fill(with: word, record)
        for clock in Self.clocks {
          bench.now = clock
          let outcome = bench.accountPhase()
          #expect(!enrolled || outcome == .accepted)
        }
        bench.openSession()
      }
    }
  }

  @Test("a record with every number at its end is used, whatever the clock")
  func record() throws {
    let bench = try Bench()
    let slow = try #require(Parameters(algorithm: .sha512, digits: 8, period: 300))
    let quick = try #require(Parameters(algorithm: .sha256, digits: 7, period: 15))
    try bench.enroll("slow", secret: Array(repeating: 1, count: 64), slow)
    try bench.enroll("quick", secret: Array(repeating: 2, count: 16), quick)
    bench.now = 281_474_976_710
    _ = try bench.renew(.invitation, count: 1, expires: 281_474_976_710)
    let codes = try bench.renew(.recovery, count: 16)
    try bench.edit {
      (c: inout Credentials, state: borrowing StatePage, keys: borrowing KeyRing)
        throws(StoreFailure) in
      try c.remove(at: 0, now: 281_474_976_710, state: state, under: keys)
    }
    for clock in Self.clocks {
      bench.now = clock
      for answer in ["1234567", "12345678", codes[15]] {
        _ = bench.attempt([answer])
        _ = bench.attempt([answer], mode: .promptSplit)
      }
    }
  }

  @Test("a store does not keep a time that it could not read back")
  func kept() throws {
    for clock: Int64 in [.min, -1, 281_474_976_711, .max] {
      let bench = try Bench()
      bench.now = clock
      _ = try? bench.enroll()
      _ = try? bench.renew(.recovery, count: 1, expires: clock)
      bench.now = Bench.noon
      // Whatever came of it, the record reads.
      try bench.enroll("tablet", secret: Array(repeating: 3, count: 20))
    }
  }
}

extension Bench {
  /// The code at `now`, for any clock.
  var rightCode: String {
    let secret = Bench.secret
    guard let parameters = Parameters(),
      let code = try? hotp(secret: secret.span, counter: parameters.step(at: now).rawValue)
    else { return "" }
    let digits = String(code.value)
    return String(repeating: "0", count: 6 - digits.count) + digits
  }

  /// What binds the words of alice's page to it.
  func record() throws -> RecordID {
    try edit {
      (c: inout Credentials, _: borrowing StatePage, _: borrowing KeyRing)
        throws(StoreFailure) -> RecordID in c.record
    }
  }

  /// Writes `value` into every word of alice's page, and the checksums that belong to it.
  func fill(with value: UInt64, _ record: RecordID) throws {
    let word = StateWord(record: record)
    var page = Data(count: 4096)
    for place in 0..<StatePage.used {
      let encoded = word.encoded(place == 0 ? StatePage.magic : value, at: place)
      for i in 0..<8 {
        page[8 * place + i] = UInt8(truncatingIfNeeded: encoded >> UInt64(8 * i))
      }
    }
    let file = try FileHandle(forWritingTo: folder.appending(path: "users/alice/state"))
    try file.write(contentsOf: page)
    try file.close()
  }

  func accountPhase() -> Decision.Outcome {
    var host = FakeHost(answers: [], earlier: nil, time: now)
    let request = Request(
      user: quoted("alice"), account: .found(alice), service: quoted("sudo"), mode: .prompt,
      allowsUnenrolled: true, caller: getuid())
    return AccountCheck.run(request, at: location, host: &host).outcome
  }

  func openSession() {
    let request = Request(
      user: quoted("alice"), account: .found(alice), service: quoted("sudo"), mode: .prompt,
      caller: getuid())
    SessionNotices.run(request, at: location) { _ in }
  }
}
