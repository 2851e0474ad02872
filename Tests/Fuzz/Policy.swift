import OTP

@testable import Store
@testable import Verifier

/// A policy: as text, as applied, in its form, and everything that is asked of it without a name service.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  withInput(data, size) { (input: Span<UInt8>) in
    do throws(PolicyFailure) {
      let applied = try PolicyAppliedText.policy(input)
      ask(applied)
    } catch {
      expect(error.line >= 0 && error.line <= input.count + 1, "the line of a failure")
    }
    do throws(PolicyFailure) {
      let policy = try Policy(checking: input)
      ask(policy)
      apply(policy, input)
    } catch {
      expect(error.line >= 0 && error.line <= input.count + 1, "the line of a failure")
    }
    if input.count > 0 { read(input) }
  }
}

/// What is applied is read back, and so is its form; the form with a fault is not.
private func apply(_ policy: borrowing Policy, _ text: Span<UInt8>) {
  expect(policy.isMade(from: text), "a policy knows its text")
  var room = [UInt8](repeating: 0, count: PolicyAppliedText.largest)
  var span = room.mutableSpan
  do throws(PolicyFailure) {
    let count = try PolicyAppliedText.write(text, into: &span)
    let again = try PolicyAppliedText.policy(room.span.extracting(0..<count))
    expect(again.isMade(from: text), "applied is the same")
    policy.withForm { (form: Span<UInt8>) in
      again.withForm { (other: Span<UInt8>) in expect(equal(form, other), "one text has one form") }
      expect(isForm(form, changing: nil), "a form is read")
      // One fault, at a place that hangs on the text.
      expect(!isForm(form, changing: text.count * 31 % form.count), "a changed form is not")
      expect(!isForm(form.extracting(0..<(form.count - 1)), changing: nil), "a cut form is not")
    }
  } catch {
    expect(false, "a good policy is applied")
  }
}

/// Whether `bytes` are read, with the bits of one of them turned round.
private func isForm(_ bytes: Span<UInt8>, changing place: Int?) -> Bool {
  do throws(PolicyFailure) {
    let room = try SecretBytes(count: bytes.count, or: PolicyFailure(.noRoom, line: 0)) {
      (room: inout MutableSpan<UInt8>) throws(PolicyFailure) in
      copy(bytes, into: &room)
      if let place { room[place] ^= 0xff }
    }
    ask(try Policy(PolicyForm(verifying: room)))
    return true
  } catch {
    return false
  }
}

/// Reads the input as what stands behind the digest of a form: the digest fits always.
private func read(_ input: Span<UInt8>) {
  let count = PolicyForm.source + input.count
  var room = [UInt8](repeating: 0, count: count)
  var span = room.mutableSpan
  writeBigEndian(PolicyForm.magic, to: &span, 0..<8)
  var rest = span._mutatingExtracting(PolicyForm.source..<count)
  copy(input, into: &rest)
  rest = span._mutatingExtracting(PolicyForm.digest..<PolicyForm.source)
  do throws(PolicyFailure) { try PolicyForm.hash(input, into: &rest) } catch { return }
  _ = isForm(room.span, changing: nil)
}

private func ask(_ policy: borrowing Policy) {
  expect(policy.digits >= 6 && policy.digits <= 8, "digits")
  expect(policy.window >= 0 && policy.window <= 10, "window")
  expect(!policy.unenrolledAllowed || policy.enrollBy != nil, "grace ends")
  let throttle = policy.throttle
  expect(throttle.first <= throttle.longest, "the first wait is not the longest")
  expect(throttle.proven.wait(after: 100) <= Int64(throttle.longest), "no wait is longer")
  ask(policy, .requiredGroups)
  ask(policy, .exemptUsers)
  ask(policy, .exemptGroups)
  ask(policy, .door)
  ask(policy, .enrollByGroup)
  ask(policy, .brokerAllow)
  ask(policy, .session)
  ask(policy, .selfServices)
  let sshd: StaticString = "sshd"
  _ = policy.door(of: Span(_unsafeStart: sshd.utf8Start, count: sshd.utf8CodeUnitCount))
  let alice: StaticString = "alice"
  let bytes = Span<UInt8>(_unsafeStart: alice.utf8Start, count: alice.utf8CodeUnitCount)
  guard let name = AccountName(bytes) else { return }
  let account = Account(uid: 1000, gid: 1000, name: name)
  if !policy.has(.exemptGroups), !policy.has(.requiredGroups) { _ = policy.scope(of: account) }
  if !policy.has(.enrollByGroup) { _ = policy.graceEnds(of: account) }
}

private func ask(_ policy: borrowing Policy, _ key: PolicyKey) {
  var count = 0
  policy.eachEntry(of: key) { (name, detail) in
    count += 1
    expect(name.count > 0 && name.count <= 255, "a name")
    expect(detail.count <= 512, "a detail")
    if key == .brokerAllow {
      let names = BrokerRule.Names(detail)
      expect(!names.peer.isEmpty && !names.group.isEmpty, "a rule names peer and group")
    }
    return true
  }
  expect(policy.has(key) == (count > 0), "a key that stands has entries")
  expect(count <= 4096, "an entry has four bytes at the least")
}
