/// A path of the file system that a configuration names, with variables in it whose values may not
/// be known here.
struct PathTemplate: Sendable, Equatable {
  enum Part: Sendable, Equatable {
    case text(String)
    /// A value that a request, or something else out of sight, decides upon.
    case unknown(mayHoldSlashes: Bool)
  }

  private(set) var parts: [Part] = []

  init(_ parts: [Part]) {
    for part in parts { append(part) }
  }

  init(_ text: String) { self.init([.text(text)]) }

  mutating func append(_ part: Part) {
    if case .text(let text) = part, case .text(let last) = parts.last {
      parts[parts.count - 1] = .text(last + text)
    } else if part != .text("") {
      parts.append(part)
    }
  }

  /// The path, where all of it is known.
  var known: String? {
    switch parts.first {
    case nil: ""
    case .text(let text)? where parts.count == 1: text
    default: nil
    }
  }

  /// The folder that stands before the first variable.
  var fixedFolder: String {
    guard case .text(let text) = parts.first else { return "/" }
    let folder = known == nil ? text.parentPath : text
    return folder.isEmpty ? "/" : folder
  }

  /// For `glob`, with a star for each variable; `nil` where one may hold more than one folder.
  private var glob: String? {
    var pattern = ""
    for part in parts {
      switch part {
      case .text(let text):
        for character in text {
          if "*?[\\".contains(character) { pattern.append("\\") }
          pattern.append(character)
        }
      case .unknown(let mayHoldSlashes):
        if mayHoldSlashes { return nil }
        pattern.append("*")
      }
    }
    return pattern
  }

  /// The folders that are there and that it may stand for; `nil` where nobody can tell.
  func folders(in files: ServerFiles, at place: Place) -> [String]? {
    if let known { return [known] }
    guard let glob else { return nil }
    return try? files.matches(of: glob, for: place)
  }
}
