/// What Cachet brings along: packages with known holes, and series that get no corrections any more.
extension Check {
  static let packages: [Check] = [
    holes(
      "package-holes-critical", .critical,
      rationale:
        "some of these run code for anybody who asks: Livewire before 3.6.4 without a sign-in, and that is being used (CVE-2025-54068)"
    ),
    holes(
      "package-holes-high", .high,
      rationale: "each is published with what it takes to use it, and tools try them one by one"),
    holes(
      "package-holes-medium", .medium,
      rationale: "alone they give little away; attackers use them one after the other"),
    Check(
      id: "advisory-age", family: .advisories, severity: .medium,
      title: "the list of known holes is not old",
      rationale: "a hole that became known later is not in it, and nothing is told of it",
      fix:
        "update this package, or give a newer list: 'composer audit --format=json > FILE', then --advisories FILE",
      reference: "docs/audit.md, 'What Cachet brings along'; policy: 180 days",
      look: { (subject) throws(Obstacle) in
        guard let newest = try subject.options.advisories.get().newest else {
          return .notAsked("give a list of known holes with --advisories")
        }
        let age = Day(of: subject.options.now).number - newest.published.number
        func found(_ message: String) -> Verdict {
          .broken(
            Evidence(
              place: Place(path: newest.path), about: "advisories", message: message))
        }
        guard age >= 0 else { return found("its day, \(newest.published), lies in the future") }
        return age > subject.options.advisoryDays
          ? found("it is of \(newest.published), \(age) days ago") : .holds
      }),
    Check(
      id: "lock-differs", family: .advisories, severity: .medium,
      title: "what is installed is what is locked",
      rationale:
        "a correction that is in composer.lock alone does not run, and one that is not in it is gone with the next 'composer install'",
      fix: "'composer install --no-dev', then run this again",
      reference: "Composer, installed.json and composer.lock",
      look: { subject in
        let packages = subject.installation.packages
        guard packages.installed != nil else {
          return .notAsked(
            "\(PackageList.installedPath) is not there: run it where Cachet runs")
        }
        guard packages.locked != nil else {
          return .notAsked("\(PackageList.lockPath) is not there")
        }
        return Verdict(
          packages.differing.map { name, words in
            Evidence(
              place: packages.place(of: name), about: name, message: "\(name): \(words)")
          })
      }),
    Check(
      id: "laravel-lifetime", family: .advisories, severity: .medium,
      title: "the Laravel that runs gets corrections",
      rationale: "holes that are found in it now stay open",
      fix: "move to a Cachet on a later Laravel; until then accept this (--baseline)",
      reference: "Laravel's support policy",
      look: { (subject) throws(Obstacle) in
        let packages = subject.installation.packages
        let name = "laravel/framework"
        guard let package = packages.judged(name) else {
          return .notAsked("no file of Composer's here names \(name)")
        }
        return try subject.lifetime(
          of: name, package.version, at: packages.place(of: name), asFound: packages.asFound)
      }),
    Check(
      id: "php-lifetime", family: .advisories, severity: .medium,
      title: "the PHP that runs gets corrections",
      rationale: "holes that are found in it now stay open",
      fix: "move to a later PHP, or to the one that your distribution corrects",
      reference: "PHP's supported versions; the distributions' own PHP",
      look: { (subject) throws(Obstacle) in
        let versions = try PHPVersions(subject)
        guard !versions.all.isEmpty else {
          return .notAsked("no PHP is seen below /etc/php of this host; give --php VERSION")
        }
        var verdicts: [Verdict] = []
        for (version, place) in versions.all where try !versions.isCorrected(version) {
          verdicts.append(try subject.lifetime(of: "php", version, at: place, asFound: ""))
        }
        var seen: [Evidence] = []
        for case .broken(let evidence) in verdicts { seen += evidence }
        if !seen.isEmpty { return .broken(seen) }
        return verdicts.first { if case .notAsked = $0 { true } else { false } } ?? .holds
      }),
  ]

