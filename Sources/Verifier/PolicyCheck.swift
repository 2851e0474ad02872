internal import OTP
internal import Store

/// What a policy says in one word or number; its lists stay in the text.
struct PolicySettings {
  var digits = 6
  var window = 1
  var unenrolledAllowed = false
  var firstEnroll = FirstEnrolment.invitation
  var enrollBy: Int64?
  var throttle = ThrottleRules()
  /// Entries per key, by `PolicyKey.rawValue`.
  fileprivate(set) var counts = InlineArray<20, Int>(repeating: 0)

  func has(_ key: PolicyKey) -> Bool { counts[Int(key.rawValue)] > 0 }
}

/// Reads a policy from its first line to its last, and refuses it at the first thing wrong.
struct PolicyCheck {
  /// Entries of one key: bounds the questions to the name services at a sign-in.
  static var mostEntries: Int { 128 }

  private var settings = PolicySettings()
  /// The last line of each key, by `PolicyKey.rawValue`; 0 where it does not stand.
  private var lines = InlineArray<20, Int>(repeating: 0)

  static func run(_ text: Span<UInt8>) throws(PolicyFailure) -> PolicySettings {
    guard text.count <= Policy.largest else { throw PolicyFailure(.tooLarge, line: 0) }
    var check = PolicyCheck()
    var number = 0
    var start = 0
    while start < text.count {
      number += 1
      let end = PolicyLine.end(in: text, from: start)
      try PolicyLine.checkBytes(text, start..<end, line: number)
      if let line = try PolicyLine.read(text, start..<end, line: number) {
        try check.take(line, number, in: text)
      }
      start = end + 1
    }
    try check.compareKeys(in: text)
    return check.settings
  }

  private mutating func take(
    _ line: PolicyLine, _ number: Int, in text: Span<UInt8>
  ) throws(PolicyFailure) {
    let stands = lines[Int(line.key.rawValue)] != 0
    lines[Int(line.key.rawValue)] = number
    switch line.key {
    case .requiredGroups, .exemptUsers, .exemptGroups, .selfServices:
      try takeNames(line, number, in: text)
    case .door, .enrollByGroup, .session:
      try takeNamed(line, number, in: text)
    case .brokerAllow:
      let value = text.extracting(line.value)
      guard BrokerRule(value) != nil else { throw badValue(line.key, number, value) }
      try countEntry(of: line.key, number)
    case .digits, .window, .unenrolled, .enrollBy, .firstEnroll, .throttleAfter, .throttleFirst,
      .throttleLongest, .lockAfter, .unprovenAccountLimit:
      guard !stands else {
        throw PolicyFailure(.repeatedKey(Quoted(text.extracting(line.word))), line: number)
      }
      let value = text.extracting(line.value)
      guard takeScalar(line.key, value) else { throw badValue(line.key, number, value) }
    }
  }

  /// Takes the value of a key that has one; `false` where it is not a value of that key.
  private mutating func takeScalar(_ key: PolicyKey, _ value: Span<UInt8>) -> Bool {
    switch key {
    case .digits: return PolicyCheck.count(key, value, &settings.digits)
    case .window: return PolicyCheck.count(key, value, &settings.window)
    case .throttleAfter: return PolicyCheck.count(key, value, &settings.throttle.after)
    case .throttleFirst: return PolicyCheck.count(key, value, &settings.throttle.first)
    case .throttleLongest: return PolicyCheck.count(key, value, &settings.throttle.longest)
    case .lockAfter: return PolicyCheck.count(key, value, &settings.throttle.lockAfter)
    case .unprovenAccountLimit:
      return PolicyCheck.count(key, value, &settings.throttle.unprovenAccountLimit)
    case .unenrolled:
      switch value {
      case "deny": settings.unenrolledAllowed = false
      case "allow": settings.unenrolledAllowed = true
      default: return false
      }
    case .firstEnroll:
      switch value {
      case "invitation": settings.firstEnroll = .invitation
      case "password": settings.firstEnroll = .password
      default: return false
      }
    case .enrollBy:
      settings.enrollBy = PolicyDate.end(of: value)
      return settings.enrollBy != nil
    case .requiredGroups, .exemptUsers, .exemptGroups, .door, .enrollByGroup, .brokerAllow,
      .session, .selfServices:
      return false
    }
    return true
  }

