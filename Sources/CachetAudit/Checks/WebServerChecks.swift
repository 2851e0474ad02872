import FoundationEssentials

extension Check {
  static let webServer: [Check] = [
    Check(
      id: "document-root", family: .webServer, severity: .critical,
      title: "the web server hands out nothing of the installation but public/",
      rationale: "what else lies there is .env, the sources, the logs",
      fix:
        "set the document root to public/ of the installation, and take away each alias, root or link that leads elsewhere into it; then change every secret in .env",
      reference: "cachet docs, installation",
      look: { (subject) throws(Obstacle) in
        guard let server = try subject.webServer() else { return notGiven }
        let found = ExposedFiles.look(
          at: subject.installation, in: server, hosts: subject.siteNames)
        if !found.seen.isEmpty { return .broken(found.seen) }
        if let unfinished = found.unfinished { return .notAsked(unfinished) }
        let sites = server.sites(of: subject.installation, named: subject.siteNames)
        guard !sites.isEmpty || found.isJudged else { return noSite }
        // Of another machine, perhaps.
        let absent = sites.compactMap(\.documentRoot).lazy.compactMap { $0.path.known }
          .first { server.files.kind(of: $0) == nil }
        if let absent {
          return .notAsked(
            "the document root \(Printable.text(absent.utf8, limit: 120)) is not on this machine")
        }
        return .holds
      }),
    Check(
      id: "guarded-paths", family: .webServer, severity: .critical,
      title: "nobody reaches the administration without signing in at the web server",
      rationale:
        "Cachet's own password is then all that is asked for, and the set-up asks for none",
      fix: "put the second factor in front of it (docs/web.md)",
      reference: "cachet routes; docs/web.md",
      look: { (subject) throws(Obstacle) in
        try subject.judged { site, guarded in
          guarded.paths.compactMap { path, methods in
            methods.lazy.compactMap { site.evidence(of: WebRequest($0, path), about: path) }.first
          }
        }
      }),
    Check(
      id: "guard-bypass", family: .webServer, severity: .high,
      title: "no other spelling of an address or a method leads around the guard",
      rationale:
        "Cachet takes /index.php/dashboard and //dashboard for /dashboard, and the method get for GET",
      fix:
        "guard all that is not known to be public, as the path sets do (docs/web.md), and by no list of methods (<Limit>)",
      reference: "symfony/http-foundation path info and method; docs/web.md",
      look: { (subject) throws(Obstacle) in
        try subject.judged { site, guarded in
          guarded.paths.flatMap { path, methods -> [Evidence] in
            guard let method = methods.first,
              site.passage(of: WebRequest(method, path)).isClosed
            else { return [] }
            let spelled = GuardedPaths.spellings(of: path).compactMap { spelling in
              site.evidence(of: WebRequest(method, spelling), about: spelling)
            }
            return spelled
              + methods.map { WebRequest($0, path) }.filter { site.passage(of: $0).isClosed }
              .map(\.inSmallLetters).compactMap {
                site.evidence(of: $0, about: "\($0.method) \($0.target)")
              }
          }
        }
      }),
    Check(
      id: "guard-satisfy", family: .webServer, severity: .high,
      title: "no address stands in for the sign-in",
      rationale:
        "with 'satisfy any' whoever has an address that is let in needs neither password nor code",
      fix: "take 'satisfy any' out of what is guarded",
      reference: "Apache mod_access_compat, nginx ngx_http_core_module",
      look: { (subject) throws(Obstacle) in
        try subject.judged { site, guarded in
          var seen: Set<Place> = []
          return guarded.paths.compactMap { path, methods in
            guard let method = methods.first,
              let place = site.leniency(for: WebRequest(method, path)), seen.insert(place).inserted
            else { return nil }
            return Evidence(
              place: place, about: path, message: "for \(path) either address or sign-in is enough")
          }
        }
      }),
    Check(
      id: "api-writes", family: .webServer, severity: .high,
      title: "the API is for reading alone, or for machines that are known",
      rationale: "an API token acts without a second factor, from anywhere, as often as it likes",
      fix: "close all but GET, and the subscribers, or let machines in by address (docs/web.md)",
      reference: "cachet ApiRoutes.php",
      look: { (subject) throws(Obstacle) in
        try subject.judged { site, guarded in
          guarded.writes.compactMap { request in
            [request, request.inSmallLetters].lazy.compactMap {
              site.evidence(of: $0, about: "\($0.method) \($0.target)")
            }.first
          }
        }
      }),
    Check(
      id: "plain-http", family: .webServer, severity: .high,
      title: "the administration is reached by https alone",
      rationale: "passwords, codes and session cookies travel in the clear",
      fix: "redirect port 80 to https",
      reference: "docs/web.md",
      look: { (subject) throws(Obstacle) in
        try subject.judged { site, guarded in
          guard site.isPlain, !site.isLocal else { return [] }
          let seen = guarded.paths.lazy.compactMap { path, methods in
            site.plainEvidence(of: WebRequest(methods.first ?? "GET", path))
          }
          return Array(seen.prefix(1))
        }
      }),
    Check(
      id: "forwarded-headers", family: .webServer, severity: .medium,
      title: "no client says by a header who asks, from where, or for what",
      rationale:
        "Cachet believes X-Forwarded-*, 2.3 takes the path itself from X-Original-URL (CVE-2018-14773), 3.x can be told to believe Remote-User",
      fix: "remove or overwrite them on the way to Cachet (docs/web.md)",
      reference: "cachet TrustProxies.php, cachethq/core AuthenticateRemoteUser, CVE-2018-14773",
      look: { (subject) throws(Obstacle) in
        try subject.judged { site, guarded in
          // It may do no more than redirect.
          if case .closed(.answered, _) = site.passage(of: WebRequest("GET", "/")) { return [] }
          return site.passedOn(guarded.headers).map { headers, place in
            Evidence(
              place: place, about: headers.joined(separator: " "),
              message: "passed on as the client sends it: \(headers.joined(separator: ", "))")
          }
        }
      }),
    Check(
      id: "backend-open", family: .webServer, severity: .medium,
      title: "Cachet itself answers on this machine alone",
      rationale: "whoever reaches the backend at its own address passes the guard by",
      fix: "let it listen on a socket or on 127.0.0.1, or close its port to all but this server",
      reference: "docs/web.md",
      look: { (subject) throws(Obstacle) in
        try subject.judged { site, _ in
          site.remoteBackends.map { address, place in
            Evidence(
              place: place, about: Printable.text(address.utf8, limit: 120),
              message:
                "hands requests to \(Printable.text(address.utf8, limit: 120)), which is not this machine"
            )
          }
        }
      }),
  ]

