import Glibc

/// Files of an installation that no web server should hand out: all but those below `public/`, and the
/// uploads. Of many of a kind one stands for all.
struct PrivateFiles {
  struct File {
    /// Below the installation.
    let name: String
    /// The whole path there, and where it leads in the end: releases may share one.
    let path: String
    let real: String
  }

  /// Those that tell most first.
  let files: [File]
  /// The installation, `public/` and the uploads, without links.
  let root: String
  private let open: [String]
  private let reals: Set<String>

  // What has more is looked at in part: kinds repeat.
  private static let most = 20_000
  private static let deepest = 8

  init(of folder: Folder) {
    root = folder.resolved
    open = ["public", "storage/app/public"].compactMap { folder.real($0) }
    var found: [File] = []
    var kinds: Set<String> = []
    var seen: Set<String> = []
    var count = 0
    var waiting = [(path: "", depth: 0)]
    while let (path, depth) = waiting.popLast() {
      guard let real = folder.real(path), seen.insert(real).inserted, !open.contains(real) else {
        continue
      }
      for name in (try? folder.names(in: path)) ?? [] {
        count += 1
        guard count <= Self.most else { break }
        let whole = path.isEmpty ? name : "\(path)/\(name)"
        guard let real = folder.real(whole) else { continue }
        switch (try? folder.status(whole))?.kind {
        case S_IFDIR: if depth < Self.deepest { waiting.append((whole, depth + 1)) }
        case S_IFREG:
          guard depth == 0 || kinds.insert(Self.kind(of: whole)).inserted else { continue }
          found.append(File(name: whole, path: "\(root)/\(whole)", real: real))
        default: continue
        }
      }
    }
    files = found.sorted { (Self.rank(of: $0), $0.name) < (Self.rank(of: $1), $1.name) }
    reals = Set(found.map(\.real))
  }

  /// Two of one kind are let through or refused together, as far as servers are told.
  private static func kind(of path: String) -> String {
    let parts = path.split(separator: "/")
    let name = parts.last ?? ""
    let suffix = name.lastIndex(of: ".").map { String(name[$0...]) } ?? ""
    return parts.dropLast().prefix(2).joined(separator: "/") + "/*" + suffix
  }

  private static func rank(of file: File) -> Int {
    let name = file.name
    if name == ".env" { return 0 }
    if name.hasPrefix(".env") { return 1 }
    if name.hasPrefix("database/"), name.contains(".sqlite") { return 2 }
    if name.hasSuffix(".log") { return 3 }
    if name.hasPrefix(".git/") { return 4 }
    // These are run where PHP is known.
    return name.hasSuffix(".php") ? 6 : 5
  }

  /// Whether what is at `path`, which has no links in it, is one of these.
  func contain(_ path: String) -> Bool {
    if reals.contains(path) { return true }
    return Self.isBelow(path, root) && !open.contains { Self.isBelow(path, $0) }
  }

  /// Whether a folder, which has no links in it, holds some of these, or lies among them.
  func areBelow(_ folder: String) -> Bool {
    contain(folder) || Self.isBelow(root, folder)
      || files.contains { Self.isBelow($0.real, folder) }
  }

  /// As reports name the file at `path`.
  func name(of path: String) -> String {
    files.first { $0.real == path }?.name
      ?? (Self.isBelow(path, root) ? String(path.dropFirst(root.count + 1)) : path)
  }

  static func isBelow(_ path: String, _ folder: String) -> Bool {
    path == folder || path.hasPrefix(folder == "/" ? "/" : folder + "/")
  }
}
