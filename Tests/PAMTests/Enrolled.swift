import Foundation
import TestSupport
import Testing

/// A store of a test's own in which alice is enrolled, and everything around one sign-in there:
///
///     try await withEnrolled { alice in
///       #expect(try await alice.signIn(alice.code()) == "PAM_SUCCESS code")
///     }
///
/// Every transaction that goes through it proves by the way that its journal is sane, and holds
/// no secret and nothing that was typed.
struct Enrolled: Sendable {
  /// 2026-11-23 12:00:10 UTC: ten seconds into a step. Clocks stand still here unless told.
  static let noon: Int64 = 1_795_435_210
  static let shipped = "[success=ok ignore=ignore default=die]"

  let folder: TemporaryFolder
  let phone = Authenticator(Array("a secret of 20 bytes".utf8))
  var recoveryCodes: [String]
  var accounts = Accounts.example
  /// What else must not turn up in a journal.
  var secrets: [String] = []

  var store: String { folder.path("store") }

  // MARK: answers

  /// The code that is shown so many seconds after noon.
  func code(_ offset: Int64 = 0) -> String { phone.code(at: Enrolled.noon + offset) }
  func wrongCodes(_ count: Int, _ offset: Int64 = 0) -> [String] {
    phone.wrongCodes(count, near: Enrolled.noon + offset)
  }
  var wrongCode: String { wrongCodes(1)[0] }

  // MARK: transactions

  /// A line for /etc/pam.d, with the module and this store.
  func line(
    _ options: String = "after_first_factor", control: String = shipped, _ type: String = "auth"
  ) -> String {
    "\(type) \(control) \(Built.inLine) [store=\(store)] \(options)"
  }

  /// alice at `offset` seconds from noon, asked through `lines` (the shipped one if there are none).
  func transaction(
    _ answers: [Answer], options: String = "after_first_factor", lines: [String]? = nil,
    steps: [String] = ["auth"], at offset: Int64 = 0
  ) -> PAMTransaction {
    var transaction = PAMTransaction(
      services: ["sshd": lines ?? [line(options)]], user: "alice", answers: answers, steps: steps)
    transaction.accounts = accounts
    transaction.clock = "@\(Enrolled.noon + offset)"
    return transaction
  }

  /// Runs `transaction`, and looks at its journal.
  func run(_ transaction: PAMTransaction) async throws -> PAMReport {
    let told = try await transaction.run()
    let typed = transaction.answers.flatMap(\.texts)
    check(told.journal, typed: typed)
    return told
  }

  /// What libpam answered, and the reason in the journal: `PAM_AUTH_ERR wrong-code`.
  func signIn(
    _ answer: Answer, options: String = "after_first_factor", at offset: Int64 = 0
  ) async throws -> String {
    try await run(transaction([answer], options: options, at: offset)).verdict
  }
  func signIn(
    _ answer: String, options: String = "after_first_factor", at offset: Int64 = 0
  ) async throws -> String {
    try await signIn(.text(answer), options: options, at: offset)
  }

