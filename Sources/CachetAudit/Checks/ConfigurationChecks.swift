/// What Cachet reads: one file, as it seems to say, and nothing in front of it.
extension Check {
  static let configuration: [Check] = [
    Check(
      id: "cached-configuration", family: .production, severity: .high,
      title: "what is cached of the configuration is what .env says",
      rationale:
        "while bootstrap/cache/config.php exists, Cachet does not read .env at all: what is corrected there has no effect",
      fix: "after every change of .env: 'php artisan config:cache', or 'php artisan config:clear'",
      reference: "laravel LoadEnvironmentVariables",
      look: { (subject) throws(Obstacle) in
        guard let cached = subject.configuration.cached else {
          return .notApplicable("nothing is cached")
        }
        let differing = subject.configuration.differing
        guard differing.isEmpty else {
          return Verdict(
            differing.map { name, cached, own in
              Evidence(
                place: cached, about: name,
                message: "\(name) is another here than in \(own.words), which Cachet does not read")
            })
        }
        let path = cached.file.path
        if let cache = try subject.folder.status(path),
          let env = try subject.folder.status(subject.configuration.file.path),
          env.changed > cache.changed
        {
          return .broken(Evidence(path, "it is older than .env, and it is what Cachet reads"))
        }
        return .holds
      }),
    Check(
      id: "environment-file", family: .production, severity: .high,
      title: "every line of .env means what it seems to mean",
      rationale:
        "phpdotenv takes values apart without a word: a password that is cut off is shorter than its owner thinks",
      fix: "put double quotes around values with #, and close every quote; name each variable once",
      reference: "vlucas/phpdotenv src/Parser",
      look: { subject in
        guard subject.configuration.isFileThere else {
          return .notApplicable("\(subject.configuration.file.path) is not there")
        }
        return Verdict(misread(subject.configuration))
      }),
    RenamedVariables.check,
    Check(
      id: "other-environment", family: .production, severity: .low,
      title: "no other .env file waits to be read instead",
      rationale:
        "where the process has APP_ENV=NAME in its own environment, Laravel reads .env.NAME and not .env",
      fix: "remove the file, or name the environment of PHP with --environment",
      reference: "laravel LoadEnvironmentVariables",
      look: { (subject) throws(Obstacle) in
        // Then it is known which is read.
        guard !subject.configuration.environment.isGiven else { return .holds }
        let names = try subject.folder.names(in: "").filter {
          $0.hasPrefix(".env.") && !Self.harmlessEnvironments.contains($0)
            && !Subject.isExampleName($0)
        }
        return Verdict(
          names.map {
            Evidence(
              place: Place(path: $0), about: $0,
              message: "this check has read .env, and the web server may read this one")
          })
      }),
    Check(
      id: "process-environment", family: .production, severity: .medium,
      title: "nothing sets behind one's back what .env seems to set",
      rationale:
        "what the process of PHP has in its environment wins over .env, and this check did not know it",
      fix: "take it out there, or name its environment with --environment",
      reference: "vlucas/phpdotenv (immutable loading)",
      look: { (subject) throws(Obstacle) in
        let configuration = subject.configuration
        guard try subject.seesProcess() || configuration.environment.isGiven else {
          return .notAsked(
            "neither a site of this installation nor a pool of PHP-FPM is seen here; give the environment of PHP's process with --environment"
          )
        }
        let names = Set(configuration.askedNames + ["APP_CONFIG_CACHE"])
        var set = try subject.processVariables()
        set.removeAll { !names.contains($0.name) || configuration.environment[$0.name] != nil }
        return Verdict(
          set.map { name, place in
            Evidence(place: place, about: name, message: "sets \(name) for PHP, in front of .env")
          })
      }),
  ]

  /// No environment has these names.
  private static let harmlessEnvironments: Set<String> = [
    ".env.dusk.local", ".env.bak", ".env.backup", ".env.old", ".env.save",
  ]

  private static func misread(_ configuration: Configuration) -> [Evidence] {
    let file = configuration.file.path
    var seen: [Evidence] = []
    for entry in configuration.dotenv.entries {
      guard let misreading = entry.misreading else { continue }
      let words =
        switch misreading {
        case .cutAtHash: "ends at its #, the rest is taken for a comment"
        case .dropsBehindQuote: "ends at its closing quote, what stands behind it is dropped"
        case .keepsQuotes: "keeps its quotes: they do not close as this phpdotenv wants it"
        case .unclosedQuote: "has no closing quote: it goes on to the end of the line"
        }
      seen.append(
        Evidence(
          place: Place(path: file, line: entry.line), about: entry.name,
          message: "the value of \(entry.name) \(words)"))
    }
    var lines: [String: Int] = [:]
    for entry in configuration.dotenv.entries {
      if let first = lines[entry.name] {
        let winner = configuration.dotenv.dialect.isOfLaravelFive ? first : entry.line
        seen.append(
          Evidence(
            place: Place(path: file, line: entry.line), about: entry.name,
            message: "\(entry.name) is set in line \(first) too; line \(winner) counts"))
      } else {
        lines[entry.name] = entry.line
      }
    }
    if let lost = configuration.dotenv.lostFrom {
      seen.append(
        Evidence(
          place: Place(path: file, line: lost), about: "unclosed quote",
          message: "a quote opens here and never closes: this line and all behind it are lost"))
    }
    return seen
  }
}

extension Subject {
  /// Whether anything is seen here that starts PHP.
  fileprivate func seesProcess() throws(Obstacle) -> Bool {
    if try options.webServer?.get().sites(of: installation, named: siteNames).isEmpty == false {
      return true
    }
    return try FPMPools.areThere(below: options.hostRoot)
  }

  /// Variables that the sites of this installation, or the pools of PHP-FPM, set for PHP.
  fileprivate func processVariables() throws(Obstacle) -> [(name: String, place: Place)] {
    let sites = try options.webServer?.get().sites(of: installation, named: siteNames) ?? []
    return try sites.flatMap(\.processVariables) + FPMPools.variables(below: options.hostRoot)
  }
}