  fileprivate static let notGiven = Verdict.notAsked(
    "no configuration of Apache or nginx here; name its main file with --web-server")
  fileprivate static let noPath = Verdict.notAsked(
    "neither config/cachet.php nor that of the core is there, and nothing sets CACHET_PATH: run it where Cachet runs"
  )
  fileprivate static let noSite = Verdict.notAsked(
    "no site of Apache or nginx has public/ of this installation as its document root, or the name of APP_URL; name the right file with --web-server"
  )
}

extension Subject {
  fileprivate func webServer() throws(Obstacle) -> WebServer? {
    try options.webServer?.get()
  }

  /// What `look` sees of every site that is Cachet's.
  fileprivate func judged(
    _ look: (any WebSite, GuardedPaths) -> [Evidence]
  ) throws(Obstacle) -> Verdict {
    guard let server = try webServer() else { return Check.notGiven }
    guard let paths = try CachetPaths(configuration) else { return Check.noPath }
    let sites = server.sites(of: installation, named: siteNames)
    guard !sites.isEmpty else { return Check.noSite }
    let guarded = GuardedPaths(installation.line, paths)
    return Verdict(sites.flatMap { look($0, guarded) })
  }

  /// The hosts of Cachet's addresses.
  var siteNames: [String] {
    let host = setting("APP_URL").word.flatMap { URLComponents(string: $0)?.host?.lowercased() }
    let domain = (try? CachetPaths(configuration)).flatMap(\.?.domain)
    return [host, domain].compactMap { $0 }.filter { $0 != "localhost" }
  }
}

extension WebSite {
  /// Where a request is not turned away, or that cannot be told.
  fileprivate func evidence(of request: WebRequest, about: String) -> Evidence? {
    let shown = "\(request.method) \(Printable.text(request.target.utf8, limit: 120))"
    switch passage(of: request) {
    case .closed: return nil
    case .open(let place):
      return Evidence(
        place: place, about: Printable.text(about.utf8, limit: 120), message: "\(shown) is open")
    case .unclear(let place, let why):
      return Evidence(
        place: place, about: Printable.text(about.utf8, limit: 120),
        message: "cannot tell whether \(shown) is open: \(why)")
    }
  }

  /// Where a request by http is served, or asked for a password.
  fileprivate func plainEvidence(of request: WebRequest) -> Evidence? {
    var request = request
    request.isEncrypted = false
    switch passage(of: request) {
    case .closed(.refused, _), .closed(.answered, _), .closed(.file, _): return nil
    case .closed(.signIn, let place), .open(let place):
      return Evidence(
        place: place, about: "http", message: "\(request.target) is served without https")
    case .unclear(let place, let why):
      return Evidence(
        place: place, about: "http",
        message: "cannot tell whether \(request.target) is served without https: \(why)")
    }
  }
}
