import Foundation
import TestSupport

/// The configurations of docs/web.md, as they stand there.
enum WebDocs {
  static var pool: String { block("ini", 0) }
  static var apache: String { block("apache", 0) }
  /// What takes the place of `served` where Cachet is a container.
  static var apacheProxy: String { block("apache", 1) }
  static var nginx: String { block("nginx", 0) }
  static var nginxFastCGI: String { block("nginx", 1) }
  static var nginxProxy: String { block("nginx", 2) }

  /// The lines of a virtual host that say how PHP-FPM is reached.
  static func served(in text: String) -> String {
    guard let start = text.firstRange(of: "  DocumentRoot"),
      let end = text.firstRange(of: "</FilesMatch>\n")
    else { preconditionFailure("another virtual host than that of docs/web.md") }
    return String(text[start.lowerBound..<end.upperBound])
  }

  /// The names behind the first `a2enmod`.
  static var modules: String {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("a2enmod ") }) else {
      preconditionFailure("docs/web.md turns no modules on")
    }
    return String(line.dropFirst("a2enmod ".count))
  }

  private static var text: String {
    guard
      let text = try? String(
        contentsOf: Built.package.appending(path: "docs/web.md"), encoding: .utf8)
    else { preconditionFailure("no docs/web.md") }
    return text
  }

  /// The n-th block that is marked with `kind`, without the blanks that all its lines begin with.
  private static func block(_ kind: String, _ index: Int) -> String {
    var blocks: [[Substring]] = []
    var open: Int?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let indent = line.prefix { $0 == " " }.count
      let rest = line.dropFirst(indent)
      if let start = open {
        if rest == "```" {
          open = nil
        } else {
          blocks[blocks.count - 1].append(line.dropFirst(start))
        }
      } else if rest == "```\(kind)" {
        open = indent
        blocks.append([])
      }
    }
    precondition(blocks.indices.contains(index), "docs/web.md has no block \(index) in \(kind)")
    return blocks[index].map { $0 + "\n" }.joined()
  }
}
