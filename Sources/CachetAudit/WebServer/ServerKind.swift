/// Whose configuration a file is. It is told by what only that server's files have: what is neither
/// says nothing about a server, and is not taken for one without sites.
enum ServerKind: Sendable {
  case apache, nginx

  /// `nil` for what is neither: another server's, or nothing at all.
  init?(_ file: SourceFile) {
    let lines = Self.lines(of: file)
    if Self.isApache(lines) {
      self = .apache
    } else if Self.isNginx(lines) {
      self = .nginx
    } else {
      return nil
    }
  }

  /// Those that say something, without blanks at either end.
  private static func lines(of file: SourceFile) -> [String] {
    String(decoding: file.bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { String($0).trimmed }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
  }

  /// Directives and sections that every configuration, or part of one, has some of.
  private static let apacheNames: Set<String> = [
    "alias", "define", "documentroot", "include", "includeoptional", "listen", "loadmodule",
    "proxypass", "proxypassmatch", "require", "rewriteengine", "serveradmin", "servername",
    "serverroot", "use", "virtualdocumentroot",
  ]
  private static let apacheSections: Set<String> = [
    "directory", "directorymatch", "files", "filesmatch", "if", "ifdefine", "iffile", "ifmodule",
    "ifversion", "limit", "limitexcept", "location", "locationmatch", "macro", "proxy",
    "proxymatch", "requireall", "requireany", "requirenone", "virtualhost",
  ]

  /// Every line is a directive or a section by its form, and one is known.
  private static func isApache(_ lines: [String]) -> Bool {
    var isKnown = false
    var isContinued = false
    let hasSections = lines.contains { $0.hasPrefix("</") }
    for line in lines {
      defer { isContinued = line.hasSuffix("\\") }
      if isContinued { continue }
      if line.hasPrefix("<") {
        let name = line.dropFirst(line.hasPrefix("</") ? 2 : 1).prefix(while: isOfName)
        guard let first = name.first, first.isLetter else { return false }
        isKnown = isKnown || apacheSections.contains(name.lowercased())
        continue
      }
      let name = line.prefix { !$0.isWhitespace }
      guard let first = name.first, first.isASCII, first.isLetter, name.allSatisfy(isOfName),
        hasSections || !line.hasSuffix(";") && !line.hasSuffix("{")
      else { return false }
      isKnown = isKnown || apacheNames.contains(name.lowercased())
    }
    return isKnown
  }

  private static func isOfName(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || character == "_")
  }

  /// A directive that ends as nginx ends them, or the beginning of a block of its.
  private static func isNginx(_ lines: [String]) -> Bool {
    lines.contains { line in
      let bare = line.prefix { $0 != "#" }.reversed().drop { $0.isWhitespace || $0 == "}" }
      if bare.first == ";" { return true }
      let word = line.prefix { $0.isASCII && ($0.isLetter || $0 == "_") }
      return ["events", "http", "server", "stream"].contains(word)
        && line.dropFirst(word.count).drop(while: \.isWhitespace).first == "{"
    }
  }
}
