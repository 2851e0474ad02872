import Foundation
import TestSupport
import Testing

/// The words behind the module's name in a PAM line.
@Suite("Options")
struct OptionTests {
  static let good = [
    "", "after_first_factor", "nullok", "debug", "window=0", "window=1", "window=10",
    "[prompt=Code, please]", "prompt=Code", "[prompt=Prüfcode]",
    "after_first_factor nullok debug window=1 prompt=Code",
    "[prompt=\(String(repeating: "x", count: 64))]",
  ]

  @Test("every option that makes sense is taken", arguments: good)
  func taken(options: String) async throws {
    try await withEnrolled { (alice) async throws in
      #expect(try await alice.signIn(alice.code(), options: options) == "PAM_SUCCESS code")
    }
  }

  static let bad = [
    // Not ours, not ours yet, or a hair beside.
    "broker_password", "enroll-redirect", "no_such_option", "nulok", "NULLOK", "nullok=", "null_ok",
    "after-first-factor", "after_first_factor=yes",
    "needs-second-factor", "needs_second_factor=1", "needs_second_factor needs_second_factor",
    "debug=1", "subject", "subject=target", "[ ]",
    "try_first_password", "grace_period=30", "secret=/etc/passwd", "user=root", "--nullok",
    "[nullok debug]", "[nullok ]",
    // No value, or one that cannot be.
    "window=", "window=11", "window=-1", "window=+1", "window=01", "window=1x", "[window= 1]",
    "window=4294967296", "window=18446744073709551617", "prompt=", "[prompt=a\u{1b}[2Jb]",
    "prompt=\(String(repeating: "x", count: 65))", "key=", "key=host.key", "key=./host.key",
    "key=/", "policy=", "policy=policy.applied", "store=", "store=relative",
    // Doubled or contradictory.
    "nullok nullok", "debug debug", "forward_pass forward_pass", "window=1 window=1",
    "prompt=a prompt=a", "after_first_factor after_first_factor",
    "try_first_pass use_first_pass", "use_first_pass try_first_pass", "store=/var/lib/cachet-mfa",
    "forward_pass after_first_factor", "after_first_factor forward_pass nullok",
    "key=/a/b key=/a/b", "policy=/a/b policy=/a/b",
    // Long ones; libpam takes lines of 1,023 bytes.
    "window=\(String(repeating: "1", count: 500))", String(repeating: "n", count: 600),
  ]

  @Test("anything else refuses everybody, and is quoted in the journal", arguments: bad)
  func refused(options: String) async throws {
    try await withEnrolled { alice in
      for steps in [["auth"], ["acct"]] {
        let type = steps == ["auth"] ? "auth" : "account"
        let told = try await alice.run(
          alice.transaction(
            [.text(alice.code())], lines: [alice.line(options, type)], steps: steps))
        #expect(told[steps[0]] == ["PAM_AUTH_ERR"])
        #expect(told.prompts.isEmpty)
        let conflict = conflict(in: options)
        #expect(told.journal.count == 1)
        #expect(told.reasons == [conflict == nil ? "bad-option" : "option-conflict"])
        #expect(told.journal.first?.hasPrefix("<83> event=call outcome=refused") == true)
        #expect(told.journal.first?.contains(" option=") == true)
        let mistaken = conflict.map { " option=\"\($0)\"" } ?? mistake(in: options)
        #expect(told.journal.first?.contains(mistaken) == true, "quotes \(mistaken)")
        // Neither door nor first factor is known before policy was read.
        for unknown in [" door=", " first-factor="] {
          #expect(told.journal.first?.contains(unknown) == false)
        }
      }
    }
  }

  /// The two options that have no sense together; the line of every test names a store.
  private func conflict(in options: String) -> String? {
    let words = options.split(separator: " ")
    let pairs = [
      "try_first_pass use_first_pass", "forward_pass after_first_factor",
      "broker_password store",
    ]
    return pairs.first { pair in
      pair.split(separator: " ").allSatisfy { words.contains($0) || $0 == "store" }
    }
  }

  /// The last word, cut and made printable.
  private func mistake(in options: String) -> String {
    if options.hasPrefix("[") {
      return String(options.dropFirst().prefix { $0 != "\u{1b}" && $0 != "]" })
    }
    return String(options.split(separator: " ").last?.prefix(64) ?? "")
  }

