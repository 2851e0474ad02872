/// Reads Apache's configuration as Apache does: files put in where they are included, variables in
/// place of their names, and of `<IfModule>`, `<IfDefine>`, `<IfVersion>`, `<IfFile>` what holds.
struct ApacheReader {
  private var files: ServerFiles
  private var serverRoot: String
  private var variables: [String: String] = [:]
  private var modules: Set<String> = []

  static func read(
    _ path: String, from files: ServerFiles = ServerFiles()
  ) throws(Obstacle) -> [ServerDirective] {
    var reader = ApacheReader(
      files: files, serverRoot: try files.home(of: path, with: "apache2.conf", "httpd.conf"))
    return try reader.file(path, for: nil, depth: 0)
  }

  /// One file alone, as `.htaccess` is read: it includes nothing.
  static func read(_ file: SourceFile) throws(Obstacle) -> [ServerDirective] {
    var reader = ApacheReader(files: ServerFiles(), serverRoot: "/")
    var lines = Lines(file)
    return try reader.directives(&lines, in: nil, depth: 0)
  }

  private init(files: ServerFiles, serverRoot: String) {
    (self.files, self.serverRoot) = (files, serverRoot)
  }

  private mutating func file(
    _ path: String, for origin: Place?, depth: Int
  ) throws(Obstacle) -> [ServerDirective] {
    var lines = Lines(try files.read(path, for: origin, depth: depth))
    return try directives(&lines, in: nil, depth: depth)
  }

  /// Up to the end of the section `open`, or of the file.
  private mutating func directives(
    _ lines: inout Lines, in open: (name: String, place: Place)?, depth: Int
  ) throws(Obstacle) -> [ServerDirective] {
    var found: [ServerDirective] = []
    if let open, depth > ServerFiles.depthLimit {
      throw .damaged(path: open.place.words, what: "is nested too deep")
    }
    while let (text, place) = lines.next() {
      let line = expanded(text)
      if line.hasPrefix("</") {
        let name = line.dropFirst(2).prefix { $0 != ">" }.lowercased()
        guard let open, name == open.name else {
          throw .damaged(path: place.words, what: "closes a section that is not open")
        }
        return found
      }
      guard line.hasPrefix("<") else {
        found += try directive(ApacheReader.words(line), at: place, depth: depth)
        continue
      }
      guard line.hasSuffix(">") else {
        throw .damaged(path: place.words, what: "a section's line does not end with '>'")
      }
      let words = ApacheReader.words(String(line.dropFirst().dropLast()))
      let name = words.first?.lowercased() ?? ""
      let arguments = Array(words.dropFirst())
      switch try holds(name, arguments) {
      case false?: try lines.skip(section: name, from: place)
      case true?: found += try directives(&lines, in: (name, place), depth: depth + 1)
      case nil:
        found.append(
          ServerDirective(
            name, arguments, at: place,
            block: try directives(&lines, in: (name, place), depth: depth + 1)))
      }
    }
    if let open { throw .damaged(path: open.place.words, what: "the section is not closed") }
    return found
  }

  private mutating func directive(
    _ words: [String], at place: Place, depth: Int
  ) throws(Obstacle) -> [ServerDirective] {
    let name = words.first?.lowercased() ?? ""
    let arguments = Array(words.dropFirst())
    let value = arguments.first ?? ""
    switch name {
    case "include", "includeoptional":
      let paths = try files.paths(like: absolute(value), for: place)
      if paths.isEmpty, name == "include" {
        throw .damaged(
          path: place.words,
          what: "includes \(Printable.text(value.utf8, limit: 120)), which is not there")
      }
      var found: [ServerDirective] = []
      for path in paths { found += try file(path, for: place, depth: depth + 1) }
      return found
    case "use": throw .damaged(path: place.words, what: "macros are not read")
    case "define": variables[value] = arguments.count > 1 ? arguments[1] : ""
    case "undefine": variables[value] = nil
    case "serverroot": serverRoot = value
    case "loadmodule": modules.insert(value.lowercased())
    default: break
    }
    return [ServerDirective(name, arguments, at: place)]
  }

