/// A path as Laravel's router sees it, whatever a client wrote: decoded once, without the front
/// controller, without empty segments and dots, without a query, which may hold secrets.
struct RoutePath {
  static let longest = 2048
  let text: [UInt8]

  init(_ target: ArraySlice<UInt8>, below prefix: [UInt8]) {
    var rest = target.prefix(Self.longest)
    if rest.first != UInt8(ascii: "/"), let scheme = rest.place(of: "://") {
      rest = rest[(scheme + 3)...].drop { $0 != UInt8(ascii: "/") }
    }
    var path: [UInt8] = []
    var digits = Cursor(rest)
    scan: while let byte = digits.rest.first {
      digits = Cursor(digits.rest.dropFirst())
      var decoded = byte
      switch byte {
      case UInt8(ascii: "?"), UInt8(ascii: "#"): break scan
      case UInt8(ascii: "%"):
        if let value = UInt8(hexadecimal: digits.rest.prefix(2)) {
          decoded = value
          digits = Cursor(digits.rest.dropFirst(2))
        }
      default: break
      }
      if decoded == UInt8(ascii: "/"), path.last == decoded { continue }
      path.append(decoded)
    }
    if path[...].place(of: "/.") != nil { path = Self.withoutDots(path) }
    if path.starts(with: "/index.php/".utf8) { path.removeFirst("/index.php".utf8.count) }
    if !prefix.isEmpty, path.starts(with: prefix + [UInt8(ascii: "/")]) {
      path.removeFirst(prefix.count)
    }
    if path.count > 1, path.last == UInt8(ascii: "/") { path.removeLast() }
    text = path
  }

  /// Without `.` and `..`, as a server takes them away before it looks anything up.
  private static func withoutDots(_ path: [UInt8]) -> [UInt8] {
    var parts: [ArraySlice<UInt8>] = []
    for part in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      if part.elementsEqual(".".utf8) { continue }
      if part.elementsEqual("..".utf8) {
        if parts.count > 1 { parts.removeLast() }
      } else {
        parts.append(part)
      }
    }
    return Array(parts.joined(separator: [UInt8(ascii: "/")]))
  }

  func isAt(_ path: String) -> Bool { text.elementsEqual(path.utf8) }

  /// There, or below it.
  func isBelow(_ path: String) -> Bool { isAt(path) || text.starts(with: (path + "/").utf8) }

  /// Where Livewire takes what its components send: `/livewire/update`, or with a hash in the name.
  var isLivewireUpdate: Bool {
    text.starts(with: "/livewire".utf8) && text.reversed().starts(with: "etadpu/".utf8)
  }
}
