/// The configuration of a web server, and which of its sites are Cachet's.
struct WebServer: Sendable {
  let files: ServerFiles
  let sites: [any WebSite]

  /// Where Debian has them.
  static let usualPlaces = ["/etc/apache2/apache2.conf", "/etc/nginx/nginx.conf"]

  /// The main files at `paths`, each of Apache or of nginx.
  init(_ paths: [String], in files: ServerFiles = ServerFiles()) throws(Obstacle) {
    self.files = files
    var sites: [any WebSite] = []
    for path in paths {
      var reader = files
      switch ServerKind(try reader.read(path, for: nil, depth: 0)) {
      case .nginx:
        let directives = try NginxReader.read(path, from: files)
        try Pattern.check(directives)
        sites += NginxSite.all(in: directives, of: files)
      case .apache:
        let directives = try ApacheReader.read(path, from: files)
        try Pattern.check(directives)
        sites += try ApacheSite.all(in: directives, of: files, at: Place(path: path))
      case nil:
        throw .damaged(path: path, what: "is no configuration of Apache or nginx")
      }
    }
    self.sites = sites
  }

  /// Some of a server's sites alone.
  init(_ sites: [any WebSite], in files: ServerFiles) { (self.sites, self.files) = (sites, files) }

  /// Those of the usual places that are there; `nil` where none is.
  static func usual() throws(Obstacle) -> WebServer? {
    var paths: [String] = []
    for path in usualPlaces where try ServerFiles().exists(path) { paths.append(path) }
    return paths.isEmpty ? nil : try WebServer(paths)
  }

  /// The sites that serve `public/` of an installation, may do so as far as can be told, or have a
  /// name of its addresses; those that only this machine reaches count where there is no other.
  func sites(of installation: Installation, named hosts: [String]) -> [any WebSite] {
    let root = installation.folder.real("public")
    let matching = sites.compactMap { site -> (any WebSite)? in
      let names = site.names.map { $0.lowercased() }
      if let host = hosts.first(where: names.contains) { return site.asked(by: host) }
      guard let root else { return nil }
      if site.serves(root, files) { return site }
      guard case .any = site.hosts else { return nil }
      return hosts.lazy.map { site.asked(by: $0) }.first { $0.serves(root, files) }
    }
    let reachable = matching.filter { !$0.isLocal }
    return reachable.isEmpty ? matching : reachable
  }
}

extension WebSite {
  /// Whether the document root is the folder at `path`, which has no links in it, or may be.
  fileprivate func serves(_ path: String, _ files: ServerFiles) -> Bool {
    guard let root = documentRoot else { return false }
    guard let folders = root.path.folders(in: files, at: root.place) else { return true }
    return folders.contains { files.resolved($0) == path }
  }
}
