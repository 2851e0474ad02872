import Glibc

/// What lies below the document root, and has no business there.
struct PublicFiles {
  /// Deeper, and beyond so many names, nobody looks: that is said, and not called clean.
  static let deepest = 8
  static let most = 20_000

  let folder: Folder

  /// Where 'artisan storage:link' leads.
  private static let uploads = "storage/app/public"

  /// Links are named where they lead to what is not for the public, and are followed to uploads alone.
  func leftovers() throws(Obstacle) -> [Evidence] {
    var seen: [Evidence] = []
    var waiting = [(path: "public", depth: 1)]
    var count = 0
    // Elsewhere, perhaps: releases may share it.
    let uploads = folder.real(Self.uploads)
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
          if target == uploads {
            waiting.append((Self.uploads, depth + 1))
          } else if !target.hasPrefix(folder.resolved + "/") {
            seen.append(Evidence(whole, "it is a link to what is outside of the installation"))
          } else if !target.hasPrefix(folder.resolved + "/public/") {
            seen.append(
              Evidence(
                whole,
                "it is a link to \(target.dropFirst(folder.resolved.count + 1)), which is not for the public"
              ))
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
    if lower.hasPrefix(".env")
      || [
        ".git", ".svn", ".hg", "composer.json", "composer.lock", ".htpasswd", "auth.json", "id_rsa",
      ].contains(lower)
    {
      return true
    }
    if ["phpinfo.php", "info.php", "adminer.php", "test.php"].contains(lower) { return true }
    return [
      ".sql", ".sql.gz", ".dump", ".bak", ".old", ".orig", ".save", ".sqlite", ".sqlite3", ".zip",
      ".7z", ".rar", ".tar", ".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".key", ".pem", ".log",
      ".swp", "~",
    ].contains { lower.hasSuffix($0) }
  }
}
