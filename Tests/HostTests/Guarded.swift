import TestSupport
import Testing

/// A host as its administrator sets it up: Debian's sshd, sudo and su with the recipes as they stand
/// in pam/recipes, the module at its place, the system's store. alice is enrolled, bob is not.
///
/// Its clock stands still, so that a code is good until a test says otherwise.
struct Guarded {
  let host: TestHost
  let alice: Phone

  typealias Dialogue = [(expect: String, answer: String)]

  /// Password, then second factor, at `service`.
  func both(_ second: String, _ user: String = "alice", at service: String = "sshd") -> Dialogue {
    let password = service.hasPrefix("sudo") ? "password for \(user):" : "Password:"
    return [(password, "\(user)-password"), ("code for \(user) (\(service)):", second)]
  }

  func ssh(
    _ dialogue: Dialogue, as user: String = "alice", _ command: String = "id -un",
    methods: String = "keyboard-interactive", options: [String] = []
  ) async throws -> Visit {
    try await visit {
      try await host.ssh(user, dialogue, command, methods: methods, options: options)
    }
  }

  func sudo(
    _ dialogue: Dialogue, as user: String = "alice", options: [String] = []
  ) async throws -> Visit {
    try await visit { try await host.sudo(user, dialogue, options: options) }
  }

  func su(
    _ dialogue: Dialogue, from user: String, to target: String, login: Bool = false
  ) async throws -> Visit {
    try await visit { try await host.su(user, to: target, dialogue, login: login) }
  }

  /// What somebody's attempt came to, and what the module wrote in the journal meanwhile.
  func visit(_ attempt: () async throws -> Outcome) async throws -> Visit {
    let before = host.log.count
    let outcome = try await attempt()
    // Behind everything that was logged before it.
    let end = "end-of-visit-\(before)"
    try await host.run("logger", "--socket", "/dev/log", end)
    for _ in 0..<200 where !host.log.contains(where: { $0.hasSuffix(end) }) {
      try await Task.sleep(for: .milliseconds(10))
    }
    return Visit(
      outcome: outcome, journal: host.log.dropFirst(before).filter { !$0.hasSuffix(end) })
  }
}

/// One attempt at a door.
struct Visit: CustomStringConvertible {
  let outcome: Outcome
  let journal: [String]

  var isIn: Bool { outcome.status == 0 }

  /// The module's decisions: "refused wrong-code"; those of the account phase begin with "account".
  var decisions: [String] { Visit.decisions(in: journal) }

  static func decisions(in journal: some Sequence<String>) -> [String] {
    journal.compactMap { line in
      guard let fields = line.firstMatch(of: /event=(\S+) outcome=(\S+) .*reason=(\S+)/) else {
        return nil
      }
      return (fields.1 == "sign-in" ? "" : "\(fields.1) ") + "\(fields.2) \(fields.3)"
    }
  }

  /// How often `text` was shown.
  func shows(_ text: String) -> Int { outcome.output.ranges(of: text).count }

  var description: String {
    "status \(outcome.status)\n\(outcome.output)\(outcome.errors)\n"
      + journal.joined(separator: "\n")
  }
}

func expect(
  _ visit: Visit, isIn: Bool, _ decisions: [String], _ location: SourceLocation = #_sourceLocation
) {
  #expect(
    visit.isIn == isIn && visit.decisions == decisions, "\(visit)", sourceLocation: location)
}

/// Opens a guarded host. `sshd` lines stand before the recipe's; `policy` is applied behind
/// `door.sshd = ssh`. `browser`: with a web browser.
func withGuarded(
  sshd lines: [String]? = [], browser: Bool = false, _ body: (Guarded) async throws -> Void
) async throws {
  try await withHost(sshd: nil, browser: browser) { host in
    // A wrong password costs two seconds otherwise.
    try await host.shell("sed -i 's/pam_unix.so nullok/& nodelay/' /etc/pam.d/common-auth")
    try host.recipe("sshd", for: "sshd")
    try host.recipe("sudo", for: "sudo", "sudo-i")
    try host.recipe("su", for: "su")
    try host.stopClock()
    let home = try await Guarded(host: host, alice: host.enroll("alice"))
    if let lines { try await host.startWithRecipe(sshd: lines) }
    try await body(home)
  }
}
