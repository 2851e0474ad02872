import Glibc

/// The Cachet in a folder: which one it is, and by what that is known.
struct Installation: Sendable {
  enum Line: String, Sendable, CaseIterable {
    case two3 = "2.3"
    case two4 = "2.4"
    /// The fork fiveai/Cachet, and the unreleased branch 2.5 that it left from.
    case two5 = "2.5"
    case three = "3.x"
  }

  let folder: Folder
  let line: Line
  /// As the files say it, which for 2.4 is not the patch: both its releases say `2.4.0-dev`.
  let version: String
  let toldBy: Place
  let packages: InstalledPackages

  init(_ folder: Folder) throws(Obstacle) {
    guard try folder.status("") != nil else {
      throw .unreadable(path: ".", errno: ENOENT)
    }
    guard try folder.status("artisan") != nil, try folder.status("public") != nil else {
      throw .noInstallation(folder.root)
    }
    self.folder = folder
    packages = try InstalledPackages(folder)
    (line, version, toldBy) = try Self.line(in: folder, packages: packages)
  }

  /// How `.env` is read: by the phpdotenv that is installed, whose versions differ.
  func dialect() throws(Obstacle) -> Dotenv.Dialect {
    let name = "vlucas/phpdotenv"
    guard let package = packages.judged(name) else {
      throw .damaged(
        path: ".",
        what:
          "how .env is read is not known: neither \(PackageList.installedPath) nor \(PackageList.lockPath) names \(name)"
      )
    }
    guard let dialect = Dotenv.Dialect(version: package.version) else {
      throw .damaged(
        path: packages.place(of: name).words,
        what:
          "how \(name) \(Printable.text(package.version.utf8, limit: 40)) reads .env is not known here, and without that nothing is judged"
      )
    }
    return dialect
  }

  /// Composer's files name the core of Cachet 3; the releases before it have a file `VERSION`.
  private static func line(
    in folder: Folder, packages: InstalledPackages
  ) throws(Obstacle) -> (Line, String, Place) {
    if let core = packages.judged("cachethq/core") {
      return (
        .three, Printable.text(core.version.utf8, limit: 40), packages.place(of: "cachethq/core")
      )
    }
    if let file = try folder.read("vendor/cachethq/core/VERSION") {
      return (.three, try version(in: file), file.place())
    }
    guard let file = try folder.read("VERSION") else { throw .noInstallation(folder.root) }
    let number = try version(in: file)
    // The 3.x of 2020 left from 2.4, kept its number, and is code of the same kind on Laravel 6.
    if number.hasPrefix("2.4."), packages.judged("laravel/framework").map(isLaravelSix) == true {
      return (.two4, "\(number), the 3.x of 2020", file.place())
    }
    for line in [Line.two3, .two4] where number.hasPrefix(line.rawValue + ".") {
      return (line, number, file.place())
    }
    for later in ["2.5.", "2.6."] where number.hasPrefix(later) {
      return (.two5, number, file.place())
    }
    throw .damaged(path: file.path, what: "names no version of Cachet that is known here")
  }

  /// A release's name and nothing else: a link may have put any file in this one's place, and what
  /// is taken for its version is shown.
  private static func version(in file: SourceFile) throws(Obstacle) -> String {
    let text = PHPText.trimmed(file.bytes[...])
    let number = text.first == UInt8(ascii: "v") ? text.dropFirst() : text
    let major = number.prefix { $0.isDigit }
    guard (1...2).contains(major.count), number.dropFirst(major.count).first == UInt8(ascii: "."),
      number.count <= 40,
      number.allSatisfy({ byte in
        byte.isDigit || byte.isLetter
          || [0x2B, 0x2D, 0x2E].contains(byte)
      })
    else {
      throw .damaged(path: file.path, what: "names no version of Cachet that is known here")
    }
    return String(decoding: number, as: UTF8.self)
  }

  private static func isLaravelSix(_ package: PackageList.Package) -> Bool {
    ComposerVersion(package.version)?.series(of: ["6"]) != nil
  }
}