  @Test("window= makes policy's window smaller, never larger")
  func window() async throws {
    let rows: [(policy: Int, option: String, offset: Int64, accepted: Bool)] = [
      (1, "", -30, true), (1, "", -60, false), (1, "window=0", -30, false),
      (1, "window=0", 0, true),
      (1, "window=0", 30, false), (1, "window=1", 30, true), (1, "window=10", -60, false),
      (1, "window=10", 60, false), (3, "window=2", -60, true), (3, "window=2", -90, false),
      (3, "", 90, true), (3, "window=10", 120, false), (0, "window=5", -30, false),
    ]
    try await withEnrolled { alice in
      var applied = 1
      let fresh = try alice.image()
      for row in rows {
        try alice.restore(fresh)
        if row.policy != applied || row.policy != 1 {
          try await alice.apply(policy: "window = \(row.policy)\n")
          applied = row.policy
        }
        let told = try await alice.signIn(
          alice.code(row.offset), options: "after_first_factor \(row.option)")
        #expect(told == (row.accepted ? "PAM_SUCCESS code" : "PAM_AUTH_ERR stale-code"), "\(row)")
        applied = 1
      }
    }
  }

  @Test("nullok, policy and the last day: only all three let somebody pass who has no factor")
  func grace() async throws {
    let day: Int64 = 86_400
    let policies = [
      ("", false), ("unenrolled = deny\nenroll-by = 2026-12-31\n", false),
      ("unenrolled = allow\nenroll-by = 2026-11-24\n", true),
    ]
    for (policy, allows) in policies {
      try await withEnrolled(policy: policy) { alice in
        for options in ["", "nullok", "nullok after_first_factor"] {
          for (offset, isEarly) in [
            (0, true), (day, true), (day + 43_189, true), (day + 43_190, false),
          ] {
            var transaction = alice.transaction(["123456"], options: options, at: offset)
            transaction.user = "bob"
            let passes = allows && isEarly && options.hasPrefix("nullok")
            let told = try await alice.run(transaction)
            #expect((told.reasons == ["grace"]) == passes, "\(policy) \(options) \(offset)")
            #expect(passes || told["auth"] == ["PAM_AUTH_ERR"])
            // Enrolled users are asked, whatever the grace.
            transaction.user = "alice"
            #expect(try await alice.run(transaction).verdict.hasPrefix("PAM_AUTH_ERR"))
          }
        }
      }
    }
  }

  @Test("grace is not for the unknown, the disabled, or a clock before the release")
  func noGrace() async throws {
    try await withEnrolled(policy: "unenrolled = allow\nenroll-by = 2026-12-31\n") { alice in
      var transaction = alice.transaction(["123456"], options: "nullok")
      transaction.user = "nobody-of-ours"
      #expect(try await alice.run(transaction).verdict == "PAM_AUTH_ERR unknown-user")
      transaction.user = "bob"
      transaction.clock = "@1000"
      #expect(try await alice.run(transaction).verdict.hasPrefix("PAM_A"))
      transaction.clock = "fail"
      #expect(try await alice.run(transaction).verdict.hasPrefix("PAM_A"))
      try await alice.cachet("disable", "--user", "bob")
      transaction.clock = "@\(Enrolled.noon)"
      #expect(try await alice.run(transaction).verdict == "PAM_AUTH_ERR disabled")
    }
  }

  @Test("prompt= is what is asked; user and service are always named behind it")
  func prompt() async throws {
    try await withEnrolled { alice in
      for (option, asked) in [
        ("", "Verification code for alice (sshd): "),
        ("[prompt=Code, please]", "Code, please for alice (sshd): "),
        ("[prompt=50% %s %n]", "50% %s %n for alice (sshd): "),
        ("forward_pass", "Password and verification code for alice (sshd): "),
        ("forward_pass prompt=Both", "Both for alice (sshd): "),
      ] {
        let told = try await alice.run(alice.transaction([""], options: option))
        #expect(told.prompts == [.init(style: "off", text: asked)])
        #expect(told.conversations == [1] && told.messages.isEmpty)
      }
      let told = try await alice.run(
        alice.transaction([.text(alice.code())], steps: ["auth:silent"]))
      #expect(told.verdict == "PAM_SUCCESS code")
      #expect(told.prompts.count == 1 && told.conversations == [1] && told.messages.isEmpty)
    }
  }

