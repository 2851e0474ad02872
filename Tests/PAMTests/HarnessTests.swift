import Foundation
import TestSupport
import Testing

/// That the harness tells the truth about libpam, with modules that are not ours.
@Suite("The libpam harness")
struct HarnessTests {
  @Test("an answer travels through libpam, and PAM_AUTHTOK is seen where the probe stands")
  func answers() async throws {
    let told = try await PAMTransaction(
      [
        "auth required \(Built.probe) [set=pass word] return=0",
        "auth optional \(Built.probe) record", "account required pam_permit.so",
      ], user: "alice", steps: ["auth", "acct", "setcred"]
    ).run()
    #expect(told["auth"] == ["PAM_SUCCESS"])
    #expect(told["acct"] == ["PAM_SUCCESS"])
    #expect(told.authtok == Array("pass word".utf8))
    #expect(told.user == "alice")
    #expect(told.troubles.isEmpty)
  }

  @Test("without the service's file everybody stays out")
  func other() async throws {
    var transaction = PAMTransaction(services: ["pamtry": []], user: "alice")
    #expect(try await transaction.run()["auth"] != ["PAM_SUCCESS"])
    transaction.services = ["pamtry": ["auth required \(Built.tool("nothing.so"))"]]
    #expect(try await transaction.run()["auth"] == ["PAM_MODULE_UNKNOWN"])
  }

  @Test("pam_unix asks with echo off, and its complaint is caught before it reaches the log")
  func journal() async throws {
    let told = try await PAMTransaction(
      ["auth required pam_unix.so"], user: "root", answers: ["no such password"]
    ).run()
    #expect(told.prompts == [.init(style: "off", text: "Password: ")])
    #expect(told.conversations == [1])
    #expect(told["auth"] == ["PAM_AUTH_ERR"])
    #expect(told.journal.contains { $0.contains("authentication failure") })
  }

  @Test(
    "conversations can fail in every way",
    arguments: [Answer.error, .nothing, .null, .bytes([0xff, 0x0a, 0x31])])
  func failing(answer: Answer) async throws {
    let told = try await PAMTransaction(
      ["auth required pam_unix.so"], user: "root", answers: [answer]
    ).run()
    #expect(told["auth"].count == 1 && told["auth"] != ["PAM_SUCCESS"])
  }

  @Test("one handle can be asked again, restarted, and used behind a fork")
  func sequences() async throws {
    let told = try await PAMTransaction(
      ["auth required \(Built.probe) return=7"], user: "alice",
      steps: ["auth", "auth:silent", "restart", "fork", "auth"]
    ).run()
    #expect(told["auth"] == ["PAM_AUTH_ERR", "PAM_AUTH_ERR", "PAM_AUTH_ERR"])
    #expect(told["end"] == ["PAM_SUCCESS", "PAM_SUCCESS"])
  }

  @Test("parallel children stand at their prompts together and answer differently")
  func parallel() async throws {
    var transaction = PAMTransaction(
      services: [
        "one": ["auth required pam_unix.so", "auth required \(Built.probe) record"],
        "two": ["auth required pam_unix.so", "auth required \(Built.probe) record"],
      ], user: "root", answers: [.gate, .each(["first", "other"])])
    transaction.parallel = 8
    let told = try await transaction.run()
    #expect(told.children.count == 8)
    let spoken = told.children.compactMap(\.authtok).map { String(decoding: $0, as: UTF8.self) }
    #expect(spoken.sorted() == ["first"] + Array(repeating: "other", count: 7))
  }

  @Test("each allocation of a pam_unix transaction can fail, and none of these lets in")
  func allocations() async throws {
    var transaction = PAMTransaction(
      ["auth required pam_unix.so"], user: "root", answers: ["wrong", "wrong"])
    transaction.failAllocation = 0
    let all = try await transaction.run().allocations
    #expect(all > 10)
    for n in 1...all {
      transaction.failAllocation = n
      let told = try await transaction.run()
      #expect(told["auth"] != ["PAM_SUCCESS"])
    }
  }

