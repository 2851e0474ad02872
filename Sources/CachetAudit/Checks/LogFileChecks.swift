import Glibc

extension Check {
  static let logFiles: [Check] = [
    Check(
      id: "log-modes", family: .exposure, severity: .medium,
      title: "Cachet's logs are for Cachet and root alone",
      rationale: "stack traces hold addresses, tokens and, with MAIL_DRIVER=log, whole mails",
      fix: "chmod o-rwx storage/logs storage/logs/*; setfacl -b whatever an ACL names",
      reference: "cachet config/logging.php",
      look: { (subject) throws(Obstacle) in
        guard try subject.folder.status("storage/logs") != nil else {
          return .notAsked("storage/logs is not there: run it where Cachet runs")
        }
        var seen: [Evidence] = []
        let logs = try subject.folder.names(in: "storage/logs").filter { $0.hasSuffix(".log") }
        guard !logs.isEmpty else { return .notApplicable("there is no log yet") }
        for name in logs {
          seen += try subject.strangers(at: "storage/logs/\(name)", besides: readers)
        }
        return Verdict(seen)
      }),
    Check(
      id: "host-logs", family: .exposure, severity: .medium,
      title: "the logs of sign-ins and requests are the administrators' alone, and are kept",
      rationale:
        "they tell who signs in, when and from where, and whoever can change them hides what they did; a journal in memory alone is gone with the next start",
      fix:
        "chmod 750 the folder, and 640 the logs; for the journal: mkdir /var/log/journal && systemctl restart systemd-journald",
      reference: "systemd-journald.service(8), Storage=; Debian's modes of /var/log",
      look: { (subject) throws(Obstacle) in
        let host = Folder(root: subject.options.hostRoot)
        var seen: [Evidence] = []
        var isAnyThere = false
        func add(_ path: String, _ message: String) {
          seen.append(Evidence(place: Place(path: path), about: path, message: message))
        }
        for path in ["/var/log/apache2", "/var/log/nginx", "/var/log/journal", "/var/log/auth.log"]
        {
          guard let log = try host.status(below: path) else { continue }
          isAnyThere = true
          if log.isWritableByOthers {
            add(path, "everybody on this host can write it (mode \(log.octal))")
          } else if log.kind == S_IFREG, log.isReadableByOthers {
            add(path, "everybody on this host can read it (mode \(log.octal))")
          }
          seen += Evidence.named(
            path, log, reading: log.kind == S_IFREG, except: nil, readers)
          // The journal has users' own files, which they may read.
          guard path != "/var/log/journal", log.kind == S_IFDIR, log.mode & 0o001 != 0 else {
            continue
          }
          for name in try host.names(below: path) where name.contains("log") {
            guard let file = try host.status(below: "\(path)/\(name)"), file.kind == S_IFREG,
              file.isReadableByOthers || file.isWritableByOthers
            else { continue }
            seen.append(Evidence("\(path)/\(name)", openToAll: file))
          }
        }
        if try host.status(below: "/run/systemd/system") != nil,
          try host.status(below: "/var/log/journal") == nil
        {
          add("/var/log/journal", "it is not there: the journal is kept in memory alone")
        }
        guard isAnyThere || !seen.isEmpty else {
          return .notAsked("no log of a web server, of sign-ins or of the journal is on this host")
        }
        return Verdict(seen)
      }),
  ]

  /// Debian's group of those who read logs.
  private static var readers: Set<gid_t> {
    Set(unsafe getgrnam("adm").map { [unsafe $0.pointee.gr_gid] } ?? [])
  }
}
