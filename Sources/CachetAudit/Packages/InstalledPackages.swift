/// What Composer has installed, which is what runs, and what is locked, which is what is to run.
struct InstalledPackages: Sendable {
  let installed: PackageList?
  let locked: PackageList?
  /// Of the file that is judged: in which line it names a package.
  private let lines: [String: Int]

  init(_ folder: Folder) throws(Obstacle) {
    let installed = try Self.read(PackageList.installedPath, in: folder)
    let locked = try Self.read(PackageList.lockPath, in: folder)
    (self.installed, self.locked) = (installed?.list, locked?.list)
    lines = (installed ?? locked).map { PackageList.lines(in: $0.bytes) } ?? [:]
  }

  private static func read(
    _ path: String, in folder: Folder
  ) throws(Obstacle) -> (list: PackageList, bytes: [UInt8])? {
    guard let file = try folder.read(path) else { return nil }
    do throws(PackageList.Refusal) { return (try PackageList(file.bytes), file.bytes) } catch {
      throw .damaged(path: path, what: error.what)
    }
  }

  /// What is judged: what is installed, and what is locked where nothing is installed here.
  var judged: [String: PackageList.Package] { installed?.packages ?? locked?.packages ?? [:] }

  func judged(_ name: String) -> PackageList.Package? { judged[name] }

  /// Behind a version that is told.
  var asFound: String { installed == nil ? ", as locked" : "" }

  /// Where the file that is judged names a package.
  func place(of name: String) -> Place {
    Place(
      path: installed == nil ? PackageList.lockPath : PackageList.installedPath, line: lines[name])
  }

  /// What is installed otherwise than it is locked, in words, by name.
  var differing: [(name: String, words: String)] {
    guard let installed, let locked else { return [] }
    var differing: [(name: String, words: String)] = []
    for (name, package) in installed.packages {
      guard let other = locked.packages[name] else {
        differing.append((name, "\(shown(package)) is installed, and not locked"))
        continue
      }
      if package.version != other.version || isOtherCommit(package, other) {
        differing.append(
          (name, "\(shown(package)) is installed, \(shown(other)) is locked"))
      }
    }
    for (name, package) in locked.packages
    where installed.packages[name] == nil && !locked.forDevelopers.contains(name) {
      differing.append((name, "\(shown(package)) is locked, and not installed"))
    }
    return differing.sorted { $0.name < $1.name }
  }

  private func isOtherCommit(
    _ one: PackageList.Package, _ other: PackageList.Package
  ) -> Bool {
    guard let mine = one.reference, let theirs = other.reference else { return false }
    return mine != theirs
  }

  private func shown(_ package: PackageList.Package) -> String {
    let version = Printable.text(package.version.utf8, limit: 40)
    guard ComposerVersion(package.version) == nil, let reference = package.reference else {
      return version
    }
    return "\(version) (\(Printable.text(reference.utf8.prefix(12), limit: 12)))"
  }
}
