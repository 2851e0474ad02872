import FoundationEssentials
import Glibc

extension Check {
  static let exposure: [Check] = [
    Check(
      id: "env-readable", family: .exposure, severity: .critical,
      title: ".env is for Cachet and root alone",
      rationale: "it holds every secret of the installation, for every account of this host",
      fix:
        "chown root:www-data .env && chmod 640 .env; the same for bootstrap/cache/config.php, after each 'config:cache'",
      reference: "cachet docs, installation",
      look: { (subject) throws(Obstacle) in
        var seen: [Evidence] = []
        let environments = try subject.folder.names(in: "").filter { $0.hasPrefix(".env") }
        // What is cached of the configuration holds the same secrets.
        for name in environments + ["bootstrap/cache/config.php"] {
          guard name != ".env.example", let file = try subject.folder.status(name),
            file.kind == S_IFREG, file.isReadableByOthers || file.isWritableByOthers
          else { continue }
          seen.append(Evidence(name, openToAll: file))
        }
        return Verdict(seen)
      }),
    Check(
      id: "env-writable", family: .exposure, severity: .medium,
      title: "PHP cannot write .env",
      rationale:
        "the mail form of 2.x writes it, and that is the way of CVE-2021-39172 and 39174 into the process",
      fix:
        "chown root:www-data .env && chmod 640 .env; set-up and the mail form then need root's help",
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
        if let file = try subject.folder.status(subject.configuration.file.path),
          account.canWrite(file)
        {
          add(
            subject.configuration.file.path,
            "\(subject.options.webUser) can write it (mode \(file.octal))")
        }
        if let folder = try subject.folder.status(""), account.canWrite(folder) {
          add(
            "folder",
            "\(subject.options.webUser) can write its folder, and so put another in its place")
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
        var seen: [Evidence] = []
        for path in [
          "storage", "storage/app", "storage/framework", "storage/framework/sessions",
          "storage/framework/views", "storage/framework/cache", "storage/logs", "bootstrap/cache",
          "bootstrap/cachet", "database",
        ] {
          guard let folder = try subject.folder.status(path), folder.isWritableByOthers else {
            continue
          }
          seen.append(
            Evidence(path, "everybody on this host can write here (mode \(folder.octal))"))
        }
        return Verdict(seen)
      }),
    Check(
      id: "public-leftovers", family: .exposure, severity: .critical,
      title: "nothing below public/ gives the source or the data away",
      rationale: "the web server hands whatever lies there to anybody who guesses its name",
      fix:
        "move them out of public/; what was there for a while is known, so change the secrets in it",
      reference: "cachet docs, installation: the document root is public/",
      look: { (subject) throws(Obstacle) in
        Verdict(try PublicFiles(folder: subject.folder).leftovers())
      }),
    Check(
      id: "app-url", family: .exposure, severity: .medium,
      title: "APP_URL is an https address",
      rationale:
        "links in mails are made from it, and the session cookie is protected only where everything is https",
      fix: "set APP_URL to the address that people use, with https://",
      reference: "cachet .env.example, config/app.php",
      look: { subject in
        let url = subject.setting("APP_URL")
        guard let text = url.value.text else {
          return .broken(url.evidence("APP_URL is not set, and then it is http://localhost"))
        }
        return text.bytes.starts(with: "https://".utf8)
          ? .holds : .broken(url.evidence("APP_URL does not begin with https://"))
      }),
    Check(
      id: "secure-cookie", family: .exposure, severity: .medium,
      title: "the session cookie travels by https alone",
      rationale: "one request by http, and whoever listens is signed in",
      fix:
        "set SESSION_SECURE_COOKIE=true; in 2.3, which does not read it, 'secure' => true in config/session.php",
      reference: "cachet config/session.php",
      look: { (subject) throws(Obstacle) in
        if subject.installation.line == .two3 {
          guard let file = try subject.folder.read("config/session.php") else {
            return .notApplicable("config/session.php is not there")
          }
          return file.line(uncommented: "'secure' => true") != nil
            ? .holds
            : .broken(
              Evidence(
                place: file.place(of: "'secure'"), about: "secure",
                message: "'secure' is not true, and 2.3 reads no variable for it"))
        }
        let cookie = subject.setting("SESSION_SECURE_COOKIE")
        if cookie.value.isTruthy { return .holds }
        // 3.x without the variable follows the request's scheme.
        if subject.installation.line == .three, !cookie.isSet { return .holds }
        return .broken(
          cookie.evidence(
            cookie.isSet
              ? "SESSION_SECURE_COOKIE is \(cookie.shown)"
              : "SESSION_SECURE_COOKIE is not set, and then it is false"))
      }),
    Check(
      id: "trusted-proxies", family: .exposure, severity: .medium,
      title: "nobody but the proxy says where a request comes from",
      rationale:
        "with X-Forwarded-For of one's own, the limit on sign-in attempts counts a new address each time",
      fix:
        "let the proxy overwrite X-Forwarded-*, and let nobody else reach PHP; in 3.x name its address in CACHET_TRUSTED_PROXIES",
      reference:
        "cachet 2.4 TrustProxies.php reads 'trustedproxies.proxies', the file is trustedproxy",
      look: { (subject) throws(Obstacle) in
        if subject.installation.line == .three {
          let proxies = subject.setting("CACHET_TRUSTED_PROXIES")
          let text = proxies.value.text.map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
          let names = text.split { $0 == "," || $0.isWhitespace }
          guard names.contains(where: { everybody.contains($0.uppercased()) || $0.hasSuffix("/0") })
          else { return .holds }
          return .broken(proxies.evidence("CACHET_TRUSTED_PROXIES trusts everybody"))
        }
        guard let file = try subject.folder.read("app/Http/Middleware/TrustProxies.php"),
          file.contains("'trustedproxies.proxies'")
        else { return .holds }
        let proxies = subject.setting("TRUSTED_PROXIES")
        return .broken(
          Evidence(
            place: file.place(of: "'trustedproxies.proxies'"), about: "TRUSTED_PROXIES",
            message: proxies.isGiven
              ? "TRUSTED_PROXIES is set, and this code does not read it: everybody is trusted"
              : "this code trusts everybody, and does not read TRUSTED_PROXIES"))
      }),
    Check(
      id: "remote-user", family: .exposure, severity: .high,
      title: "nobody is signed in because the web server names them",
      rationale:
        "with it no second factor is asked for: 3.x takes the address from the header Remote-User, which any client can send, 2.4 from the server's REMOTE_USER",
      fix:
        "leave AuthenticateRemoteUser commented out (3.x), always_authenticate off (2.4), or let the proxy remove the header",
      reference: "cachethq/core AuthenticateRemoteUser; cachet 2.4 RemoteUserAuthenticate",
      look: { (subject) throws(Obstacle) in
        guard subject.installation.line != .two3 else {
          return .notApplicable("2.3 does not do that")
        }
        guard subject.installation.line == .three else {
          let state = try subject.storedState("always_authenticate", false)
          guard let isOn = state.isOn else { return .notAsked("give --database") }
          return isOn
            ? .broken(
              Evidence(
                place: state.place, about: "always_authenticate",
                message: "always_authenticate is on"))
            : .holds
        }
        guard let file = try subject.folder.read("config/cachet.php"),
          let line = file.line(uncommented: "AuthenticateRemoteUser::class")
        else { return .holds }
        return .broken(
          Evidence(
            place: Place(path: file.path, line: line), about: "AuthenticateRemoteUser",
            message: "the middleware is on"))
      }),
    Check(
      id: "log-modes", family: .exposure, severity: .medium,
      title: "Cachet's logs are for Cachet and root alone",
      rationale: "stack traces hold addresses, tokens and, with MAIL_DRIVER=log, whole mails",
      fix: "chmod o-rwx storage/logs storage/logs/*",
      reference: "cachet config/logging.php",
      look: { (subject) throws(Obstacle) in
        var seen: [Evidence] = []
        for name in try subject.folder.names(in: "storage/logs") where name.hasSuffix(".log") {
          let path = "storage/logs/\(name)"
          guard let file = try subject.folder.status(path),
            file.isReadableByOthers || file.isWritableByOthers
          else { continue }
          let folder = try subject.folder.status("storage/logs")
          guard folder.map({ $0.mode & 0o001 != 0 }) ?? true else { continue }
          seen.append(Evidence(path, openToAll: file))
        }
        return Verdict(seen)
      }),
    Check(
      id: "host-logs", family: .exposure, severity: .medium,
      title: "the logs of sign-ins and requests are the administrators' alone, and are kept",
      rationale:
        "whoever can change them hides what they did; a journal in memory alone is gone with the next start",
      fix:
        "chmod 750 the folder; for the journal: mkdir /var/log/journal && systemctl restart systemd-journald",
      reference: "systemd-journald.service(8), Storage=; Debian's modes of /var/log",
      look: { (subject) throws(Obstacle) in
        let host = Folder(root: subject.options.hostRoot)
        var seen: [Evidence] = []
        func add(_ path: String, _ message: String) {
          seen.append(Evidence(place: Place(path: path), about: path, message: message))
        }
        for path in ["/var/log/apache2", "/var/log/nginx", "/var/log/journal", "/var/log/auth.log"]
        {
          guard let log = try host.status(below: path) else { continue }
          if log.isWritableByOthers {
            add(path, "everybody on this host can write it (mode \(log.octal))")
          } else if log.isReadableByOthers, path != "/var/log/journal" {
            add(path, "everybody on this host can read it (mode \(log.octal))")
          }
        }
        if try host.status(below: "/run/systemd/system") != nil,
          try host.status(below: "/var/log/journal") == nil
        {
          add("/var/log/journal", "it is not there: the journal is kept in memory alone")
        }
        return Verdict(seen)
      }),
  ]

