import Glibc

/// A request's way through a server, phase by phase: the server's rewriting, the location and its
/// rewriting, access, and who answers. An internal redirect begins anew.
struct NginxWalk {
  let site: NginxSite
  let variables: NginxVariables
  let start: NginxState
  /// Told of a `satisfy any` that counted.
  var noteLeniency: (Place) -> Void = { _ in }

  private static let roundLimit = 10
  /// Each condition that is not judged doubles the ways.
  private static let guessLimit = 8

  func passage() -> Passage { enter(start) }

  private func enter(_ state: NginxState) -> Passage {
    var state = state
    state.frames = [site.http, site.server]
    state.chain = []
    return execute(site.server[...], state) { locate($0) }
  }

  private func locate(_ state: NginxState) -> Passage {
    var state = state
    if let location = NginxLocations.slashIsAdded(to: state.uri, in: site.server) {
      return .closed(.answered, location.place)
    }
    let chain = NginxLocations.chain(for: state.uri, in: site.server)
    state.frames = [site.http, site.server] + chain.map { $0.block ?? [] }
    state.chain = chain
    if let location = chain.last {
      state.place = location.place
      state.captures = NginxLocations.groups(of: location, for: state.uri) ?? state.captures
      for (name, value) in NginxLocations.namedGroups(of: location, for: state.uri) {
        state.variables[name] = .some(value)
      }
    }
    if !state.isInternal, !state.own.named("internal").isEmpty {
      return .closed(.refused, state.place)
    }
    return settle(chain.isEmpty ? [] : state.own, state)
  }

  /// In the location whose rewriting is `codes`.
  private func settle(_ codes: [ServerDirective], _ state: NginxState) -> Passage {
    var state = state
    state.location = state.frames.count - 1
    state.isRewritten = false
    return execute(codes[...], state) { $0.isRewritten ? locate($0) : access($0) }
  }

  private func enter(location name: String, _ state: NginxState) -> Passage {
    guard let location = NginxLocations.named(name, in: site.server), let block = location.block
    else { return .closed(.answered, state.place) }
    var state = state
    state.frames = [site.http, site.server, block]
    state.chain = [location]
    state.place = location.place
    return settle(block, state)
  }

  /// To another address, or to a location by its name.
  private func redirect(to target: String, _ state: NginxState) -> Passage {
    var state = state
    state.rounds += 1
    state.isInternal = true
    guard state.rounds <= Self.roundLimit else { return .closed(.refused, state.place) }
    if target.hasPrefix("@") { return enter(location: target, state) }
    state.uri = String(target.prefix { $0 != "?" })
    state.query = target.firstIndex(of: "?").map { String(target[$0...].dropFirst()) } ?? ""
    return enter(state)
  }

  // MARK: - Rewriting

