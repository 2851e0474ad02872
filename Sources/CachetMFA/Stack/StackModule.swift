/// What is known of the modules in a stack.
extension Stack.Handler {
  /// Our module, wherever it lies.
  var isOurs: Bool { role == .module && name == "pam_cachet_mfa.so" }

  func has(_ option: String) -> Bool { arguments.contains(option) }

  /// Whether its success may prove who the user is. A module that is not known here may.
  var proves: Bool {
    guard role == .module, !isOurs else { return false }
    // A program that is not told the password judges none.
    if name == "pam_exec.so" { return has("expose_authtok") }
    return !Stack.Handler.bystanders.contains(name)
  }

  /// Modules that prove nothing about a user: they set up, delay, announce, or look at other things.
  private static let bystanders: Set<String> = [
    "pam_access.so", "pam_cap.so", "pam_debug.so", "pam_deny.so", "pam_echo.so", "pam_env.so",
    "pam_ecryptfs.so", "pam_faildelay.so", "pam_faillock.so", "pam_ftp.so", "pam_gnome_keyring.so",
    "pam_group.so", "pam_issue.so", "pam_keyinit.so", "pam_kwallet5.so", "pam_lastlog.so",
    "pam_limits.so", "pam_listfile.so", "pam_localuser.so", "pam_loginuid.so", "pam_mail.so",
    "pam_mkhomedir.so", "pam_motd.so", "pam_mount.so", "pam_namespace.so", "pam_nologin.so",
    "pam_permit.so", "pam_rootok.so", "pam_securetty.so", "pam_selinux.so", "pam_sepermit.so",
    "pam_setquota.so", "pam_shells.so", "pam_ssh_add.so", "pam_succeed_if.so", "pam_tally2.so",
    "pam_time.so", "pam_timestamp.so", "pam_tty_audit.so", "pam_umask.so", "pam_usertype.so",
    "pam_warn.so", "pam_wheel.so", "pam_xauth.so",
  ]

  /// Whether its success says that root runs the program, at `service`. Root may pass there.
  ///
  /// This is true of su and sudo alone. At sshd the process is always root's, and the name of the user
  /// is what a stranger typed. At sudo `uid = 0` is about the target with "Defaults targetpw", and so true
  /// of everybody.
  func letsRootPass(at service: String) -> Bool {
    switch service {
    case "su", "su-l": return name == "pam_rootok.so"
    case "sudo", "sudo-i":
      let words = arguments.filter { $0 != "quiet" }.map { $0 == "eq" ? "=" : $0 }
      return name == "pam_succeed_if.so"
        && words == ["ruser", "=", "root"]
    default: return false
    }
  }

  /// What our lines answer when they refuse. The last one is libpam's, where the module is missing.
  private static let refusals: [ReturnCode] = [
    .authErr, .maxtries, .authinfoUnavail, .acctExpired, .permDenied, .moduleUnknown,
  ]

  /// The answers to try in the search. Of several failures with the same effect, one is enough.
  func answers(at service: String) -> [ReturnCode] {
    switch role {
    case .substack: return [.ignore]
    case .mustFail: return [.permDenied]
    case .module: break
    }
    switch name {
    case "pam_permit.so": return [.success]
    case "pam_deny.so": return [.authErr]
    default: break
    }
    var effects: Set<Control.Action> = []
    if isOurs {
      return [.success, .ignore]
        + Stack.Handler.refusals.filter { effects.insert(control[$0]).inserted }
    }
    return ReturnCode.allCases.filter { code in
      switch code {
      case .success: !letsRootPass(at: service)
      case .ignore, .newAuthtokReqd: true
      // The program is asked to come again.
      case .incomplete: false
      default: effects.insert(control[code]).inserted
      }
    }
  }
}
