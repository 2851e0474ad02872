import Foundation

/// pam/recipes, as an administrator uses them.
extension TestHost {
  /// Copies pam/recipes/NAME as it stands to each of `services` in /etc/pam.d.
  public func recipe(
    _ name: String, for services: String..., without option: String? = nil
  ) throws {
    var text = try TestHost.recipe(name)
    if let option {
      text = text.replacing("pam_cachet_mfa.so \(option)", with: "pam_cachet_mfa.so")
    }
    for service in services { try write(text, to: "/etc/pam.d/\(service)") }
  }

  /// Adds the marked blocks of pam/recipes/NAME to Debian's own /etc/pam.d/SERVICE, as the recipe
  /// says: each beside the line that stands next to it there.
  public func recipe(_ name: String, into service: String) throws {
    var stock = read("/etc/pam.d/\(service)").split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
    if stock.last == "" { stock.removeLast() }
    for place in try TestHost.recipe(name).components(separatedBy: "\n\n") {
      let lines = place.split(separator: "\n").map(String.init)
      guard let begin = lines.firstIndex(of: "# cachet-mfa: begin"),
        let end = lines.firstIndex(of: "# cachet-mfa: end")
      else { continue }
      let isBehind = begin > 0 && !lines[begin - 1].hasPrefix("#")
      let neighbour = lines[isBehind ? begin - 1 : end + 1].words
      guard let index = stock.firstIndex(where: { $0.words == neighbour }) else {
        throw NotOpened(why: "/etc/pam.d/\(service) has no line '\(neighbour)'")
      }
      stock.insert(contentsOf: lines[begin...end], at: isBehind ? index + 1 : index)
    }
    try pam(service, stock)
  }

  public static func recipe(_ name: String) throws -> String {
    try String(contentsOf: Built.package.appending(path: "pam/recipes/\(name)"), encoding: .utf8)
  }
}

extension String {
  fileprivate var words: [Substring] { split { $0 == " " || $0 == "\t" } }
}
