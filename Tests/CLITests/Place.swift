import Foundation
import TestSupport
import Testing

/// A folder with a store, put back as it was as often as a test likes; accounts and a clock of its
/// own, so that nothing depends on when it runs.
struct Place: Sendable {
  static let watch = Authenticator(Array("the secret of a watch".utf8))
  private static let phone = Authenticator(Array("the phone's own secret".utf8))
  private static let tablet = Authenticator(Array("the tablet's own secret".utf8))
  /// 2026-11-23 12:00:10 UTC: ten seconds into a step.
  private static let noon: Int64 = 1_795_435_210
  /// alice's account has been renamed, and is found by both names.
  private static let accounts: Accounts = {
    var accounts = Accounts.example
    accounts.add(user: "anna", uid: 4001)
    return accounts
  }()

  private let folder: TemporaryFolder
  private let start: Change.Start
  private var recoveryCodes: [String] = []

  private var root: String { folder.path("place") }
  private var template: String { folder.path("template") }
  private var options: [(name: String, path: String)] {
    let store = [("store", root + "/store")]
    guard start == .nothingInTwo else { return store }
    return store + [("key", root + "/etc/host.key"), ("policy", root + "/etc/policy.applied")]
  }

  init(_ folder: TemporaryFolder, _ start: Change.Start) async throws {
    (self.folder, self.start) = (folder, start)
    try folder.write(Place.accounts.passwd, to: "passwd", mode: 0o644)
    try folder.write(Place.accounts.group, to: "group", mode: 0o644)
    try FileManager.default.createDirectory(
      atPath: root + "/etc", withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    if start == .enrolled {
      // An hour before anything changes: what is made anew is seen by its time.
      for (name, authenticator) in [("phone", Place.phone), ("tablet", Place.tablet)] {
        let made = try await cachet(
          "import --user alice --name \(name) --uri - --json", input: authenticator.uri + "\n",
          at: -3600)
        recoveryCodes += try made.output.matches(of: Regex(Place.oneTimeSecret)).map {
          String(made.output[$0.range])
        }
      }
      try #require(recoveryCodes.count == 10)
      try folder.write("digits = 8\n", to: "place/store/policy.conf")
    }
    try FileManager.default.moveItem(atPath: root, toPath: template)
  }

  func restore() throws {
    try? FileManager.default.removeItem(atPath: root)
    try FileManager.default.copyItem(atPath: template, toPath: root)
  }

  // MARK: the command line

  /// Runs `cachet-mfa` with `words`, so many seconds from noon.
  @discardableResult
  func cachet(_ words: String, input: String = "", at offset: Int64 = 0) async throws -> Outcome {
    let command = command(words)
    return try await run(
      command[0], Array(command.dropFirst()), environment: environment(offset), input: input)
  }

  func killable(_ change: Change) -> Killable {
    Killable(command: command(change.words), environment: environment(0), input: change.input)
  }

  private func command(_ words: String) -> [String] {
    [Built.program] + words.split(separator: " ").map(String.init)
      + options.flatMap { ["--" + $0.name, $0.path] }
  }

  private func environment(_ offset: Int64) -> [String: String] {
    [
      "LD_LIBRARY_PATH": Built.tool(""), "LD_PRELOAD": "accounts.so:clock.so:journal.so",
      "TEST_PASSWD": folder.path("passwd"), "TEST_GROUP": folder.path("group"),
      "TEST_CLOCK": "@\(Place.noon + offset)", "TEST_JOURNAL": root + "/journal",
    ]
  }

  // MARK: what readers see

  struct Seen: Hashable {
    /// Who is enrolled, and with how many factors: what a sign-in does not change.
    var list = ""
    var rest = ""
  }

  /// What `list`, `status` and `policy show` say; never damage.
  func seen() async throws -> Seen {
    let list = try await cachet("list --json")
    guard list.status == 0 else {
      // A store whose making was cut short is not there yet.
      let isMissing = /.*(there is no store in .*| is missing)\n.*hint.*\n/
      #expect(list.status == 2 && list.output.isEmpty)
      #expect(list.errors.wholeMatch(of: isMissing) != nil, "\(list.errors)")
      return Seen(list: "no store")
    }
    var rest = ""
    for words in ["status alice --json", "policy show --json"] {
      let told = try await cachet(words)
      #expect(told.status == 0, "\(told)")
      rest += told.output
    }
    return Seen(list: list.output.replacing(/,"recovery_codes":[^}]*/, with: ""), rest: rest)
  }

