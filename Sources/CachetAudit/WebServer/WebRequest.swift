/// A stranger's request: no password, no address that is known, and none of the headers that
/// only those who know would send.
struct WebRequest: Sendable, Hashable {
  let method: String
  /// As it stands in the request line, until a redirect inside the server.
  var target: String
  let line: String
  /// By https, where the site has it.
  var isEncrypted = true

  /// Where it comes from, an address of those that are kept for examples: nobody has a rule for it.
  static let stranger = "203.0.113.77"

  init(_ method: String, _ target: String) {
    (self.method, self.target) = (method, target)
    line = "\(method) \(target) HTTP/1.1"
  }

  /// A POST is a form, as browsers send it. Nothing else has a body.
  var contentType: String { method == "POST" ? "application/x-www-form-urlencoded" : "" }

  /// The same by a method in small letters. Apache knows none of that name, so that nothing holds
  /// for it that is said of the method; to Laravel it is the method.
  var inSmallLetters: WebRequest { WebRequest(method.lowercased(), target) }

  /// The same as a page's in place of an error is asked for: the line stays as it came.
  var asGET: WebRequest {
    WebRequest(method: "GET", target: target, line: line, isEncrypted: isEncrypted)
  }

  private init(method: String, target: String, line: String, isEncrypted: Bool) {
    (self.method, self.target, self.line, self.isEncrypted) = (method, target, line, isEncrypted)
  }

  /// Path and query as they came, without scheme and host.
  var uri: String {
    guard let scheme = target.firstRange(of: "://"), !target.hasPrefix("/") else { return target }
    let rest = target[scheme.upperBound...]
    return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
  }

  var path: String { String(uri.prefix { $0 != "?" }) }

  var query: String { uri.firstIndex(of: "?").map { String(uri[$0...].dropFirst()) } ?? "" }

  enum EncodedSlash { case refused, decoded, kept }

  /// The path as a server sees it: decoded once, without `.`, `..` and, where it merges them,
  /// repeated slashes. `nil` where it refuses the request for its spelling.
  func normalised(mergingSlashes: Bool, encodedSlash: EncodedSlash) -> String? {
    guard let decoded = Self.decoded(path, encodedSlash) else { return nil }
    var parts: [Substring] = []
    let words = decoded.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    for (index, word) in words.enumerated() {
      let isLast = index == words.count - 1
      switch word {
      case ".": if isLast { parts.append("") }
      case "..":
        guard parts.popLast() != nil else { return nil }
        if isLast { parts.append("") }
      case "" where mergingSlashes && !isLast: continue
      default: parts.append(word)
      }
    }
    return "/" + parts.joined(separator: "/")
  }

  private static func decoded(_ path: String, _ slash: EncodedSlash) -> String? {
    guard path.hasPrefix("/") else { return nil }
    var bytes: [UInt8] = []
    var rest = Array(path.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let code = UInt8(hexadecimal: rest.prefix(2)), code != 0 else { return nil }
      if code == UInt8(ascii: "/"), slash != .decoded {
        guard slash == .kept else { return nil }
        bytes += [byte] + rest.prefix(2)
      } else {
        bytes.append(code)
      }
      rest = rest.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