  /// Every line whole, in printable ASCII, and silent about everything that is secret.
  private func check(_ journal: [String], typed: [String]) {
    let hex = phone.secret.map { String($0, radix: 16) }.joined()
    let spoken =
      [phone.base32, hex, String(decoding: phone.secret, as: UTF8.self)]
      + recoveryCodes + secrets + typed
    for line in journal {
      #expect(line.wholeMatch(of: /<[0-9]+> [ -~]+/) != nil, "one whole line")
      if line.contains("event=") { #expect(line.contains("outcome=") || line.contains("actor=")) }
      for secret in spoken where secret.utf8.count >= 6 && secret != "alice" {
        #expect(!line.contains(secret), "a secret in the journal")
      }
    }
  }

  // MARK: administration

  /// Runs `cachet-mfa VERB … --store …` at noon, or `offset` seconds from it.
  @discardableResult
  func cachet(
    _ words: String..., input: String = "", at offset: Int64 = 0
  ) async throws -> Outcome {
    try await cachet(words, input: input, at: offset)
  }
  func cachet(_ words: [String], input: String = "", at offset: Int64 = 0) async throws -> Outcome {
    try folder.write(accounts.passwd, to: "passwd", mode: 0o644)
    try folder.write(accounts.group, to: "group", mode: 0o644)
    let outcome = try await TestSupport.run(
      Built.program, words + ["--store", store],
      environment: [
        "LD_PRELOAD": "journal.so:clock.so:accounts.so", "LD_LIBRARY_PATH": Built.tool(""),
        "TEST_JOURNAL": folder.path("journal"), "TEST_CLOCK": "@\(Enrolled.noon + offset)",
        "TEST_PASSWD": folder.path("passwd"), "TEST_GROUP": folder.path("group"),
      ], input: input)
    try #require(outcome.status == 0, "cachet-mfa \(words): \(outcome.errors)")
    return outcome
  }

  func apply(policy: String) async throws {
    try folder.write(policy, to: "policy.conf")
    try await cachet("policy", "apply", "--force", folder.path("policy.conf"))
  }

  /// Adds a factor of `authenticator`.
  func add(_ authenticator: Authenticator, named name: String, user: String = "alice") async throws
  {
    try await cachet(
      "import", "--user", user, "--name", name, "--uri", "-", "--json", input: authenticator.uri)
  }

  /// Invites `user`, and returns the invitation.
  func invite(_ user: String) async throws -> String {
    let told = try await cachet("invite", "--user", user, "--json")
    return try #require(Enrolled.oneTimeSecrets(in: told.output).first)
  }

  static func oneTimeSecrets(in text: String) -> [String] {
    text.matches(of: /"([0-9A-Z]{4}(-[0-9A-Z]{4}){3})"/).map { String($0.1) }
  }

  /// The store as it is now, to be put back as often as a test likes.
  func image() throws -> StoreImage { try StoreImage(of: URL(filePath: store)) }
  func restore(_ image: StoreImage) throws { try image.write(to: URL(filePath: store)) }
}

/// A store with alice in it, for as long as `body` runs.
func withEnrolled<R: Sendable>(
  policy: String? = nil, _ body: (Enrolled) async throws -> R
) async throws -> R {
  let (image, recoveryCodes) = try await Template.shared.value
  return try await withFolder { folder in
    let alice = Enrolled(folder: folder, recoveryCodes: recoveryCodes)
    try alice.restore(image)
    if let policy { try await alice.apply(policy: policy) }
    return try await body(alice)
  }
}

/// Enrolling costs ten derivations: it is done once.
private enum Template {
  static let shared = Task { () async throws -> (StoreImage, [String]) in
    try await withFolder { folder in
      let alice = Enrolled(folder: folder, recoveryCodes: [])
      let told = try await alice.cachet(
        ["import", "--user", "alice", "--uri", "-", "--json"], input: alice.phone.uri)
      return (try alice.image(), Enrolled.oneTimeSecrets(in: told.output))
    }
  }
}

/// The files of a store, by their names.
struct StoreImage: Sendable {
  private var files: [String: Data] = [:]

  init(of folder: URL) throws {
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
      let file = folder.appending(path: name)
      let kind = try file.resourceValues(forKeys: [.isRegularFileKey])
      if kind.isRegularFile == true { files[name] = try Data(contentsOf: file) }
    }
  }

  /// Makes `folder` hold these files and nothing else.
  func write(to folder: URL) throws {
    let manager = FileManager.default
    let closed: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
    try? manager.removeItem(at: folder)
    try manager.createDirectory(at: folder, withIntermediateDirectories: true, attributes: closed)
    for (name, bytes) in files {
      let file = folder.appending(path: name)
      try manager.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true,
        attributes: closed)
      try bytes.write(to: file)
      try manager.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }
  }

  /// Names of files that hold `bytes`.
  func files(holding bytes: [UInt8]) -> [String] {
    files.filter { $0.value.range(of: Data(bytes)) != nil }.keys.sorted()
  }

  var names: [String] { files.keys.sorted() }
  subscript(name: String) -> Data? { files[name] }
}

extension PAMReport {
  /// The reasons that the journal gives, line by line.
  var reasons: [String] { journal.compactMap { $0.field("reason") } }
  /// libpam's answer to the first authentication and the last reason in the journal.
  var verdict: String { "\(self["auth"].first ?? "nothing") \(reasons.last ?? "-")" }
}

extension String {
  /// The value of a field of an audit line.
  func field(_ name: String) -> String? {
    guard let start = range(of: " \(name)=")?.upperBound else { return nil }
    return String(self[start...].prefix { $0 != " " })
  }
}
