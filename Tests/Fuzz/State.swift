import CPlatform
import OTP

@testable import Store

/// A state page in its file. With an odd first byte the rest is the page, with 3 as it is, with 1 of
/// the right length; else it is a clock, limits and the values of the words, whose checksums are
/// right: no mutation finds 63 of them.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  withInput(data, size) { (input: Span<UInt8>) in
    var reader = Reader()
    let kind = reader.byte(input) & 3
    var page = [UInt8](repeating: 0, count: 4096)
    guard kind & 1 == 0 else {
      let rest = input.extracting(reader.position..<input.count)
      if kind == 3 { page = array(rest) }
      var i = 0
      while i < rest.count, i < page.count {
        page[i] = rest[i]
        i += 1
      }
      return onPage(page) { (state: borrowing StatePage) in
        do throws(StoreFailure) { _ = try state.newest() } catch {
          expect(false, "what was found sound is read")
        }
      }
    }
    let now = Int64(bitPattern: reader.number(input, bytes: 8))
    let limits = limits(input, &reader)
    let choice = reader.byte(input)
    let word = StateWord(record: record)
    var place = 0
    while place < StatePage.used {
      let value = place == 0 ? StatePage.magic : reader.number(input, bytes: 6)
      let encoded = word.encoded(value, at: place)
      expect(word.decoded(encoded, at: place) == value, "a value comes back")
      checkCounters(value)
      var i = 0
      while i < 8 {
        page[8 * place + i] = UInt8(truncatingIfNeeded: encoded >> UInt64(8 * i))
        i += 1
      }
      place += 1
    }
    var wasRead = false
    onPage(page) { (state: borrowing StatePage) in
      wasRead = true
      do throws(StoreFailure) { try use(state, now: now, limits, choice) } catch {
        expect(false, "a sound page is used")
      }
    }
    expect(wasRead, "a sound page is read")
  }
}

private let record = RecordID(bytes: InlineArray(repeating: 7))

/// Limits that a policy could set.
private func limits(_ input: Span<UInt8>, _ reader: inout Reader) -> AttemptLimits {
  let after = 1 + Int(reader.byte(input)) % 10
  let first = 1 + Int64(reader.number(input, bytes: 2)) % 3_600
  let longest = first + Int64(reader.number(input, bytes: 3)) % 82_800
  let lock = reader.byte(input)
  return AttemptLimits(
    after: after, firstWait: first, longestWait: longest,
    lockAfter: lock & 1 == 0 ? nil : 10 + Int(lock) % 91)
}

/// Lends the page that a file with these bytes is, if it is one.
private func onPage(_ bytes: [UInt8], _ body: (borrowing StatePage) -> Void) {
  do throws(StoreFailure) {
    let folder = try TrustedFolder(here, owners: .caller, part: .folder)
    var file = StatePage.file.withCString { open_at(AT_FDCWD, $0, O_RDWR, 0) }
    if file < 0 {
      // Once in every run: it is slow.
      try StatePage.create(for: record, in: folder)
      try StatePage(of: record, in: folder).sync()
      file = StatePage.file.withCString { open_at(AT_FDCWD, $0, O_RDWR, 0) }
    }
    expect(file >= 0, "a file to write to")
    let written = bytes.withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, 0) }
    expect(written == bytes.count && ftruncate(file, off_t(bytes.count)) == 0, "a file is written")
    close(file)
    let page = try StatePage(of: record, in: folder)
    body(page)
  } catch {
    switch error.defect {
    case .brokenWord: expect(bytes.count == 4096, "a word of a whole page")
    case .truncated: expect(bytes.count < 4096, "a page cut short")
    case .tooLarge: expect(bytes.count > 4096, "more than a page")
    default: expect(false, "a folder for the page")
    }
  }
}

