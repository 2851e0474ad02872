import Glibc

/// A request's way through one of Apache's hosts: where it leads, what decides over access, and who
/// answers. An internal redirect begins anew.
struct ApacheWalk {
  let site: ApacheSite
  /// Variables that headers of the client's take away; it sends none that take others.
  var taken: Set<String> = []

  struct Answer {
    /// Open: nothing asks the client for anything.
    var passage: Passage
    var access: ApacheAccess?
    /// Of what is open: the file that the server itself hands out, or whether a program answers.
    var delivery = Delivery.nothing
    var isProgram = false
  }

  /// One round of the way, and where an internal redirect leads from there.
  private struct Round {
    var answer: Answer
    var next: String?
    /// No folder's rules are asked any more.
    var isLastRewriting = false
    /// Of an answer that is no page: the status, and what may be said of it.
    var status: String?
    var blocks: [[ServerDirective]] = []

    init(_ answer: Answer) { self.answer = answer }

    init(_ passage: Passage, status: String? = nil) {
      self.init(Answer(passage: passage))
      self.status = status
    }
  }

  private static let roundLimit = 10

  /// A header that takes a variable away is sent where that helps: what is closed without it has to be
  /// closed with it, too.
  func answer(to request: WebRequest) -> Answer {
    var answer = plainAnswer(to: request)
    let lines = (site.own + site.main).filter { !ApacheEnvironment.taken(by: $0).isEmpty }
    guard let line = lines.first else { return answer }
    let names = Array(Set(lines.flatMap(ApacheEnvironment.taken))).sorted()
    let why = "a header of the client's takes a variable away"
    guard names.count <= Self.takenLimit else {
      if answer.passage.isClosed { answer.passage = .unclear(line.place, why: why) }
      return answer
    }
    for choice in 1..<(1 << names.count) {
      let taken = names.indices.filter { choice >> $0 & 1 == 1 }.map { names[$0] }
      let other = ApacheWalk(site: site, taken: Set(taken)).plainAnswer(to: request)
      switch (answer.passage, other.passage) {
      case (_, .closed), (.unclear, _): continue
      case (.closed, _): answer.passage = .unclear(line.place, why: why)
      case (.open, _):
        guard answer.delivery == .nothing, other.delivery != .nothing else { continue }
        answer.delivery = .unclear(line.place, why: why)
      }
    }
    return answer
  }

  /// Each more doubles the ways.
  private static let takenLimit = 4

  private func plainAnswer(to request: WebRequest) -> Answer {
    let slashes: WebRequest.EncodedSlash =
      switch site.all.last("allowencodedslashes")?.value.lowercased() {
      case "on": .decoded
      case "nodecode": .kept
      default: .refused
      }
    if refusesUnknownMethods, request.method != request.method.uppercased() {
      return Answer(passage: .closed(.refused, site.place))
    }
    // Whatever MergeSlashes says, of slashes at the front Apache takes the last.
    var request = request
    request.target = "/" + request.uri.drop { $0 == "/" }
    request.isEncrypted = site.isEncrypted
    let merges = !(site.all.last("mergeslashes")?.says("off") ?? false)
    guard let path = request.normalised(mergingSlashes: merges, encodedSlash: slashes) else {
      let isSlash = request.path.lowercased().contains("%2f")
      return handedOn(
        Round(.closed(.refused, site.place), status: isSlash ? "404" : "400"), request)
    }
    return answer(to: request, path)
  }

