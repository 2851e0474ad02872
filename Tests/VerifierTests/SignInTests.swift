import OTP
import Store
import Testing
import Verifier

/// The story of a sign-in, told to a host that is not there.
@Suite("A sign-in")
struct SignInTests {
  @Test("the right code is accepted once")
  func once() throws {
    let bench = try Bench()
    try bench.enroll()
    #expect(bench.outcome(bench.code()) == "code")
    #expect(bench.outcome(bench.code()) == "used-code")
    bench.now += 30
    #expect(bench.outcome(bench.code()) == "code")
  }

  @Test("codes of the window's steps are accepted, those outside are not, and tell their distance")
  func window() throws {
    let bench = try Bench()
    try bench.enroll()
    #expect(bench.outcome(bench.code(-60)) == "stale-code")
    #expect(bench.outcome(bench.code(-30)) == "code")
    #expect(bench.outcome(bench.code(30)) == "code")
    let late = bench.attempt([bench.code(90)])
    #expect(late.told.reason == "stale-code")
    #expect(late.host.journal.last?.contains("offset=3") == true)
    // An earlier step than one that was accepted is used, not fresh.
    #expect(bench.outcome(bench.code()) == "used-code")
  }

  @Test("five wrong codes make the next one wait, twice as long each time, up to fifteen minutes")
  func throttle() throws {
    let bench = try Bench()
    try bench.enroll()
    for nth in 0..<5 { #expect(bench.outcome(bench.wrongCode(nth)) == "wrong-code") }
    let sixth = bench.attempt([bench.code()])
    #expect(sixth.told == .init(outcome: "exhausted", reason: "throttled"))
    #expect(sixth.host.prompts.first?.hasPrefix("Too many wrong codes: wait 30 s") == true)
    bench.now += 30
    #expect(bench.outcome(bench.wrongCode(6)) == "wrong-code")
    bench.now += 59
    #expect(bench.outcome(bench.code()) == "throttled")
    bench.now += 1
    #expect(bench.outcome(bench.code()) == "code")
    #expect(bench.outcome(bench.wrongCode(7)) == "wrong-code")
  }

  @Test("a hundred wrong codes lock the door; a recovery code still opens it")
  func lock() throws {
    let bench = try Bench()
    try bench.enroll()
    let codes = try bench.renew(.recovery, count: 10)
    for nth in 0..<100 {
      #expect(bench.outcome(bench.wrongCode(nth)) == "wrong-code")
      bench.now += 901
    }
    #expect(bench.outcome(bench.code()) == "locked")
    #expect(bench.outcome(codes[0]) == "recovery-code")
    #expect(bench.outcome(codes[0]) == "used-one-time-secret")
    #expect(bench.outcome(codes[1].lowercased()) == "recovery-code")
  }

  @Test("attempts without a proven first factor never touch the door")
  func unproven() throws {
    let bench = try Bench()
    try bench.enroll()
    for nth in 0..<200 {
      let told = bench.attempt([bench.wrongCode(nth)], proven: false, rhost: "192.0.2.\(nth)").told
      #expect(told.outcome == "refused")
    }
    #expect(
      bench.attempt([bench.code()], proven: false, rhost: "192.0.2.250").told.reason == "throttled")
    #expect(bench.outcome(bench.code()) == "code")
  }

