import TestSupport

/// One line of the table in docs/stacks.md: a door, and what is other than stock there.
struct StackRow: Sendable {
  /// The accounts of the table are called after what they are. Each knows its password, and has a
  /// right code where it has any.
  enum Kind: String, CaseIterable, Sendable {
    case enrolled, unenrolled, disabled, expired
  }

  /// Who asks.
  enum Door: String, Sendable {
    case sshd
    case key = "sshd, key alone"
    case sudo
    case sudoRS = "sudo-rs"
    case su
    case suByRoot = "su by root"
    case login
    case cockpit
  }

  /// What an administrator, or another package, made of the host.
  enum Change: Sendable {
    /// `chage -d 0`: the password has to be changed.
    case passwordExpired
    /// As `pam-auth-update` leaves it with libpam-sss.
    case sss
    /// As pam_faillock(8) shows, with `authsucc`.
    case faillock
    case sufficientUnix
    /// `substack` where Debian has `@include`, before our line.
    case substack
    case wrongPassword
    case noPassword
    /// sudo still remembers an earlier success.
    case remembered
    case withoutProof
    case exempt
  }

  let door: Door
  let changes: [Change]
  let words: String

  init(_ door: Door, _ words: String, _ changes: Change...) {
    (self.door, self.words, self.changes) = (door, words, changes)
  }

  func has(_ change: Change) -> Bool { changes.contains(change) }

  static let all: [StackRow] =
    [
      StackRow(.sshd, "stock"),
      StackRow(.sshd, "password expired", .passwordExpired),
      StackRow(.sshd, "libpam-sss", .sss),
      StackRow(.sshd, "pam_faillock authsucc", .faillock),
      StackRow(.sshd, "pam_unix sufficient", .sufficientUnix),
      StackRow(.sshd, "substack", .substack),
      StackRow(.sshd, "substack, wrong password", .substack, .wrongPassword),
      StackRow(.sshd, "exempt", .exempt),
      StackRow(.key, "stock"),
      StackRow(.key, "exempt", .exempt),
      StackRow(.key, "without needs_second_factor", .withoutProof),
    ] + sudo(.sudo) + sudo(.sudoRS) + [
      StackRow(.su, "stock"),
      StackRow(.su, "password expired", .passwordExpired),
      StackRow(.su, "libpam-sss", .sss),
      StackRow(.su, "pam_faillock authsucc", .faillock),
      StackRow(.su, "pam_unix sufficient", .sufficientUnix),
      StackRow(.su, "exempt", .exempt),
      StackRow(.suByRoot, "stock"),
      StackRow(.suByRoot, "password expired", .passwordExpired),
      StackRow(.suByRoot, "libpam-sss", .sss),
      StackRow(.login, "stock"),
      StackRow(.login, "password expired", .passwordExpired),
      StackRow(.login, "pam_faillock authsucc", .faillock),
      StackRow(.login, "pam_unix sufficient", .sufficientUnix),
      StackRow(.cockpit, "stock"),
      StackRow(.cockpit, "wrong password", .wrongPassword),
      StackRow(.cockpit, "libpam-sss", .sss),
      StackRow(.cockpit, "pam_unix sufficient", .sufficientUnix),
      StackRow(.cockpit, "exempt", .exempt),
    ]

  private static func sudo(_ door: Door) -> [StackRow] {
    [
      StackRow(door, "stock"),
      StackRow(door, "password expired", .passwordExpired),
      StackRow(door, "libpam-sss", .sss),
      StackRow(door, "pam_faillock authsucc", .faillock),
      StackRow(door, "pam_unix sufficient", .sufficientUnix),
      StackRow(door, "NOPASSWD", .noPassword),
      StackRow(door, "NOPASSWD, password expired", .noPassword, .passwordExpired),
      StackRow(door, "NOPASSWD, libpam-sss", .noPassword, .sss),
      StackRow(door, "again, while it remembers", .remembered),
      StackRow(door, "exempt", .exempt),
    ]
  }
}

extension TestHost {
  /// Makes `change` on a host whose files are as the recipes leave them.
  func make(_ change: StackRow.Change) async throws {
    switch change {
    case .wrongPassword, .remembered: break
    case .passwordExpired:
      for kind in StackRow.Kind.allCases { try await must("chage -d 0 \(kind)") }
    case .sss:
      try common(
        "account",
        [
          "[success=1 new_authtok_reqd=done default=ignore] pam_unix.so", "requisite pam_deny.so",
          "required pam_permit.so", "sufficient pam_localuser.so",
          "[default=bad success=ok user_unknown=ignore] pam_sss.so",
        ])
    case .faillock:
      try common(
        "auth",
        [
          "required pam_faillock.so preauth", "[success=1 default=bad] pam_unix.so nodelay",
          "[default=die] pam_faillock.so authfail", "sufficient pam_faillock.so authsucc",
          "required pam_deny.so",
        ])
    case .sufficientUnix:
      try common("auth", ["sufficient pam_unix.so nodelay", "required pam_deny.so"])
    case .substack:
      try await must("sed -i 's/^@include common-auth/auth substack common-auth/' /etc/pam.d/sshd")
    case .noPassword:
      for file in ["sudoers.d/zz", "sudoers-rs"] {
        try write("ALL ALL=(ALL:ALL) NOPASSWD: ALL\n", to: "/etc/\(file)", mode: 0o440)
      }
    case .withoutProof:
      try await must("sed -i 's/ needs_second_factor//' /etc/pam.d/sshd")
    case .exempt:
      let users = StackRow.Kind.allCases.map { "\($0) \"tests need it\"" }
      try await policy("exempt-users = " + users.joined(separator: ", "))
    }
  }

  private func common(_ type: String, _ lines: [String]) throws {
    try pam("common-\(type)", lines.map { "\(type) \($0)" })
  }
}
