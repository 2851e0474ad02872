import Foundation

/// What an enrolled person carries. Codes come from build/test/totp, so that tests do not ask the
/// product what is right.
public struct Phone: Sendable {
  public let recoveryCodes: [String]
  private let secret: String
  private let host: TestHost

  /// From what `enroll --json` told, at a terminal or not.
  public init(_ told: Outcome, _ host: TestHost) throws {
    struct Sheet: Decodable {
      let uri: String
      let recovery_codes: [String]
    }
    let json = told.output.split(whereSeparator: \.isNewline).last { $0.hasPrefix("{") } ?? ""
    let sheet = try JSONDecoder().decode(Sheet.self, from: Data(json.utf8))
    let items = URLComponents(string: sheet.uri)?.queryItems ?? []
    secret = items.first { $0.name == "secret" }?.value ?? ""
    recoveryCodes = sheet.recovery_codes
    self.host = host
  }

  /// The code that it shows, or will show in so many steps of 30 s.
  public func code(_ steps: Int = 0) async throws -> String {
    let told = try await run(Built.tool("totp"), [secret, "\(host.now + steps * 30)"])
    return String(told.output.dropLast())
  }

  /// A code that was never shown before: the host's clock moves to it.
  public func nextCode() async throws -> String {
    try host.later(30)
    return try await code()
  }

  /// A code that is wrong now; each `n` is another one.
  public func wrongCode(_ n: Int = 0) async throws -> String {
    let number = ((Int(try await code()) ?? 0) + 1 + n) % 1_000_000
    return String(repeating: "0", count: 6 - String(number).count) + String(number)
  }
}

extension TestHost {
  /// The time inside, once it stands still.
  public var now: Int {
    Int(read("/run/test-clock").dropFirst()) ?? Int(Date().timeIntervalSince1970)
  }

  /// Lets the clock inside stand still, in the middle of a step.
  public func stopClock() throws { try clock("@\(now / 30 * 30 + 15)") }

  public func later(_ seconds: Int) throws { try clock("@\(now + seconds)") }

  /// Runs `cachet-mfa` as root on the system's store.
  @discardableResult
  public func mfa(_ words: String...) async throws -> Outcome {
    let told = try await enter(["/usr/bin/cachet-mfa"] + words, input: "", within: 30)
    guard told.status == 0 else { throw NotOpened(why: told.errors) }
    return told
  }

  /// Enrols `user`, making the system's store if there is none.
  public func enroll(_ user: String, name: String = "phone") async throws -> Phone {
    try await Phone(mfa("enroll", "--user", user, "--name", name, "--no-confirm", "--json"), self)
  }

  /// Invites `user`, and returns the invitation.
  public func invite(_ user: String) async throws -> String {
    struct Sheet: Decodable { let invitation: String }
    let told = try await mfa("invite", user, "--json")
    return try JSONDecoder().decode(Sheet.self, from: Data(told.output.utf8)).invitation
  }

  /// Applies a policy in which sshd is the door `ssh`.
  public func policy(_ lines: String...) async throws {
    try await policy(lines: ["door.sshd = ssh"] + lines)
  }

  /// Applies the policy of `lines`.
  public func policy(lines: [String]) async throws {
    let text = lines.map { $0 + "\n" }.joined()
    try write(text, to: "/etc/cachet-mfa/policy.conf", mode: 0o600)
    // Root, who calls, has no factor.
    try await mfa("policy", "apply", "--force")
  }
}
