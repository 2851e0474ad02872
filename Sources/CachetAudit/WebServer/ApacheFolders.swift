import Glibc
import Synchronization

/// What Apache reads on its way down to a folder: the sections for each folder, and behind them that
/// folder's `.htaccess`, where it counts.
final class ApacheFolders: Sendable {
  /// Directives that apply in a folder, and the folder that they stand for.
  struct Block: Sendable {
    let folder: String
    let directives: [ServerDirective]
    /// From the folder's `.htaccess`, not from a section.
    var isOwnFile = false
  }

  /// What may stand in a `.htaccess`.
  struct Overrides: Sendable {
    /// In small letters, as `AllowOverride` and `AllowOverrideList` have them; `all` stands for all.
    var classes: Set<String> = []
    var names: Set<String> = []
    /// What may not stand there is passed over, and refuses no request.
    var isLenient = false
    var place: Place?

    var isNone: Bool { classes.isEmpty && names.isEmpty }
  }

  private let files: ServerFiles
  /// The sections for folders, in their order.
  private let sections: [ServerDirective]
  /// `AccessFileName`.
  private let names: [String]
  /// What was read already, by the path of the file.
  private let known = Mutex<[String: Result<[ServerDirective], Obstacle>]>([:])

  init(_ directives: [ServerDirective], of files: ServerFiles) {
    self.files = files
    sections = directives.named("directory").filter { $0.value != "~" }
    names = directives.last("accessfilename")?.arguments ?? [".htaccess"]
  }

  /// All that applies in `folder`, in the order in which Apache merges it.
  func blocks(downTo folder: String) throws(Obstacle) -> [Block] {
    var blocks: [Block] = []
    var overrides = Overrides()
    var own = ""
    for part in [""] + folder.split(separator: "/").map(String.init) {
      own = own == "/" ? "/\(part)" : "\(own)/\(part)"
      let depth = own.split(separator: "/").count
      for section in sections
      where section.value.split(separator: "/").count == depth
        && ApacheSite.isBelow(own, section.value)
      {
        blocks.append(Block(folder: own, directives: section.block ?? []))
        overrides.merge(section.block ?? [])
      }
      guard !overrides.isNone else { continue }
      for name in names {
        guard let found = try read("\(own == "/" ? "" : own)/\(name)", for: overrides.place) else {
          continue
        }
        blocks.append(
          Block(folder: own, directives: overrides.allowed(of: found), isOwnFile: true))
        break
      }
    }
    return blocks
  }

  private func read(
    _ path: String, for origin: Place?
  ) throws(Obstacle) -> [ServerDirective]? {
    if let result = known.withLock({ $0[path] }) { return try result.get() }
    guard files.kind(of: path) != nil else { return nil }
    let result: Result<[ServerDirective], Obstacle>
    do throws(Obstacle) {
      var files = files
      let found = try ApacheReader.read(files.read(path, for: origin, depth: 0))
      try Pattern.check(found)
      result = .success(found)
    } catch {
      result = .failure(error)
    }
    known.withLock { $0[path] = result }
    return try result.get()
  }

  /// Whether links are followed in the folder that `blocks` are of.
  static func followsLinks(_ blocks: [Block]) -> (all: Bool, ofOwner: Bool) {
    var options: Set<String> = ["followsymlinks"]
    for directive in blocks.flatMap(\.directives).named("options") {
      let words = directive.arguments.map { $0.lowercased() }
      if !words.allSatisfy({ $0.hasPrefix("+") || $0.hasPrefix("-") }) { options = [] }
      for word in words {
        switch word {
        case "all", "+all": options.insert("followsymlinks")
        case let word where word.hasPrefix("-"): options.remove(String(word.dropFirst()))
        default: options.insert(String(word.trimmingPrefix("+")))
        }
      }
    }
    return (
      options.contains("followsymlinks"), options.contains("symlinksifownermatch")
    )
  }
}

extension ApacheFolders.Overrides {
  fileprivate mutating func merge(_ block: [ServerDirective]) {
    for directive in block.named("allowoverride", "allowoverridelist") {
      let words = directive.arguments.map { $0.lowercased() }
      place = directive.place
      guard directive.name == "allowoverride" else {
        names = words == ["none"] ? [] : Set(words)
        continue
      }
      classes = []
      isLenient = false
      for word in words where word != "none" {
        if word.hasPrefix("nonfatal=") {
          isLenient = true
        } else {
          classes.insert(String(word.prefix { $0 != "=" }))
        }
      }
    }
  }

  /// What of `found` counts; in place of a directive that may not stand there, the refusal that it
  /// makes of every request.
  fileprivate func allowed(of found: [ServerDirective]) -> [ServerDirective] {
    found.compactMap { directive in
      if let block = directive.block {
        return ServerDirective(
          directive.name, directive.arguments, at: directive.place, block: allowed(of: block))
      }
      guard !classes.contains("all"), !names.contains(directive.name),
        let own = Self.classes[directive.name], !classes.contains(own)
      else { return directive }
      return isLenient
        ? nil : ServerDirective(ApacheSite.notAllowedHere, [directive.name], at: directive.place)
    }
  }

  /// The classes of those directives that decide something here.
  private static let classes: [String: String] = {
    let names: [String: [String]] = [
      "authconfig": [
        "authbasicprovider", "authformprovider", "authmerging", "authname", "authtype",
        "authuserfile", "authgroupfile", "require", "satisfy",
      ],
      "fileinfo": [
        "acceptpathinfo", "addhandler", "addtype", "browsermatch", "browsermatchnocase",
        "errordocument", "header", "redirect", "redirectmatch", "redirectpermanent",
        "redirecttemp", "removehandler", "requestheader", "rewritebase", "rewritecond",
        "rewriteengine", "rewriteoptions", "rewriterule", "setenv", "setenvif", "setenvifexpr",
        "setenvifnocase", "sethandler",
      ],
      "indexes": ["directoryindex", "directoryslash", "fallbackresource"],
      "limit": ["allow", "deny", "order"],
      "options": ["options"],
    ]
    return Dictionary(
      names.flatMap { name, directives in directives.map { ($0, name) } },
      uniquingKeysWith: { first, _ in first })
  }()
}
