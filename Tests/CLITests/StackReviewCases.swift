/// Stacks, and what is to be said of them.
extension StackReviewTests {
  static let debian = [
    "common-auth": """
    auth [success=1 default=ignore] pam_unix.so nullok
    auth requisite pam_deny.so
    auth required pam_permit.so
    """,
    "common-account": """
    account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
    account requisite pam_deny.so
    account required pam_permit.so
    """,
    "common-session": "session required pam_unix.so",
    "other": "@include common-auth\n@include common-account",
  ]
  static let ours =
    "auth [success=ok ignore=ignore default=die] pam_cachet_mfa.so after_first_factor"
  static let proof = "account required pam_cachet_mfa.so needs_second_factor"
  static let account = "account required pam_cachet_mfa.so"

  /// A service with our lines where the recipes have them.
  private static func door(_ auth: String = "@include common-auth\n\(ours)", _ account: String)
    -> String
  {
    "\(auth)\naccount required pam_nologin.so\n\(account)\n"
  }
  static let sound = door(
    "@include common-auth\n\(ours)", "\(account)\n@include common-account")
  static let proven = door(
    "@include common-auth\n\(ours)", "\(proof)\n@include common-account")
  static let faillock = """
    auth required pam_faillock.so preauth
    auth [success=1 default=bad] pam_unix.so
    auth [default=die] pam_faillock.so authfail
    auth sufficient pam_faillock.so authsucc
    auth required pam_deny.so
    """
  static let sufficient = "auth sufficient pam_unix.so\nauth requisite pam_deny.so"
  static let sss =
    (debian["common-account"] ?? "") + """

      account sufficient pam_localuser.so
      account [default=bad success=ok user_unknown=ignore] pam_sss.so
      """

