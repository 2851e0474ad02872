/// One of Apache's virtual hosts, or its main server.
struct ApacheSite: WebSite {
  let place: Place
  private let addresses: [String]
  /// The main server's directives, and the virtual host's behind them.
  private let main: [ServerDirective]
  private let own: [ServerDirective]
  let files: ServerFiles
  /// The `.htaccess` of the document root, where it counts.
  let htaccess: [ServerDirective]

  static func all(
    in directives: [ServerDirective], of files: ServerFiles, at place: Place
  ) throws(Obstacle) -> [ApacheSite] {
    let main = directives.filter { $0.name != "virtualhost" }
    var sites: [ApacheSite] = []
    for host in directives.named("virtualhost") {
      sites.append(
        try ApacheSite(
          main: main, own: host.block ?? [], addresses: host.arguments, at: host.place, files))
    }
    guard sites.isEmpty else { return sites }
    return [try ApacheSite(main: main, own: [], addresses: ["*"], at: place, files)]
  }

  private init(
    main: [ServerDirective], own: [ServerDirective], addresses: [String], at place: Place,
    _ files: ServerFiles
  ) throws(Obstacle) {
    (self.main, self.own, self.addresses, self.files) = (main, own, addresses, files)
    self.place = place
    let root = (main + own).last("documentroot")?.value
    let overrides = (main + own).named("directory").sorted(by: Self.isShallower).filter { section in
      root.map { Self.isBelow($0, section.value) } ?? false
    }.compactMap { $0.block?.last("allowoverride") }.last
    guard let root, let overrides, !overrides.says("none"), try files.exists("\(root)/.htaccess")
    else {
      htaccess = []
      return
    }
    var files = files
    htaccess = try ApacheReader.read(
      files.read("\(root)/.htaccess", for: overrides.place, depth: 0))
  }

  var all: [ServerDirective] { main + own }

  var names: [String] { own.named("servername", "serveralias").flatMap(\.arguments) }

