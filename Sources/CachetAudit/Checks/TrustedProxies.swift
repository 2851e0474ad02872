/// Whom Cachet believes about where a request comes from, by what each line of it reads.
struct TrustedProxies {
  private let subject: Subject

  init(_ subject: Subject) { self.subject = subject }

  func verdict() throws(Obstacle) -> Verdict {
    switch subject.installation.line {
    case .two3: try ofTwoThree()
    case .two4, .two5: try ofTwoFour()
    case .three: try ofThree()
    }
  }

  /// Names of all proxies; the last is whoever connects.
  private static let everybody: Set<String> = ["*", "**", "REMOTE_ADDR"]

  private static func isEverybody(_ name: some StringProtocol) -> Bool {
    everybody.contains(name.uppercased()) || name.hasSuffix("/0")
  }

  private static func namesEverybody(_ list: String) -> Bool {
    list.split { $0 == "," || $0.isWhitespace }.contains { isEverybody($0) }
  }

  /// A list in `config/trustedproxy.php`, as it came the addresses of a content network.
  private func ofTwoThree() throws(Obstacle) -> Verdict {
    if let cached = subject.configuration.cached {
      let path = "trustedproxy.proxies"
      let entries = cached[path].map { [$0] } ?? cached.list(path)
      guard !entries.isEmpty else {
        return .notAsked("\(cached.file.path) does not have \(path)")
      }
      guard let open = entries.first(where: { $0.value.word.map(Self.namesEverybody) == true })
      else { return .holds }
      return found(Place(path: cached.file.path, line: open.line))
    }
    let path = "config/trustedproxy.php"
    guard let file = try subject.folder.read(path) else {
      return .notAsked("\(path) is not there: run it where Cachet runs")
    }
    guard let words = file.literals(of: "proxies") else {
      return .notAsked("\(path) does not say 'proxies' in a way that is known here")
    }
    guard let open = words.first(where: { Self.namesEverybody($0.text) }) else { return .holds }
    return found(Place(path: path, line: open.line))
  }

  private func found(_ place: Place) -> Verdict {
    .broken(Evidence(place: place, about: "proxies", message: "'proxies' trusts everybody"))
  }

  /// A variable, which the code as it came asks for by a name that there is not.
  private func ofTwoFour() throws(Obstacle) -> Verdict {
    let path = "app/Http/Middleware/TrustProxies.php"
    guard let file = try subject.folder.read(path) else {
      return .notAsked("\(path) is not there: run it where Cachet runs")
    }
    let proxies = subject.setting("TRUSTED_PROXIES")
    guard !file.contains("'trustedproxies.proxies'") else {
      return .broken(
        Evidence(
          place: file.place(of: "'trustedproxies.proxies'"), about: "TRUSTED_PROXIES",
          message: proxies.isGiven
            ? "TRUSTED_PROXIES is set, and this code does not read it: everybody is trusted"
            : "this code trusts everybody, and does not read TRUSTED_PROXIES"))
    }
    guard file.contains("'trustedproxy.proxies'") else {
      return .notAsked("\(path) is not the code that is known here")
    }
    guard let list = proxies.word else {
      return .broken(proxies.evidence("TRUSTED_PROXIES is empty, and then everybody is trusted"))
    }
    return Self.namesEverybody(list)
      ? .broken(proxies.evidence("TRUSTED_PROXIES trusts everybody")) : .holds
  }

  /// A variable, or a line of the skeleton's own.
  private func ofThree() throws(Obstacle) -> Verdict {
    let proxies = subject.setting("CACHET_TRUSTED_PROXIES")
    if Self.namesEverybody(proxies.word ?? "") {
      return .broken(proxies.evidence("CACHET_TRUSTED_PROXIES trusts everybody"))
    }
    let path = "bootstrap/app.php"
    for open in ["trustProxies(at: '*'", "trustProxies(at: \"*\"", "trustProxies('*'"] {
      if let line = try subject.folder.read(path)?.line(uncommented: open) {
        return .broken(
          Evidence(
            place: Place(path: path, line: line), about: "trustProxies",
            message: "it trusts everybody"))
      }
    }
    return .holds
  }
}