  /// Names of all proxies; the last is whoever connects.
  private static let everybody: Set<String> = ["*", "**", "REMOTE_ADDR"]
}

/// An account of this host, as the modes of files see it.
struct Account: Sendable {
  let user: uid_t
  let groups: Set<gid_t>

  init?(_ name: String) {
    guard let entry = unsafe getpwnam(name) else { return nil }
    user = unsafe entry.pointee.pw_uid
    var count: Int32 = 64
    var list = [gid_t](repeating: 0, count: Int(count))
    guard unsafe getgrouplist(name, entry.pointee.pw_gid, &list, &count) >= 0 else { return nil }
    groups = Set(list.prefix(Int(count)))
  }

  func canWrite(_ file: Folder.Status) -> Bool {
    if user == 0 { return true }
    // The owner can change the mode, whatever it is.
    if file.owner == user { return true }
    if groups.contains(file.group) { return file.mode & 0o020 != 0 }
    return file.isWritableByOthers
  }
}

extension Folder.Status {
  var octal: String { String(mode, radix: 8) }
}

extension SourceFile {
  fileprivate var lines: [Substring] {
    String(decoding: bytes, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
  }

  /// The first line with `text` outside of a `//` comment, counted from 1.
  func line(uncommented text: String) -> Int? {
    lines.firstIndex { line in
      guard let found = line.firstRange(of: text) else { return false }
      let before = line[..<found.lowerBound]
      return !before.contains("//") && !before.contains("#")
        && !before.drop(while: \.isWhitespace).hasPrefix("*")
    }.map { $0 + 1 }
  }

  /// The first line in which an array of PHP has `key` at what PHP takes for true, counted from 1.
  func line(turningOn key: String) -> Int? {
    lines.firstIndex { line in
      guard let found = line.firstRange(of: "'\(key)' => ") else { return false }
      let value = String(line[found.upperBound...].prefix { !",])".contains($0) }).trimmed
      return !["", "''", "'0'", "0", "false", "NULL", "null", "array ("].contains(value)
    }.map { $0 + 1 }
  }
}
