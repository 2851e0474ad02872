/// Variables that 3.x asks for by another name than 2.x: of the other's names neither says a word.
enum RenamedVariables {
  static let check = Check(
    id: "ignored-names", family: .production, severity: .medium,
    title: "every setting of .env goes by the name that this Cachet reads",
    rationale:
      "a name of another Cachet has no effect: the default applies",
    fix: "rename it, and remove the old name",
    reference: "cachet .env.example of 2.4 and 3.x, config/*.php",
    look: { (subject) throws(Obstacle) in
      guard
        subject.configuration.isFileThere || subject.configuration.environment.isGiven
      else {
        return .notApplicable("\(subject.configuration.file.path) is not there")
      }
      let isThree = subject.installation.line == .three
      var seen: [Evidence] = []
      for (two, three) in names {
        let (other, own) = isThree ? (two, three) : (three, two)
        guard let setting = subject.configuration.ownSetting(other),
          try !subject.configurationNames(other)
        else { continue }
        seen.append(
          setting.evidence(
            "\(other) is a name of \(isThree ? "2.x" : "3.x"), and is not read here: it is \(own)"))
      }
      return Verdict(seen)
    })

  private static let names = [
    ("APP_LOG", "LOG_CHANNEL"), ("CACHE_DRIVER", "CACHE_STORE"), ("DB_DRIVER", "DB_CONNECTION"),
    ("DB_UNIX_SOCKET", "DB_SOCKET"), ("DOCKER", "CACHET_DOCKER"),
    ("MAIL_ADDRESS", "MAIL_FROM_ADDRESS"), ("MAIL_DRIVER", "MAIL_MAILER"),
    ("MAIL_NAME", "MAIL_FROM_NAME"), ("QUEUE_DRIVER", "QUEUE_CONNECTION"),
    ("TRUSTED_PROXIES", "CACHET_TRUSTED_PROXIES"),
  ]
}

extension Subject {
  /// Whether a file of this installation's configuration asks for a variable, whatever its line does.
  fileprivate func configurationNames(_ variable: String) throws(Obstacle) -> Bool {
    for name in try folder.names(in: "config") where name.hasSuffix(".php") {
      let file = try folder.read("config/\(name)")
      for quoted in ["'\(variable)'", "\"\(variable)\""]
      where file?.line(uncommented: quoted) != nil {
        return true
      }
    }
    return false
  }
}
