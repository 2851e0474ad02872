internal import OTP
internal import Store

/// Puts the text of a policy into its form.
///
/// Knows no mistakes: the text was checked, be it long ago. What does not read all the same makes no
/// form.
struct PolicyCompiler {
  private var settings = PolicySettings()
  private var end = PolicyForm.entries

  static func form(of text: Span<UInt8>) throws(PolicyFailure) -> PolicyForm {
    var end = 0
    let room = try SecretBytes(count: PolicyForm.largest, or: PolicyFailure(.crypto, line: 0)) {
      (room: inout MutableSpan<UInt8>) throws(PolicyFailure) in
      var compiler = PolicyCompiler()
      guard compiler.compile(text, into: &room) else { throw PolicyFailure(.notApplied, line: 0) }
      end = try compiler.finish(text, into: &room)
    }
    return PolicyForm(room, count: end)
  }

  private mutating func compile(_ text: Span<UInt8>, into room: inout MutableSpan<UInt8>) -> Bool {
    var start = 0
    while start < text.count {
      let end = PolicyLine.end(in: text, from: start)
      do throws(PolicyLine.Mistake) {
        if let line = try PolicyLine.read(text, start..<end), !take(line, text, into: &room) {
          return false
        }
      } catch {
        return false
      }
      start = end + 1
    }
    return true
  }

  private mutating func take(
    _ line: PolicyLine, _ text: Span<UInt8>, into room: inout MutableSpan<UInt8>
  ) -> Bool {
    let name = text.extracting(line.part)
    let value = text.extracting(line.value)
    var number = InlineArray<8, UInt8>(repeating: 0)
    var bytes = number.mutableSpan
    switch line.key {
    case .requiredGroups, .exemptUsers, .exemptGroups, .selfServices:
      return takeNames(line, text, into: &room)
    case .door:
      guard let door = Door(name: value) else { return false }
      bytes[0] = door.rawValue
      return add(line.key, name, number.span.extracting(0..<1), to: &room)
    case .session:
      var seconds = 0
      guard PolicySettings.number(line.key, value, &seconds) else { return false }
      writeBigEndian(UInt64(seconds), to: &bytes, 0..<4)
      return add(line.key, name, number.span.extracting(0..<4), to: &room)
    case .enrollByGroup:
      guard let end = PolicyDate.end(of: value) else { return false }
      writeBigEndian(UInt64(end), to: &bytes, 0..<8)
      return add(line.key, name, number.span, to: &room)
    case .brokerAllow:
      guard let rule = BrokerRule(value) else { return false }
      return add(rule, value, to: &room)
    case .digits, .window, .unenrolled, .enrollBy, .firstEnroll, .throttleAfter, .throttleFirst,
      .throttleLongest, .lockAfter, .unprovenAccountLimit:
      return settings.take(line.key, value)
    }
  }

  private mutating func takeNames(
    _ line: PolicyLine, _ text: Span<UInt8>, into room: inout MutableSpan<UInt8>
  ) -> Bool {
    var entries = PolicyEntries(of: line)
    do throws(PolicyEntries.Mistake) {
      while try entries.next(in: text) {
        let name = entries.name
        let reason = entries.reason
        let fits = name.withBytes { (name: Span<UInt8>) in
          reason.withBytes { (reason: Span<UInt8>) in add(line.key, name, reason, to: &room) }
        }
        guard fits else { return false }
      }
    } catch {
      return false
    }
    return true
  }

  /// The service, and behind it the length of the peer's name, that name, and the group's.
  private mutating func add(
    _ rule: BrokerRule, _ value: Span<UInt8>, to room: inout MutableSpan<UInt8>
  ) -> Bool {
    let peer = value.extracting(rule.peer)
    let group = value.extracting(rule.group)
    var detail = InlineArray<512, UInt8>(repeating: 0)
    let count = 1 + peer.count + group.count
    guard count <= detail.count else { return false }
    var bytes = detail.mutableSpan
    bytes[0] = UInt8(truncatingIfNeeded: peer.count)
    var rest = bytes._mutatingExtracting(1..<512)
    copy(peer, into: &rest)
    rest = bytes._mutatingExtracting((1 + peer.count)..<512)
    copy(group, into: &rest)
    return add(
      .brokerAllow, value.extracting(rule.service), detail.span.extracting(0..<count), to: &room)
  }

  private mutating func add(
    _ key: PolicyKey, _ name: Span<UInt8>, _ detail: Span<UInt8>,
    to room: inout MutableSpan<UInt8>
  ) -> Bool {
    guard name.count > 0, name.count < 256, end + 4 + name.count + detail.count <= room.count else {
      return false
    }
    room[end] = key.rawValue
    room[end + 1] = UInt8(truncatingIfNeeded: name.count)
    writeBigEndian(UInt64(detail.count), to: &room, (end + 2)..<(end + 4))
    var rest = room._mutatingExtracting((end + 4)..<room.count)
    copy(name, into: &rest)
    rest = room._mutatingExtracting((end + 4 + name.count)..<room.count)
    copy(detail, into: &rest)
    end += 4 + name.count + detail.count
    return true
  }

  /// Writes what stands before the entries; the length of the form.
  private func finish(
    _ text: Span<UInt8>, into room: inout MutableSpan<UInt8>
  ) throws(PolicyFailure) -> Int {
    writeBigEndian(PolicyForm.magic, to: &room, 0..<8)
    var rest = room._mutatingExtracting(PolicyForm.settings..<PolicyForm.entries)
    settings.write(to: &rest)
    rest = room._mutatingExtracting(PolicyForm.source..<PolicyForm.settings)
    try PolicyForm.hash(text, into: &rest)
    var digest = InlineArray<32, UInt8>(repeating: 0)
    var out = digest.mutableSpan
    try PolicyForm.hash(room.span.extracting(PolicyForm.source..<end), into: &out)
    rest = room._mutatingExtracting(PolicyForm.digest..<PolicyForm.source)
    copy(digest.span, into: &rest)
    return end
  }
}
