/// Whether a web server hands out files of an installation that are not for the public, by whatever way
/// its configuration has.
struct ExposedFiles {
  let server: WebServer
  let files: PrivateFiles
  /// The hosts of Cachet's own addresses.
  let hosts: [String]

  private var seen: [Evidence] = []
  private var places: Set<Place> = []
  /// Some way led to the installation, wherever it ended.
  private var isJudged = false
  /// Not looked at whole.
  private var unfinished: String?
  private var names = Self.nameLimit
  private var requests = Self.requestLimit
  /// Of the site that is looked at.
  private var changes: [AddressChange] = []

  /// Names below what is served, and requests: beyond, nobody looks, and that is said.
  static let nameLimit = 200_000
  static let requestLimit = 20_000
  private static let changeLimit = 100

  init(of installation: Installation, in server: WebServer, hosts: [String]) {
    self.server = server
    self.hosts = hosts
    files = PrivateFiles(of: installation.folder)
  }

  struct Result {
    /// What strangers are handed, or may be.
    let seen: [Evidence]
    /// Some way led to the installation, wherever it ended.
    let isJudged: Bool
    /// What was not looked at whole.
    let unfinished: String?
  }

  static func look(
    at installation: Installation, in server: WebServer, hosts: [String]
  ) -> Result {
    var exposed = ExposedFiles(of: installation, in: server, hosts: hosts)
    for site in server.sites { exposed.look(at: site) }
    return Result(
      seen: exposed.seen, isJudged: exposed.isJudged, unfinished: exposed.unfinished)
  }

  private mutating func look(at site: any WebSite) {
    for site in hosted(site) {
      changes = Array(site.changes.prefix(Self.changeLimit))
      for way in site.ways { look(at: way, of: site) }
    }
  }

  /// A site by each name that it may be asked by, where that makes a difference.
  private func hosted(_ site: any WebSite) -> [any WebSite] {
    switch site.hosts {
    case .none: return [site]
    case .among(let names): return names.prefix(20).map { site.asked(by: $0) }
    case .any:
      // Whoever asks by the name of a folder is shown that.
      let whoever = site.asked(by: nil)
      var names: Set<String> = []
      for way in whoever.ways where way.folder.known == nil {
        for folder in way.folder.folders(in: server.files, at: way.place) ?? []
        where server.files.resolved(folder).map(files.areBelow) ?? false {
          names.formUnion(folder.split(separator: "/").map { $0.lowercased() })
        }
      }
      names.formUnion(hosts)
      return names.sorted().map { site.asked(by: $0) } + [site, whoever]
    }
  }

  private mutating func look(at way: FileWay, of site: any WebSite) {
    guard !places.contains(way.place) else { return }
    guard let folders = way.folder.folders(in: server.files, at: way.place) else {
      tell(unclear: way, "where it leads is not known here")
      return
    }
    for folder in folders {
      guard let real = server.files.resolved(folder) else { continue }
      if way.folder.known == nil {
        if files.areBelow(real) {
          tell(unclear: way, "where it leads depends on what a client sends")
        }
        continue
      }
      if look(behind: way, at: folder, real, of: site) { return }
      look(atLinksIn: folder, real, way, of: site)
    }
  }

  /// Whether anything was found.
  private mutating func look(
    behind way: FileWay, at folder: String, _ real: String, of site: any WebSite
  ) -> Bool {
    var isTried = false
    var isRelevant = false
    var unclear: (request: WebRequest, why: String)?
    for file in files.files {
      for path in paths(of: file, folder, real) {
        isRelevant = isRelevant || path.isBelow
        for address in addresses(of: path.text, by: way) {
          isTried = true
          for request in requests(for: address, to: site) {
            requests -= 1
            guard requests > 0 else {
              unfinished = "more ways lead to its files than are looked at"
              return false
            }
            switch site.delivery(for: request) {
            case .file(let path, _):
              guard let real = server.files.resolved(path), files.contain(real) else { continue }
              tell(way, "GET \(request.target) is answered with the file \(files.name(of: real))")
              return true
            case .unclear(_, let why): unclear = unclear ?? (request, why)
            case .nothing: continue
            }
          }
        }
      }
    }
    isJudged = isJudged || isRelevant
    if let unclear {
      tell(unclear: way, "GET \(unclear.request.target): \(unclear.why)")
    } else if isRelevant, !isTried {
      tell(unclear: way, "which addresses lead there is not known")
    }
    return false
  }

  /// Where a file is, in the words of the configuration: below the folder, or beside it.
  private func paths(
    of file: PrivateFiles.File, _ folder: String, _ real: String
  ) -> [(text: String, isBelow: Bool)] {
    let bare = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    for path in [file.path, file.real] where PrivateFiles.isBelow(path, real) {
      return [((bare == "/" ? "" : bare) + path.dropFirst(real == "/" ? 0 : real.count), true)]
    }
    let above = real.parentPath.isEmpty ? "/" : real.parentPath
    return [file.path, file.real].filter { PrivateFiles.isBelow($0, above) }.prefix(1).map {
      (bare.parentPath + $0.dropFirst(above == "/" ? 0 : above.count), false)
    }
  }

  private func addresses(of path: String, by way: FileWay) -> [String] {
    let direct = way.addresses(of: path)
    let changed = changes.flatMap { change in
      direct.flatMap { change.addresses(of: $0) }
    }
    return direct + changed
  }

  private func requests(for address: String, to site: any WebSite) -> [WebRequest] {
    let request = WebRequest("GET", address.percentEncoded)
    guard site.isEncrypted, site.isPlain else { return [request] }
    var plain = request
    plain.isEncrypted = false
    return [request, plain]
  }

  /// A link below what is served may lead to the installation.
  private mutating func look(
    atLinksIn folder: String, _ real: String, _ way: FileWay, of site: any WebSite
  ) {
    guard server.files.kind(of: folder) != nil, !PrivateFiles.isBelow(real, files.root) else {
      return
    }
    guard let links = server.files.links(below: folder, besides: files.root, &names) else {
      unfinished = "\(folder) holds more names than are looked at, and a link there may lead to it"
      return
    }
    if let path = links.unread {
      unfinished = "\(path) cannot be read, and a link there may lead to it"
    }
    for link in links.found where files.areBelow(link.target) {
      if look(behind: way, at: link.path, link.target, of: site) { return }
    }
  }

  // MARK: - What is told

  private mutating func tell(_ way: FileWay, _ message: String) {
    guard places.insert(way.place).inserted else { return }
    seen.append(
      Evidence(
        place: way.place, about: Printable.text(way.about.utf8, limit: 120),
        message: Printable.text(message.utf8, limit: 300)))
  }

  private mutating func tell(unclear way: FileWay, _ why: String) {
    tell(way, "cannot tell whether files of the installation are handed out: \(why)")
  }
}
