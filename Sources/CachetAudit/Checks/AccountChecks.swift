extension Check {
  /// What is in Cachet's own tables.
  static let accounts: [Check] = [
    Check(
      id: "native-two-factor-admin", family: .accounts, severity: .high,
      title: "every administrator of Cachet has its own second factor too",
      rationale: "where the guard in front of the dashboard fails, a password alone opens it",
      fix: "switch it on in the profile of each account (2.x: /dashboard/user)",
      reference: "cachet users.google_2fa_secret; cachethq/core users.app_authentication_secret",
      look: { (subject) throws(Obstacle) in
        try subject.withoutSecondFactor { $0.isAdministrator }
      }),
    Check(
      id: "native-two-factor", family: .accounts, severity: .medium,
      title: "every other account of Cachet has its own second factor too",
      rationale:
        "nearly all of the dashboard, settings and mail included, is open to every account, whatever its level",
      fix: "switch it on in the profile of each account, and remove accounts that nobody uses",
      reference: "cachet routes/dashboard; cachethq/core canAccessPanel",
      look: { (subject) throws(Obstacle) in
        try subject.withoutSecondFactor { !$0.isAdministrator }
      }),
    Check(
      id: "api-tokens", family: .accounts, severity: .medium,
      title: "tokens of the API end, and may do only what they are for",
      rationale: "no second factor is asked for with a token: who finds one uses it, for ever",
      fix: "issue them anew with an end and with single abilities, and revoke the old ones",
      reference: "cachethq/core, laravel/sanctum personal_access_tokens",
      look: { (subject) throws(Obstacle) in
        guard subject.installation.line == .three else {
          return .notApplicable("2.x has one key for each account, which never ends")
        }
        // An end that holds for all of them.
        let file = try subject.folder.read("config/sanctum.php")
        let allEnd = (1...9).contains { minutes in
          file?.line(uncommented: "'expiration' => \(minutes)") != nil
        }
        return try subject.withDatabase { (live) throws(Obstacle) in
          guard let tokens = try live.tokens.get() else {
            return .notAsked("there is no table personal_access_tokens to be seen")
          }
          return Verdict(
            tokens.compactMap { token in
              var faults: [String] = []
              if !token.expires, !allEnd { faults.append("never ends") }
              if token.mayDoAll { faults.append("may do all") }
              return faults.isEmpty
                ? nil
                : subject.stored(
                  "token \(token.number)",
                  "token \(token.number) (\(token.name)) \(faults.joined(separator: ", and "))")
            })
        }
      }),
    Check(
      id: "setup-open", family: .accounts, severity: .critical,
      title: "Cachet is set up",
      rationale:
        "while the page has no name, anybody who asks for /setup makes an administrator's account",
      fix: "complete the set-up, or give the page its name back; let the proxy close /setup",
      reference: "cachet ReadyForUse, SetupAlreadyCompleted; CVE-2021-39173",
      look: { (subject) throws(Obstacle) in
        guard subject.installation.line != .three else {
          return .notApplicable("the set-up of 3.x makes no account")
        }
        return try subject.withDatabase { (live) throws(Obstacle) in
          try live.settings.get()["app_name"] == true
            ? .holds
            : .broken(subject.stored("app_name", "the setting app_name is missing or empty"))
        }
      }),
    Check(
      id: "open-interfaces", family: .accounts, severity: .low,
      title: "the API and the MCP server of 3.x answer nobody without a token",
      rationale: "what they tell can be collected by anybody; writing needs a token in any case",
      fix: "switch them off or protect them, in the settings of the dashboard",
      reference:
        "cachethq/core AppSettings, AuthenticateApiIfProtected, AuthenticateMcpIfProtected",
      look: { (subject) throws(Obstacle) in
        guard subject.installation.line == .three else {
          return .notApplicable("2.x has no such switch")
        }
        return try subject.withDatabase { (live) throws(Obstacle) in
          let settings = try live.settings.get()
          var seen: [Evidence] = []
          // Releases before 2026-07-08 have neither setting, and an API that answers anybody.
          if settings["api_enabled"] ?? true, settings["api_protected"] != true {
            seen.append(subject.stored("api_protected", "the API is on, and not protected"))
          }
          if settings["mcp_enabled"] ?? false, settings["mcp_protected"] == false {
            seen.append(subject.stored("mcp_protected", "the MCP server is on, and not protected"))
          }
          return Verdict(seen)
        }
      }),
  ]
}

extension Subject {
  /// What is seen in a table is told at the line that names the database.
  func stored(_ about: String, _ message: String) -> Evidence {
    Evidence(place: database.nameSetting.place, about: about, message: message)
  }

  fileprivate func withoutSecondFactor(
    _ counts: (LiveDatabase.Account) -> Bool
  ) throws(Obstacle) -> Verdict {
    try withDatabase { (live) throws(Obstacle) in
      let accounts = try live.accounts.get()
      guard accounts.contains(where: counts) else {
        return .notApplicable("there is no such account")
      }
      return Verdict(
        accounts.filter { counts($0) && !$0.hasSecondFactor }.map { account in
          stored(account.name, "\(account.name) has no second factor in Cachet")
        })
    }
  }
}
