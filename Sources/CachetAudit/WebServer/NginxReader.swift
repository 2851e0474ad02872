/// Reads nginx's configuration, with files put in where they are included.
struct NginxReader {
  private var files: ServerFiles
  /// Relative names are below the folder of nginx.conf.
  private let folder: String

  static func read(
    _ path: String, from files: ServerFiles = ServerFiles()
  ) throws(Obstacle) -> [ServerDirective] {
    var reader = NginxReader(
      files: files, folder: try files.home(of: path, with: "nginx.conf"))
    return try reader.file(path, for: nil, depth: 0)
  }

  private mutating func file(
    _ path: String, for origin: Place?, depth: Int
  ) throws(Obstacle) -> [ServerDirective] {
    let source = try files.read(path, for: origin, depth: depth)
    var tokens = Tokens(source)
    return try directives(&tokens, in: nil, depth: depth)
  }

  private mutating func directives(
    _ tokens: inout Tokens, in open: Place?, depth: Int
  ) throws(Obstacle) -> [ServerDirective] {
    if let open, depth > ServerFiles.depthLimit {
      throw .damaged(path: open.words, what: "is nested too deep")
    }
    var found: [ServerDirective] = []
    var words: [String] = []
    var start = Place(path: "")
    while let (token, place) = try tokens.next() {
      switch token {
      case .word(let word):
        if words.isEmpty { start = place }
        words.append(word)
      case .end:
        guard let name = words.first else { continue }
        if name == "include", words.count == 2 {
          found += try included(words[1], at: start, depth: depth)
        } else {
          found.append(ServerDirective(name, Array(words.dropFirst()), at: start))
        }
        words = []
      case .open:
        guard let name = words.first else {
          throw .damaged(path: place.words, what: "a block without a name")
        }
        if name.hasSuffix("_by_lua_block") {
          try tokens.skipBlock(from: start)
          found.append(ServerDirective(name, [], at: start, block: []))
        } else {
          found.append(
            ServerDirective(
              name, Array(words.dropFirst()), at: start,
              block: try directives(&tokens, in: start, depth: depth + 1)))
        }
        words = []
      case .close:
        guard open != nil, words.isEmpty else {
          throw .damaged(path: place.words, what: "a brace that closes nothing")
        }
        return found
      }
    }
    if let open { throw .damaged(path: open.words, what: "the block is not closed") }
    guard words.isEmpty else {
      throw .damaged(path: start.words, what: "the directive does not end with ';'")
    }
    return found
  }

  private mutating func included(
    _ pattern: String, at place: Place, depth: Int
  ) throws(Obstacle) -> [ServerDirective] {
    let whole = pattern.hasPrefix("/") ? pattern : "\(folder)/\(pattern)"
    let paths = try files.paths(like: whole, for: place)
    if paths.isEmpty, !pattern.contains(where: { "*?[".contains($0) }) {
      throw .damaged(
        path: place.words,
        what: "includes \(Printable.text(pattern.utf8, limit: 120)), which is not there")
    }
    var found: [ServerDirective] = []
    for path in paths { found += try file(path, for: place, depth: depth + 1) }
    return found
  }
}

/// Words, semicolons and braces.
private struct Tokens {
  enum Token { case word(String), end, open, close }

  private let path: String
  private var rest: ArraySlice<UInt8>
  private var line = 1

  init(_ file: SourceFile) { (path, rest) = (file.path, file.bytes[...]) }

  private var place: Place { Place(path: path, line: line) }

  private mutating func take() -> UInt8? {
    guard let byte = rest.popFirst() else { return nil }
    if byte == UInt8(ascii: "\n") { line += 1 }
    return byte
  }

  mutating func next() throws(Obstacle) -> (Token, Place)? {
    while let byte = rest.first {
      let here = place
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): _ = take()
      case UInt8(ascii: "#"): rest = rest.drop { $0 != UInt8(ascii: "\n") }
      case UInt8(ascii: ";"):
        _ = take()
        return (.end, here)
      case UInt8(ascii: "{"):
        _ = take()
        return (.open, here)
      case UInt8(ascii: "}"):
        _ = take()
        return (.close, here)
      case UInt8(ascii: "\""), UInt8(ascii: "'"): return (.word(try quoted(from: here)), here)
      default: return (.word(bare()), here)
      }
    }
    return nil
  }

  private mutating func quoted(from here: Place) throws(Obstacle) -> String {
    let quote = take()
    var bytes: [UInt8] = []
    while let byte = take() {
      if byte == quote { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
      if byte == UInt8(ascii: "\\") { escape(&bytes, quote) }
    }
    throw .damaged(path: here.words, what: "a quote is opened and never closed")
  }

  private mutating func bare() -> String {
    var bytes: [UInt8] = []
    while let byte = rest.first {
      // "${name}" is a part of the word.
      if byte == UInt8(ascii: "{"), bytes.last == UInt8(ascii: "$") {
        while let inner = take() {
          bytes.append(inner)
          if inner == UInt8(ascii: "}") { break }
        }
        continue
      }
      guard !" \t\r\n;{".utf8.contains(byte) else { break }
      _ = take()
      bytes.append(byte)
      if byte == UInt8(ascii: "\\") { escape(&bytes, nil) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Behind a backslash, which is the last of `bytes`: it goes where it only protected a character
  /// from this reader, and stays for a regular expression.
  private mutating func escape(_ bytes: inout [UInt8], _ quote: UInt8?) {
    guard let byte = take() else { return }
    if byte == quote || byte == UInt8(ascii: "\\") || "\"'".utf8.contains(byte) {
      bytes.removeLast()
    }
    bytes.append(byte)
  }

  /// Over a block in another language.
  mutating func skipBlock(from place: Place) throws(Obstacle) {
    var depth = 1
    while let byte = take() {
      if byte == UInt8(ascii: "{") { depth += 1 }
      if byte == UInt8(ascii: "}") { depth -= 1 }
      if depth == 0 { return }
    }
    throw .damaged(path: place.words, what: "the block is not closed")
  }
}
