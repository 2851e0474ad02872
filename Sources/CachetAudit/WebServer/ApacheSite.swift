/// One of Apache's virtual hosts, or its main server.
struct ApacheSite: WebSite {
  let place: Place
  private let addresses: [String]
  /// The main server's directives, and the virtual host's behind them.
  let main: [ServerDirective]
  let own: [ServerDirective]
  let all: [ServerDirective]
  /// Those inside sections.
  let inner: [ServerDirective]
  let files: ServerFiles
  let folders: ApacheFolders
  /// The name that it is asked by; `nil` where it has none of its own.
  var host: String?
  /// Requests for names that no virtual host has come here.
  private let isDefault: Bool
  /// The `.htaccess` of the document root, where it counts.
  let htaccess: [ServerDirective]

  /// Stands for a directive of a `.htaccess` that may not stand there: with it every request fails.
  static let notAllowedHere = "-not-allowed-here"

  static func all(
    in directives: [ServerDirective], of files: ServerFiles, at place: Place
  ) throws(Obstacle) -> [ApacheSite] {
    let main = directives.filter { $0.name != "virtualhost" }
    let hosts = directives.named("virtualhost")
    var sites: [ApacheSite] = []
    var seen: Set<String> = []
    for host in hosts {
      let isFirst = host.arguments.contains { seen.insert($0).inserted }
      sites.append(
        try ApacheSite(
          main: main, own: host.block ?? [], addresses: host.arguments, isDefault: isFirst,
          at: host.place, files))
    }
    guard sites.isEmpty || mainAnswers(main, beside: hosts) else { return sites }
    return sites + [
      try ApacheSite(main: main, own: [], addresses: ["*"], isDefault: true, at: place, files)
    ]
  }

  /// Whether some port has no virtual host for all addresses: the main server answers there.
  private static func mainAnswers(
    _ main: [ServerDirective], beside hosts: [ServerDirective]
  ) -> Bool {
    let taken = hosts.flatMap(\.arguments).filter { $0.hasPrefix("*") || $0.hasPrefix("_default_") }
      .map { $0.split(separator: ":").dropFirst().last.map(String.init) ?? "*" }
    return main.named("listen").contains { listen in
      let port = listen.value.split(separator: ":").last.map(String.init) ?? ""
      return !taken.contains(port) && !taken.contains("*")
    }
  }

  private init(
    main: [ServerDirective], own: [ServerDirective], addresses: [String], isDefault: Bool,
    at place: Place, _ files: ServerFiles
  ) throws(Obstacle) {
    self.isDefault = isDefault
    all = main + own
    inner = all.flatMap { $0.block?.everything ?? [] }
    (self.main, self.own, self.addresses, self.files) = (main, own, addresses, files)
    self.place = place
    host = own.named("servername", "serveralias").flatMap(\.arguments).lazy
      .map(Self.bareName).first { !$0.contains("*") }
    folders = ApacheFolders(main + own, of: files)
    guard let root = Self.root(main, own, host)?.path.known else {
      htaccess = []
      return
    }
    // What stands in its way is told at once.
    htaccess =
      try folders.blocks(downTo: root).last { block in
        block.isOwnFile && block.folder.split(separator: "/") == root.split(separator: "/")
      }?.directives ?? []
  }

  /// `https://name:443`, as ServerName may have it.
  private static func bareName(_ name: String) -> String {
    let rest = name.firstRange(of: "://").map { name[$0.upperBound...] } ?? name[...]
    return rest.prefix { $0 != ":" }.lowercased()
  }

  var names: [String] {
    own.named("servername", "serveralias").flatMap(\.arguments).map(Self.bareName)
  }

  func asked(by host: String?) -> any WebSite {
    var site = self
    site.host = host?.lowercased()
    return site
  }

  var hosts: HostChoice {
    guard let virtual = all.last("virtualdocumentroot"), !virtual.says("none") else {
      return .none
    }
    let isOpen = isDefault || names.isEmpty || names.contains { $0.contains("*") }
    return isOpen ? .any : .among(names)
  }

  var isEncrypted: Bool { all.last("sslengine")?.says("on") ?? false }

  var isPlain: Bool { !isEncrypted }

  var isLocal: Bool {
    addresses.allSatisfy { address in
      if !address.hasPrefix("*"), !address.hasPrefix("_default_") {
        return Loopback.isAddress(address)
      }
      let port = address.split(separator: ":").dropFirst().last
      let listens = main.named("listen").map(\.value).filter { listen in
        port.map { listen == $0 || listen.hasSuffix(":\($0)") } ?? true
      }
      return !listens.isEmpty && listens.allSatisfy(Loopback.isAddress)
    }
  }

  // MARK: - Access

  func passage(of request: WebRequest) -> Passage {
    ApacheWalk(site: self).answer(to: request).passage
  }

  func leniency(for request: WebRequest) -> Place? {
    ApacheWalk(site: self).answer(to: request).access?.satisfyAny
  }

  func delivery(for request: WebRequest) -> Delivery {
    let answer = ApacheWalk(site: self).answer(to: request)
    return switch answer.passage {
    case .open: answer.delivery
    case .closed: .nothing
    case .unclear(let place, let why): .unclear(place, why: why)
    }
  }

  // MARK: - Towards the application

  func passedOn(_ headers: [String]) -> [(headers: [String], place: Place)] {
    let root = documentRoot?.path.known ?? "/"
    let everywhere = all.filter { section in
      switch section.name {
      case "location": section.value == "/"
      case "directory": Self.isBelow(root, section.value)
      case "proxy": section.value == "*"
      default: false
      }
    }.flatMap { $0.block ?? [] }
    let held = (all + everywhere + htaccess).named("requestheader").filter { line in
      let words = line.arguments.map { $0.lowercased() }
      let isBound = words.dropFirst(2).contains { $0.hasPrefix("env=") || $0.hasPrefix("expr=") }
      return !isBound && ["unset", "set"].contains(words.first)
    }.compactMap { $0.arguments.dropFirst().first?.lowercased() }
    let open = headers.filter { !held.contains($0.lowercased()) }
    return open.isEmpty ? [] : [(open, place)]
  }

  var remoteBackends: [(address: String, place: Place)] {
    all.everything.compactMap { line in
      guard ["proxypass", "proxypassmatch", "sethandler", "balancermember"].contains(line.name),
        let url = line.arguments.first(where: { $0.contains("://") || $0.hasPrefix("proxy:") }),
        !url.contains("unix:"), let scheme = url.firstRange(of: "://")
      else { return nil }
      let address = String(url[scheme.upperBound...].prefix { $0 != "/" })
      guard !line.value.hasPrefix("balancer:"), !url.hasPrefix("balancer:"),
        !Loopback.isAddress(address)
      else { return nil }
      return (address, line.place)
    }
  }

  var processVariables: [(name: String, place: Place)] {
    (all.everything + htaccess).flatMap { line in
      switch line.name {
      case "setenv": line.arguments.prefix(1).map { ($0, line.place) }
      case "passenv": line.arguments.map { ($0, line.place) }
      default: [] as [(name: String, place: Place)]
      }
    }
  }
}
