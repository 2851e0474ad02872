internal import OTP
internal import Store

/// Reads a policy from its first line to its last, and refuses it at the first thing wrong.
struct PolicyCheck {
  /// Entries of one key: bounds the questions to the name services at a sign-in.
  static var mostEntries: Int { 128 }

  private var settings = PolicySettings()
  /// Entries per key, by `PolicyKey.rawValue`.
  private var counts = InlineArray<20, Int>(repeating: 0)
  /// The last line of each key, by `PolicyKey.rawValue`; 0 where it does not stand.
  private var lines = InlineArray<20, Int>(repeating: 0)

  static func run(_ text: Span<UInt8>) throws(PolicyFailure) {
    guard text.count <= Policy.largest else { throw PolicyFailure(.tooLarge, line: 0) }
    var check = PolicyCheck()
    var number = 0
    var start = 0
    while start < text.count {
      number += 1
      let end = PolicyLine.end(in: text, from: start)
      try checkBytes(text, start..<end, line: number)
      if let line = try read(text, start..<end, line: number) {
        try check.take(line, number, in: text)
      }
      start = end + 1
    }
    try check.compareKeys(in: text)
  }

  private static func read(
    _ text: Span<UInt8>, _ range: Range<Int>, line: Int
  ) throws(PolicyFailure) -> PolicyLine? {
    do throws(PolicyLine.Mistake) { return try PolicyLine.read(text, range) } catch {
      switch error {
      case .badLine(let all):
        throw PolicyFailure(.badLine(Quoted(text.extracting(all))), line: line)
      case .unknownKey(let word):
        throw PolicyFailure(.unknownKey(Quoted(text.extracting(word))), line: line)
      }
    }
  }

  /// Checks what every line must be, comments too: short enough, UTF-8, no control characters.
  private static func checkBytes(
    _ text: Span<UInt8>, _ range: Range<Int>, line: Int
  ) throws(PolicyFailure) {
    guard range.count <= PolicyLine.longest else { throw PolicyFailure(.tooLong, line: line) }
    var i = range.lowerBound
    while i < range.upperBound {
      let byte = text[i]
      if byte == UInt8(ascii: "\r") { throw PolicyFailure(.carriageReturn, line: line) }
      if byte < 0x20 && byte != UInt8(ascii: "\t") || byte == 0x7f {
        throw PolicyFailure(.controlCharacter(byte), line: line)
      }
      let length = scalarLength(text, i..<range.upperBound)
      guard length > 0 else { throw PolicyFailure(.badUTF8, line: line) }
      // U+0080 to U+009F steer terminals as well as those below U+0020.
      if byte == 0xc2, text[i + 1] < 0xa0 {
        throw PolicyFailure(.controlCharacter(text[i + 1]), line: line)
      }
      i += length
    }
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
      guard settings.take(line.key, value) else { throw badValue(line.key, number, value) }
    }
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
      case .session: PolicySettings.number(.session, value, &seconds)
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
    var entries = PolicyEntries(of: line)
    while try next(&entries, of: line.key, number, in: text) {
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

  private func next(
    _ entries: inout PolicyEntries, of key: PolicyKey, _ number: Int, in text: Span<UInt8>
  ) throws(PolicyFailure) -> Bool {
    do throws(PolicyEntries.Mistake) { return try entries.next(in: text) } catch {
      let name = entries.name.quoted
      let kind: PolicyFailure.Kind =
        switch error {
        case .badName: .badName(key, Quoted(text.extracting(entries.position..<entries.end)))
        case .nameTooLong: .nameTooLong(key)
        case .missingReason: .missingReason(name)
        case .reasonTooLong: .reasonTooLong(name)
        case .unterminatedQuote: .unterminatedQuote
        case .badEscape: .badEscape
        }
      throw PolicyFailure(kind, line: number)
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
    counts[Int(key.rawValue)] += 1
    guard counts[Int(key.rawValue)] <= PolicyCheck.mostEntries else {
      throw PolicyFailure(.tooMany(key), line: number)
    }
  }

  private func badValue(_ key: PolicyKey, _ number: Int, _ value: Span<UInt8>) -> PolicyFailure {
    PolicyFailure(.badValue(key, Quoted(value)), line: number)
  }
}
