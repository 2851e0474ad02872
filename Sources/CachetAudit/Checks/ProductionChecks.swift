extension Check {
  static let production: [Check] = [
    Check(
      id: "debug-mode", family: .production, severity: .critical,
      title: "APP_DEBUG is off",
      rationale:
        "in debug mode every error shows a page with the source, the environment and its passwords to whoever caused it",
      fix: "set APP_DEBUG=false; where the configuration is cached, 'php artisan config:cache'",
      reference: "cachet config/app.php; laravel env()",
      look: { subject in
        let debug = subject.setting("APP_DEBUG")
        guard debug.value.isTruthy else { return .holds }
        return .broken(
          debug.evidence(
            debug.isAny(of: "true", "(true)", "1")
              ? "APP_DEBUG is \(debug.shown)"
              : "APP_DEBUG is \(debug.shown), and to Cachet every text but false, 0, null and an empty one means on"
          ))
      }),
    Check(
      id: "environment", family: .production, severity: .medium,
      title: "APP_ENV is production",
      rationale:
        "elsewhere than in production, Laravel and its packages switch on what helps developers, and 'artisan' asks nobody before it drops tables",
      fix: "set APP_ENV=production",
      reference: "cachet .env.example; laravel ConfirmableTrait",
      look: { subject in
        let environment = subject.setting("APP_ENV")
        // To Laravel, 'Production' is another one.
        if environment.value.text?.bytes.elementsEqual("production".utf8) == true { return .holds }
        if !environment.isGiven { return .holds }  // the default of config/app.php
        return .broken(environment.evidence("APP_ENV is \(environment.shown)"))
      }),
    Check(
      id: "debugbar", family: .production, severity: .high,
      title: "the debug bar is off",
      rationale:
        "it records requests with their sessions and queries, and serves them below /_debugbar",
      fix: "set DEBUGBAR_ENABLED=false and APP_DEBUG=false, and empty storage/debugbar",
      reference: "cachet 2.4 config/app.php; barryvdh/laravel-debugbar",
      look: { (subject) throws(Obstacle) in
        guard subject.installation.line != .three, subject.installation.line != .two3 else {
          return .notApplicable("Cachet \(subject.installation.line.rawValue) has no debug bar")
        }
        var seen: [Evidence] = []
        let bar = subject.setting("DEBUGBAR_ENABLED")
        if bar.value.isTruthy {
          seen.append(bar.evidence("DEBUGBAR_ENABLED is \(bar.shown)"))
        }
        let kept = try subject.folder.names(in: "storage/debugbar")
          .filter { $0.hasSuffix(".json") }
        if !kept.isEmpty {
          seen.append(
            Evidence(
              place: Place(path: "storage/debugbar"), about: "storage/debugbar",
              message: "\(kept.count) recorded requests are still kept"))
        }
        return Verdict(seen)
      }),
    Check(
      id: "app-key", family: .production, severity: .critical,
      title: "APP_KEY is a key of its own",
      rationale:
        "whoever knows it forges sessions and reads what is encrypted with it; with a published one that is everybody",
      fix:
        "'php artisan key:generate' before the first use; later it signs everybody out, and what is encrypted must be entered again",
      reference: "cachet .env.example; laravel Encrypter (AES-256-CBC)",
      look: { subject in
        let key = subject.setting("APP_KEY")
        guard key.isGiven, let bytes = key.value.text?.bytes else {
          return .broken(key.evidence("APP_KEY is empty"))
        }
        if key.isAny(of: "somerandomstring") {
          return .broken(key.evidence("APP_KEY is the one of the example file"))
        }
        if let fault = KeyRule.fault(of: HiddenValue(bytes)) {
          return .broken(key.evidence("APP_KEY \(fault)"))
        }
        return .holds
      }),
    Check(
      id: "log-level", family: .production, severity: .low,
      title: "the log tells errors and not every step",
      rationale:
        "at the level debug, packages write requests and queries into the log, data and all",
      fix: "set LOG_LEVEL=warning",
      reference: "cachet 3.x .env.example ships debug; laravel config/logging.php",
      look: { subject in
        guard subject.installation.line == .three else {
          return .notApplicable("2.x has no LOG_LEVEL")
        }
        let level = subject.setting("LOG_LEVEL")
        guard !(level.isSet || level.isGiven) || level.isAny(of: "debug") else { return .holds }
        return .broken(
          level.evidence(
            level.isSet
              ? "LOG_LEVEL is \(level.shown)" : "LOG_LEVEL is not set, and then it is debug"))
      }),
  ]
}

extension Setting {
  func evidence(_ message: String) -> Evidence {
    Evidence(place: place, about: name, message: message)
  }
}
