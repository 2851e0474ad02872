/// The folders that mod_userdir serves below `/~name`.
struct UserFolders {
  private let files: ServerFiles
  /// Without the words that name no folder.
  private let folders: [String]
  let place: Place
  private let isOffForAll: Bool
  private let disabled: Set<String>
  private let enabled: Set<String>

  /// `nil` where `directives` have none.
  init?(_ directives: [ServerDirective], of files: ServerFiles) {
    let lines = directives.named("userdir")
    let folders = lines.last { !["disabled", "enabled"].contains($0.value.lowercased()) }
    guard let folders else { return nil }
    (self.files, place) = (files, folders.place)
    self.folders = folders.arguments
    let off = lines.filter { $0.says("disabled") }
    isOffForAll = off.contains { $0.arguments.count == 1 }
    disabled = Set(off.flatMap { $0.arguments.dropFirst() })
    enabled = Set(lines.filter { $0.says("enabled") }.flatMap { $0.arguments.dropFirst() })
  }

  /// Where the files of `user` are looked for, in this order.
  func folders(of user: String) -> [String] {
    guard !user.isEmpty, user != ".", user != "..", !disabled.contains(user),
      !isOffForAll || enabled.contains(user)
    else { return [] }
    return folders.compactMap { word in
      if word.contains(":") { return nil }
      if word.contains("*") { return word.replacing("*", with: user) }
      if word.hasPrefix("/") { return "\(word)/\(user)" }
      return homes.first { $0.user == user }.map { "\($0.home)/\(word)" }
    }
  }

  /// All accounts that may have one.
  var users: [String] {
    var users = Set(homes.map(\.user)).union(enabled)
    // Below one folder, or in the place of a star, any name is one.
    for word in folders where word.hasPrefix("/") {
      let above = word.contains("*") ? String(word.prefix { $0 != "*" }).parentPath : word
      if let names = try? Folder.workingDirectory.names(in: files.root + above) {
        users.formUnion(names)
      }
    }
    return users.sorted()
  }

  private var homes: [(user: String, home: String)] {
    guard let list = try? Folder.workingDirectory.read(files.root + "/etc/passwd") else {
      return []
    }
    return String(decoding: list.bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      .compactMap { line in
        let fields = line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        return fields.count > 5 ? (fields[0], fields[5]) : nil
      }
  }
}

extension ApacheSite {
  /// `/~alice/x`.
  func userFolder(for path: String) -> Target? {
    guard path.hasPrefix("/~"), let own = UserFolders(main + own, of: files) else { return nil }
    let user = String(path.dropFirst(2).prefix { $0 != "/" })
    let candidates = own.folders(of: user)
    let rest = path.dropFirst(2 + user.count)
    // The first that is there, or the last.
    guard
      let folder = candidates.first(where: { files.kind(of: $0 + rest) != nil })
        ?? candidates.last
    else { return nil }
    return .file(
      FileTarget(path: (folder + rest).normalisedPath, base: folder, prefix: "/~\(user)"))
  }
}
