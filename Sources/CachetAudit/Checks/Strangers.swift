import Glibc

/// Who else can read or write a file.
extension Subject {
  /// Who can read or write the file or folder at `path`, or write it alone, and is neither Cachet nor
  /// root nor the owner's own group.
  func strangers(
    at path: String, reading: Bool = true, besides groups: Set<gid_t> = []
  ) throws(Obstacle) -> [Evidence] {
    guard let file = try folder.status(path) else { return [] }
    let shown = folder.relative(path)
    var seen = Evidence.named(
      shown, file, reading: reading, except: Account(options.webUser), groups)
    if file.isWritableByOthers || reading && file.isReadableByOthers,
      try folder.isOpen(path)
    {
      seen.insert(Evidence(shown, openToAll: file), at: 0)
    }
    return seen
  }
}

extension Evidence {
  /// Whom the ACL of a file lets write it, or read it as well, beside its owner, its group, root and
  /// `account`.
  static func named(
    _ path: String, _ file: Folder.Status, reading: Bool, except account: Account?,
    _ groups: Set<gid_t> = []
  ) -> [Evidence] {
    (file.access?.entries ?? []).compactMap { entry in
      let isKnown =
        switch entry.who {
        case .user(let user): user == 0 || user == file.owner || user == account?.user
        case .group(let group):
          group == 0 || group == file.group || groups.contains(group)
            || account?.groups.contains(group) == true
        }
      guard !isKnown, entry.bits & (reading ? 6 : 2) != 0 else { return nil }
      return Evidence(
        place: Place(path: path), about: "\(path) \(entry.who)",
        message: "\(entry.who) can \(entry.bits & 2 != 0 ? "write" : "read") it by an ACL")
    }
  }

  /// A file that every account of this host may write or read.
  init(_ path: String, openToAll file: Folder.Status) {
    let verb = file.isWritableByOthers ? "write" : "read"
    self.init(path, "everybody on this host can \(verb) it (mode \(file.octal))")
  }
}