  private func execute(
    _ codes: ArraySlice<ServerDirective>, _ state: NginxState, then: (NginxState) -> Passage
  ) -> Passage {
    var state = state
    var rest = codes
    while let code = rest.popFirst() {
      switch code.name {
      case "set":
        let name = code.value.dropFirst()
        state.variables[String(name)] = .some(
          variables.expand(code.arguments.dropFirst().first ?? "", state))
      case "break":
        state.isRewritten = false
        return then(state)
      case "return": return answer(code, state)
      case "if":
        let truth = variables.holds(code.arguments, state, isFile: isFile)
        if truth == .unclear { state.guesses += 1 }
        var inside = state
        let block = code.block ?? []
        inside.frames.append(block)
        func taken() -> Passage {
          execute(block[...], inside) { after in
            // Behind an "if" the codes go on, with its settings.
            Self.ends(block) ? then(after) : execute(rest, after, then: then)
          }
        }
        switch truth {
        case .yes: return taken()
        case .no: continue
        case .unclear:
          guard state.guesses <= Self.guessLimit else {
            return .unclear(code.place, why: "there are more conditions than are judged")
          }
          return .either(
            taken(), execute(rest, state, then: then), at: code.place,
            why: "the condition of this 'if' is not judged")
        }
      case "rewrite":
        guard code.arguments.count > 1 else { continue }
        guard let pattern = Pattern(code.value) else {
          return .unclear(code.place, why: "the expression is not understood")
        }
        guard let groups = pattern.groups(in: state.uri) else { continue }
        state.captures = groups
        let flag = code.arguments.dropFirst(2).first
        let target = code.arguments[1]
        if flag == "redirect" || flag == "permanent" || target.contains("://")
          || target.hasPrefix("$scheme")
        {
          return .closed(.answered, code.place)
        }
        guard let target = variables.expand(target, state) else {
          return .unclear(code.place, why: "where this 'rewrite' leads is not known")
        }
        state.uri = String(target.prefix { $0 != "?" })
        state.rounds += 1
        guard state.rounds <= Self.roundLimit else { return .closed(.refused, code.place) }
        state.isRewritten = flag != "break"
        state.isInternal = true
        if flag == "break" { return then(state) }
        if flag == "last" { return locate(state) }
      case let name where name.hasPrefix("rewrite_by_lua"):
        return .unclear(code.place, why: "a program in Lua decides")
      default: continue
      }
    }
    return then(state)
  }

  private static func ends(_ block: [ServerDirective]) -> Bool {
    block.contains { code in
      code.name == "break" || code.name == "rewrite" && code.arguments.last == "break"
    }
  }

  private func answer(_ code: ServerDirective, _ state: NginxState) -> Passage {
    let bar: Passage.Bar = ["401", "403", "404", "444"].contains(code.value) ? .refused : .answered
    guard code.arguments.count == 1, let page = errorPage(code.value, state) else {
      return .closed(bar, code.place)
    }
    return page(state)
  }

  /// Where an answer with `status` is replaced by another.
  private func errorPage(
    _ status: String, _ state: NginxState
  ) -> ((NginxState) -> Passage)? {
    let pages = state.directives("error_page").filter { $0.arguments.dropLast().contains(status) }
    guard !state.isError, let page = pages.first, let target = page.arguments.last else {
      return nil
    }
    return { state in
      guard target.hasPrefix("@") || target.hasPrefix("/") else {
        return .closed(.answered, page.place)
      }
      var state = state
      state.isError = true
      return redirect(to: target, state)
    }
  }

  // MARK: - Access

  private static let questions = [
    "auth_basic", "auth_pam", "auth_request", "auth_digest", "auth_jwt", "auth_ldap", "auth_gss",
  ]

  private func access(_ here: NginxState) -> Passage {
    var state = here
    if let limit = state.frames.reversed().lazy.compactMap({ $0.last("limit_except") }).first,
      !limit.arguments.contains(variables.request.method), let block = limit.block
    {
      state.frames.append(block)
    }
    let question = Self.questions.lazy.compactMap { state.directive($0) }.first { !$0.says("off") }
    let rule = state.directives("allow", "deny").first {
      $0.says("all") || $0.value.hasSuffix("/0")
    }
    let isAny = state.directive("satisfy")?.says("any") ?? false
    if isAny, let satisfy = state.directive("satisfy"), question != nil {
      noteLeniency(satisfy.place)
    }
    let isAllowed = rule?.name == "allow"
    if isAny, isAllowed, question != nil { return content(here) }
    if let rule, rule.name == "deny", !(isAny && question != nil) {
      return refused("403", .closed(.refused, rule.place), state)
    }
    if let question { return refused("401", .closed(.signIn, question.place), state) }
    for frame in state.frames.reversed() {
      if let program = frame.first(where: { $0.name.hasPrefix("access_by_lua") }) {
        return .unclear(program.place, why: "a program in Lua decides")
      }
    }
    return content(here)
  }

