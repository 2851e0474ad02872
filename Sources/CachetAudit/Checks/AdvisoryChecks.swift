extension Check {
  static let advisories: [Check] = [
    Check(
      id: "end-of-life", family: .advisories, severity: .medium,
      title: "this line of Cachet gets corrections",
      rationale: "2.x is not maintained: no release of it is free of all known holes",
      fix:
        "move to 3.x; until then, put the second factor in front of the dashboard (docs/web.md), and accept this (--baseline)",
      reference: "cachethq/cachet, 2023-08: 2.x is no longer supported",
      look: { subject in
        guard subject.installation.line != .three else { return .holds }
        return .broken(
          Evidence(
            place: subject.installation.toldBy, about: "version",
            message: "it is \(subject.installation.version)"))
      }),
    Check(
      id: "cve-2021-39165", family: .advisories, severity: .high,
      title: "the search of the public API takes known columns alone",
      rationale:
        "anybody can put SQL into a query of the API, and read passwords' hashes and API keys (CVE-2021-39165)",
      fix:
        "no release of 2.3 or 2.4 has the correction, the fork's 2.5 and 3.x do; until then let the web server refuse query names on /api/v1 that are no plain words (docs/web.md), and accept this (--baseline)",
      reference: "GHSA-79mg-4w23-4fqc",
      look: { (subject) throws(Obstacle) in
        try subject.probe("app/Models/Traits/SearchableTrait.php") { file in
          file.contains("where($search)") && !file.contains("array_intersect_key(")
            ? ("where($search)", "what a stranger asks for goes into the query as it came") : nil
        }
      }),
    Check(
      id: "cve-2021-39172", family: .advisories, severity: .high,
      title: "the mail form writes one line of .env at a time",
      rationale:
        "any signed-in user puts further lines into .env, and runs code by way of them (CVE-2021-39172)",
      fix:
        "make .env read-only for PHP (env-writable) and accept this (--baseline), or use the fork's 2.5.1 or 3.x",
      reference: "GHSA-9jxw-cfrh-jxq6",
      look: { (subject) throws(Obstacle) in
        try subject.probe(configurationHandler) { file in
          file.contains("\"\\n\"")
            ? nil : ("file_put_contents", "a value with a line break is written as it came")
        }
      }),
    Check(
      id: "cve-2021-39173", family: .advisories, severity: .high,
      title: "nobody signed in can start the set-up again",
      rationale:
        "whoever empties the page's name gets the set-up, and with it an administrator's account (CVE-2021-39173)",
      fix:
        "let the web server close /setup (docs/web.md) and accept this (--baseline), or use the fork's 2.5.1 or 3.x",
      reference: "GHSA-r67m-m8c7-jp83",
      look: { (subject) throws(Obstacle) in
        try subject.probe("app/Http/Middleware/ReadyForUse.php") { file in
          file.contains("=== null")
            ? nil : ("app_name", "an empty name counts as not set up")
        }
      }),
    Check(
      id: "cve-2021-39174", family: .advisories, severity: .high,
      title: "the mail form takes no ${…} of others' secrets",
      rationale:
        "any signed-in user writes ${DB_PASSWORD} into a field, and reads there what it stands for (CVE-2021-39174)",
      fix:
        "make .env read-only for PHP (env-writable) and accept this (--baseline), or use the fork's 2.5.1 or 3.x",
      reference: "GHSA-88f9-7xxh-c688",
      look: { (subject) throws(Obstacle) in
        try subject.probe(configurationHandler) { file in
          file.contains("resolveNestedVariables")
            ? nil : ("file_put_contents", "a value with ${...} is written as it came")
        }
      }),
    Check(
      id: "cve-2023-43661", family: .advisories, severity: .critical,
      title: "templates of incidents run in a sandbox",
      rationale: "any signed-in user runs programs on this host by a template (CVE-2023-43661)",
      fix: "move to 2.4.1 at least, or to 3.x",
      reference: "GHSA-hv79-p62r-wg3p",
      look: { (subject) throws(Obstacle) in
        var isSeen = false
        for name in ["Create", "Report", "Update"] {
          let path = "app/Bus/Handlers/Commands/Incident/\(name)IncidentCommandHandler.php"
          let verdict = try subject.probe(path) { file in
            file.contains("Twig") && !file.contains("SandboxExtension")
              ? ("Twig", "the template is rendered without a sandbox") : nil
          }
          if case .holds = verdict {
            isSeen = true
            continue
          }
          if case .notApplicable = verdict, subject.installation.line != .three { continue }
          return verdict
        }
        return isSeen ? .holds : .notAsked("nothing here renders templates of incidents")
      }),
    Check(
      id: "template-sandbox", family: .advisories, severity: .critical,
      title: "3.x renders templates of incidents in a sandbox",
      rationale:
        "any signed-in user runs programs on this host by a template: before 2026-08-03 Twig had no sandbox, and Blade no switch",
      fix: "'composer update cachethq/core'; until then, let nobody in who does not run this host",
      reference: "cachethq/core #403 (beea6f1d)",
      look: { (subject) throws(Obstacle) in
        guard subject.installation.line == .three else {
          return .notApplicable("2.x has other code for it (see cve-2023-43661)")
        }
        let path = "vendor/cachethq/core/src/Renderers/TwigRenderer.php"
        guard let file = try subject.folder.read(path) else {
          return .notAsked("\(path) is not there: run it where Cachet runs")
        }
        return file.contains("SandboxExtension")
          ? .holds
          : .broken(
            Evidence(
              place: file.place(of: "new Environment"), about: path,
              message: "the template is rendered without a sandbox"))
      }),
    Check(
      id: "env-injection", family: .advisories, severity: .critical,
      title: ".env shows no traces of the holes of its mail form",
      rationale:
        "a field of the form that names another secret, and a second line for Redis or for where sessions are kept, is what the known attacks leave behind",
      fix: "take the host for broken into: keep a copy, then change every secret in .env",
      reference: "CVE-2021-39172, CVE-2021-39174",
      look: { subject in
        var seen: [Evidence] = []
        for entry in subject.configuration.dotenv.entries
        where formFields.contains(entry.name) {
          for name in entry.references where secretNames.contains(name) {
            seen.append(
              Evidence(
                place: Place(path: subject.configuration.file.path, line: entry.line),
                about: entry.name,
                message: "\(entry.name) is made from \(name)"))
          }
        }
        guard subject.installation.line != .three else { return Verdict(seen) }
        for name in movedNames {
          let lines = subject.configuration.dotenv.entries.filter { $0.name == name }
          guard let first = lines.first,
            let other = lines.first(where: { $0.value?.bytes != first.value?.bytes })
          else { continue }
          seen.append(
            Evidence(
              place: Place(path: Configuration.path, line: first.line), about: name,
              message: "\(name) is set here, and to something else in line \(other.line)"))
        }
        return Verdict(seen)
      }),
    Check(
      id: "cve-2024-52301", family: .advisories, severity: .medium,
      title: "a query string cannot change the environment",
      rationale:
        "where PHP has register_argc_argv on, a stranger chooses which .env file Laravel reads (CVE-2024-52301)",
      fix:
        "set register_argc_argv = Off in php.ini and accept this (--baseline); update laravel/framework in 3.x",
      reference: "GHSA-gv7v-rgg6-548h",
      look: { subject in
        guard let told = subject.installation.packages["laravel/framework"] else {
          return .notApplicable("composer.lock does not name laravel/framework")
        }
        guard let release = Release(told) else {
          return .notAsked("composer.lock names a branch of laravel/framework, and no release")
        }
        guard !release.isFree(of: corrected) else { return .holds }
        return .broken(
          Evidence(
            place: Place(path: "composer.lock"), about: "laravel/framework",
            message: "laravel/framework is \(told), the correction came later"))
      }),
  ]

  private static let configurationHandler =
    "app/Bus/Handlers/Commands/System/Config/UpdateConfigCommandHandler.php"

  /// What the form of 2.4 writes.
  private static let formFields: Set<String> = [
    "MAIL_DRIVER", "MAIL_HOST", "MAIL_PORT", "MAIL_USERNAME", "MAIL_PASSWORD", "MAIL_ADDRESS",
    "MAIL_NAME", "MAIL_ENCRYPTION", "CACHE_DRIVER", "SESSION_DRIVER", "QUEUE_DRIVER",
  ]
  private static let secretNames: Set<String> = [
    "APP_KEY", "DB_DATABASE", "DB_HOST", "DB_USERNAME", "DB_PASSWORD", "MAIL_PASSWORD",
    "REDIS_PASSWORD", "NEXMO_SECRET", "GITHUB_TOKEN",
  ]
  /// What an attacker sets by a line of his own, which in 2.x wins by standing first.
  private static let movedNames = [
    "APP_KEY", "SESSION_DRIVER", "CACHE_DRIVER", "QUEUE_DRIVER", "REDIS_HOST", "REDIS_PORT",
    "REDIS_DATABASE", "REDIS_PASSWORD",
  ]
  /// The first corrected release of each line of laravel/framework.
  private static let corrected = ["6.20.45", "7.30.7", "8.83.28", "9.52.17", "10.48.23", "11.31.0"]
}

extension Subject {
  /// Looks into a file of Cachet's own code. Forks keep the number of the release they left from,
  /// so the lines tell, and the version does not.
  func probe(
    _ path: String, _ judge: (SourceFile) -> (at: String, message: String)?
  ) throws(Obstacle) -> Verdict {
    guard installation.line != .three else {
      return .notApplicable("Cachet 3 does not have this code")
    }
    guard let file = try folder.read(path) else { return .notApplicable("\(path) is not there") }
    guard let seen = judge(file) else { return .holds }
    return .broken(Evidence(place: file.place(of: seen.at), about: path, message: seen.message))
  }
}