  /// What is seen one after the other while `change` is made.
  func stages(_ change: Change) async throws -> [Seen] {
    try restore()
    var stages = [try await seen()]
    try await #require(cachet(change.words, input: change.input).status == 0)
    let end = try await seen()
    if start != .enrolled {
      // A store is made, and then somebody is enrolled.
      try await cachet("remove alice --erase --yes")
      stages.append(try await seen())
    }
    return stages + [end]
  }

  // MARK: signing in

  /// A fresh one, at the time of `signIn`; nil where nothing was scanned.
  func answer(_ thing: Change.Thing, _ scanned: Authenticator?) -> String? {
    switch thing {
    case .phone: Place.phone.code(at: Place.noon + 60)
    case .tablet: Place.tablet.code(at: Place.noon + 60)
    case .watch: Place.watch.code(at: Place.noon + 60)
    case .scanned: scanned?.code(at: Place.noon + 60)
    case .recoveryCode: recoveryCodes.first
    }
  }

  /// Whether the module as it is installed lets `user` in.
  func signIn(_ user: String, _ answer: String) async throws -> Bool {
    let places = options.map { "[\($0.name)=\($0.path)]" }.joined(separator: " ")
    var transaction = PAMTransaction(
      ["auth required \(Built.inLine) \(places) after_first_factor"], user: user,
      answers: [.text(answer)])
    transaction.accounts = Place.accounts
    transaction.clock = "@\(Place.noon + 60)"
    return try await transaction.run()["auth"] == ["PAM_SUCCESS"]
  }

  // MARK: what is left

  /// Names of temporary files and folders.
  var leftovers: [String] { names.filter { $0.split(separator: "/").last?.first == "." } }

  private var names: [String] {
    (try? FileManager.default.subpathsOfDirectory(atPath: root)) ?? []
  }

  private static let oneTimeSecret = #"\b[0-9A-Z]{4}(-[0-9A-Z]{4}){3}\b"#

  /// Files, the journal among them, that hold a secret in the open, or the host's key beside its own.
  func telling(_ scanned: Authenticator?) async throws -> [String] {
    let known = [Place.phone, Place.tablet, Place.watch, scanned].compactMap { $0?.secret }
    let key = names.first { $0.hasSuffix("/host.key") }
    let plain = known + [key.flatMap { contents($0) }].compactMap { $0.map(Array.init) }
    let forms = plain.flatMap { secret in
      [Data(secret), Data(secret.map { String(format: "%02x", $0) }.joined().utf8)]
    }
    let holders = names.filter { name in
      guard name != key, let bytes = contents(name) else { return false }
      return forms.contains { bytes.range(of: $0) != nil }
    }
    // Whosever it is: any Base32 that is long enough, and any one-time secret.
    let text = try await run(
      "/usr/bin/env",
      [
        "-C", root, "LC_ALL=C", "grep", "-rlaE",
        "[A-Z2-7]{24}|\(Place.oneTimeSecret)|otpauth", ".",
      ])
    return holders + text.lines.map { String($0.dropFirst(2)) }
  }

  /// Writes `bytes` where a program could have left them.
  func leave(_ bytes: Data, in name: String) throws {
    try bytes.write(to: URL(filePath: root + "/" + name))
  }

  private func contents(_ name: String) -> Data? {
    FileManager.default.contents(atPath: root + "/" + name)
  }
}