  @Test("each system call of a pam_permit transaction can fail or be the last")
  func systemCalls() async throws {
    var transaction = PAMTransaction(
      ["auth required pam_unix.so"], user: "root", answers: ["wrong"])
    transaction.fault = .count
    let all = try await transaction.run().systemCalls
    #expect(all > 5)
    for n in stride(from: 1, through: all, by: 7) {
      transaction.fault = Fault(.errno(EIO), at: n)
      let failed = try await transaction.run()
      #expect(failed.hit != nil)
      #expect(failed["auth"] != ["PAM_SUCCESS"])
      transaction.fault = Fault(.kill, at: n)
      #expect(try await transaction.run().status == 137)
    }
  }

  @Test("a fault that makes a test module's refusal vanish would be seen")
  func detects() async throws {
    var transaction = PAMTransaction(
      ["auth sufficient pam_rootok.so", "auth required pam_deny.so"], user: "root")
    transaction.fault = .count
    let told = try await transaction.run()
    #expect(told["auth"] == [isRoot ? "PAM_SUCCESS" : "PAM_AUTH_ERR"])
  }

  @Test("people and groups exist, and lookups fail, as told")
  func accounts() async throws {
    var transaction = PAMTransaction(
      ["auth required pam_succeed_if.so user ingroup admins"], user: "alice")
    var accounts = Accounts.example
    accounts.add(group: "admins", gid: 4100, members: ["alice"])
    transaction.accounts = accounts
    #expect(try await transaction.run()["auth"] == ["PAM_SUCCESS"])
    transaction.user = "bob"
    #expect(try await transaction.run()["auth"] == ["PAM_AUTH_ERR"])
    transaction.user = "alice"
    transaction.accounts?.fail("getpwnam_r", with: EIO)
    #expect(try await transaction.run()["auth"] != ["PAM_SUCCESS"])
  }

  @Test("the clock stands, moves and fails as told")
  func clock() async throws {
    // A name with blanks cannot be preloaded; its folder can be searched.
    for (word, second) in [("@1234567890", "1234567890\n"), ("fail", "")] {
      let time = try await run(
        "/bin/date", ["+%s"],
        environment: [
          "LD_PRELOAD": "clock.so", "LD_LIBRARY_PATH": Built.tool(""), "TEST_CLOCK": word,
        ])
      #expect(time.output == second || word == "fail")
    }
  }

  @Test(
    "the independent TOTP program agrees with RFC 6238",
    arguments: [("59", "94287082"), ("1111111109", "07081804"), ("20000000000", "65353130")])
  func totp(time: String, code: String) async throws {
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    #expect(try await run(Built.tool("totp"), [secret, time, "8"]).output == code + "\n")
  }

  @Test("a code that turns up in a journal would be seen by every test")
  func silence() async throws {
    try await withEnrolled { alice in
      var transaction = alice.transaction(["987654"])
      transaction.user = "987654"
      let leaking = transaction
      await withKnownIssue { _ = try await alice.run(leaking) }
    }
  }

  @Test("the authenticator of the tests agrees with RFC 6238, and with the independent program")
  func authenticator() async throws {
    let digits = Array("1234567890".utf8)
    let secret = { (length: Int) in (0..<length).map { digits[$0 % 10] } }
    let rows: [(Int64, String, Hash, Int)] = [
      (59, "94287082", .sha1, 20), (59, "46119246", .sha256, 32), (59, "90693936", .sha512, 64),
      (20_000_000_000, "65353130", .sha1, 20), (20_000_000_000, "77737706", .sha256, 32),
      (20_000_000_000, "47863826", .sha512, 64),
    ]
    for (time, code, hash, length) in rows {
      let phone = Authenticator(secret(length), digits: 8, hash: hash)
      #expect(phone.code(at: time) == code)
      let other = try await run(
        Built.tool("totp"), [phone.base32, "\(time)", "8", "30", hash.rawValue])
      #expect(other.output == code + "\n")
    }
  }
}
