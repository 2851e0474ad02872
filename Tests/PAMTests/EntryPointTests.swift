import Foundation
import TestSupport
import Testing

/// The design's table "What the entry points answer", row by row, and what becomes of each answer in
/// a stack: alone, and behind a password line that was satisfied.
@Suite("What pam_sm_authenticate answers")
struct EntryPointTests {
  @Test("each situation has its answer, whatever the control", arguments: Situation.all)
  func table(_ situation: Situation) async throws {
    try await withEnrolled(policy: situation.policy) { alice in
      let answer = try await situation.prepare(alice)
      let before = try? alice.image()
      for control in ["required", Enrolled.shipped, "sufficient"] {
        for first in [[], ["auth required pam_permit.so"]] {
          if let before { try alice.restore(before) }
          var transaction = alice.transaction(
            [answer], lines: first + [alice.line(situation.options, control: control)])
          situation.change(&transaction)
          let told = try await alice.run(transaction)
          let stack = Stack(control: control, isAlone: first.isEmpty)
          #expect(told["auth"] == [stack.answer(to: situation.answer)], "\(control) \(first)")
          #expect(told.reasons.last == situation.reason)
        }
      }
    }
  }

  @Test("every row of the table was told apart")
  func complete() {
    #expect(Set(Situation.all.map(\.name)).count == Situation.all.count)
    #expect(
      Set(Situation.all.map(\.answer)) == [
        "PAM_SUCCESS", "PAM_AUTH_ERR", "PAM_MAXTRIES", "PAM_IGNORE", "PAM_AUTHINFO_UNAVAIL",
      ])
  }
}

/// What libpam makes of one module's answer.
private struct Stack {
  let control: String
  let isAlone: Bool

  func answer(to module: String) -> String {
    // Nothing said yes: libpam denies by itself. This is why exempt users need another line.
    let nobody = isAlone ? "PAM_PERM_DENIED" : "PAM_SUCCESS"
    switch (control, module) {
    case (_, "PAM_SUCCESS"): return "PAM_SUCCESS"
    case (_, "PAM_IGNORE"): return nobody
    // The manual warns of it: behind a satisfied line, `sufficient` lets in without a code.
    case ("sufficient", _): return nobody
    default: return module
    }
  }
}

struct Situation: Sendable, CustomTestStringConvertible {
  let name: String
  let answer: String
  let reason: String
  var options = "after_first_factor"
  var policy: String?
  var change: @Sendable (inout PAMTransaction) -> Void = { _ in }
  /// Brings the situation about, and says what is typed then.
  let prepare: @Sendable (Enrolled) async throws -> Answer

  var testDescription: String { name }

  static let bob: @Sendable (inout PAMTransaction) -> Void = { $0.user = "bob" }

  static let all: [Situation] = accepted + refused + exhausted + ignored + unavailable + broken

  static let accepted = [
    Situation(name: "right code", answer: "PAM_SUCCESS", reason: "code") { .text($0.code()) },
    Situation(name: "recovery code", answer: "PAM_SUCCESS", reason: "recovery-code") {
      .text($0.recoveryCodes[3])
    },
    Situation(name: "invitation", answer: "PAM_SUCCESS", reason: "invitation", change: bob) {
      .text(try await $0.invite("bob"))
    },
    Situation(name: "recovery code, key gone", answer: "PAM_SUCCESS", reason: "recovery-code") {
      try FileManager.default.removeItem(atPath: $0.store + "/host.key")
      return .text($0.recoveryCodes[0])
    },
    Situation(
      name: "invitation, key gone", answer: "PAM_SUCCESS", reason: "invitation", change: bob
    ) {
      let invitation = try await $0.invite("bob")
      try FileManager.default.removeItem(atPath: $0.store + "/host.key")
      return .text(invitation)
    },
  ]

