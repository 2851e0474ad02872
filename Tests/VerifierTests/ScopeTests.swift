import Testing
import Verifier

/// With accounts and groups that every Debian has: root, daemon (1), www-data (33), nobody.
@Suite struct ScopeTests {
  @Test(arguments: [
    ("", "daemon", Scope.enforced),
    // exempt-users
    ("exempt-users = daemon \"x\"", "daemon", .exempt(.user)),
    ("exempt-users = root \"x\", \"daemon\" \"y\"", "daemon", .exempt(.user)),
    ("exempt-users = root \"x\"\nexempt-users = daemon \"x\"", "daemon", .exempt(.user)),
    ("exempt-users = Daemon \"x\", daemo \"x\", daemons \"x\"", "daemon", .enforced),
    ("exempt-users = root \"x\"", "daemon", .enforced),
    // exempt-groups
    ("exempt-groups = daemon \"x\"", "daemon", .exempt(.group)),
    ("exempt-groups = no-such-group \"x\", daemon \"x\"", "daemon", .exempt(.group)),
    ("exempt-groups = root \"x\"\nexempt-groups = daemon \"x\"", "daemon", .exempt(.group)),
    ("exempt-groups = root \"x\"", "daemon", .enforced),
    ("exempt-groups = no-such-group \"x\"", "daemon", .enforced),
    ("exempt-groups = DAEMON \"x\"", "daemon", .enforced),
    // required-groups
    ("required-groups = daemon", "daemon", .enforced),
    ("required-groups = root", "daemon", .outOfScope),
    ("required-groups = root, www-data", "daemon", .outOfScope),
    ("required-groups = root\nrequired-groups = www-data", "daemon", .outOfScope),
    ("required-groups = root, daemon", "daemon", .enforced),
    ("required-groups = daemon, root", "daemon", .enforced),
    ("required-groups = no-such-group", "daemon", .enforced),
    ("required-groups = root, no-such-group", "daemon", .enforced),
    ("required-groups = no-such-group, root", "daemon", .enforced),
    // Together: the user first, then the group, then the requirement.
    (
      "exempt-users = daemon \"x\"\nexempt-groups = daemon \"x\"\nrequired-groups = daemon",
      "daemon", .exempt(.user)
    ),
    ("exempt-groups = daemon \"x\"\nrequired-groups = daemon", "daemon", .exempt(.group)),
    ("required-groups = root\nexempt-groups = daemon \"x\"", "daemon", .exempt(.group)),
    ("exempt-groups = no-such-group \"x\"\nrequired-groups = root", "daemon", .outOfScope),
    ("exempt-groups = root \"x\"\nrequired-groups = daemon", "daemon", .enforced),
    ("required-groups = root", "root", .enforced),
    ("required-groups = www-data", "root", .outOfScope),
  ])
  func `any doubt enforces`(policy: String, user: String, expected: Scope) throws {
    let account = try found(user)
    let scope = try withPolicy(policy) { $0.scope(of: account) }
    #expect(scope == expected)
  }

  // 2026-01-01, 2026-02-01 and 2026-03-01 have passed at these seconds.
  private static let january: Int64 = 1_767_312_000
  private static let february: Int64 = 1_769_990_400
  private static let march: Int64 = 1_772_409_600

  @Test(
    arguments: [
      ("", nil),
      ("enroll-by = 2026-03-01", march),
      ("enroll-by = 2026-03-01\nenroll-by.daemon = 2026-01-01", january),
      ("enroll-by = 2026-03-01\nenroll-by.root = 2026-01-01", march),
      (
        "enroll-by.root = 2026-01-01\nenroll-by = 2026-03-01\nenroll-by.daemon = 2026-02-01",
        february
      ),
      ("enroll-by = 2026-03-01\nenroll-by.no-such-group = 2026-01-01", january),
      ("enroll-by.daemon = 2026-02-01\nenroll-by.no-such-group = 2026-01-01", january),
      ("enroll-by.daemon = 2026-01-01\nenroll-by.no-such-group = 2026-02-01", january),
      ("enroll-by.root = 2026-01-01", nil),
      ("enroll-by.daemon = 2026-02-01", february),
    ] as [(String, Int64?)])
  func `the earliest date of an account applies, and a doubt only shortens`(
    policy: String, expected: Int64?
  ) throws {
    let account = try found("daemon")
    let end = try withPolicy(policy) { $0.graceEnds(of: account) }
    #expect(end == expected)
  }
}
