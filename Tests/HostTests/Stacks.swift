import Foundation
import TestSupport

/// A host with all recipes in Debian's own files, an account of each kind, and sshd and cockpit that
/// listen.
struct Stacks {
  typealias Kind = StackRow.Kind

  let home: Guarded
  private let phones: [Kind: Phone]
  private var host: TestHost { home.host }

  /// Whether this suite has the program behind `door`.
  func has(_ door: StackRow.Door) async throws -> Bool {
    guard door == .sudoRS else { return true }
    return try await host.run("test", "-x", "/usr/bin/sudo-rs").status == 0
  }

  /// What `row` comes to, as a line of the table, and what was seen at each attempt.
  func line(_ row: StackRow) async throws -> (cells: String, seen: [Visit]) {
    try await host.must(
      "cp -a /root/pam.d/. /etc/pam.d/ && cp -a /root/shadow /etc/shadow && rm -rf /run/faillock/*")
    try writeSudoers()
    try await host.policy()
    for change in row.changes { try await host.make(change) }
    var cells: [String] = []
    var seen: [Visit] = []
    for kind in Kind.allCases {
      let visit = try await attempt(row, kind)
      cells.append(cell(visit, at: row.door))
      seen.append(visit)
    }
    return ("| \(row.door.rawValue) | \(row.words) | \(cells.joined(separator: " | ")) |", seen)
  }

  // MARK: attempts

  private func attempt(_ row: StackRow, _ kind: Kind) async throws -> Visit {
    let user = kind.rawValue
    let password = row.has(.wrongPassword) ? "no-password" : "\(user)-password"
    let code = try await phones[kind]?.nextCode() ?? "123456"
    // At a further question the person gives up.
    let said: Guarded.Dialogue = [
      ("code for \(user) (", code), ("assword:", password), ("assword for \(user):", password),
      ("assword:", "<interrupt>"), ("assword for \(user):", "<interrupt>"),
      ("ssword: ", "<interrupt>"),
    ]
    func at(_ words: [String], as caller: String? = nil, _ more: Guarded.Dialogue = []) async throws
      -> Outcome
    {
      try await host.terminal(more + said, words, as: caller, inAnyOrder: true)
    }
    return try await home.visit {
      switch row.door {
      case .sshd: try await at(ssh(user, ["PreferredAuthentications=keyboard-interactive"]))
      case .key:
        try await at(
          ssh(user, ["PreferredAuthentications=publickey", "IdentityFile=/root/\(user).key"]))
      case .sudo, .sudoRS:
        row.has(.remembered)
          ? try await again("/usr/bin/\(row.door.rawValue)", kind, said)
          : try await at(["/usr/bin/\(row.door.rawValue)", "id", "-un"], as: user)
      case .su: try await at(["/bin/su", user, "-c", "id -un"], as: "bob")
      case .suByRoot: try await at(["/bin/su", user, "-c", "id -un"])
      case .login:
        try await at(
          ["/bin/login"],
          [("testroot login:", user), ("testroot login:", "<hangup>"), ("$ ", "exit")])
      case .cockpit: try await host.cockpit(user, password, code)
      }
    }
  }

  private func ssh(_ user: String, _ options: [String]) -> [String] {
    let all =
      options + [
        "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR",
        "NumberOfPasswordPrompts=1",
      ]
    return ["/usr/bin/ssh"] + all.flatMap { ["-o", $0] } + ["-l", user, "127.0.0.1", "id -un"]
  }

  /// The second of two, at one terminal. At the first every user is exempt and none has expired.
  private func again(
    _ sudo: String, _ kind: Kind, _ said: Guarded.Dialogue
  ) async throws -> Outcome {
    try await host.make(.exempt)
    if kind == .expired { try await host.must("chage -E -1 \(kind)") }
    try await host.must("install -d -m 1777 /run/again")
    async let both = host.terminal(
      said,
      [
        "/bin/sh", "-c",
        """
        \(sudo) true && touch /run/again/first || exit 9
        while [ ! -e /run/again/go ]; do sleep 0.05; done
        echo the second:
        exec \(sudo) -n id -un
        """,
      ], as: kind.rawValue, inAnyOrder: true)
    let first = host.path("/run/again/first").path
    for _ in 0..<500 where !FileManager.default.fileExists(atPath: first) {
      try await Task.sleep(for: .milliseconds(20))
    }
    if kind == .expired { try await host.must("chage -E 0 \(kind)") }
    try await host.policy()
    try host.write("", to: "/run/again/go")
    var told = try await both
    try await host.must("rm -rf /run/again")
    // The first one is not what is asked about.
    told.output = told.output.components(separatedBy: "the second:").last ?? ""
    return told
  }

  // MARK: what is seen

  /// What became of an attempt, in the words of the table.
  private func cell(_ visit: Visit, at door: StackRow.Door) -> String {
    let shown = visit.outcome.output
    // cockpit's first question is the page itself.
    var asked = door == .cockpit || shown.contains(/assword( for \w+)?:/) ? ["password"] : []
    if shown.contains("code for ") { asked.append("code") }
    if visit.isIn {
      return "in: " + (asked.isEmpty ? "nothing asked" : asked.joined(separator: ", "))
    }
    let ours = visit.decisions.last { !$0.hasPrefix("accepted") && !$0.hasPrefix("ignored") }
    if let reason = ours?.split(separator: " ").last { return "out: \(reason)" }
    let journal = visit.journal.joined(separator: "\n")
    if journal.contains("account expired") { return "out: expired" }
    if journal.contains("expired password") { return "out: password change" }
    if asked.contains("code") { return "out: asked for a code" }
    return journal.contains("authentication failure") ? "out: wrong password" : "out"
  }

  // MARK: the host

  private func writeSudoers() throws {
    let text = "Defaults timestamp_timeout=15\nALL ALL=(ALL:ALL) ALL\n"
    try? FileManager.default.removeItem(at: host.path("/etc/sudoers.d/zz"))
    try host.write(text, to: "/etc/sudoers.d/test", mode: 0o440)
    try host.write(text, to: "/etc/sudoers-rs", mode: 0o440)
  }

  fileprivate init(_ host: TestHost) async throws {
    try await host.must("sed -i 's/pam_unix.so nullok/& nodelay/' /etc/pam.d/common-auth")
    try host.recipe("sshd", into: "sshd")
    for service in ["sudo", "sudo-i"] { try host.recipe("sudo", into: service) }
    try host.recipe("su", into: "su")
    try host.recipe("login", into: "login")
    try host.recipe("cockpit", into: "cockpit")
    try host.stopClock()
    for kind in Kind.allCases {
      try await host.must(
        """
        useradd --create-home --shell /bin/bash \(kind)
        echo \(kind):\(kind)-password | chpasswd --crypt-method SHA256 --sha-rounds 1000
        """)
      _ = try await host.key(for: kind.rawValue)
    }
    let enrolled = try await host.enroll("enrolled")
    phones = try await [
      .enrolled: enrolled, .disabled: host.enroll("disabled"), .expired: host.enroll("expired"),
    ]
    try await host.mfa("disable", "disabled")
    try await host.must(
      "chage -E 0 expired && cp -a /etc/pam.d /root/pam.d && cp -a /etc/shadow /root/shadow")
    try await host.startWithRecipe(sshd: ["AuthenticationMethods keyboard-interactive publickey"])
    try await host.startCockpit()
    home = Guarded(host: host, alice: enrolled)
  }
}

/// Opens such a host.
func withStacks(_ body: (Stacks) async throws -> Void) async throws {
  try await withHost(sshd: nil) { host in try await body(Stacks(host)) }
}
