import Foundation

/// One real libpam transaction, run by build/test/pamtry in a process of its own.
///
///     let told = try await PAMTransaction(
///       ["auth required \(Built.inLine) [store=\(folder.path)]"], user: "alice",
///       answers: [.text("123456")]
///     ).run()
///     #expect(told["auth"] == ["PAM_SUCCESS"])
public struct PAMTransaction: Sendable {
  public var services: [String: [String]]
  public var user: String?
  public var answers: [Answer]
  public var steps: [String]
  public var rhost: String?
  public var tty: String?
  public var ruser: String?
  /// The PAM environment, as sshd fills it (SSH_AUTH_INFO_0), not the process's.
  public var environment: [String: String] = [:]
  /// `+90`, `-3600` (seconds from now), `@1700000000` (stands still) or `fail`.
  public var clock: String?
  /// The n-th allocation within each call into libpam fails; 0 counts only.
  public var failAllocation: Int?
  /// Whether libpam keeps for a module what the module gives it (`pam_set_data`).
  public var keepsData = true
  /// So many children go through the same steps at once; services are taken in turn.
  public var parallel: Int?
  public var conversation = true
  /// People, groups and failing lookups that the machine does not have.
  public var accounts: Accounts?
  /// What happens at a system call inside the calls into libpam.
  public var fault: Fault?
  /// Words before the command line: a tracer, or a private view of the file systems.
  public var wrapper: [String] = []
  public var seconds = 30

  /// - Parameters:
  ///   - lines: the service file; `auth`, `account`, `session` and `password` lines as in pam.d
  ///   - steps: `auth`, `acct`, `setcred`, `open`, `close`, `chauthtok` (each with `:silent`,
  ///     `:nonull`), `restart`, `fork`, `sleep:MS`, `clock:SPEC`, `rhost:HOST`, `user:NAME`
  public init(
    _ lines: [String], user: String?, answers: [Answer] = [], steps: [String] = ["auth"]
  ) {
    self.init(services: ["pamtry": lines], user: user, answers: answers, steps: steps)
  }

  public init(
    services: [String: [String]], user: String?, answers: [Answer] = [], steps: [String] = ["auth"]
  ) {
    self.services = services
    self.user = user
    self.answers = answers
    self.steps = steps
  }

  public func run() async throws -> PAMReport {
    try await withFolder { folder in
      // libpam asks for `other` too; it must never be what lets somebody in.
      let deny = ["auth", "account", "session", "password"].map { "\($0) required pam_deny.so\n" }
      try folder.write(deny.joined(), to: "pam.d/other")
      for (name, lines) in services {
        try folder.write(lines.map { $0 + "\n" }.joined(), to: "pam.d/\(name)")
      }
      let pamtry = Built.tool("pamtry")
      var command = [pamtry] + words(confdir: folder.path("pam.d"))
      if let fault { command = fault.words(report: folder.path("report")) + command }
      command = wrapper + command
      let outcome = try await TestSupport.run(
        command[0], Array(command.dropFirst()),
        environment: preloads(in: folder), within: seconds)
      return PAMReport(
        outcome, journal: folder.read("journal"), systemCalls: folder.read("report"))
    }
  }

  private func words(confdir: String) -> [String] {
    var words = ["--confdir", confdir, "--service", services.keys.sorted().joined(separator: ",")]
    func add(_ option: String, _ value: String?) { if let value { words += [option, value] } }
    add("--user", user)
    add("--rhost", rhost)
    add("--tty", tty)
    add("--ruser", ruser)
    add("--fail-allocation", failAllocation.map(String.init))
    add("--parallel", parallel.map(String.init))
    for (name, value) in environment { add("--env", "\(name)=\(value)") }
    for answer in answers { add("--answer", answer.word) }
    if !conversation { words.append("--no-conversation") }
    return words + steps
  }

  /// env(1) passes this on: pamtry and the tracer see it, nobody else.
  private func preloads(in folder: TemporaryFolder) throws -> [String: String] {
    var names = ["journal.so"]
    var variables = ["TEST_JOURNAL": folder.path("journal")]
    if let clock { variables["TEST_CLOCK"] = clock }
    let words = steps + answers.map(\.word)
    if clock != nil || words.contains(where: { $0.hasPrefix("clock:") }) {
      names.append("clock.so")
    }
    if failAllocation != nil { names.append("allocations.so") }
    if !keepsData { names.append("nodata.so") }
    if let accounts {
      names.append("accounts.so")
      variables["TEST_PASSWD"] = try folder.write(accounts.passwd, to: "passwd", mode: 0o644)
      variables["TEST_GROUP"] = try folder.write(accounts.group, to: "group", mode: 0o644)
      variables["TEST_LOOKUPS"] = accounts.failures
    }
    // A blank ends a name there: the sources may lie in a folder that has one, these links do not.
    for name in names {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path(name), withDestinationPath: Built.tool(name))
    }
    variables["LD_PRELOAD"] = names.map(folder.path).joined(separator: ":")
    return variables
  }
}