  @Test("store, key and policy may stand elsewhere, in folders with blanks")
  func places() async throws {
    try await withEnrolled { alice in
      let manager = FileManager.default
      let store = alice.folder.path("a store/of its own")
      try alice.folder.write("", to: "a store/x")
      try alice.folder.write("", to: "other place/x")
      try manager.moveItem(atPath: alice.store, toPath: store)
      try manager.moveItem(
        atPath: store + "/host.key", toPath: alice.folder.path("other place/key"))
      try manager.moveItem(
        atPath: store + "/policy.applied", toPath: alice.folder.path("other place/policy"))
      let places = [
        "[store=\(store)]", "[key=\(alice.folder.path("other place/key"))]",
        "[policy=\(alice.folder.path("other place/policy"))]",
      ]
      let line = { (words: [String]) in
        "auth required \(Built.inLine) after_first_factor \(words.joined(separator: " "))"
      }
      let verdict = { (words: [String], answer: String) in
        try await alice.run(alice.transaction([.text(answer)], lines: [line(words)])).verdict
      }
      #expect(try await verdict(places, alice.code()) == "PAM_SUCCESS code")
      #expect(
        try await verdict(Array(places.dropLast()), alice.code(30)) == "PAM_AUTHINFO_UNAVAIL store")
      #expect(
        try await verdict([places[0], places[2]], alice.code(30)) == "PAM_AUTHINFO_UNAVAIL store")
      #expect(try await verdict(places, alice.code(30)) == "PAM_SUCCESS code")
    }
  }

  @Test("the environment of the process is never read")
  func environment() async throws {
    try await withEnrolled { alice in
      var transaction = alice.transaction([.text(alice.wrongCode)], options: "")
      transaction.wrapper = [
        "/usr/bin/env", "SSH_AUTH_INFO_0=publickey x", "CACHET_MFA_STORE=/nowhere", "HOME=/nowhere",
        "TZ=Asia/Tokyo", "LC_ALL=xx", "OPENSSL_CONF=/nowhere",
      ]
      let told = try await alice.run(transaction)
      #expect(told.verdict == "PAM_AUTH_ERR wrong-code")
      #expect(told.journal.last?.contains("first-factor=unproven") == true)
    }
  }

  @Test("a first factor is proven by the line, or at SSH doors by what sshd says")
  func proven() async throws {
    let key = "publickey ssh-ed25519 AAAA"
    try await withEnrolled(policy: "door.sshd = ssh\ndoor.cockpit = web\n") { alice in
      for (service, options, info, isProven) in [
        ("sshd", "", nil, false), ("sshd", "after_first_factor", nil, true),
        ("sshd", "", key, true), ("sshd", "", "", false),
        // Any local program may put there what sshd puts.
        ("su", "", key, false), ("cockpit", "", key, false),
        ("su", "after_first_factor", key, true),
      ] as [(String, String, String?, Bool)] {
        var transaction = alice.transaction([.text(alice.wrongCode)])
        transaction.services = [service: [alice.line(options)]]
        transaction.environment = info.map { ["SSH_AUTH_INFO_0": $0] } ?? [:]
        let told = try await alice.run(transaction)
        let word = isProven ? "proven" : "unproven"
        #expect(told.journal.last?.field("first-factor") == word, "\(service) \(options)")
      }
    }
  }

  @Test("needs_first_factor takes the word of sshd at SSH doors alone")
  func neededFirstFactor() async throws {
    for (policy, verdict) in [
      ("door.sshd = ssh\n", "PAM_SUCCESS code"), ("", "PAM_AUTH_ERR no-first-factor"),
    ] {
      try await withEnrolled(policy: policy) { (alice) async throws in
        var transaction = alice.transaction([.text(alice.code())], options: "needs_first_factor")
        transaction.environment = ["SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"]
        #expect(try await alice.run(transaction).verdict == verdict)
      }
    }
  }
}
