import Glibc

/// What lies below the document root, and has no business there.
struct PublicFiles {
  /// Deeper, and beyond so many names, nobody looks: that is said, and not called clean.
  static let deepest = 8
  static let most = 20_000

  let folder: Folder

  /// Links are named where they lead out of the installation, and are followed nowhere.
  func leftovers() throws(Obstacle) -> [Evidence] {
    var seen: [Evidence] = []
    var waiting = [(path: "public", depth: 1)]
    var count = 0
    while let (path, depth) = waiting.popLast() {
      for name in try folder.names(in: path) {
        count += 1
        guard count <= Self.most, depth <= Self.deepest else {
          throw .damaged(path: path, what: "holds more than is looked at")
        }
        let whole = "\(path)/\(name)"
        if Self.isLeftover(name) {
          seen.append(Evidence(whole, "the web server serves it"))
        } else if let target = folder.target(ofLink: whole) {
          if !target.hasPrefix(folder.resolved + "/") {
            seen.append(Evidence(whole, "it is a link to what is outside of the installation"))
          }
        } else if try folder.status(whole)?.kind == S_IFDIR {
          waiting.append((whole, depth + 1))
        }
      }
    }
    return seen
  }

  /// Names that a web server should never be asked for.
  static func isLeftover(_ name: String) -> Bool {
    let lower = name.lowercased()
    if lower.hasPrefix(".env") || [".git", ".svn", ".hg", "composer.lock"].contains(lower) {
      return true
    }
    if ["phpinfo.php", "info.php", "adminer.php", "test.php"].contains(lower) { return true }
    return [
      ".sql", ".sql.gz", ".bak", ".old", ".orig", ".sqlite", ".zip", ".tar", ".tar.gz", ".tgz",
      ".log", ".swp", "~",
    ].contains { lower.hasSuffix($0) }
  }
}