  /// `refused`: the blocks of the request that an error's page is asked for in place of. Its own errors
  /// are not handed on.
  private func answer(
    to request: WebRequest, _ path: String, refused: [[ServerDirective]]? = nil
  ) -> Answer {
    let isFirst = refused == nil
    var (request, path) = (request, path)
    var first: Answer?
    var rewrites = true
    for number in 0..<Self.roundLimit {
      let round = round(
        request, path, isRedirected: number > 0 || !isFirst, rewrites: rewrites,
        refused: number == 0 ? refused : nil)
      guard case .open = round.answer.passage else {
        return isFirst ? handedOn(round, request) : round.answer
      }
      rewrites = rewrites && !round.isLastRewriting
      // What was open at first names the place; who answers is known last.
      var answer = first ?? round.answer
      answer.delivery = round.answer.delivery
      answer.isProgram = round.answer.isProgram
      first = first ?? round.answer
      guard let next = round.next, next != path else { return answer }
      path = next
      request.target = next
    }
    return Answer(passage: .closed(.refused, site.place))
  }

  /// What answers in place of a refusal: a program that `ErrorDocument` names gets the address that
  /// was asked for.
  private func handedOn(_ round: Round, _ request: WebRequest) -> Answer {
    let pages = (site.all + round.blocks.joined()).named("errordocument")
    guard let status = round.status, let page = pages.last(where: { $0.says(status) }),
      page.arguments.count > 1, page.arguments[1].hasPrefix("/")
    else { return round.answer }
    let path = String(page.arguments[1].prefix { $0 != "?" })
    var inner = request
    inner.target = path
    let answer = answer(to: inner.asGET, path, refused: round.blocks)
    return switch answer.passage {
    case .open where answer.isProgram: Answer(passage: .open(page.place))
    case .unclear: Answer(passage: .unclear(page.place, why: "who answers for it is not known"))
    case .open, .closed: round.answer
    }
  }

  private var refusesUnknownMethods: Bool {
    site.all.named("httpprotocoloptions").flatMap(\.arguments).last {
      ["registeredmethods", "lenientmethods"].contains($0.lowercased())
    }?.lowercased() == "registeredmethods"
  }

  // MARK: - A round

  private func round(
    _ request: WebRequest, _ path: String, isRedirected: Bool, rewrites: Bool,
    refused: [[ServerDirective]]?
  ) -> Round {
    let environment = ApacheEnvironment(
      request, isRedirected: isRedirected, taken: taken,
      directives: site.own + site.main, inner: site.inner + site.htaccess)
    let target: ApacheSite.FileTarget?
    switch serverRewriting(path, environment) {
    case .closed(let bar, let status, let place): return Round(.closed(bar, place), status: status)
    case .unclear(let place):
      return Round(.unclear(place, why: "a RewriteRule leads elsewhere"))
    case .proxied: target = nil
    case .rewritten(let made, _, let place):
      guard made.hasPrefix("/") else { return Round(.closed(.refused, place)) }
      target = self.target(rewritten: made)
    case .nothing:
      if isProxied(path) {
        target = nil
        break
      }
      switch site.target(of: path) {
      case .redirected(let place, let status):
        return Round(.closed(.answered, place), status: status)
      case .unclear(let place, let why): return Round(.unclear(place, why: why))
      case .file(let own): target = own
      }
    }
    guard let target else { return proxied(request, path, environment) }
    return served(request, path, target, environment, rewrites: rewrites, refused: refused)
  }

  private func serverRewriting(
    _ path: String, _ environment: ApacheEnvironment
  ) -> ApacheRewriting.Outcome {
    // A virtual host has the main server's rules only where it says so.
    let rules = site.own.isEmpty ? site.main : site.own
    let file = site.target(of: path).filePath ?? path
    return ApacheRewriting.outcome(
      of: rules, for: path, isOfFolder: false,
      .init(expression: environment.facts(uri: path, file: file), isFile: isFile))
  }

  /// A rule's path is one of the file system where its first folder is there.
  private func target(rewritten path: String) -> ApacheSite.FileTarget {
    let path = path.normalisedPath
    let head = "/" + (path.split(separator: "/").first ?? "")
    let root = site.documentRoot?.path.known ?? site.defaultRoot
    if site.files.kind(of: head) != nil || path.hasPrefix(root + "/") {
      let isInside = path.hasPrefix(root + "/")
      return ApacheSite.FileTarget(path: path, base: isInside ? root : path.parentPath, prefix: "")
    }
    return ApacheSite.FileTarget(path: (root + path).normalisedPath, base: root, prefix: "")
  }

