/// The packages that a file of Composer's names: those that are installed, or those that are locked.
struct PackageList: Sendable {
  struct Package: Sendable, Equatable {
    let version: String
    /// The commit, of what has no number.
    let reference: String?
  }

  static let installedPath = "vendor/composer/installed.json"
  static let lockPath = "composer.lock"

  /// By name, in small letters, as Composer compares them.
  let packages: [String: Package]
  /// Those that only developers need, of a lock.
  let forDevelopers: Set<String>

  struct Refusal: Error, Equatable { let what: String }

  /// An object with `packages` (Composer 2, and every lock), or a list of them (Composer 1).
  init(_ bytes: [UInt8]) throws(Refusal) {
    let json: JSONValue
    do { json = try JSONValue(bytes) } catch {
      throw Refusal(what: "is no JSON, or no such file of Composer's (line \(error.line))")
    }
    guard let entries = json.elements ?? json["packages"]?.elements else {
      throw Refusal(what: "has no list of packages")
    }
    var packages: [String: Package] = [:]
    try Self.read(entries, into: &packages)
    let usual = Set(packages.keys)
    try Self.read(json["packages-dev"]?.elements ?? [], into: &packages)
    self.packages = packages
    forDevelopers = Set(packages.keys).subtracting(usual)
  }

  private static func read(
    _ entries: [JSONValue], into packages: inout [String: Package]
  ) throws(Refusal) {
    for entry in entries {
      guard let name = entry["name"]?.text, isName(name), let version = entry["version"]?.text
      else {
        throw Refusal(what: "has a package without a name or a version")
      }
      let reference = (entry["source"] ?? entry["dist"])?["reference"]?.text
      let package = Package(version: version, reference: reference)
      guard packages.updateValue(package, forKey: name.lowercased()) == nil else {
        throw Refusal(what: "names \(Printable.name(name.utf8)) twice")
      }
    }
  }

  /// The line of the first `"name": "vendor/name"` of each package.
  static func lines(in bytes: [UInt8]) -> [String: Int] {
    var lines: [String: Int] = [:]
    for (index, line) in bytes.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    ).enumerated() {
      var rest = line
      while let place = rest.place(of: "\"name\"") {
        rest = rest[(place + 6)...].drop { PHPText.isSpace($0) || $0 == UInt8(ascii: ":") }
        guard rest.first == UInt8(ascii: "\"") else { continue }
        let name = rest.dropFirst().prefix { $0 != UInt8(ascii: "\"") }
        let text = String(decoding: name, as: UTF8.self).lowercased()
        if lines[text] == nil, isName(text) { lines[text] = index + 1 }
        rest = rest[name.endIndex...]
      }
    }
    return lines
  }

  /// `vendor/name`.
  static func isName(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 2 && text.utf8.count <= 200
      && parts.allSatisfy { part in
        !part.isEmpty
          && part.utf8.allSatisfy { byte in
            byte.isLetter || byte.isDigit || [0x2D, 0x2E, 0x5F].contains(byte)
          }
      }
  }
}
