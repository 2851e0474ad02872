/// Turns the lines of files into handlers, as libpam does (`_pam_parse_conf_file`).
struct StackReader {
  /// libpam gives up at this line.
  struct Stop: Error { let place: Stack.Place }

  /// How deep files may include one another.
  private static let deepest = 16

  private let files: StackFiles
  var handlers: [Stack.Kind: [Stack.Handler]] = [:]
  private(set) var unclear: [Stack.Place] = []

  init(_ files: StackFiles) { self.files = files }

  mutating func read(_ text: String, at path: String) throws(Stop) {
    try read(text, at: path, only: nil, level: 0, from: [])
  }

  /// Reads the lines of a file, all or those of one kind. `from` are the lines that led here.
  private mutating func read(
    _ text: String, at path: String, only kind: Stack.Kind?, level: Int, from: [Stack.Place]
  ) throws(Stop) {
    let text = StackText(text)
    unclear += text.unclear.map { Stack.Place(file: path, line: $0) }
    for line in text.lines {
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

  /// Reads what a line includes; `false` where the file is missing, nested too deep, or not readable to
  /// libpam.
  private mutating func include(
    _ name: String, only kind: Stack.Kind?, level: Int, _ places: [Stack.Place]
  ) -> Bool {
    guard places.count < StackReader.deepest, !name.isEmpty,
      let (path, text) = files.included(name)
    else { return false }
    do throws(Stop) {
      try read(text, at: path, only: kind, level: level, from: places)
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