private func use(
  _ state: borrowing StatePage, now: Int64, _ limits: AttemptLimits, _ choice: UInt8
) throws(StoreFailure) {
  guard let id = FactorID(1 + Int(choice & 31)), let door = Door(rawValue: choice >> 5 & 3),
    let parameters = Parameters(period: 15 + Int(choice) * 285 / 255)
  else { return expect(false, "a choice") }

  // Replay: whatever was there, a step is accepted once.
  var distance = -2
  while distance <= 2 {
    let step = parameters.step(at: now).moved(by: distance)
    if try state.accept(step, of: id, parameters) {
      expect(try state.isUsed(step, of: id, parameters), "an accepted step is used")
      expect(try !state.accept(step, of: id, parameters), "no step is accepted twice")
      let start = Int64(bitPattern: parameters.start(of: step))
      expect(try state.lastAccepted(of: id, parameters) == start, "the last step")
    }
    distance += 1
  }
  expect(try state.newest() >= 0, "a time")

  // Attempts.
  let before = try state.attempts(at: door, now: now, limits)
  if let wait = before.wait { expect(wait >= 0 && wait <= limits.longestWait, "a wait has an end") }
  switch try state.reserve(at: door, now: now, limits) {
  case .reserved(let found):
    expect(before.wait == 0, "nobody passes who has to wait")
    let outcome: Settlement = choice & 1 == 0 ? .refused : .givenBack
    try state.settle(outcome, at: door, now: now, found: found)
    let after = try state.attempts(at: door, now: now, limits).refused
    let counts = choice & 1 == 0 ? 1 : 0
    expect(after >= min(255, before.refused + counts), "a refusal counts")
  case .wait(let seconds):
    expect(seconds > 0 && seconds <= limits.longestWait, "a wait has an end")
    expect(before.wait == seconds, "one answer about the wait")
  case .locked:
    expect(before.wait == nil && limits.lockAfter != nil, "only a lock locks")
  case .crowded: expect(before.wait == 0, "crowded is not a wait")
  }
  try state.settle(.refused, at: door, now: now, found: 0)
  try state.settle(.succeeded, at: door, now: now, found: 0)
  expect(try state.attempts(at: door, now: now, limits).refused == 0, "success forgets")

  // One-time secrets.
  let set = OneTimeSet(
    kind: choice & 2 == 0 ? .recovery : .invitation, place: Int(choice & 7), generation: 1,
    created: 0, expires: 0, hashes: .init())
  if try state.use(Int(choice >> 3), of: set) {
    expect(try !state.use(Int(choice >> 3), of: set), "no secret is used twice")
    expect(try state.used(of: set) != nil, "a set that is used is current")
  }
  try state.prepare(place: set.place, generation: set.generation)
  expect(try state.generation(at: set.place) == set.generation, "the set that was prepared")
  expect(try state.used(of: set) == 0, "nothing of a new set is used")
  expect(try state.use(Int(choice >> 3), of: set), "a secret of a new set is used")

  // Notes.
  try state.remember(refusal: choice, fingerprint: UInt64(bitPattern: now), at: door, now: now)
  let last = try state.lastRefusal(at: door)
  expect(last.reason == choice, "the reason that was remembered")
  try state.note(.factor(id), at: door, now: now)
  if let last = try state.lastUse() {
    expect(last.use == .factor(id), "the factor that was noted")
  }
  expect(try state.lastSignIn(at: door) >= 0, "a time")
  try state.note(.recoveryCode, at: door, now: now)
  try state.note(.invitation, at: door, now: now)
  expect(try state.invitationOpened() >= 0, "a time")
  let notices = try state.notices()
  expect(notices.contains(.invitationUsed), "a notice that was posted")
  try state.clear(notices)
  expect(try state.notices().isEmpty, "notices that were shown")
  try state.forgetSteps(after: now)
  expect(try state.newest() <= max(0, now), "forgotten steps")
  try state.unlock()
  expect(try state.attempts(at: door, now: now, limits).refused == 0, "unlocked")
}

/// Counters come back from their words; those of the table have no checksum, so any word is one.
private func checkCounters(_ value: UInt64) {
  let counter = AttemptCounter(stateValue: value)
  expect(counter.stateValue == value, "a counter comes back")
  let back = counter.givingBack(time: 0)
  expect(back.refused == counter.refused, "what is given back does not count")
  expect(back.pending == max(0, counter.pending - 1), "one less is being decided")
  let tableWord = value & (1 << 46 - 1)
  expect(AttemptCounter(tableWord: tableWord).tableValue == tableWord, "a counter comes back")
}
