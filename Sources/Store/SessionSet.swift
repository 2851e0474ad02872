internal import OTP

/// The eight entries of one set of `SessionTable`, where each begins at a place: what is found in them,
/// and which entry makes room for which.
struct SessionSet {
  static let ways = 8
  static let entry = 32
  static let length = ways * entry

  /// Seconds after which somebody who is deciding an answer has ended without a word.
  static let patience: Int64 = 6

  var bytes = InlineArray<256, UInt8>(repeating: 0)

  /// What stands in an entry behind the mark and its time.
  enum State {
    static let none: UInt8 = 0
    static let over: UInt8 = 1
    static let underWay: UInt8 = 2
    static let right: UInt8 = 3
    /// Refused, and counted against the sessions from the same origin.
    static let missed: UInt8 = 4
  }

  /// Wrong answers from a session's own origin that end it.
  static let mostMisses: UInt8 = 5

  func state(_ place: Int) -> UInt8 { bytes[place + 24] }

  func codeLength(_ place: Int) -> Int { Int(bytes[place + 25]) }

  /// The second of `seconds_since_boot` at which the state was written.
  func time(_ place: Int) -> Int64 {
    Int64(truncatingIfNeeded: bigEndian(bytes.span.extracting((place + 16)..<(place + 20))))
  }

  /// Seconds since then; negative for a time that lies ahead.
  func age(_ place: Int, now: Int64) -> Int64 { now &- time(place) }

  func find(_ mark: SessionTable.Mark) -> Int? {
    var place = 0
    while place < SessionSet.length {
      if state(place) != State.none,
        constantTimeEqual(bytes.span.extracting(place..<(place + 16)), mark.mac.span)
      {
        return place
      }
      place += SessionSet.entry
    }
    return nil
  }

  /// Shows the place of each answer of the mark's user that was right.
  mutating func eachRight(
    of mark: SessionTable.Mark, _ body: (inout SessionSet, Int) -> Void
  ) {
    var place = 0
    while place < SessionSet.length {
      if isRight(place, mark) { body(&self, place) }
      place += SessionSet.entry
    }
  }

  private func isRight(_ place: Int, _ mark: SessionTable.Mark) -> Bool {
    state(place) == State.right
      && constantTimeEqual(bytes.span.extracting((place + 26)..<(place + 32)), mark.user.span)
  }

  // MARK: misses

  /// Counts an answer that is none of the sessions from the mark's origin, before it is evaluated;
  /// those that have had too many are over. Returns how many end by it.
  mutating func countMiss(_ mark: SessionTable.Mark, now: Int64, seconds: Int64) -> Int {
    var ended = 0
    eachRight(of: mark) { (set: inout SessionSet, place: Int) in
      let age = set.age(place, now: now)
      guard age >= 0, age < seconds, set.isFrom(mark, place) else { return }
      set.bytes[place + 20] &+= 1
      guard set.bytes[place + 20] >= SessionSet.mostMisses else { return }
      set.end(place)
      ended += 1
    }
    return ended
  }

  /// Takes a miss back: the answer was right after all.
  mutating func forgiveMiss(_ mark: SessionTable.Mark) {
    eachRight(of: mark) { (set: inout SessionSet, place: Int) in
      if set.isFrom(mark, place), set.bytes[place + 20] > 0 { set.bytes[place + 20] -= 1 }
    }
  }

  private func isFrom(_ mark: SessionTable.Mark, _ place: Int) -> Bool {
    constantTimeEqual(bytes.span.extracting((place + 21)..<(place + 24)), mark.origin.span)
  }

  /// What is lost with an entry.
  enum Worth: UInt8 {
    case nothing, miss, memory, decision, session
  }

  /// The place for something new: of those that are worth least, the oldest.
  func place(now: Int64, seconds: Int64) -> (place: Int, worth: Worth) {
    var chosen = (place: 0, worth: Worth.session)
    var oldest = Int64.max
    var place = 0
    while place < SessionSet.length {
      let time = time(place)
      let age = age(place, now: now)
      let worth: Worth =
        switch state(place) {
        case State.none: .nothing
        case State.missed: .miss
        case State.right where age >= 0 && age < seconds: .session
        case State.underWay where age >= 0 && age < SessionSet.patience: .decision
        default: .memory
        }
      if worth.rawValue < chosen.worth.rawValue || worth == chosen.worth && time < oldest {
        (chosen, oldest) = ((place, worth), time)
      }
      place += SessionSet.entry
    }
    return chosen
  }

  mutating func write(
    _ mark: SessionTable.Mark, _ state: UInt8, codeLength: UInt8, _ now: Int64, at place: Int
  ) {
    var i = 0
    while i < 16 {
      bytes[place + i] = mark.mac[i]
      i += 1
    }
    i = 0
    while i < 4 {
      bytes[place + 16 + i] = UInt8(truncatingIfNeeded: now >> Int64(24 - 8 * i))
      i += 1
    }
    bytes[place + 20] = 0
    i = 0
    while i < 3 {
      bytes[place + 21 + i] = mark.origin[i]
      i += 1
    }
    bytes[place + 24] = state
    bytes[place + 25] = codeLength
    i = 0
    while i < 6 {
      bytes[place + 26 + i] = mark.user[i]
      i += 1
    }
  }

  /// Not forgotten: a browser that still repeats the answer must not look like a guesser.
  mutating func end(_ place: Int) { bytes[place + 24] = State.over }
}
