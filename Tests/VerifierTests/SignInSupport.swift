import CPlatform
import Foundation
import OTP
import Store
import Verifier

/// A store in a temporary folder, with a policy, for the account alice.
final class Bench {
  /// 2026-11-23 12:00:10 UTC: ten seconds into a step.
  static let noon: Int64 = 1_795_435_210
  static let secret = Array("12345678901234567890".utf8)

  let folder: URL
  let location: StoreLocation
  let alice: Account
  var now = Bench.noon

  init(policy: String = "", name: String = "alice") throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString)")
    location = StoreLocation(folder: path(folder.path))
    alice = Account(
      uid: getuid(), gid: getgid(), name: try accountName(name))
    try Store.make(at: location)
    try apply(policy)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func apply(_ policy: String) throws {
    let file = folder.appending(path: "policy.applied.compiled")
    try Data(form(of: policy)).write(to: file)
    chmod(file.path, 0o600)
  }

  func edit<R>(
    _ change: (inout Credentials, borrowing StatePage, borrowing KeyRing) throws(StoreFailure) -> R
  ) throws -> R {
    try Store(at: location).edit(alice.name, uid: alice.uid, change)
  }

  /// Enrols alice with `secret`, as `name`.
  func enroll(
    _ name: String = "phone", secret: [UInt8] = Bench.secret, _ parameters: Parameters? = nil
  ) throws {
    let factorName = try label(name)
    let now = now
    let parameters = try parameters ?? defaults()
    try edit {
      (c: inout Credentials, state: borrowing StatePage, keys: borrowing KeyRing)
        throws(StoreFailure)
      in
      try c.add(
        factorName, parameters, secret: secret.span, confirmed: nil, now: now, state: state,
        under: keys)
    }
  }

  /// Fresh one-time secrets, as text.
  func renew(_ kind: OneTimeSet.Kind, count: Int, expires: Int64 = 0) throws -> [String] {
    var texts: [String] = []
    let now = now
    try edit {
      (c: inout Credentials, state: borrowing StatePage, _: borrowing KeyRing) throws(StoreFailure)
      in
      try c.renew(kind, count: count, expires: expires, now: now, state: state) {
        texts.append(text($0))
      }
    }
    return texts
  }

  /// The code at `offset` seconds from now.
  func code(_ offset: Int64 = 0, secret: [UInt8] = Bench.secret, digits: Int = 6) -> String {
    let step = UInt64(now + offset) / 30
    guard let code = try? hotp(secret: secret.span, counter: step, digits: digits) else {
      return ""
    }
    let shown = String(code.value)
    return String(repeating: "0", count: digits - shown.count) + shown
  }

  /// A code of six digits that is right nowhere near.
  func wrongCode(_ nth: Int = 0) -> String {
    let near = Set((-45...45).map { code(Int64($0) * 30) })
    var left = nth
    for number in 100_000... {
      let candidate = String(number)
      if near.contains(candidate) { continue }
      if left == 0 { return candidate }
      left -= 1
    }
    return ""
  }

  struct Told: Equatable {
    var outcome: String
    var reason: String
  }

  /// One attempt by alice (or whom `account` says).
  func attempt(
    _ answers: [String], proven: Bool = true, mode: Request.Mode = .prompt,
    earlier: String? = nil, account: AccountLookup? = nil, user: String = "alice",
    rhost: String? = nil, nullok: Bool = false, service: String = "sudo", window: Int? = nil,
    needsFirstFactor: Bool = false, isByAccount: Bool = false
  ) -> (told: Told, host: FakeHost) {
    var host = FakeHost(answers: answers, earlier: earlier, time: now)
    var request = Request(
      user: quoted(user), account: account ?? .found(alice), service: quoted(service),
      mode: mode, isProven: proven, allowsUnenrolled: nullok, window: window,
      rhost: rhost.map(quoted), caller: getuid())
    request.needsFirstFactor = needsFirstFactor
    request.isByAccount = isByAccount
    let decision = SignIn.run(request, at: location, host: &host)
    return (
      Told(outcome: "\(decision.outcome)", reason: text(decision.reason.name)), host
    )
  }

  func outcome(_ answer: String, proven: Bool = true) -> String {
    attempt([answer], proven: proven).told.reason
  }
}

/// A PAM host that answers what it was told to.
struct FakeHost: SignInHost {
  var answers: [String]
  var earlier: String?
  var time: Int64
  var prompts: [String] = []
  var left: [String] = []
  var journal: [String] = []

  init(answers: [String], earlier: String?, time: Int64) {
    self.answers = answers
    self.earlier = earlier
    self.time = time
  }

  func now() -> Int64 { time }

  mutating func ask<R>(
    _ prompt: borrowing TextLine, _ body: (inout FakeHost, Span<UInt8>) -> R
  ) -> R? {
    prompts.append(prompt.withBytes { text($0) })
    guard !answers.isEmpty else { return nil }
    let answer = Array(answers.removeFirst().utf8)
    return body(&self, answer.span)
  }

  mutating func withEarlierPassword<R>(_ body: (inout FakeHost, Span<UInt8>) -> R) -> R? {
    guard let earlier else { return nil }
    let bytes = Array(earlier.utf8)
    return body(&self, bytes.span)
  }

  mutating func leave(password: Span<UInt8>) -> Bool {
    left.append(text(password))
    return true
  }

  mutating func log(_ line: borrowing TextLine, isWarning: Bool) {
    journal.append(line.withBytes { text($0) })
  }
}

func text(_ bytes: Span<UInt8>) -> String {
  var all: [UInt8] = []
  for i in 0..<bytes.count { all.append(bytes[i]) }
  return String(decoding: all, as: UTF8.self)
}

func text(_ text: StaticString) -> String { "\(text)" }

func quoted(_ text: String) -> Quoted {
  let bytes = Array(text.utf8)
  return Quoted(bytes.span)
}

struct NotMade: Error {}

func path(_ text: String) -> Path {
  let bytes = Array(text.utf8)
  return Path(bytes.span) ?? Path("/nonexistent")
}

func accountName(_ text: String) throws -> AccountName {
  let bytes = Array(text.utf8)
  guard let name = AccountName(bytes.span) else { throw NotMade() }
  return name
}

func label(_ text: String) throws -> FactorName {
  let bytes = Array(text.utf8)
  guard let name = FactorName(bytes.span) else { throw NotMade() }
  return name
}

func defaults() throws -> Parameters {
  guard let parameters = Parameters() else { throw NotMade() }
  return parameters
}
