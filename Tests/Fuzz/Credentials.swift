import OTP

@testable import Store

/// A record: as it is, and with the checksum that it should have.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  withInput(data, size) { (input: Span<UInt8>) in
    // The first input of every run.
    if input.isEmpty { readNew() }
    read(input)
    read(withChecksum(input).span)
  }
}

/// No mutation finds a SHA-256: what is behind the checksum is tried with a right one.
private func withChecksum(_ text: Span<UInt8>) -> [UInt8] {
  var sum = InlineArray<32, UInt8>(repeating: 0)
  var room = sum.mutableSpan
  do throws(OTPFailure) { try sha256(text, into: &room) } catch { expect(false, "a digest") }
  var whole = array(text)
  let word: StaticString = "sha256 "
  var i = 0
  while i < word.utf8CodeUnitCount {
    whole.append(word.utf8Start[i])
    i += 1
  }
  i = 0
  while i < 32 {
    whole.append(lowerHexDigit(sum[i] >> 4))
    whole.append(lowerHexDigit(sum[i] & 15))
    i += 1
  }
  whole.append(UInt8(ascii: "\n"))
  return whole
}

private func read(_ text: Span<UInt8>) {
  do throws(StoreFailure) {
    let credentials = try Credentials.parse(text)
    ask(credentials)
    var room = TextRoom()
    try credentials.write(to: &room)
    expect(!room.overflowed, "what was read has room")
    let isSame = room.withBytes { (again: Span<UInt8>) in equal(again, text) }
    expect(isSame, "what is written is what was read")
  } catch {
    guard case .malformed(let line) = error.defect else { return }
    expect(line >= 1, "the line of a failure")
  }
}

/// A new record is one, and each is another.
private func readNew() {
  do throws(StoreFailure) {
    let new = try Credentials(uid: 1000, key: KeyID(rawValue: 1))
    let other = try Credentials(uid: 1000, key: KeyID(rawValue: 1))
    expect(!equal(new.record.bytes.span, other.record.bytes.span), "records differ")
    expect(!equal(new.salt.span, other.salt.span), "salts differ")
    var room = TextRoom()
    try new.write(to: &room)
    let text = room.withBytes { (text: Span<UInt8>) in array(text) }
    let folder = try TrustedFolder(here, owners: .caller, part: .folder)
    try new.replace(in: folder)
    let again = try Credentials.read(in: folder)
    var roomAgain = TextRoom()
    try again.write(to: &roomAgain)
    let textAgain = roomAgain.withBytes { (text: Span<UInt8>) in array(text) }
    expect(equal(text.span, textAgain.span), "a new record is read again")
  } catch {
    expect(false, "a new record is made, written and read")
  }
}

private func ask(_ credentials: borrowing Credentials) {
  expect(Credentials.iterationCounts.contains(credentials.iterations), "iterations")
  expect(credentials.isEnrolled == (credentials.factors.count > 0), "enrolled")
  var i = 0
  while let factor = credentials.factors[i] {
    expect(credentials.uses(factor.id), "an id that is used")
    expect(credentials.factor(factor.id)?.name == factor.name, "one id, one factor")
    expect(credentials.index(named: factor.name) == i, "one name, one factor")
    expect(Parameters.periods.contains(factor.parameters.period), "a period")
    _ = StatePage.Place.of(factor.id)
    i += 1
  }
  _ = credentials.freeName("authenticator")
  if let set = credentials.set(of: .recovery) {
    expect(set.hashes.count > 0 && set.hashes.count <= 16, "a set has hashes")
    expect(set.expires >= 0 && set.created >= 0, "times")
  }
}
