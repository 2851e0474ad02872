/// The configuration of a web server, and which of its sites are Cachet's.
struct WebServer: Sendable {
  private let files: ServerFiles
  let sites: [any WebSite]

  /// Where Debian has them.
  static let usualPlaces = ["/etc/apache2/apache2.conf", "/etc/nginx/nginx.conf"]

  /// The main files at `paths`, each of Apache or of nginx.
  init(_ paths: [String], in files: ServerFiles = ServerFiles()) throws(Obstacle) {
    self.files = files
    var sites: [any WebSite] = []
    for path in paths {
      if try Self.isNginx(path, files) {
        let directives = try NginxReader.read(path, from: files)
        try Pattern.check(directives)
        sites += NginxSite.all(in: directives, of: files)
      } else {
        let directives = try ApacheReader.read(path, from: files)
        try Pattern.check(directives)
        sites += try ApacheSite.all(in: directives, of: files, at: Place(path: path))
      }
    }
    self.sites = sites
  }

  /// Those of the usual places that are there; `nil` where none is.
  static func usual() throws(Obstacle) -> WebServer? {
    var paths: [String] = []
    for path in usualPlaces where try ServerFiles().exists(path) { paths.append(path) }
    return paths.isEmpty ? nil : try WebServer(paths)
  }

  /// By the name, or by how nginx ends its lines.
  private static func isNginx(_ path: String, _ files: ServerFiles) throws(Obstacle) -> Bool {
    let name = path.lastPart
    for (word, isNginx) in [("nginx", true), ("apache", false), ("httpd", false)]
    where name.contains(word) {
      return isNginx
    }
    var files = files
    let text = String(decoding: try files.read(path, for: nil, depth: 0).bytes, as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).contains { line in
      let bare = line.drop(while: \.isWhitespace)
      return !bare.hasPrefix("#") && (line.hasSuffix(";") || bare.hasPrefix("server {"))
    }
  }

  /// The sites that serve `public/` of an installation, or have the name of its address; those that
  /// only this machine reaches count where there is no other.
  func sites(of installation: Installation, named host: String?) -> [any WebSite] {
    let root = installation.folder.real("public")
    let matching = sites.filter { site in
      if let host, site.names.contains(where: { $0.lowercased() == host }) { return true }
      return site.documentRoot.flatMap { files.resolved($0.path) } == root && root != nil
    }
    let reachable = matching.filter { !$0.isLocal }
    return reachable.isEmpty ? matching : reachable
  }

  /// The sites whose document root holds the installation's own root.
  func sitesAbove(_ installation: Installation) -> [any WebSite] {
    guard let root = installation.folder.real("") else { return [] }
    return sites.filter { site in
      guard let path = site.documentRoot.flatMap({ files.resolved($0.path) }) else { return false }
      return path == root || root.hasPrefix(path + "/") && path != "/"
    }
  }
}
