/// One of nginx's servers.
struct NginxSite: WebSite {
  let place: Place
  /// What is around the server, and what is in it.
  let http: [ServerDirective]
  let server: [ServerDirective]
  let files: ServerFiles
  /// The name that it is asked by; `nil` where it has none of its own.
  var host: String?
  /// Requests for names that no server has come here.
  private var isDefault = false

  static let handlers: Set<String> = [
    "proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass",
  ]

  private init(_ server: ServerDirective, in http: [ServerDirective], _ files: ServerFiles) {
    (place, self.http, self.server, self.files) = (server.place, http, server.block ?? [], files)
    host = names.first { !$0.contains("*") && $0 != "_" && !$0.hasPrefix("~") }
  }

  static func all(in directives: [ServerDirective], of files: ServerFiles) -> [NginxSite] {
    // A file of sites may be given without the file that includes it.
    let https = directives.named("http").map { $0.block ?? [] } + [directives]
    return https.flatMap { http in
      var seen: Set<String> = []
      return http.named("server").filter { $0.block != nil }.map { server in
        var site = NginxSite(server, in: http, files)
        let listens = site.server.named("listen")
        site.isDefault =
          listens.isEmpty || listens.contains { seen.insert($0.value).inserted }
          || listens.contains { $0.arguments.contains("default_server") }
        return site
      }
    }
  }

  var names: [String] { server.named("server_name").flatMap(\.arguments) }

  func asked(by host: String?) -> any WebSite {
    var site = self
    site.host = host?.lowercased()
    return site
  }

  var hosts: HostChoice {
    let folders = http.named("root") + server.everything.named("root", "alias")
    guard folders.contains(where: { $0.value.contains("$") }) else { return .none }
    let own = names.filter { !$0.contains("*") && $0 != "_" && !$0.hasPrefix("~") }
    return isDefault || own.count < names.count ? .any : .among(own)
  }

  var documentRoot: (path: PathTemplate, place: Place)? {
    let inner = server.named("location").flatMap { $0.block ?? [] }
    let root = server.last("root") ?? inner.last("root") ?? http.last("root")
    return root.map { (template($0.value), $0.place) }
  }

  private static func isEncrypted(_ listen: ServerDirective) -> Bool {
    listen.arguments.contains("ssl") || listen.arguments.contains("quic")
  }

  private var isAllEncrypted: Bool { server.last("ssl")?.says("on") ?? false }

  var isEncrypted: Bool {
    isAllEncrypted || server.named("listen").contains(where: Self.isEncrypted)
  }

  var isPlain: Bool {
    let listens = server.named("listen").filter { !Loopback.isAddress($0.value) }
    return !isAllEncrypted && (listens.isEmpty || !listens.allSatisfy(Self.isEncrypted))
  }

  var isLocal: Bool {
    let addresses = server.named("listen").map(\.value)
    return !addresses.isEmpty && addresses.allSatisfy(Loopback.isAddress)
  }

  func passage(of request: WebRequest) -> Passage { walk(request).map { $0.passage() } ?? refused }

  func leniency(for request: WebRequest) -> Place? {
    var seen: Place?
    guard var walk = walk(request) else { return nil }
    walk.noteLeniency = { seen = $0 }
    _ = walk.passage()
    return seen
  }

  func delivery(for request: WebRequest) -> Delivery {
    switch passage(of: request) {
    case .closed(.file(let path, isCertain: true), let place): .file(path, place)
    case .closed(.file, let place): .unclear(place, why: "the condition of an 'if' is not judged")
    case .unclear(let place, let why): .unclear(place, why: why)
    case .open, .closed: .nothing
    }
  }

  private var refused: Passage { .closed(.refused, place) }

  private func walk(_ request: WebRequest) -> NginxWalk? {
    // It refuses methods in small letters.
    guard request.method.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else { return nil }
    let merges =
      !((server.last("merge_slashes") ?? http.last("merge_slashes"))?.says("off") ?? false)
    guard let uri = request.normalised(mergingSlashes: merges, encodedSlash: .decoded) else {
      return nil
    }
    return NginxWalk(
      site: self, variables: variables(for: request),
      start: NginxState(uri: uri, query: request.query, frames: [http, server], place: place))
  }

  func variables(for request: WebRequest) -> NginxVariables {
    var groups: [String: String] = [:]
    if let host, let name = names.first(where: { $0.hasPrefix("~") }) {
      groups = Pattern(String(name.dropFirst()))?.namedGroups(in: host) ?? [:]
    }
    return NginxVariables(
      request, isEncrypted: request.isEncrypted && isEncrypted, host: host, hostGroups: groups,
      http: http)
  }

  // MARK: - Towards the application

  func passedOn(_ headers: [String]) -> [(headers: [String], place: Place)] {
    backends(in: server, frames: [http, server]).compactMap { handler, frames in
      let state = NginxState(uri: "", query: "", frames: frames, place: handler.place)
      if state.directive("\(handler.name)_request_headers")?.says("off") ?? false { return nil }
      let held: [String]
      switch handler.name {
      case "proxy_pass", "grpc_pass":
        let name = handler.name == "proxy_pass" ? "proxy_set_header" : "grpc_set_header"
        held = state.directives(name).filter { !Self.isClients($0) }.map { $0.value.lowercased() }
      default:
        let kind = handler.name.split(separator: "_").first ?? ""
        held = state.directives("\(kind)_param").filter { !Self.isClients($0) }.compactMap { line in
          guard line.value.hasPrefix("HTTP_") else { return nil }
          return line.value.dropFirst(5).lowercased().replacing("_", with: "-")
        }
      }
      let open = headers.filter { !held.contains($0.lowercased()) }
      return open.isEmpty ? nil : (open, handler.place)
    }
  }

  /// A value that the client has chosen, or begun.
  private static func isClients(_ line: ServerDirective) -> Bool {
    let value = line.arguments.dropFirst().first ?? ""
    return value.contains("$http_") || value.contains("$proxy_add_x_forwarded_for")
  }

  var remoteBackends: [(address: String, place: Place)] {
    backends(in: server, frames: [http, server]).flatMap { handler, _ in
      let url = handler.value
      guard !url.contains("unix:"), !url.contains("$") else { return [] as [(String, Place)] }
      let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
      let address = String(rest.prefix { $0 != "/" })
      if let upstream = http.named("upstream").first(where: { $0.value == address }) {
        return (upstream.block ?? []).named("server").filter { !Loopback.isAddress($0.value) }
          .map { ($0.value, $0.place) }
      }
      return Loopback.isAddress(address) ? [] : [(address, handler.place)]
    }
  }

  var processVariables: [(name: String, place: Place)] {
    let around = http.filter { $0.block == nil }
    return (around + server.everything).named("fastcgi_param").map { ($0.value, $0.place) }
  }

  /// Every directive that hands requests on, with the blocks around it.
  private func backends(
    in block: [ServerDirective], frames: [[ServerDirective]]
  ) -> [(ServerDirective, [[ServerDirective]])] {
    block.flatMap { directive -> [(ServerDirective, [[ServerDirective]])] in
      if Self.handlers.contains(directive.name) { return [(directive, frames)] }
      guard ["location", "if"].contains(directive.name), let inner = directive.block else {
        return []
      }
      return backends(in: inner, frames: frames + [inner])
    }
  }
}