  private func isFile(_ path: String, _ kind: Character) -> Truth {
    switch site.files.kind(of: path) {
    case nil: .no
    case S_IFDIR: Truth(kind == "d")
    default: Truth(kind == "f")
    }
  }

  private func proxied(
    _ request: WebRequest, _ path: String, _ environment: ApacheEnvironment
  ) -> Round {
    var blocks = site.proxySections
    blocks += site.all.filter { site.isLocation($0, path) }.map { $0.block ?? [] }
    var round = decided(request, path, file: path, blocks, environment)
    round.answer.isProgram = true
    return round
  }

  private func served(
    _ request: WebRequest, _ path: String, _ target: ApacheSite.FileTarget,
    _ environment: ApacheEnvironment, rewrites: Bool, refused: [[ServerDirective]]?
  ) -> Round {
    let file = site.place(of: target)
    let folders: [ApacheFolders.Block]
    do throws(Obstacle) { folders = try site.folders.blocks(downTo: file.folder) } catch {
      return Round(Passage.unclear(site.place, why: error.words))
    }
    if let line = folders.lazy.flatMap(\.directives.everything).first(where: {
      $0.name == ApacheSite.notAllowedHere
    }) {
      return Round(.closed(.refused, line.place))
    }
    var blocks = folders.map(\.directives) + site.folderMatches(of: file.path)
    let name = file.path.lastPart
    blocks += (site.all + blocks.flatMap { $0 }).filter { site.isFile($0, name) }
      .map { $0.block ?? [] }
    blocks += site.all.filter { site.isLocation($0, path) }.map { $0.block ?? [] }

    var round = decided(request, path, file: file.path, blocks, environment)
    // Of what is redirected inside the server and has the same sections Apache asks nothing anew.
    if let refused, refused.map({ $0.map(\.place) }) == blocks.map({ $0.map(\.place) }) {
      round.answer = Answer(passage: .open(site.place))
    }
    guard case .open = round.answer.passage else { return round }
    if let link = site.files.link(from: target.base, to: file.path) {
      let follows = ApacheFolders.followsLinks(folders)
      guard follows.all || follows.ofOwner && link.hasSameOwner else {
        return Round(.closed(.refused, site.place), status: "403")
      }
    }
    let rewriting = rewrites ? folderRewriting(folders, file, path, environment) : .nothing
    switch rewriting {
    case .closed(let bar, let status, let place):
      round.answer = Answer(passage: .closed(bar, place), access: round.answer.access)
      round.status = status
    case .rewritten(let made, let isEnd, let place):
      round.isLastRewriting = isEnd
      guard let next = site.address(of: made, from: folders, target) else {
        round.answer = Answer(
          passage: .unclear(place, why: "where this RewriteRule leads is not known"),
          access: round.answer.access)
        return round
      }
      round.next = next
      if next == path { answer(by: file, target, blocks, &round.answer) }
    case .unclear(let place):
      round.answer.delivery = .unclear(place, why: "a RewriteRule leads elsewhere")
    case .proxied: round.answer.isProgram = true
    case .nothing:
      round.next = substitute(for: file, path, blocks)
      answer(by: file, target, blocks, &round.answer)
    }
    return round
  }

  // MARK: - Access

