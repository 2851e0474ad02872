/// The versions of PHP that run on this host, as Debian and its like lay them out, or the one that is
/// given.
struct PHPVersions {
  /// Each with the file or folder that tells it.
  let all: [(version: String, place: Place)]
  private let subject: Subject

  init(_ subject: Subject) throws(Obstacle) {
    self.subject = subject
    if let given = subject.options.php {
      all = [(given, Place(path: "--php"))]
      return
    }
    // What the command line has serves nobody.
    let host = Folder(root: subject.options.hostRoot)
    var all: [(version: String, place: Place)] = []
    for version in try host.names(below: "/etc/php") where ComposerVersion(version) != nil {
      for server in ["fpm", "apache2", "cgi"] {
        let path = "/etc/php/\(version)/\(server)"
        guard try host.status(below: path) != nil else { continue }
        all.append((version, Place(path: path)))
        break
      }
    }
    self.all = all
  }

  /// The distribution's own, which it corrects beyond its makers' day.
  func isCorrected(_ version: String) throws(Obstacle) -> Bool {
    guard let system = try system() else { return false }
    let today = Day(of: subject.options.now).number
    return try subject.options.advisories.get().distributions.contains { distribution in
      distribution.system == system && today <= distribution.until.number
        && ComposerVersion(version)?.series(of: [distribution.php]) != nil
    }
  }

  /// `debian 12`, of os-release(5).
  private func system() throws(Obstacle) -> String? {
    // Of a version that is given it is not known whose it is.
    guard subject.options.php == nil else { return nil }
    let host = Folder(root: subject.options.hostRoot)
    let root = host.root == "/" ? "" : host.root
    guard
      let file = try Folder(root: "").first(of: [
        "\(root)/etc/os-release", "\(root)/usr/lib/os-release",
      ])
    else { return nil }
    var values: [String: String] = [:]
    for line in file.bytes.split(separator: UInt8(ascii: "\n")) {
      let parts = String(decoding: line, as: UTF8.self).split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { continue }
      values[String(parts[0])] = parts[1].filter { $0 != "\"" }
    }
    guard let id = values["ID"], let version = values["VERSION_ID"] else { return nil }
    return "\(id) \(version)"
  }
}