  /// Takes `enroll-by.GROUP`, `door.SERVICE` or `session.SERVICE`, which may stand once for each name.
  private mutating func takeNamed(
    _ line: PolicyLine, _ number: Int, in text: Span<UInt8>
  ) throws(PolicyFailure) {
    let value = text.extracting(line.value)
    let part = text.extracting(line.part)
    var seconds = 0
    let isGood =
      switch line.key {
      case .door: Door(name: value) != nil
      case .session: PolicyCheck.count(.session, value, &seconds)
      default: PolicyDate.end(of: value) != nil
      }
    guard isGood else { throw badValue(line.key, number, value) }
    let before = text.extracting(0..<line.word.lowerBound)
    guard !PolicyText.lists(part, under: line.key, in: before) else {
      throw PolicyFailure(.repeatedKey(Quoted(text.extracting(line.word))), line: number)
    }
    try countEntry(of: line.key, number)
  }

  private mutating func takeNames(
    _ line: PolicyLine, _ number: Int, in text: Span<UInt8>
  ) throws(PolicyFailure) {
    var entries = PolicyEntries(of: line, number: number)
    while try entries.next(in: text) {
      try countEntry(of: line.key, number)
      let before = text.extracting(0..<entries.start)
      let repeated = entries.name.withBytes { (name: Span<UInt8>) in
        PolicyText.lists(name, under: line.key, in: before)
      }
      guard !repeated else {
        throw PolicyFailure(.repeatedName(line.key, entries.name.quoted), line: number)
      }
    }
  }

  /// Checks what no line can know by itself.
  ///
  /// `lock-after` needs no look at `throttle-after`: their ranges only meet at 10.
  private func compareKeys(in text: Span<UInt8>) throws(PolicyFailure) {
    guard settings.throttle.longest >= settings.throttle.first else {
      let longest = lines[Int(PolicyKey.throttleLongest.rawValue)]
      let first = lines[Int(PolicyKey.throttleFirst.rawValue)]
      throw PolicyFailure(.longestBelowFirst, line: max(longest, first))
    }
    guard let everyone = settings.enrollBy else {
      if settings.unenrolledAllowed { throw endless(.unenrolled) }
      if settings.firstEnroll == .password { throw endless(.firstEnroll) }
      return
    }
    var late: PolicyFailure?
    PolicyText.eachLine(in: text) { (line, number) in
      guard line.key == .enrollByGroup else { return true }
      guard let end = PolicyDate.end(of: text.extracting(line.value)), end > everyone else {
        return true
      }
      late = PolicyFailure(
        .groupAfterEveryone(Quoted(text.extracting(line.part))), line: number)
      return false
    }
    if let late { throw late }
  }

  private func endless(_ key: PolicyKey) -> PolicyFailure {
    PolicyFailure(.graceWithoutEnd(key), line: lines[Int(key.rawValue)])
  }

  private mutating func countEntry(of key: PolicyKey, _ number: Int) throws(PolicyFailure) {
    settings.counts[Int(key.rawValue)] += 1
    guard settings.counts[Int(key.rawValue)] <= PolicyCheck.mostEntries else {
      throw PolicyFailure(.tooMany(key), line: number)
    }
  }

  /// Reads a number that `key` may have into `setting`; `false` for anything else.
  @inline(never)
  private static func count(_ key: PolicyKey, _ value: Span<UInt8>, _ setting: inout Int) -> Bool {
    guard let range = key.range, let count = OTP.number(value, atMost: range.upperBound),
      count >= range.lowerBound
    else { return false }
    setting = count
    return true
  }

  private func badValue(_ key: PolicyKey, _ number: Int, _ value: Span<UInt8>) -> PolicyFailure {
    PolicyFailure(.badValue(key, Quoted(value)), line: number)
  }
}
