import OTP

@testable import Store
@testable import Verifier

/// A policy: as text, as applied, and everything that is asked of it without a name service.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  withInput(data, size) { (input: Span<UInt8>) in
    do throws(PolicyFailure) {
      let applied = try Policy(applied: input)
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
  }
}

/// What is applied is read back, byte by byte.
private func apply(_ policy: borrowing Policy, _ text: Span<UInt8>) {
  var room = [UInt8](repeating: 0, count: Policy.largestApplied)
  var span = room.mutableSpan
  do throws(PolicyFailure) {
    let count = try policy.writeApplied(into: &span)
    let again = try Policy(applied: room.span.extracting(0..<count))
    expect(again.withBytes { (bytes: Span<UInt8>) in equal(bytes, text) }, "applied is the same")
  } catch {
    expect(false, "a good policy is applied")
  }
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
    expect(detail.count <= 255, "a reason")
    return true
  }
  expect(policy.has(key) == (count > 0), "a key that stands has entries")
  expect(count <= 128, "no key has more entries")
}
