import Glibc

extension Check {
  static let permissions: [Check] = [
    Check(
      id: "env-readable", family: .exposure, severity: .critical,
      title: ".env, and what is cached of it, is for Cachet and root alone",
      rationale: "it holds every secret of the installation, for every account of this host",
      fix:
        "chown root:www-data .env && chmod 640 .env, the same for bootstrap/cache/config.php; setfacl -b whatever an ACL names",
      reference: "cachet docs, installation",
      look: { (subject) throws(Obstacle) in
        var seen: [Evidence] = []
        var count = 0
        for name in try subject.folder.names(in: "") where name.hasPrefix(".env") {
          guard try subject.folder.status(name)?.kind == S_IFREG,
            try !subject.isExample(name)
          else { continue }
          count += 1
          seen += try subject.strangers(at: name)
        }
        // All of .env once more, with whatever mode 'artisan config:cache' gave it.
        let cached = "bootstrap/cache/config.php"
        if try subject.folder.status(cached) != nil { count += 1 }
        seen += try subject.strangers(at: cached)
        guard count > 0 else {
          return .notApplicable("there is neither .env nor what is cached of it")
        }
        return Verdict(seen)
      }),
    Check(
      id: "env-writable", family: .exposure, severity: .medium,
      title: "PHP cannot write .env",
      rationale:
        "the mail form of 2.x writes it, and that is the way of CVE-2021-39172 and 39174 into the process",
      fix:
        "chown root:www-data . .env && chmod 755 . && chmod 640 .env; where .env is a link, the folder that it leads into as well; set-up and the mail form then need root's help",
      reference: "cachet UpdateConfigCommandHandler; that read-only is enough is inferred",
      look: { (subject) throws(Obstacle) in
        guard let account = Account(subject.options.webUser) else {
          return .notAsked("no account '\(subject.options.webUser)'; name PHP's with --web-user")
        }
        var seen: [Evidence] = []
        func add(_ about: String, _ message: String) {
          seen.append(
            Evidence(
              place: Place(path: subject.configuration.file.path), about: about, message: message))
        }
        let path = subject.configuration.file.path
        if let file = try subject.folder.status(path), account.canWrite(file) {
          add(
            path,
            "\(subject.options.webUser) can write it (mode \(file.octal))")
        }
        if let folder = try subject.folder.status(""), account.canWrite(folder) {
          add(
            "folder",
            "\(subject.options.webUser) can write its folder, and so put another in its place")
        }
        // A link, as where releases share one .env, leads into another folder.
        if let target = subject.folder.target(ofLink: Configuration.path),
          let end = target.lastIndex(of: "/"), end > target.startIndex,
          let folder = try subject.folder.status(String(target[..<end])), account.canWrite(folder)
        {
          add(
            "target",
            "\(subject.options.webUser) can write the folder that it is a link into")
        }
        return Verdict(seen)
      }),
    Check(
      id: "storage-modes", family: .exposure, severity: .medium,
      title: "storage and bootstrap/cache are not writable by everybody",
      rationale:
        "any account of this host can plant sessions, compiled views and configuration that PHP runs",
      fix:
        "chown -R www-data:www-data storage bootstrap/cache && chmod -R o-rwx storage bootstrap/cache",
      reference: "cachet docs tell 'chmod -R 777 storage'",
      look: { (subject) throws(Obstacle) in
        guard try subject.folder.status("storage") != nil else {
          return .notAsked("storage is not there: run it where Cachet runs")
        }
        var seen: [Evidence] = []
        for path in [
          "storage", "storage/app", "storage/framework", "storage/framework/sessions",
          "storage/framework/views", "storage/framework/cache", "storage/logs", "bootstrap/cache",
          "bootstrap/cachet", "database",
        ] {
          seen += try subject.strangers(at: path, reading: false)
        }
        return Verdict(seen)
      }),
  ]
}

extension Subject {
  /// Whether a file is an example that comes with Cachet or its packages: its name says so, and it
  /// holds none of the secrets in use.
  func isExample(_ name: String) throws(Obstacle) -> Bool {
    guard Self.isExampleName(name), let file = try folder.read(name)
    else { return false }
    return !configuration.secrets.contains { secret in
      secret.value.bytes.count >= 8 && file.bytes[...].place(of: secret.value.bytes) != nil
    }
  }

  static func isExampleName(_ name: String) -> Bool {
    [".example", ".dist", ".sample", ".template"].contains { name.hasSuffix($0) }
  }
}