  private func refused(_ status: String, _ passage: Passage, _ state: NginxState) -> Passage {
    guard let page = errorPage(status, state) else { return passage }
    guard page(state).isClosed else {
      let place = state.directives("error_page").first?.place ?? state.place
      return .unclear(place, why: "what is refused is handed on by error_page")
    }
    return passage
  }

  // MARK: - Who answers

  private func content(_ state: NginxState) -> Passage {
    // An "if" has the one of the location around it.
    let isHandled = state.frames.dropFirst(max(2, state.location)).contains { frame in
      frame.contains { NginxSite.handlers.contains($0.name) }
    }
    if let program = state.own.first(where: { $0.name.hasPrefix("content_by_") }) {
      return .unclear(program.place, why: "a program answers")
    }
    if let files = state.own.last("try_files") {
      for name in files.arguments.dropLast() {
        guard let path = variables.expand(name, state) else {
          return .unclear(files.place, why: "which file this means is not known")
        }
        switch isThere(path, asFolder: name.hasSuffix("/"), state) {
        case .no: continue
        case .unclear: return unknownRoot(state)
        case .yes:
          if isHandled { return .open(state.place) }
          return name.hasSuffix("/") ? index(state) : file(path, state, at: files.place)
        }
      }
      let last = files.arguments.last ?? ""
      if last.hasPrefix("=") { return .closed(.answered, files.place) }
      guard let target = variables.expand(last.prefixUpToQuery, state) else {
        return .unclear(files.place, why: "where this leads is not known")
      }
      return redirect(to: target, state)
    }
    if isHandled { return .open(state.place) }
    // The files of a folder are for reading.
    guard ["GET", "HEAD", "POST"].contains(variables.request.method) else {
      return .closed(.answered, state.place)
    }
    let isFolder = state.uri.hasSuffix("/")
    switch isThere(state.uri, asFolder: isFolder, state) {
    case .yes: return isFolder ? index(state) : file(state.uri, state, at: state.place)
    case .no: return errorPage("404", state).map { $0(state) } ?? .closed(.answered, state.place)
    case .unclear: return unknownRoot(state)
    }
  }

  private func unknownRoot(_ state: NginxState) -> Passage {
    .unclear(state.files?.directive.place ?? state.place, why: "where the files are is not known")
  }

  /// The server itself hands out what `name` means.
  private func file(_ name: String, _ state: NginxState, at place: Place) -> Passage {
    guard variables.request.method != "POST", let path = variables.file(of: name, state) else {
      return .closed(.answered, place)
    }
    if let line = state.directive("disable_symlinks"), !line.says("off"),
      let root = variables.root(state), let link = site.files.link(from: root, to: path),
      !(line.says("if_not_owner") && link.hasSameOwner)
    {
      return .closed(.refused, line.place)
    }
    return .closed(.file(path, isCertain: true), place)
  }

  /// For a folder, by the file in it that stands for it.
  private func index(_ state: NginxState) -> Passage {
    let folder = state.uri.hasSuffix("/") ? state.uri : state.uri + "/"
    let names = state.directives("index").flatMap(\.arguments)
    for name in names.isEmpty ? ["index.html"] : names {
      // One from the root is not looked for.
      if name.hasPrefix("/") { return redirect(to: name, state) }
      if isThere(folder + name, asFolder: false, state) == .yes {
        return redirect(to: folder + name, state)
      }
    }
    return .closed(.answered, state.place)
  }

  private func isThere(_ name: String, asFolder: Bool, _ state: NginxState) -> Truth {
    guard let path = variables.file(of: name, state) else { return .unclear }
    return isFile(path, asFolder ? "d" : "f")
  }

  private func isFile(_ path: String, _ kind: Character) -> Truth {
    switch (site.files.kind(of: path), kind) {
    case (nil, _): .no
    case (S_IFDIR, "d"): .yes
    case (S_IFDIR, "f"), (_, "d"): .no
    default: .yes
    }
  }
}

extension String {
  fileprivate var prefixUpToQuery: String { String(prefix { $0 != "?" }) }
}
