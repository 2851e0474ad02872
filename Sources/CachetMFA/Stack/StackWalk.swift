/// The way through a stack, step by step, as libpam goes it (`_pam_dispatch_aux`, with Debian's change
/// that a jump leaves no impression).
struct StackWalk {
  enum Impression: Hashable { case undefined, positive, negative }

  /// What libpam thinks so far.
  struct Opinion: Hashable {
    var impression = Impression.undefined
    var status = ReturnCode.permDenied
  }

  struct State: Hashable {
    /// The handler whose turn it is; the number of handlers at the end.
    fileprivate(set) var index = 0
    fileprivate(set) var opinion = Opinion()
    fileprivate var level = 0
    /// The opinion at the beginning of each substack that it is in.
    fileprivate var saved = [Opinion()]
  }

  let handlers: [Stack.Handler]

  init(_ handlers: [Stack.Handler]) { self.handlers = handlers }

  /// What libpam answers at the end.
  static func verdict(_ state: State) -> ReturnCode {
    let (impression, status) = (state.opinion.impression, state.opinion.status)
    return status == .success && impression != .positive ? .permDenied : status
  }

  /// The state behind the handler whose turn it is, once it has answered `code`.
  func next(_ state: State, _ code: ReturnCode) -> State {
    var state = state
    let handler = handlers[state.index]
    let level = handler.level
    if state.level < level {
      while state.saved.count <= level { state.saved.append(Opinion()) }
      state.saved[level] = state.opinion
    }
    state.level = level
    if case .substack = handler.role { return stepped(state) }
    switch handler.control[code] {
    case .ignore: break
    case .reset: state.opinion = state.saved[level]
    case .ok: state.opinion.approve(code)
    case .done:
      state.opinion.approve(code)
      if state.opinion.impression == .positive { leave(&state) }
    case .bad: state.opinion.reject(code)
    case .die:
      state.opinion.reject(code)
      leave(&state)
    case .jump(let count): jump(&state, over: count)
    }
    return stepped(state)
  }

  private func stepped(_ state: State) -> State {
    var state = state
    state.index += 1
    // What was saved for substacks that are over is never read again.
    let next = state.index < handlers.count ? handlers[state.index].level : 0
    let depth = min(next, state.level)
    if state.saved.count > depth + 1 { state.saved.removeLast(state.saved.count - depth - 1) }
    return state
  }

  /// Goes to the last handler of this stack or substack.
  private func leave(_ state: inout State) {
    while isInside(state.index + 1, state.level) { state.index += 1 }
  }

  /// A substack counts as one line; more lines than there are is a mistake of the stack.
  private func jump(_ state: inout State, over count: Int) {
    var left = count
    while left > 0, isInside(state.index + 1, state.level) {
      repeat { state.index += 1 } while isInside(state.index + 1, state.level + 1)
      left -= 1
    }
    if left > 0 { state.opinion = Opinion(impression: .negative, status: .permDenied) }
  }

  private func isInside(_ index: Int, _ level: Int) -> Bool {
    index < handlers.count && handlers[index].level >= level
  }
}

extension StackWalk.Opinion {
  fileprivate mutating func approve(_ code: ReturnCode) {
    guard impression == .undefined || impression == .positive && status == .success else { return }
    self = StackWalk.Opinion(impression: .positive, status: code)
  }

  fileprivate mutating func reject(_ code: ReturnCode) {
    guard impression != .negative else { return }
    self = StackWalk.Opinion(impression: .negative, status: code == .ignore ? .permDenied : code)
  }
}
