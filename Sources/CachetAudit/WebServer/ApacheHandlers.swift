/// Which program Apache hands a file to, as `SetHandler`, `AddHandler` and `AddType` say it.
struct ApacheHandlers {
  /// The last of either, and what was said of extensions.
  private var set: ServerDirective?
  private var extensions: [String: ServerDirective] = [:]

  /// `blocks` in the order in which Apache merges them.
  init(_ blocks: [[ServerDirective]]) {
    for directive in blocks.joined() {
      switch directive.name {
      case "sethandler": set = directive
      case "addhandler":
        for word in directive.arguments.dropFirst() { extensions[Self.bare(word)] = directive }
      case "addtype" where directive.value.hasPrefix("application/x-httpd-"):
        for word in directive.arguments.dropFirst() { extensions[Self.bare(word)] = directive }
      case "removehandler", "removetype":
        for word in directive.arguments { extensions[Self.bare(word)] = nil }
      default: continue
      }
    }
  }

  private static func bare(_ word: String) -> String {
    String(word.drop { $0 == "." }).lowercased()
  }

  private static let ownHandlers: Set<String> = ["none", "default-handler"]

  /// Where it is said; `nil` where the server hands the file out itself.
  func handler(of name: String) -> Place? {
    if let set, !Self.ownHandlers.contains(set.value.lowercased()) { return set.place }
    if set?.says("default-handler") ?? false { return nil }
    // Any of several extensions counts.
    let words = name.split(separator: ".").dropFirst(name.hasPrefix(".") ? 0 : 1)
    for word in words {
      if let line = extensions[word.lowercased()],
        !Self.ownHandlers.contains(line.value.lowercased())
      {
        return line.place
      }
    }
    return nil
  }
}
