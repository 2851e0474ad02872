/// Turns the lines of files into handlers, as libpam does (`_pam_parse_conf_file`).
struct StackReader {
  /// libpam gives up at this line.
  struct Stop: Error { let place: Stack.Place }

  /// How deep files may include one another.
  private static let deepest = 16
  /// How many lines are read, those of a file as often as it is included.
  private static let most = 2_000

  private let files: StackFiles
  private var handlers: [Stack.Kind: [Stack.Handler]] = [:]
  private var count = 0
  private(set) var unclear: [Stack.Unclear] = []

  init(_ files: StackFiles) { self.files = files }

  /// What libpam makes of a file and all that it includes.
  mutating func handlers(of file: StackFiles.File) throws(Stop) -> [Stack.Kind: [Stack.Handler]] {
    handlers = [:]
    try read(file, only: nil, level: 0, from: [])
    return handlers
  }

  private mutating func note(_ reason: Stack.Unclear.Reason, _ place: Stack.Place) {
    let unclear = Stack.Unclear(place: place, reason: reason)
    if !self.unclear.contains(unclear) { self.unclear.append(unclear) }
  }

  /// Reads the lines of a file, all or those of one kind. `from` are the lines that led here.
  private mutating func read(
    _ file: StackFiles.File, only kind: Stack.Kind?, level: Int, from: [Stack.Place]
  ) throws(Stop) {
    let path = file.path
    guard let content = file.text else {
      return note(.unreadable, Stack.Place(file: path, line: 0))
    }
    let text = StackText(content)
    for line in text.unclear { note(.interrupted, Stack.Place(file: path, line: line)) }
    for line in text.long { note(.long, Stack.Place(file: path, line: line)) }
    for line in text.lines {
      count += 1
      guard count <= StackReader.most else {
        // Told once, of the line that led to too much.
        guard !unclear.contains(where: { $0.reason == .many }) else { return }
        return note(.many, from.first ?? Stack.Place(file: path, line: line.number))
      }
      let places = from + [Stack.Place(file: path, line: line.number)]
      try read(line.text, only: kind, level: level, places)
    }
    if let line = text.unfinished { throw Stop(place: Stack.Place(file: path, line: line)) }
  }

  private mutating func read(
    _ line: String, only: Stack.Kind?, level: Int, _ places: [Stack.Place]
  ) throws(Stop) {
    var words = StackTokens(line)
    var word = words.next() ?? ""
    if word.hasPrefix("-") { word.removeFirst() }
    if word.lowercased() == "@include" {
      let name = words.next() ?? ""
      if include(name, only: only, level: level, places) { return }
      // In the service's own file libpam cannot tell which kind it is, and gives up.
      guard let only else { throw Stop(place: places[places.count - 1]) }
      return add(only, .mustFail, .allBad, level: level, places)
    }
    let known = Stack.Kind(rawValue: word.lowercased())
    let kind = known ?? only ?? .auth
    guard only == nil || only == kind else { return }
    guard let control = words.next() else {
      return add(kind, .mustFail, .allBad, level: level, places)
    }
    let isSubstack = control.lowercased() == "substack"
    if isSubstack || control.lowercased() == "include" {
      let name = words.next() ?? ""
      if isSubstack { add(kind, .substack, .allBad, level: level, places) }
      if include(name, only: kind, level: level + (isSubstack ? 1 : 0), places) { return }
      return add(kind, .mustFail, .allBad, level: level, places)
    }
    // The brackets are off by now: for libpam too, "[required]" is "required".
    let actions = Control(word: control) ?? Control(brackets: control)
    let module = words.next()
    var arguments: [String] = []
    while let word = words.next() { arguments.append(word) }
    add(
      kind, known == nil || module == nil ? .mustFail : .module, actions, module ?? "", arguments,
      level: level, places)
  }

  /// Reads what a line includes; `false` where the file is missing, or libpam cannot make sense of it.
  private mutating func include(
    _ name: String, only kind: Stack.Kind?, level: Int, _ places: [Stack.Place]
  ) -> Bool {
    guard !name.isEmpty, let file = files.included(name) else { return false }
    guard places.count < StackReader.deepest, !places.contains(where: { $0.file == file.path })
    else {
      note(.deep, places[0])
      return true
    }
    do throws(Stop) {
      try read(file, only: kind, level: level, from: places)
      return true
    } catch {
      return false
    }
  }

  private mutating func add(
    _ kind: Stack.Kind, _ role: Stack.Handler.Role, _ control: Control, _ module: String = "",
    _ arguments: [String] = [], level: Int, _ places: [Stack.Place]
  ) {
    handlers[kind, default: []].append(
      Stack.Handler(
        role: role, control: control, module: module, arguments: arguments, level: level,
        places: places))
  }
}