  private func decided(
    _ request: WebRequest, _ path: String, file: String, _ blocks: [[ServerDirective]],
    _ environment: ApacheEnvironment
  ) -> Round {
    var access = ApacheAccess()
    for block in blocks { access.merge(block) }
    let conditions = ApacheConditions(site.conditions(in: [site.all] + blocks), of: site.place)
    var passage = conditions.passage(
      access, request.method, environment.facts(uri: path, file: file))
    var status: String?
    switch passage {
    case .open:
      if let sent = blocks.lazy.compactMap({ site.redirect($0, path) }).first {
        (passage, status) = (.closed(.answered, sent.place), sent.status)
      }
    case .closed(.signIn, _): status = "401"
    case .closed: status = "403"
    case .unclear: break
    }
    var round = Round(passage, status: status)
    round.answer.access = access
    round.blocks = blocks
    return round
  }

  // MARK: - Who answers

  private func isProxied(_ path: String) -> Bool {
    for line in site.own + site.main where line.arguments.count > 1 {
      switch line.name {
      case "proxypass" where ApacheSite.isPrefix(line.value, path),
        "proxypassmatch" where Pattern.matches(path, line.value) == .yes:
        return line.arguments[1] != "!"
      default: continue
      }
    }
    let inner = site.all.filter { site.isLocation($0, path) }.flatMap { $0.block ?? [] }
    return inner.last("proxypass").map { $0.value != "!" } ?? false
  }

  /// The rules of the deepest folder that says anything of rewriting.
  private func folderRewriting(
    _ folders: [ApacheFolders.Block], _ file: ApacheSite.FilePlace, _ path: String,
    _ environment: ApacheEnvironment
  ) -> ApacheRewriting.Outcome {
    guard let block = folders.last(where: { $0.rewrites }) else { return .nothing }
    let engine = folders.compactMap { $0.directives.last("rewriteengine") }.suffix(1)
    let whole = file.path + file.rest
    let base = block.folder.hasSuffix("/") ? block.folder : block.folder + "/"
    let inside = whole.hasPrefix(base) ? String(whole.dropFirst(base.count)) : ""
    return ApacheRewriting.outcome(
      of: engine + block.directives.filter { $0.name != "rewriteengine" }, for: inside,
      isOfFolder: true,
      .init(expression: environment.facts(uri: path, file: file.path), isFile: isFile))
  }

  /// What answers in place of a folder, or of a file that is not there.
  private func substitute(
    for file: ApacheSite.FilePlace, _ path: String, _ blocks: [[ServerDirective]]
  ) -> String? {
    if file.path == file.folder { return path.hasSuffix("/") ? path + "index.php" : nil }
    let fallback = (site.all + blocks.flatMap { $0 }).last("fallbackresource")?.value ?? ""
    return fallback.hasPrefix("/") && site.files.kind(of: file.path) == nil ? fallback : nil
  }

  /// By a file that is there, or the program that is handed it.
  private func answer(
    by file: ApacheSite.FilePlace, _ target: ApacheSite.FileTarget,
    _ blocks: [[ServerDirective]], _ answer: inout Answer
  ) {
    guard site.files.kind(of: file.path) == S_IFREG else { return }
    let whole = [site.all] + blocks
    let handler = ApacheHandlers(whole).handler(of: file.path.lastPart)
    answer.isProgram = target.isProgram || handler != nil
    let takesRest = whole.joined().last(named: "acceptpathinfo", saying: "on")
    guard !target.isProgram, file.rest.isEmpty || takesRest else { return }
    if let handler {
      guard !file.path.hasSuffix(".php") else { return }
      answer.delivery = .unclear(handler, why: "a program is handed this file")
    } else {
      answer.delivery = .file(file.path, site.place)
    }
  }
}

extension ApacheFolders.Block {
  fileprivate var rewrites: Bool { directives.contains { $0.name.hasPrefix("rewrite") } }
}

extension ApacheSite.Target {
  fileprivate var filePath: String? {
    if case .file(let target) = self { target.path } else { nil }
  }
}

extension Sequence<ServerDirective> {
  fileprivate func last(named name: String, saying word: String) -> Bool {
    reduce(false) { $1.name == name ? $1.says(word) : $0 }
  }
}