  /// One check for each severity, so that a run fails from the one on that was chosen.
  private static func holes(_ id: String, _ severity: Severity, rationale: String) -> Check {
    Check(
      id: id, family: .advisories, severity: severity,
      title: "no package that runs has a known hole of severity \(severity.rawValue)",
      rationale: rationale,
      fix:
        "'composer update' in 3.x, as far as Cachet allows it; 2.x gets no updates: put the second factor in front (docs/web.md), and accept this (--baseline)",
      reference: "docs/audit.md, 'What Cachet brings along'",
      look: { (subject) throws(Obstacle) in try subject.holes(of: severity) })
  }
}

extension Subject {
  /// Known holes in what is installed, or locked; the lowest of the checks takes what is less, too.
  fileprivate func holes(of severity: Severity) throws(Obstacle) -> Verdict {
    let packages = installation.packages
    guard !packages.judged.isEmpty else {
      return .notAsked(
        "neither \(PackageList.installedPath) nor \(PackageList.lockPath) is there: run it where Cachet runs"
      )
    }
    let known = try options.advisories.get()
    var seen: [Evidence] = []
    var untold: [Evidence] = []
    for (name, package) in packages.judged.sorted(by: { $0.key < $1.key }) {
      let version = ComposerVersion(package.version)
      let told = Printable.text(package.version.utf8, limit: 40)
      var found: Set<String> = []
      var unclear: [String] = []
      for advisory in known.advisories(for: name)
      where max(advisory.severity, .medium) == severity && !Self.hasOwnCheck.contains(advisory.id) {
        guard found.insert(advisory.id).inserted else { continue }
        guard let version, let affected = advisory.affected else {
          unclear.append(advisory.id)
          found.remove(advisory.id)
          continue
        }
        guard affected.contains(version) else {
          found.remove(advisory.id)
          continue
        }
        let lead = "\(name) is \(told)\(packages.asFound): "
        var evidence = Evidence(
          place: packages.place(of: name), about: "\(name) \(advisory.id)",
          message: lead + advisory.id + (advisory.isExploited ? " (being used)" : ""))
        evidence.lead = lead
        seen.append(evidence)
      }
      unclear.removeAll(where: found.contains)
      guard !unclear.isEmpty else { continue }
      untold.append(
        Evidence(
          place: packages.place(of: name), about: name,
          message:
            "cannot tell whether \(name) \(told)\(packages.asFound) has \(unclear.prefix(3).joined(separator: ", "))\(unclear.count > 3 ? " and \(unclear.count - 3) more" : "")"
        ))
    }
    guard seen.isEmpty else { return .broken(seen + untold) }
    if let first = untold.first {
      return .notAsked(
        first.message + (untold.count > 1 ? ", and \(untold.count - 1) packages more" : ""))
    }
    guard packages.installed != nil else {
      return .notAsked(
        "as locked, none is known; \(PackageList.installedPath), which tells what runs, is not there"
      )
    }
    return .holds
  }

  /// By code, and not by number.
  private static let hasOwnCheck: Set<String> = ["CVE-2024-52301"]

  /// Whether the series of a version still gets corrections.
  fileprivate func lifetime(
    of name: String, _ text: String, at place: Place, asFound: String
  ) throws(Obstacle) -> Verdict {
    let told = Printable.text(text.utf8, limit: 40)
    guard let version = ComposerVersion(text) else {
      return .notAsked("\(name) is \(told)\(asFound), and no release")
    }
    guard let (series, end) = try options.advisories.get().end(of: name, version) else {
      return .notAsked("until when \(name) \(told)\(asFound) gets corrections is not known here")
    }
    guard Day(of: options.now).number <= end.number else {
      return .broken(
        Evidence(
          place: place, about: "\(name) \(series)",
          message: "\(name) is \(told)\(asFound); \(series) got its last corrections on \(end)"))
    }
    return asFound.isEmpty
      ? .holds
      : .notAsked("\(name) \(told) gets corrections\(asFound); what runs is not seen here")
  }
}