  var documentRoot: (path: String, place: Place)? {
    all.last("documentroot").map { ($0.value, $0.place) }
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

  func passage(of request: WebRequest) -> Passage { judge(request).passage }

  func leniency(for request: WebRequest) -> Place? { judge(request).access?.satisfyAny }

  private var refusesUnknownMethods: Bool {
    all.named("httpprotocoloptions").flatMap(\.arguments).last {
      ["registeredmethods", "lenientmethods"].contains($0.lowercased())
    }?.lowercased() == "registeredmethods"
  }

  private typealias Judgement = (passage: Passage, access: ApacheAccess?)

  private func judge(_ request: WebRequest) -> Judgement {
    let slashes: WebRequest.EncodedSlash =
      switch all.last("allowencodedslashes")?.value.lowercased() {
      case "on": .decoded
      case "nodecode": .kept
      default: .refused
      }
    if refusesUnknownMethods, request.method != request.method.uppercased() {
      return (.closed(.refused, place), nil)
    }
    // Whatever MergeSlashes says, of slashes at the front Apache takes the last.
    var request = request
    request.target = "/" + request.uri.drop { $0 == "/" }
    request.isEncrypted = isEncrypted
    let merges = !(all.last("mergeslashes")?.says("off") ?? false)
    guard let path = request.normalised(mergingSlashes: merges, encodedSlash: slashes) else {
      return (.closed(.refused, place), nil)
    }
    let first = judge(request, path)
    guard case .open = first.passage, let next = first.next, next != path else {
      return (first.passage, first.access)
    }
    // An internal redirect is a request of its own.
    request.target = next
    let second = judge(request, next)
    if case .open = second.passage { return (first.passage, first.access) }
    return (second.passage, second.access)
  }

  /// `next`: where an internal redirect leads once access was given.
  private func judge(
    _ request: WebRequest, _ path: String
  ) -> (passage: Passage, access: ApacheAccess?, next: String?) {
    let environment = ApacheEnvironment(
      request, directives: own + main,
      inner: all.flatMap { $0.block?.everything ?? [] } + htaccess)
    let root = documentRoot?.path ?? "/"
    // As the rules of a folder see it.
    var inside = path
    var file = filename(of: path, in: root)
    if let redirect = redirect(all, path) { return (.closed(.answered, redirect), nil, nil) }

    var isProxied = isProxied(path)
    switch rewriting(
      own.isEmpty ? main : own, path, environment.facts(uri: path, file: file.path))
    {
    case .nothing: break
    case .file(let target):
      inside = target.hasPrefix(root) ? String(target.dropFirst(root.count)) : target
      file = filename(of: inside, in: root)
    case .proxied: isProxied = true
    case .closed(let bar, let place): return (.closed(bar, place), nil, nil)
    case .unclear(let place):
      return (.unclear(place, why: "a RewriteRule leads elsewhere"), nil, nil)
    }

    let folders = isProxied ? proxySections : folderSections(file.folder, file.path)
    var blocks = folders
    if !isProxied {
      let name = file.path.lastPart
      blocks += (all + folders.flatMap { $0 }).filter { isFile($0, name) }.map { $0.block ?? [] }
    }
    blocks += all.filter { isLocation($0, path) }.map { $0.block ?? [] }
    var access = ApacheAccess()
    for block in blocks { access.merge(block) }

    let chains = conditions(in: [all] + blocks)
    let facts = environment.facts(uri: path, file: file.path)
    var passage = self.passage(chains, access, request.method, facts)
    if case .open = passage, let redirect = blocks.lazy.compactMap({ redirect($0, path) }).first {
      passage = .closed(.answered, redirect)
    }
    guard !isProxied, case .open = passage else { return (passage, access, nil) }
    let rules = folders.last { !$0.named("rewriterule").isEmpty } ?? []
    let engine = folders.compactMap { $0.last("rewriteengine") }.suffix(1)
    switch rewriting(engine + rules, String(inside.drop { $0 == "/" }), facts) {
    case .closed(let bar, let place): return (.closed(bar, place), access, nil)
    case .file(let target): return (passage, access, target.hasPrefix("/") ? target : "/" + target)
    case .nothing, .proxied, .unclear:
      return (passage, access, substitute(for: file, path, folders))
    }
  }

  /// What answers in place of a folder, or of a file that is not there.
  private func substitute(
    for file: (path: String, folder: String), _ path: String, _ folders: [[ServerDirective]]
  ) -> String? {
    if file.path == file.folder { return path.hasSuffix("/") ? path + "index.php" : nil }
    let fallback = (all + folders.flatMap { $0 }).last("fallbackresource")?.value ?? ""
    let isThere = (try? files.exists(file.path)) ?? false
    return fallback.hasPrefix("/") && !isThere ? fallback : nil
  }

  // .htaccess may hold any number of them, and each that is not judged doubles the ways.
  private static let conditionLimit = 200
  private static let guessLimit = 8

  /// With the `<If>` sections, which are merged behind all others.
  private func passage(
    _ chains: [[ServerDirective]], _ access: ApacheAccess, _ method: String,
    _ facts: ApacheExpression.Facts
  ) -> Passage {
    guard chains.joined().count <= Self.conditionLimit else {
      return .unclear(place, why: "there are more conditions than are judged")
    }
    return passage(chains[...], access, method, facts, guesses: 0)
  }

  private func passage(
    _ chains: ArraySlice<[ServerDirective]>, _ access: ApacheAccess, _ method: String,
    _ facts: ApacheExpression.Facts, guesses: Int
  ) -> Passage {
    guard let chain = chains.first, let section = chain.first else {
      return chains.isEmpty
        ? access.passage(of: method, facts, on: place)
        : passage(chains.dropFirst(), access, method, facts, guesses: guesses)
    }
    var merged = access
    merged.merge(section.block ?? [])
    let truth =
      section.name == "else"
      ? .yes : ApacheExpression.holds(section.arguments.joined(separator: " "), facts)
    let others = [Array(chain.dropFirst())] + chains.dropFirst()
    switch truth {
    case .yes: return passage(chains.dropFirst(), merged, method, facts, guesses: guesses)
    case .no: return passage(others[...], access, method, facts, guesses: guesses)
    case .unclear:
      guard guesses < Self.guessLimit else {
        return .unclear(section.place, why: "there are more conditions than are judged")
      }
      return .either(
        passage(chains.dropFirst(), merged, method, facts, guesses: guesses + 1),
        passage(others[...], access, method, facts, guesses: guesses + 1), at: section.place,
        why: "the condition of <\(section.name)> is not judged")
    }
  }

  // MARK: - Ways elsewhere

  private func redirect(_ block: [ServerDirective], _ path: String) -> Place? {
    for line in block {
      let words = line.arguments.filter { $0.contains("/") || $0.hasPrefix("^") }
      switch line.name {
      case "redirect", "redirectpermanent", "redirecttemp":
        let from = words.first ?? "/"
        if from.contains("://") || Self.covers(from, path) { return line.place }
      case "redirectmatch":
        if Pattern.matches(path, words.first ?? "") == .yes { return line.place }
      default: continue
      }
    }
    return nil
  }

  private func rewriting(
    _ rules: [ServerDirective], _ path: String, _ facts: ApacheExpression.Facts
  ) -> ApacheRewriting.Outcome {
    ApacheRewriting.outcome(
      of: rules, for: path, variable: facts.variable,
      isFile: { path, kind in
        let isFolder = (try? files.isFolder(path)) ?? false
        return Truth(kind == "d" ? isFolder : !isFolder && (try? files.exists(path)) ?? false)
      })
  }

  private func isProxied(_ path: String) -> Bool {
    for line in own + main where line.arguments.count > 1 {
      switch line.name {
      case "proxypass" where Self.isPrefix(line.value, path),
        "proxypassmatch" where Pattern.matches(path, line.value) == .yes:
        return line.arguments[1] != "!"
      default: continue
      }
    }
    let inner = all.filter { isLocation($0, path) }.flatMap { $0.block ?? [] }
    return inner.last("proxypass").map { $0.value != "!" } ?? false
  }

  private static func isPrefix(_ prefix: String, _ path: String) -> Bool {
    prefix.hasSuffix("/") ? path.hasPrefix(prefix) : covers(prefix, path)
  }

  // MARK: - Towards the application

  func passedOn(_ headers: [String]) -> [(headers: [String], place: Place)] {
    let root = documentRoot?.path ?? "/"
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