  private func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : "\(serverRoot)/\(path)"
  }

  /// Whether a section that is decided while reading holds; `nil` for the others.
  private func holds(_ name: String, _ arguments: [String]) throws(Obstacle) -> Bool? {
    let word = arguments.first ?? ""
    let isNegated = word.hasPrefix("!")
    let plain = isNegated ? String(word.dropFirst()) : word
    switch name {
    case "ifdefine": return (variables[plain] != nil) != isNegated
    case "ifmodule": return isLoaded(plain.lowercased()) != isNegated
    case "ifdirective", "ifsection": return !isNegated
    case "iffile": return try files.exists(absolute(plain)) != isNegated
    case "ifversion":
      let symbol = arguments.count > 1 ? plain : "="
      let numbers = (arguments.last ?? "").split(separator: ".").prefix(2).compactMap { Int($0) }
      let given = numbers + Array(repeating: 0, count: 2 - numbers.count)
      let isHeld: Bool
      switch symbol {
      case "<": isHeld = [2, 4].lexicographicallyPrecedes(given)
      case ">": isHeld = given.lexicographicallyPrecedes([2, 4])
      case "<=": isHeld = !given.lexicographicallyPrecedes([2, 4])
      case ">=": isHeld = ![2, 4].lexicographicallyPrecedes(given)
      default: isHeld = given == [2, 4]
      }
      return isHeld != isNegated
    default: return nil
    }
  }

  /// Where no module was loaded, a part of the configuration was given, and all are taken as there.
  private func isLoaded(_ name: String) -> Bool {
    let identifier =
      name.hasPrefix("mod_") && name.hasSuffix(".c")
      ? name.dropFirst(4).dropLast(2) + "_module" : name
    return modules.isEmpty || modules.contains(identifier) || Self.builtIn.contains(identifier)
  }

  private static let builtIn: Set<String> = [
    "core.c", "http_core.c", "so_module", "watchdog_module", "log_config_module", "logio_module",
    "version_module", "unixd_module",
  ]

  /// Names that nobody has defined stay as they are.
  private func expanded(_ line: String) -> String {
    var text = ""
    var rest = line[...]
    while let start = rest.firstRange(of: "${"),
      let end = rest[start.upperBound...].firstIndex(of: "}")
    {
      let name = String(rest[start.upperBound..<end])
      text += rest[..<start.lowerBound] + (variables[name] ?? "${\(name)}")
      rest = rest[end...].dropFirst()
    }
    return text + rest
  }

  /// The words of a line: apart by blanks, or in quotes. A backslash escapes a quote or itself.
  static func words(_ line: String) -> [String] {
    var words: [String] = []
    var rest = line.drop(while: \.isWhitespace)
    while let first = rest.first {
      let quote = first == "\"" || first == "'" ? first : nil
      if quote != nil { rest = rest.dropFirst() }
      var word = ""
      while let character = rest.popFirst() {
        if character == "\\", let next = rest.first, next == "\\" || next == quote {
          word.append(next)
          rest = rest.dropFirst()
        } else if quote == nil ? character.isWhitespace : character == quote {
          break
        } else {
          word.append(character)
        }
      }
      words.append(word)
      rest = rest.drop(while: \.isWhitespace)
    }
    return words
  }
}

/// The lines of a file that say something, each with those that it is continued on.
private struct Lines {
  private let path: String
  private let lines: [Substring]
  private var index = 0

  init(_ file: SourceFile) {
    path = file.path
    lines = String(decoding: file.bytes, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" })
  }

  mutating func next() -> (text: String, place: Place)? {
    while index < lines.count {
      let place = Place(path: path, line: index + 1)
      var text = ""
      while index < lines.count {
        let line = lines[index]
        index += 1
        guard line.hasSuffix("\\") else {
          text += line
          break
        }
        text += line.dropLast()
      }
      text = text.trimmed
      if !text.isEmpty, !text.hasPrefix("#") { return (text, place) }
    }
    return nil
  }

  /// Over a section that does not count, and all inside it.
  mutating func skip(section name: String, from place: Place) throws(Obstacle) {
    var depth = 1
    while let (text, _) = next() {
      let lower = text.lowercased()
      if lower.hasPrefix("</\(name)>") { depth -= 1 }
      if lower.hasPrefix("<\(name)"), !(lower.dropFirst(name.count + 1).first?.isLetter ?? false) {
        depth += 1
      }
      if depth == 0 { return }
    }
    throw .damaged(path: place.words, what: "the section is not closed")
  }
}
