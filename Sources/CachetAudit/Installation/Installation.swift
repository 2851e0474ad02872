import FoundationEssentials
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
  let dialect: Dotenv.Dialect
  /// Name and version of every package in `composer.lock`.
  let packages: [String: String]

  init(_ folder: Folder) throws(Obstacle) {
    guard try folder.status("") != nil else {
      throw .unreadable(path: ".", errno: ENOENT)
    }
    guard try folder.status("artisan") != nil, try folder.status("public") != nil else {
      throw .noInstallation(folder.root)
    }
    self.folder = folder
    packages = try Self.packages(in: folder)
    (line, version, toldBy) = try Self.line(in: folder, packages: packages)
    dialect = Self.dialect(of: line, packages: packages)
  }

  /// `composer.lock` names the core of Cachet 3; the releases before it have a file `VERSION`.
  private static func line(
    in folder: Folder, packages: [String: String]
  ) throws(Obstacle) -> (Line, String, Place) {
    if let core = packages["cachethq/core"] {
      return (.three, Printable.text(core.utf8, limit: 40), Place(path: "composer.lock"))
    }
    if let file = try folder.read("vendor/cachethq/core/VERSION") {
      return (.three, try version(in: file), file.place())
    }
    guard let file = try folder.read("VERSION") else { throw .noInstallation(folder.root) }
    let number = try version(in: file)
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

  private static func dialect(of line: Line, packages: [String: String]) -> Dotenv.Dialect {
    var locked = packages["vlucas/phpdotenv"] ?? ""
    if locked.hasPrefix("v") { locked.removeFirst() }
    let numbers = locked.split(separator: ".").compactMap { Int($0) }
    if numbers.count == 3 {
      if numbers[0] >= 5 { return .five }
      return numbers[0] == 2 && numbers[1] == 6 && numbers[2] >= 7 ? .two : .lenientTwo
    }
    return switch line {
    case .two3: .lenientTwo
    case .two4, .two5: .two
    case .three: .five
    }
  }

  private struct Lock: Decodable {
    struct Package: Decodable {
      let name: String
      let version: String
    }
    let packages: [Package]
  }

  private static func packages(in folder: Folder) throws(Obstacle) -> [String: String] {
    guard let file = try folder.read("composer.lock") else { return [:] }
    let lock: Lock
    do { lock = try JSONDecoder().decode(Lock.self, from: Data(file.bytes)) } catch {
      throw .damaged(path: file.path, what: "is no composer.lock")
    }
    return Dictionary(lock.packages.map { ($0.name, $0.version) }) { first, _ in first }
  }
}
