/// What `VirtualDocumentRoot` makes of the name that a request is for (mod_vhost_alias).
enum VirtualRoot {
  /// `pattern` with parts of `host` in place of `%0`, `%1`, `%-2+`, `%1.3` and the like. Of a host that is
  /// not known they are anything without a slash.
  static func template(_ pattern: String, host: String?) -> PathTemplate {
    var parts: [PathTemplate.Part] = []
    var rest = pattern[...]
    while let first = rest.popFirst() {
      guard first == "%", let next = rest.first else {
        parts.append(.text(String(first)))
        continue
      }
      switch next {
      case "%":
        rest = rest.dropFirst()
        parts.append(.text("%"))
      case "p":
        rest = rest.dropFirst()
        parts.append(.unknown(mayHoldSlashes: false))
      default:
        let range = Range(&rest)
        var inner: Range?
        if rest.first == "." {
          rest = rest.dropFirst()
          inner = Range(&rest)
        }
        guard let host else {
          parts.append(.unknown(mayHoldSlashes: false))
          continue
        }
        var value = range.chosen(of: host.split(separator: ".").map(String.init), joined: ".", host)
        if let inner { value = inner.chosen(of: value.map(String.init), joined: "", value) }
        parts.append(.text(value))
      }
    }
    return PathTemplate(parts)
  }

  /// `2`, `-2`, `2+`: which of several parts.
  private struct Range {
    private let number: Int
    private let isFromEnd: Bool
    private let isOpen: Bool

    init(_ rest: inout Substring) {
      isFromEnd = rest.first == "-"
      if isFromEnd { rest = rest.dropFirst() }
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      number = Int(digits) ?? 0
      isOpen = rest.first == "+"
      if isOpen { rest = rest.dropFirst() }
    }

    /// An underscore where there is no such part.
    func chosen(of parts: [String], joined separator: String, _ whole: String) -> String {
      guard number > 0 else { return whole }
      guard number <= parts.count else { return "_" }
      let place = isFromEnd ? parts.count - number : number - 1
      guard isOpen else { return parts[place] }
      return (isFromEnd ? parts[...place] : parts[place...]).joined(separator: separator)
    }
  }
}