  @Test("where somebody signed in from, strangers elsewhere delay nothing for thirty days")
  func acquaintance() throws {
    let bench = try Bench()
    try bench.enroll()
    func tell(_ answer: String, from rhost: String) -> String {
      bench.attempt([answer], proven: false, rhost: rhost).told.reason
    }
    func storm() {
      for nth in 0..<60 { _ = tell(bench.wrongCode(nth), from: "198.51.100.\(nth)") }
    }
    #expect(tell(bench.code(), from: "192.0.2.1") == "code")
    bench.now += 30
    storm()
    #expect(tell(bench.code(), from: "192.0.2.2") == "throttled")
    #expect(tell(bench.code(), from: "192.0.2.1") == "code")
    // Its own wrong answers count there, and there alone.
    for nth in 0..<5 { #expect(tell(bench.wrongCode(nth), from: "192.0.2.1") == "wrong-code") }
    bench.now += 29
    #expect(tell(bench.code(), from: "192.0.2.1") == "throttled")
    bench.now += 1
    #expect(tell(bench.code(), from: "192.0.2.1") == "code")
    bench.now += 30 * 86_400 - 1
    storm()
    #expect(tell(bench.code(), from: "192.0.2.1") == "code")
    bench.now += 30 * 86_400
    storm()
    #expect(tell(bench.code(), from: "192.0.2.1") == "throttled")
  }

  @Test("who waits at the ceiling holds nothing of the origin")
  func waitsWithEmptyHands() async throws {
    let bench = try Bench()
    try bench.enroll()
    let table = try AttemptTable(in: Store.makePath(bench.location.run, bench.location.owners))
    let alice = Array("alice".utf8)
    let one = AttemptLimits(after: 1, firstWait: 900, longestWait: 900, lockAfter: nil)
    let many = AttemptLimits(after: 50, firstWait: 30, longestWait: 900, lockAfter: nil)
    for _ in 0..<15 {
      let admission = try table.reserve(alice.span, from: .anywhere, now: bench.now, many)
      #expect(admission == .reserved(found: 0) || admission == .reserved(found: bench.now))
    }
    let (answer, location, account, time) = (bench.code(), bench.location, bench.alice, bench.now)
    let waiting = Task.detached {
      var host = FakeHost(answers: [answer], earlier: nil, time: time)
      let request = Request(
        user: quoted("alice"), account: .found(account), service: quoted("sudo"), mode: .prompt,
        rhost: quoted("192.0.2.1"))
      return text(SignIn.run(request, at: location, host: &host).reason.name)
    }
    try await Task.sleep(for: .milliseconds(500))
    // What is abandoned counts as refused: nearly always nothing is, between two looks.
    var free = 0
    for _ in 0..<100 {
      let origin = AttemptTable.Origin.host(quoted("192.0.2.1"))
      if case .reserved(let found) = try table.reserve(
        alice.span, from: origin, now: bench.now + 60, one)
      {
        free += 1
        try table.settle(
          .givenBack, alice.span, from: origin, now: bench.now + 60, found: found)
      }
      try await Task.sleep(for: .milliseconds(3))
    }
    #expect(free > 50)
    // Those that held it up are abandoned by then.
    #expect(await waiting.value == "code")
  }

  @Test("an unknown user, one who is not enrolled, and a wrong code see the same")
  func indistinguishable() throws {
    let bench = try Bench()
    let unenrolled = bench.attempt(["123456"], proven: false)
    let unknown = bench.attempt(["123456"], proven: false, account: .unknown)
    try bench.enroll()
    let wrong = bench.attempt([bench.wrongCode()], proven: false)
    #expect(unenrolled.told == .init(outcome: "refused", reason: "not-enrolled"))
    #expect(unknown.told == .init(outcome: "refused", reason: "unknown-user"))
    #expect(unenrolled.host.prompts == unknown.host.prompts)
    #expect(unenrolled.host.prompts == wrong.host.prompts)
  }

  @Test("when the next code comes is said where all factors agree on it")
  func nextCode() throws {
    let other = Array("another secret of 20".utf8)
    for (period, note) in [
      (30, "The last code was already used, the next one comes in 20 s. "),
      (60, "The last code was already used. "),
    ] {
      let bench = try Bench()
      try bench.enroll("slow", secret: other, Parameters(period: period))
      try bench.enroll("phone")
      #expect(bench.outcome(bench.code()) == "code")
      #expect(bench.outcome(bench.code()) == "used-code")
      #expect(bench.attempt([""]).host.prompts == [note + "Verification code for alice (sudo): "])
    }
  }

  @Test("an invitation opens exactly one sign-in")
  func invitation() throws {
    let bench = try Bench()
    let secret = try bench.renew(.invitation, count: 1, expires: bench.now + 3600)[0]
    #expect(bench.outcome(secret) == "invitation")
    #expect(bench.outcome(secret) == "used-one-time-secret")
    let late = try bench.renew(.invitation, count: 1, expires: bench.now + 3600)[0]
    bench.now += 3600
    #expect(bench.outcome(late) == "expired-invitation")
  }

  @Test("password and code in one are taken apart, whatever the outcome")
  func split() throws {
    let bench = try Bench()
    try bench.enroll()
    let right = bench.attempt(["correct horse" + bench.code()], mode: .promptSplit)
    #expect(right.told.reason == "code")
    #expect(right.host.left == ["correct horse"])
    let wrong = bench.attempt(["correct horse" + bench.wrongCode()], mode: .promptSplit)
    #expect(wrong.told.reason == "wrong-code")
    #expect(wrong.host.left == ["correct horse"])
    let none = bench.attempt(["correct horse"], mode: .promptSplit)
    #expect(none.told.reason == "not-a-code")
    #expect(none.host.left == ["correct horse"])
  }

  @Test("a clock before the release, or before what the user has seen, decides nothing")
  func clock() throws {
    let bench = try Bench()
    try bench.enroll()
    let codes = try bench.renew(.recovery, count: 2)
    #expect(bench.outcome(bench.code()) == "code")
    bench.now -= 3600
    #expect(bench.attempt([bench.code()]).told == .init(outcome: "unavailable", reason: "clock"))
    bench.now = 0
    #expect(bench.attempt([bench.code()]).told == .init(outcome: "unavailable", reason: "clock"))
    #expect(bench.outcome(codes[0]) == "recovery-code")
  }

  @Test("policy that was read may ask for nothing; policy that was not asks for everything")
  func policy() throws {
    let bench = try Bench(policy: "exempt-users = alice \"nightly backup\"\n")
    #expect(bench.attempt([]).told == .init(outcome: "ignored", reason: "exempt-user"))
    try bench.apply("unenrolled = allow\nenroll-by = 2026-12-31\n")
    #expect(bench.attempt(["123456"]).told.outcome == "refused")
    #expect(bench.attempt([], nullok: true).told == .init(outcome: "ignored", reason: "grace"))
    try bench.enroll()
    #expect(bench.attempt(["123456"], nullok: true).told.outcome == "refused")
  }

  @Test("where a first factor is needed, without one not even an exempt user is let through")
  func noFirstFactor() throws {
    let bench = try Bench(policy: "exempt-users = alice \"key only\"\n")
    #expect(
      bench.attempt([], proven: false, needsFirstFactor: true).told
        == .init(outcome: "refused", reason: "no-first-factor"))
    #expect(bench.attempt([], needsFirstFactor: true).told.reason == "exempt-user")
  }

