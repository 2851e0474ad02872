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
        try subject.probe(
          "app/Models/Traits/SearchableTrait.php",
          corrected: ["array_intersect_key(", "in_array($key, $this->searchable"],
          open: "where($search)", "what a stranger asks for goes into the query as it came")
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
        try subject.probe(
          configurationHandler, corrected: ["\"\\n\""], open: "file_put_contents",
          "a value with a line break is written as it came", isIn: [.two4, .two5])
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
        try subject.probe(
          "app/Http/Middleware/ReadyForUse.php", corrected: ["=== null"], open: "app_name",
          "an empty name counts as not set up")
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
        try subject.probe(
          configurationHandler, corrected: ["resolveNestedVariables"], open: "file_put_contents",
          "a value with ${...} is written as it came", isIn: [.two4, .two5])
      }),
    Check(
      id: "cve-2023-43661", family: .advisories, severity: .critical,
      title: "templates of incidents run in a sandbox",
      rationale: "any signed-in user runs programs on this host by a template (CVE-2023-43661)",
      fix: "move to 2.4.1 at least, or to 3.x",
      reference: "GHSA-hv79-p62r-wg3p",
      look: { (subject) throws(Obstacle) in
        guard subject.installation.line != .three else {
          return .notApplicable("3.x has other code for it (see template-sandbox)")
        }
        let folder = "app/Bus/Handlers/Commands/Incident"
        // 2.3 calls the first one Report.
        var made: String?
        for name in ["Report", "Create"] {
          let path = "\(folder)/\(name)IncidentCommandHandler.php"
          if try subject.folder.status(path) != nil { made = path }
        }
        var unclear: Verdict?
        for path in [made ?? folder, "\(folder)/UpdateIncidentCommandHandler.php"] {
          let verdict =
            made == nil
            ? Verdict.notAsked("nothing in \(folder) renders templates: run it where Cachet runs")
            : try subject.probe(
              path, corrected: ["SandboxExtension("], open: "Twig",
              "the template is rendered without a sandbox")
          switch verdict {
          case .holds: continue
          case .broken: return verdict
          case .notApplicable, .notAsked: unclear = unclear ?? verdict
          }
        }
        return unclear ?? .holds
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
        if file.line(uncommented: "new SandboxExtension(") != nil { return .holds }
        guard file.contains("new Environment") else {
          return .notAsked("\(path) is not the code that is known here")
        }
        return .broken(
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
        guard subject.configuration.isFileThere else {
          return .notApplicable("\(subject.configuration.file.path) is not there")
        }
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
        let packages = subject.installation.packages
        guard let package = packages.judged("laravel/framework") else {
          return .notAsked("no file of Composer's here names laravel/framework")
        }
        let told = Printable.text(package.version.utf8, limit: 40)
        guard let version = ComposerVersion(package.version) else {
          return .notAsked("laravel/framework is \(told)\(packages.asFound), and no release")
        }
        guard uncorrected?.contains(version) != false else {
          return packages.installed == nil
            ? .notAsked(
              "laravel/framework \(told) has the correction, as locked; \(PackageList.installedPath) is not there"
            ) : .holds
        }
        return .broken(
          Evidence(
            place: packages.place(of: "laravel/framework"), about: "laravel/framework",
            message:
              "laravel/framework is \(told)\(packages.asFound), the correction came later"))
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
  /// Before the correction of each line of laravel/framework.
  private static let uncorrected = AffectedVersions(
    constraint:
      "<6.20.45 || >=7.0,<7.30.7 || >=8.0,<8.83.28 || >=9.0,<9.52.17 || >=10.0,<10.48.23 || >=11.0,<11.31.0"
  )
}

extension Subject {
  /// Looks into a file of Cachet's own code. Forks keep the number of the release they left from,
  /// so the lines tell, and the version does not: those of a correction, those that are known to lack
  /// it, and any others tell nothing.
  func probe(
    _ path: String, corrected: [String], open: String, _ message: String,
    isIn lines: Set<Installation.Line> = [.two3, .two4, .two5]
  ) throws(Obstacle) -> Verdict {
    guard installation.line != .three else {
      return .notApplicable("Cachet 3 does not have this code")
    }
    guard let file = try folder.read(path) else {
      return lines.contains(installation.line)
        ? .notAsked("\(path) is not there: run it where Cachet runs")
        : .notApplicable("Cachet \(installation.line.rawValue) does not have this code")
    }
    if corrected.contains(where: { file.line(uncommented: $0) != nil }) { return .holds }
    guard file.contains(open) else {
      return .notAsked("\(path) is not the code that is known here")
    }
    return .broken(Evidence(place: file.place(of: open), about: path, message: message))
  }
}
