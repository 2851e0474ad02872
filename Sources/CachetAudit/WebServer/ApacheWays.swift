/// The ways from addresses to files that one of Apache's hosts has.
extension ApacheSite {
  var ways: [FileWay] {
    let root = documentRoot.map { FileWay("", $0.path, at: $0.place) }
    let users = UserFolders(main + own, of: files).map(ways(of:)) ?? []
    return [root].compactMap { $0 } + aliasWays + locationWays + users + ruleWays
  }

  private var aliasWays: [FileWay] {
    (own + main).compactMap { line in
      guard line.arguments.count > 1 else { return nil }
      switch line.name {
      case "alias", "scriptalias":
        return FileWay(line.value, fileTemplate(line.arguments[1]), at: line.place)
      case "aliasmatch", "scriptaliasmatch":
        let folder = fileTemplate(Self.fixedFolder(of: line.arguments[1]))
        return FileWay(expression: line.value, to: line.arguments[1], folder, at: line.place)
      default: return nil
      }
    }
  }

  private var locationWays: [FileWay] {
    all.compactMap { section in
      guard let line = section.block?.last("alias"), !line.value.contains("%{") else { return nil }
      if let pattern = Self.pattern(of: section, "location") {
        return FileWay(
          expression: pattern, to: line.value, fileTemplate(line.value), at: line.place)
      }
      return section.name == "location"
        ? FileWay(section.value, fileTemplate(line.value), at: line.place) : nil
    }
  }

  private func ways(of own: UserFolders) -> [FileWay] {
    own.users.flatMap { user in
      own.folders(of: user).map { FileWay("/~\(user)", PathTemplate($0), at: own.place) }
    }
  }

  /// Rules whose target may be a path of the file system.
  private var ruleWays: [FileWay] {
    rules.compactMap { rule, target in
      guard target.hasPrefix("/"), !target.contains("://") else { return nil }
      var parts: [PathTemplate.Part] = []
      let folder = Self.fixedFolder(of: target)
      // Behind a variable nobody knows where it leads.
      if target.contains("%{") { parts = [.unknown(mayHoldSlashes: true)] }
      return FileWay(
        expression: rule.value, to: target, PathTemplate([.text(folder)] + parts), at: rule.place)
    }
  }

  /// The server's rules, and those of the document root, that write another path.
  private var rules: [(rule: ServerDirective, target: String)] {
    let server = own.isEmpty ? main : own
    return server.named("rewriterule").compactMap { rule in
      let target = rule.arguments.dropFirst().first ?? "-"
      return target == "-" ? nil : (rule, String(target.prefix { $0 != "?" }))
    }
  }

  var changes: [AddressChange] {
    let inside = (htaccess + all.named("directory").flatMap { $0.block ?? [] }).named("rewriterule")
      .compactMap { rule -> AddressChange? in
        let target = rule.arguments.dropFirst().first ?? "-"
        guard target != "-", !target.contains("://") else { return nil }
        // Of a folder's rules both begin behind the folder.
        let anchored = rule.value.hasPrefix("^") ? "^/" + rule.value.dropFirst() : rule.value
        return AddressChange(
          expression: anchored, target: target.hasPrefix("/") ? target : "/" + target)
      }
    return rules.map { AddressChange(expression: $0.rule.value, target: $0.target) } + inside
  }
}