  @Test("wrong recovery codes, however many, shut out nobody", arguments: [true, false])
  func wrongRecoveryCodes(proven: Bool) throws {
    let bench = try Bench()
    try bench.enroll()
    for _ in 0..<120 {
      let told = bench.attempt(["0000-0000-0000-0000"], proven: proven, rhost: "192.0.2.1").told
      #expect(told == .init(outcome: "refused", reason: "wrong-one-time-secret"))
    }
    #expect(bench.attempt([bench.code()], proven: proven, rhost: "192.0.2.2").told.reason == "code")
  }

  @Test("the next prompt tells of a code that was late, not of one that will be right")
  func noOracle() throws {
    let bench = try Bench()
    try bench.enroll()
    #expect(bench.outcome(bench.code(360)) == "stale-code")
    let future = bench.attempt([bench.code(-360)])
    #expect(future.host.prompts.first?.hasPrefix("The last code was wrong. ") == true)
    let past = bench.attempt([])
    #expect(past.host.prompts.first?.hasPrefix("The last code was for another time") == true)
  }

  @Test("guesses at one's own door wait like any other, and delay nobody elsewhere")
  func guessesAtOnesOwnDoor() throws {
    func refusals(byAccount: Bool) throws -> (Bench, [String]) {
      let bench = try Bench(policy: "unproven-account-limit = 20")
      try bench.enroll()
      var reasons: [String] = []
      for _ in 0..<25 {
        reasons.append(
          bench.attempt([bench.wrongCode()], proven: false, isByAccount: byAccount).told.reason)
        bench.now += 901
      }
      reasons.append(
        bench.attempt([bench.wrongCode()], proven: false, isByAccount: byAccount).told.reason)
      reasons.append(
        bench.attempt([bench.wrongCode()], proven: false, isByAccount: byAccount).told.reason)
      return (bench, reasons)
    }
    let wrong = Array(repeating: "wrong-code", count: 26)
    let (own, ofOwn) = try refusals(byAccount: true)
    #expect(ofOwn == wrong + ["throttled"])
    let elsewhere = own.attempt([own.code()], proven: false, rhost: "192.0.2.1")
    #expect(elsewhere.told.reason == "code")
    // What the ceiling does where there is one.
    let (other, ofOther) = try refusals(byAccount: false)
    #expect(ofOther == wrong + ["throttled"])
    let delayed = other.attempt([other.code()], proven: false, rhost: "192.0.2.1")
    #expect(delayed.told.reason == "throttled")
  }

  @Test("an invitation that expires needs a clock to believe", arguments: [-1, 0, 978_307_200])
  func invitationWithoutClock(time: Int64) throws {
    let bench = try Bench()
    let secret = try bench.renew(.invitation, count: 1, expires: bench.now + 3600)[0]
    bench.now = time
    #expect(bench.attempt([secret]).told == .init(outcome: "unavailable", reason: "clock"))
  }

  @Test(
    "zeros at the end of a secret make no second factor of it, nor a new one when it comes back")
  func paddedSecret() throws {
    let bench = try Bench()
    try bench.enroll()
    #expect(throws: (any Error).self) {
      try bench.enroll("other", secret: Bench.secret + [0])
    }
    #expect(bench.outcome(bench.code()) == "code")
    let now = bench.now
    try bench.edit {
      (c: inout Credentials, state: borrowing StatePage, keys: borrowing KeyRing)
        throws(StoreFailure)
      in
      try c.remove(at: 0, now: now, state: state, under: keys)
    }
    try bench.enroll("back", secret: Bench.secret + [0])
    #expect(bench.outcome(bench.code()) == "used-code")
  }
}
