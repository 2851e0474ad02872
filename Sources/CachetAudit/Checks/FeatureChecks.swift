extension Check {
  static let features: [Check] = [
    Check(
      id: "feature-review", family: .features, severity: .medium,
      title: "every feature is on or off because somebody wanted it so, not long ago",
      rationale: "what nobody uses nobody watches: it is only there for whoever finds a hole in it",
      fix:
        "'cachet-mfa audit features DIR' writes the list as it is; decide on each line, and give it with --features",
      reference: "docs/audit.md, 'Features'",
      look: { (subject) throws(Obstacle) in
        guard let review = subject.options.features else {
          return .notAsked("give the list of reviewed features with --features")
        }
        var seen: [Evidence] = []
        var unknown: [String] = []
        for feature in subject.knownFeatures {
          let state = try feature.state(subject)
          if state.isOn == nil { unknown.append(feature.name) }
          guard let entry = review.entries.first(where: { $0.feature == feature.name }) else {
            seen.append(
              Evidence(
                place: state.place, about: feature.name,
                message: "\(feature.name) (\(feature.purpose)) is not in \(review.path)"))
            continue
          }
          if let isOn = state.isOn, isOn != entry.isOn {
            seen.append(
              Evidence(
                place: state.place, about: feature.name,
                message:
                  "\(feature.name) is \(isOn ? "on" : "off"), and \(entry.isOn ? "on" : "off") in line \(entry.line) of \(review.path)"
              ))
          }
          let age = Day(of: subject.options.now).number - entry.reviewed.number
          if age > subject.options.reviewDays {
            seen.append(
              Evidence(
                place: Place(path: review.path, line: entry.line), about: feature.name,
                message: "\(feature.name) was reviewed \(age) days ago"))
          }
        }
        if seen.isEmpty, !unknown.isEmpty {
          return .notAsked(
            "the database alone tells about \(unknown.joined(separator: ", ")): give --database")
        }
        return Verdict(seen)
      }),
    Check(
      id: "unused-features", family: .features, severity: .low,
      title: "what is on for subscribers has subscribers",
      rationale: "what nobody uses nobody watches, and nobody misses when it is off",
      fix: "switch it off, or say in the list of --features what it is there for",
      reference: "docs/audit.md, 'Features'",
      look: { (subject) throws(Obstacle) in
        try subject.withDatabase { (live) throws(Obstacle) in
          let uses = try live.uses.get()
          let wanted = subject.options.features?.entries.filter(\.isOn).map(\.feature) ?? []
          var seen: [Evidence] = []
          for feature in subject.knownFeatures where uses[feature.name] == 0 {
            let state = try feature.state(subject)
            guard state.isOn == true, !wanted.contains(feature.name) else { continue }
            seen.append(
              Evidence(
                place: state.place, about: feature.name,
                message: "\(feature.name) is on, and no subscriber uses it"))
          }
          return Verdict(seen)
        }
      }),
    Check(
      id: "half-configured", family: .features, severity: .medium,
      title: "no credential lies about for a feature that is off",
      rationale: "it can be stolen like any other, and nobody would notice its use",
      fix: "remove the variable, and revoke the credential where it was issued",
      reference: "cachet config/services.php, config/mail.php",
      look: { subject in
        var seen: [Evidence] = []
        func without(_ one: String, _ other: String) {
          let (setting, needed) = (subject.setting(one), subject.setting(other))
          if setting.isGiven, !needed.isGiven {
            seen.append(setting.evidence("\(one) is set, and \(other) is not: it does nothing"))
          }
        }
        without("NEXMO_KEY", "NEXMO_SECRET")
        without("NEXMO_SECRET", "NEXMO_KEY")
        let token = subject.setting("GITHUB_TOKEN")
        if token.isGiven, !subject.setting("CACHET_EMOJI").value.isTruthy {
          seen.append(
            token.evidence("GITHUB_TOKEN is set, and CACHET_EMOJI, all that it is for, is off"))
        }
        let mail = MailSettings(subject.configuration)
        let mailer = subject.mailer
        if mail.password?.bytes.isEmpty == false,
          ["log", "array", "sendmail", "mail"].contains(mailer.name)
        {
          seen.append(
            mail.passwordSetting.evidence(
              "\(mail.passwordSetting.name) is set, and mail goes to '\(mailer.name)'"))
        }
        return Verdict(seen)
      }),
    Check(
      id: "beacon", family: .features, severity: .low,
      title: "the beacon is off",
      rationale:
        "it tells Cachet's makers the version, the number of everything and, in 2.4, the first administrator's address",
      fix: "set CACHET_BEACON=false",
      reference: "cachet docs, installation/beacons.md",
      look: { subject in
        guard subject.installation.line != .two3 else {
          return .notApplicable("2.3 has no beacon")
        }
        let state = subject.state("CACHET_BEACON", otherwise: true)
        guard state.isOn == true else { return .holds }
        let setting = subject.setting("CACHET_BEACON")
        return .broken(
          setting.evidence(
            setting.isSet
              ? "CACHET_BEACON is \(setting.shown)"
              : "CACHET_BEACON is not set, and then the beacon is on"))
      }),
    Check(
      id: "mail-transport", family: .features, severity: .medium,
      title: "mail goes to its relay encrypted",
      rationale:
        "the relay's password, and links that confirm a subscription, can be read on the way",
      fix: "set MAIL_ENCRYPTION=tls",
      reference: "cachet config/mail.php",
      look: { subject in
        guard subject.mailer.name == "smtp" else {
          return .notApplicable("no SMTP relay is used")
        }
        let mail = MailSettings(subject.configuration)
        guard !mail.hasUnreadURL else { return .notAsked("MAIL_URL is not understood") }
        guard let host = mail.host, !Loopback.isHost(host) else { return .holds }
        // Unset means tls; null and an empty text do not.
        let setting = mail.encryptionSetting
        guard setting.isSet || setting.isGiven || subject.configuration.cached != nil,
          !["tls", "ssl", "smtps"].contains(mail.encryption ?? "")
        else {
          return .holds
        }
        return .broken(
          setting.evidence(
            setting.name == "MAIL_URL"
              ? "MAIL_URL names no encryption" : "MAIL_ENCRYPTION is \(setting.shown)"))
      }),
    Check(
      id: "template-code", family: .features, severity: .critical,
      title: "templates of incidents are no programs",
      rationale: "with CACHET_BLADE_RENDERER whoever may write a template runs PHP on this host",
      fix: "set CACHET_BLADE_RENDERER=false",
      reference: "cachethq/core config/cachet.php",
      look: { subject in
        subject.isOff(
          "CACHET_BLADE_RENDERER", otherwise: "2.x has no such switch (see cve-2023-43661)")
      }),
    Check(
      id: "demo-mode", family: .features, severity: .high,
      title: "demo mode is off",
      rationale: "the demo resets its data, and its credentials are published",
      fix: "set CACHET_DEMO_MODE=false",
      reference: "cachethq/core config/cachet.php",
      look: { subject in
        subject.isOff("CACHET_DEMO_MODE", otherwise: "2.x has no demo mode")
      }),
  ]
}

extension Subject {
  /// A switch of 3.x that should be off, as it is where nobody sets it.
  fileprivate func isOff(_ name: String, otherwise why: String) -> Verdict {
    guard installation.line == .three else { return .notApplicable(why) }
    let setting = setting(name)
    return setting.value.isTruthy
      ? .broken(setting.evidence("\(name) is \(setting.shown)")) : .holds
  }
}