  static let cases = [
    Case(name: "the recipe in Debian's stack", files: ["sshd": sound]),
    Case(name: "with libpam-sss", files: ["sshd": sound, "common-account": sss]),
    Case(
      name: "with libpam-cap and a service's own lines",
      files: [
        "sshd":
          "auth optional pam_faildelay.so\nauth requisite pam_nologin.so\n\(sound)\nauth optional pam_group.so",
        "common-auth": (debian["common-auth"] ?? "") + "\nauth optional pam_cap.so",
      ]),
    Case(
      name: "with libpam-krb5",
      files: [
        "sshd": sound,
        "common-auth": """
        auth [success=2 default=ignore] pam_krb5.so minimum_uid=1000
        auth [success=1 default=ignore] pam_unix.so try_first_pass
        auth requisite pam_deny.so
        auth required pam_permit.so
        """,
      ]),
    // (a) the account line
    Case(
      name: "the account line behind common-account",
      files: ["sshd": door("@include common-auth\n\(ours)", "@include common-account\n\(account)")],
      findings: ["account skipped by common-account:1 (sshd:5)"]),
    Case(
      name: "the same with libpam-sss",
      files: [
        "sshd": door("@include common-auth\n\(ours)", "@include common-account\n\(account)"),
        "common-account": sss,
      ],
      findings: [
        "account skipped by common-account:1 (sshd:5)",
        "account skipped by common-account:4 (sshd:5)", "account overruled (sshd:5)",
      ]),
    Case(
      name: "a jump over the account line",
      files: [
        "sshd": door(
          "@include common-auth\n\(ours)",
          "account [success=1 default=ignore] pam_localuser.so\n\(account)\n@include common-account"
        )
      ],
      findings: ["account skipped by sshd:4 (sshd:5)"]),
    Case(
      name: "no account line",
      files: ["sshd": door("@include common-auth\n\(ours)", "@include common-account")],
      findings: ["account missing"]),
    Case(
      name: "no line at all", files: ["sshd": "@include common-auth\n@include common-account"],
      findings: ["missing"]),
    Case(
      name: "a service without account lines of its own follows 'other'",
      files: ["sshd": "@include common-auth\n\(ours)"], findings: ["account missing"]),
    Case(
      name: "'other' has our lines",
      files: [
        "sshd": "session required pam_permit.so", "other": sound,
      ]),
    Case(
      name: "an account line that is optional",
      files: [
        "sshd": door(
          "@include common-auth\n\(ours)",
          "account optional pam_cachet_mfa.so\n@include common-account")
      ],
      findings: ["account overruled (sshd:4)"]),
    Case(
      name: "the answer about an expired password comes before our refusal",
      files: [
        "sshd": door(
          "@include common-auth\n\(ours)",
          "account [success=ok default=bad] pam_unix.so\n\(account)")
      ],
      findings: ["account overruled (sshd:5)"]),
    // (b) the auth line
    Case(
      name: "faillock's authsucc", files: ["sshd": sound, "common-auth": faillock],
      findings: ["auth skipped by common-auth:4 (sshd:2)"]),
    Case(name: "the same, and proof is needed", files: ["sshd": proven, "common-auth": faillock]),
    Case(
      name: "a sufficient pam_unix", files: ["sshd": sound, "common-auth": sufficient],
      findings: ["auth skipped by common-auth:1 (sshd:2)"]),
    Case(
      name: "a sufficient pam_unix, and a pam_deny that does not end the stack",
      files: [
        "sshd": proven, "common-auth": "auth sufficient pam_unix.so\nauth required pam_deny.so",
      ],
      findings: ["unproven by common-auth:1 (sshd:2)"]),
    Case(
      name: "the same, and proof is needed ", files: ["sshd": proven, "common-auth": sufficient]),
    Case(
      name: "proof is needed by a line that can be passed over itself",
      files: [
        "sshd": door("@include common-auth\n\(ours)", "@include common-account\n\(proof)"),
        "common-auth": sufficient,
      ],
      findings: [
        "auth skipped by common-auth:1 (sshd:2)",
        "account skipped by common-account:1 (sshd:5)",
      ]),
    Case(
      name: "our auth line as sufficient",
      files: [
        "sshd": door(
          "@include common-auth\nauth sufficient pam_cachet_mfa.so after_first_factor",
          "\(account)\n@include common-account")
      ],
      findings: ["auth overruled (sshd:2)"]),
    Case(
      name: "a jump for a group",
      files: [
        "sshd": door(
          "@include common-auth\nauth [success=1 default=ignore] pam_succeed_if.so user ingroup robots\n\(ours)",
          "\(account)\n@include common-account")
      ],
      findings: ["auth skipped by sshd:2 (sshd:3)"]),
    Case(
      name: "code first, in front of a sufficient pam_unix",
      files: [
        "sudo": door(
          "auth [success=ok ignore=ignore default=die] pam_cachet_mfa.so\n@include common-auth",
          "\(account)\n@include common-account"), "common-auth": sufficient,
      ]),
    // (c) after_first_factor
    Case(
      name: "behind a substack",
      files: [
        "sshd": door("auth substack common-auth\n\(ours)", "\(account)\n@include common-account")
      ],
      findings: ["unproven by common-auth:1 (sshd:2)"]),
    Case(
      name: "behind a substack, and a program that judges no password",
      files: [
        "sshd": door(
          "auth substack common-auth\nauth [success=ok default=die] pam_exec.so quiet /bin/true\n\(ours)",
          "\(account)\n@include common-account")
      ],
      findings: ["unproven by common-auth:1 (sshd:3)"]),
    Case(
      name: "behind a program that judges the password",
      files: [
        "sshd": door(
          "auth [success=ok default=die] pam_exec.so expose_authtok /usr/bin/judge\n\(ours)",
          "\(account)\n@include common-account")
      ]),
    Case(
      name: "behind a required pam_unix",
      files: [
        "sshd": door("auth required pam_unix.so\n\(ours)", "\(account)\n@include common-account")
      ],
      findings: ["unproven by sshd:1 (sshd:2)"]),
    Case(
      name: "behind an optional pam_unix, which proof does not mend",
      files: [
        "sshd": door("auth optional pam_unix.so\n\(ours)", "\(proof)\n@include common-account")
      ],
      findings: ["unproven by sshd:1 (sshd:2)"]),
    Case(
      name: "in front of the password",
      files: ["sshd": door("\(ours)\n@include common-auth", "\(account)\n@include common-account")],
      findings: ["unproven by no line (sshd:1)"]),
    Case(
      name: "behind pam_permit alone",
      files: [
        "sshd": door("auth required pam_permit.so\n\(ours)", "\(account)\n@include common-account")
      ],
      findings: ["unproven by no line (sshd:2)"]),
    // Files that libpam cannot read.
    Case(
      name: "a line that the file ends in",
      files: ["sshd": "\(sound)account required \\"], findings: ["broken sshd:6"]),
    Case(
      name: "an include of no file", files: ["sshd": "\(sound)@include common-nothing"],
      findings: ["broken sshd:6"]),
    Case(
      name: "a line that goes on over a comment",
      files: ["sshd": "\(sound)session optional \\\n# why\n pam_mail.so"],
      findings: ["interrupted sshd:7"]),
    Case(
      name: "a comment that libpam 1.5 reads in two pieces",
      files: [
        "sshd": "# \(String(repeating: "x", count: 1_020))auth sufficient pam_permit.so\n\(sound)"
      ],
      findings: ["long sshd:1"]),
    Case(
      name: "a line as long as libpam 1.5 reads it",
      files: ["sshd": "# \(String(repeating: "x", count: 1_020))\n\(sound)"]),
    Case(
      name: "pieces that make a long line",
      files: [
        "sshd": "session optional pam_mail.so \(String(repeating: "x", count: 600)) \\\n"
          + "\(String(repeating: "y", count: 600))\n\(sound)"
      ],
      findings: ["long sshd:2"]),
    // Root's own ways are no complaint where a person is root, and are elsewhere.
    Case(
      name: "pam_rootok at sshd, where the process is always root's",
      files: [
        "sshd": door(
          "@include common-auth\n\(ours)",
          "account [success=1 default=ignore] pam_rootok.so\n\(account)\n@include common-account")
      ],
      findings: ["account skipped by sshd:4 (sshd:5)"]),
    Case(
      name: "root as the name that somebody typed at sshd",
      files: [
        "sshd": door(
          "@include common-auth\n\(ours)",
          "account [success=1 default=ignore] pam_succeed_if.so uid = 0\n\(account)\n@include common-account"
        )
      ],
      findings: ["account skipped by sshd:4 (sshd:5)"]),
    Case(
      name: "root by the name of who asks at sudo",
      files: [
        "sudo": door(
          "@include common-auth\n\(ours)",
          "account [success=1 default=ignore] pam_succeed_if.so quiet ruser = root\n\(account)\n@include common-account"
        )
      ]),
    Case(
      name: "root as the target of sudo, which with targetpw is everybody's",
      files: [
        "sudo": door(
          "@include common-auth\n\(ours)",
          "account [success=1 default=ignore] pam_succeed_if.so quiet uid = 0\n\(account)\n@include common-account"
        )
      ],
      findings: ["account skipped by sudo:4 (sudo:5)"]),
    Case(
      name: "sudo for more than root",
      files: [
        "sudo": door(
          "@include common-auth\n\(ours)",
          "account [success=1 default=ignore] pam_succeed_if.so uid < 1000\n\(account)\n@include common-account"
        )
      ],
      findings: ["account skipped by sudo:4 (sudo:5)"]),
  ]
}
