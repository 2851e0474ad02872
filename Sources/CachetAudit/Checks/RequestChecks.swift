extension Check {
  /// What Cachet believes of who asks, and by which way.
  static let requests: [Check] = [
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
          if let cached = subject.configuration.cached {
            guard let entry = cached["session.secure"] else {
              return .notAsked("\(cached.file.path) does not have session.secure")
            }
            return entry.value.isTruthy
              ? .holds
              : .broken(
                Evidence(
                  place: Place(path: cached.file.path, line: entry.line), about: "secure",
                  message: "session.secure is not true"))
          }
          guard let file = try subject.folder.read("config/session.php") else {
            return .notAsked("config/session.php is not there: run it where Cachet runs")
          }
          if file.line(uncommented: "'secure' => true") != nil { return .holds }
          guard file.contains("'secure'") else {
            return .notAsked("config/session.php does not say 'secure' in a way that is known here")
          }
          return .broken(
            Evidence(
              place: file.place(of: "'secure'"), about: "secure",
              message: "'secure' is not true, and 2.3 reads no variable for it"))
        }
        let cookie = subject.setting("SESSION_SECURE_COOKIE")
        if cookie.value.isTruthy { return .holds }
        let standard =
          subject.installation.line == .three
          ? "the cookie is secure only where Cachet sees https itself, and not behind a proxy"
          : "it is false"
        return .broken(
          cookie.evidence(
            cookie.isSet
              ? "SESSION_SECURE_COOKIE is \(cookie.shown)"
              : "SESSION_SECURE_COOKIE is not set, and then \(standard)"))
      }),
    Check(
      id: "trusted-proxies", family: .exposure, severity: .medium,
      title: "nobody but the proxy says where a request comes from",
      rationale:
        "with X-Forwarded-For of one's own, the limit on sign-in attempts counts a new address each time",
      fix:
        "let the proxy overwrite X-Forwarded-*, and let nobody else reach PHP; in 2.4 accept it then (--baseline), in 3.x name its address in CACHET_TRUSTED_PROXIES",
      reference:
        "cachet 2.4 TrustProxies.php reads 'trustedproxies.proxies', the file is trustedproxy",
      look: { (subject) throws(Obstacle) in
        try TrustedProxies(subject).verdict()
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
        if let cached = subject.configuration.cached {
          guard
            let member = cached.entry(of: "cachet.middleware", endingIn: "AuthenticateRemoteUser")
          else {
            return cached.has("cachet.middleware")
              ? .holds : .notAsked("\(cached.file.path) does not have cachet.middleware")
          }
          return .broken(
            Evidence(
              place: Place(path: cached.file.path, line: member.line),
              about: "AuthenticateRemoteUser", message: "the middleware is on"))
        }
        // Without a file of the installation's own, the one of the core counts.
        let paths = ["config/cachet.php", "vendor/cachethq/core/config/cachet.php"]
        guard let file = try subject.folder.first(of: paths) else {
          return .notAsked("config/cachet.php is not there: run it where Cachet runs")
        }
        guard file.contains("'middleware'") else {
          return .notAsked("\(file.path) does not have 'middleware'")
        }
        guard let line = file.line(uncommented: "AuthenticateRemoteUser::class") else {
          return .holds
        }
        return .broken(
          Evidence(
            place: Place(path: file.path, line: line), about: "AuthenticateRemoteUser",
            message: "the middleware is on"))
      }),
  ]
}