  static let refused = [
    Situation(name: "wrong code", answer: "PAM_AUTH_ERR", reason: "wrong-code") {
      .text($0.wrongCode)
    },
    Situation(name: "stale code", answer: "PAM_AUTH_ERR", reason: "stale-code") {
      .text($0.code(-300))
    },
    Situation(name: "replayed code", answer: "PAM_AUTH_ERR", reason: "used-code") {
      _ = try await $0.signIn($0.code())
      return .text($0.code())
    },
    Situation(
      name: "used recovery code", answer: "PAM_AUTH_ERR", reason: "used-one-time-secret"
    ) {
      _ = try await $0.signIn($0.recoveryCodes[0])
      return .text($0.recoveryCodes[0])
    },
    Situation(
      name: "wrong recovery code", answer: "PAM_AUTH_ERR", reason: "wrong-one-time-secret"
    ) { _ in "ABCD-EFGH-JKMN-PQRS" },
    Situation(
      name: "unknown user", answer: "PAM_AUTH_ERR", reason: "unknown-user",
      change: { $0.user = "nobody-of-ours" }
    ) { _ in "123456" },
    Situation(name: "not enrolled", answer: "PAM_AUTH_ERR", reason: "not-enrolled", change: bob) {
      _ in "123456"
    },
    Situation(name: "disabled", answer: "PAM_AUTH_ERR", reason: "disabled") {
      try await $0.cachet("disable", "--user", "alice")
      return .text($0.code())
    },
    Situation(name: "empty answer", answer: "PAM_AUTH_ERR", reason: "no-answer") { _ in "" },
    Situation(
      name: "throttled, unproven", answer: "PAM_AUTH_ERR", reason: "throttled", options: ""
    ) { alice in
      for code in alice.wrongCodes(5) { _ = try await alice.signIn(code, options: "") }
      return .text(alice.code())
    },
    Situation(
      name: "locked, unproven", answer: "PAM_AUTH_ERR", reason: "locked", options: "",
      policy: "lock-after = 10\nthrottle-first = 1\nthrottle-longest = 1\n",
      change: { $0.clock = "@\(Enrolled.noon + 300)" }
    ) { try await $0.lock() },
  ]

  static let exhausted = [
    Situation(name: "throttled, proven", answer: "PAM_MAXTRIES", reason: "throttled") { alice in
      for code in alice.wrongCodes(5) { _ = try await alice.signIn(code) }
      return .text(alice.code())
    },
    Situation(
      name: "locked, proven", answer: "PAM_MAXTRIES", reason: "locked",
      policy: "lock-after = 10\nthrottle-first = 1\nthrottle-longest = 1\n",
      change: { $0.clock = "@\(Enrolled.noon + 300)" }
    ) { try await $0.lock() },
  ]

  static let ignored = [
    Situation(
      name: "exempt user", answer: "PAM_IGNORE", reason: "exempt-user",
      policy: "exempt-users = alice \"nightly backup\"\n"
    ) { _ in .error },
    Situation(
      name: "exempt group", answer: "PAM_IGNORE", reason: "exempt-group",
      policy: "exempt-groups = alice \"machines\"\n"
    ) { _ in .error },
    Situation(
      name: "out of scope", answer: "PAM_IGNORE", reason: "out-of-scope",
      policy: "required-groups = bob\n"
    ) { _ in .error },
    Situation(
      name: "grace", answer: "PAM_IGNORE", reason: "grace", options: "nullok",
      policy: "unenrolled = allow\nenroll-by = 2026-12-31\n", change: bob
    ) { _ in .error },
  ]

  static let unavailable = [
    missing("host.key"), missing("store.id", user: "bob"), missing("policy.applied.compiled"),
    missing("users"), missing("users/alice/state"), missing("users/alice/credentials"),
    Situation(
      name: "account lookup fails", answer: "PAM_AUTHINFO_UNAVAIL", reason: "account-lookup",
      change: { $0.accounts?.fail("getpwnam_r", with: EIO) }
    ) { .text($0.code()) },
    Situation(
      name: "clock before the release", answer: "PAM_AUTHINFO_UNAVAIL", reason: "clock",
      change: { $0.clock = "@1700000000" }
    ) { .text($0.phone.code(at: 1_700_000_000)) },
    Situation(
      name: "no clock", answer: "PAM_AUTHINFO_UNAVAIL", reason: "clock",
      change: { $0.clock = "fail" }
    ) { .text($0.code()) },
  ]

  static let broken = [
    Situation(
      name: "unknown option", answer: "PAM_AUTH_ERR", reason: "bad-option",
      options: "after_first_facter"
    ) { .text($0.code()) },
    Situation(
      name: "no conversation", answer: "PAM_AUTH_ERR", reason: "no-conversation",
      change: { $0.conversation = false }
    ) { .text($0.code()) },
    Situation(name: "broken conversation", answer: "PAM_AUTH_ERR", reason: "no-conversation") {
      _ in .error
    },
  ]

  /// A code where something of the store is missing: by alice, or by one who has no record.
  static func missing(_ name: String, user: String = "alice") -> Situation {
    Situation(
      name: "\(name) missing", answer: "PAM_AUTHINFO_UNAVAIL", reason: "store",
      change: { $0.user = user }
    ) {
      try FileManager.default.removeItem(atPath: $0.store + "/" + name)
      return .text($0.code())
    }
  }
}

extension Enrolled {
  /// Locks the door with ten wrong codes, and returns a right one of 300 s after noon.
  func lock() async throws -> Answer {
    let codes = wrongCodes(10)
    let steps = (0..<10).flatMap { ["clock:@\(Enrolled.noon + Int64($0) * 2)", "auth"] }
    let told = try await run(transaction(codes.map { .text($0) }, steps: steps))
    #expect(told.reasons == Array(repeating: "wrong-code", count: 10))
    return .text(code(300))
  }
}
