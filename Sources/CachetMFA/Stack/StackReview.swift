/// Finds ways past our lines in the stack of a service, by trying every answer of every module.
struct StackReview {
  enum Finding: Equatable {
    /// The stack has no line of this kind that asks our module; `nil` for neither kind.
    case missing(Stack.Kind?)
    /// `by` can end the stack or jump over our line, and the stack succeeds.
    case skipped(Stack.Kind, by: Stack.Handler, ours: Stack.Handler)
    /// Our line can refuse, and the stack can still succeed.
    case overruled(Stack.Kind, ours: Stack.Handler)
    /// Our line says `after_first_factor`, and is still reached when `failing` fails; `nil` where no
    /// line before it proves anything.
    case unproven(ours: Stack.Handler, failing: Stack.Handler?)
    /// libpam gives up at a line, and refuses every user.
    case broken(Stack.Place)
    /// A place cannot be judged.
    case unclear(Stack.Unclear)
  }

  let service: String
  private let stack: Stack

  init(of service: String, _ stack: Stack) { (self.service, self.stack) = (service, stack) }

  /// Whether any of its lines is ours.
  var namesUs: Bool { Stack.Kind.allCases.contains { stack[$0].contains(where: \.isOurs) } }

  /// Our account line.
  var accountLine: Stack.Handler? { stack[.account].first(where: \.isOurs) }

  func findings() -> [Finding] {
    if let place = stack.broken { return [.broken(place)] }
    let unread = stack.unclear.filter { $0.reason == .unreadable || $0.reason == .many }
    guard unread.isEmpty else { return unread.map { .unclear($0) } }
    let account = search(.account)
    // The account line then refuses users without proof, unless it can be skipped itself.
    let ours = stack[.account].filter(\.isOurs)
    let isClosed = account.isEmpty && ours.allSatisfy { $0.has("needs_second_factor") }
    let auth = search(.auth).filter { finding in
      switch finding {
      case .skipped, .overruled: !isClosed
      case .missing, .unproven, .broken, .unclear: true
      }
    }
    if auth == [.missing(.auth)], account == [.missing(.account)] { return [.missing(nil)] }
    return auth + account + stack.unclear.map { .unclear($0) }
  }

  // MARK: the search

  /// How many ways are tried. Stacks that people write have some hundreds.
  private static let most = 20_000

  /// One way through the stack, as far as it was gone.
  fileprivate struct Way: Hashable {
    var state = StackWalk.State()
    /// Our line was asked.
    var isAsked = false
    /// Our line refused.
    var refused: Int?
    /// The handler that passed over our line.
    var passer: Int?
    /// A module that proves who the user is has succeeded.
    var isProven = false
    /// The first such module that failed.
    var failing: Int?
    /// That failure counts: the stack cannot succeed any more.
    var failed = false
  }

  private func search(_ kind: Stack.Kind) -> [Finding] {
    let handlers = stack[kind]
    guard let first = handlers.firstIndex(where: \.isOurs) else { return [.missing(kind)] }
    let walk = StackWalk(handlers)
    var findings: [Finding] = []
    func note(_ finding: Finding) { if !findings.contains(finding) { findings.append(finding) } }
    var open = [Way()]
    var seen: Set<Way> = [Way()]
    while let way = open.popLast() {
      guard seen.count <= StackReview.most else {
        return [.unclear(Stack.Unclear(place: handlers[first].places[0], reason: .many))]
      }
      let index = way.state.index
      guard index < handlers.count else {
        if letsIn(StackWalk.verdict(way.state), kind) {
          if let refused = way.refused { note(.overruled(kind, ours: handlers[refused])) }
          if !way.isAsked, let passer = way.passer {
            note(.skipped(kind, by: handlers[passer], ours: handlers[first]))
          }
        }
        continue
      }
      let handler = handlers[index]
      if kind == .auth, handler.isOurs, handler.has("after_first_factor"),
        !way.isProven || way.failed
      {
        note(.unproven(ours: handler, failing: way.failing.map { handlers[$0] }))
      }
      for code in handler.answers(at: service) {
        var next = way
        next.state = walk.next(way.state, code)
        next.take(code, of: handler, at: index, handlers)
        if seen.insert(next).inserted { open.append(next) }
      }
    }
    return findings
  }

  /// Whether programs let a user in on `answer`. An expired password has to be changed, and then they do.
  private func letsIn(_ answer: ReturnCode, _ kind: Stack.Kind) -> Bool {
    answer == .success || kind == .account && answer == .newAuthtokReqd
  }
}

extension StackReview.Way {
  /// What `handler` said, and where the way goes on.
  fileprivate mutating func take(
    _ code: ReturnCode, of handler: Stack.Handler, at index: Int, _ handlers: [Stack.Handler]
  ) {
    if handler.isOurs {
      isAsked = true
      if code != .success, code != .ignore { refused = index }
    } else if handler.proves {
      if code == .success { isProven = true } else { failing = failing ?? index }
    }
    // Behind one that failed, pam_deny is how a stack says so.
    if handler.proves || handler.name == "pam_deny.so" && failing != nil, code != .success {
      let action = handler.control[code]
      if action == .bad || action == .die { failed = true }
    }
    guard !isAsked, state.index > index + 1 else { return }
    if handlers[(index + 1)..<state.index].contains(where: \.isOurs) { passer = index }
  }
}
