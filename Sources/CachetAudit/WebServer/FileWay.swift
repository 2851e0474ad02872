/// A way from addresses to files.
struct FileWay {
  enum Form {
    /// What follows this in an address follows the folder in a path.
    case prefix(String)
    /// An address that the expression matches stands for a path with its groups in it.
    case expression(ExpressionInverse, to: String)
  }

  let form: Form
  /// Where it leads: files are there, or below.
  let folder: PathTemplate
  let place: Place
  /// As findings name it.
  let about: String

  init(_ prefix: String, _ folder: PathTemplate, at place: Place) {
    (form, self.folder, self.place) = (.prefix(prefix), folder, place)
    about = prefix == "/" || prefix.isEmpty ? "document root" : prefix
  }

  init(expression: String, to path: String, _ folder: PathTemplate, at place: Place) {
    (self.folder, self.place) = (folder, place)
    form = .expression(ExpressionInverse(expression, path), to: path)
    about = expression
  }

  /// Addresses, decoded, that may stand for the file at `path`, which is below the folder, or beside it where two
  /// dots lead out of it.
  func addresses(of path: String) -> [String] {
    switch form {
    case .prefix(let prefix):
      guard let folder = folder.known else { return [] }
      if path.hasPrefix(folder) {
        let rest = path.dropFirst(folder.count)
        // Slashes that repeat in a path are one.
        return rest.hasPrefix("/") || prefix.hasSuffix("/") || prefix.isEmpty
          ? [prefix + (prefix.isEmpty && !rest.hasPrefix("/") ? "/" : "") + rest]
          : [prefix + "/" + rest, prefix + rest]
      }
      guard let outside = Self.path(outOf: folder, to: path), !prefix.hasSuffix("/") else {
        return []
      }
      return [prefix + outside.dropFirst(folder.count)]
    case .expression(let inverse, let target):
      let found = inverse.texts(for: path)
      if !found.isEmpty { return found }
      let folder = String(target.prefix { $0 != "$" && $0 != "&" })
      guard let outside = Self.path(outOf: folder, to: path) else { return [] }
      return inverse.texts(for: outside)
    }
  }

  /// `/srv/cachet/public/../.env`: by one step up, of a folder that is written with a slash at its end.
  private static func path(outOf folder: String, to path: String) -> String? {
    guard folder.hasSuffix("/"), folder.count > 1 else { return nil }
    let above = String(folder.dropLast()).parentPath + "/"
    guard path.hasPrefix(above) else { return nil }
    return folder + "../" + path.dropFirst(above.count)
  }
}

/// An address that is made into another one inside the server: what the expression matches, with its
/// groups in the target.
struct AddressChange {
  private let inverse: ExpressionInverse

  init(expression: String, target: String) { inverse = ExpressionInverse(expression, target) }

  func addresses(of address: String) -> [String] { inverse.texts(for: address) }
}

/// What a request comes to where files are looked for.
enum Delivery: Sendable, Equatable {
  /// The server itself hands this file out.
  case file(String, Place)
  /// Refused, sent elsewhere, or answered by a program.
  case nothing
  case unclear(Place, why: String)
}
