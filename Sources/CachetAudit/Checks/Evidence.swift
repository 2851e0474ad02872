import Glibc

/// What was seen, where.
struct Evidence: Sendable {
  let place: Place
  /// What it is about, as baselines name it: a variable, a file, an account. No line numbers, which
  /// move, and no secrets.
  let about: String
  let message: String

  /// Names of files, of variables and in tables are whatever somebody wrote.
  init(place: Place, about: String, message: String) {
    self.place = place
    self.about = Printable.text(about.utf8, limit: 400)
    self.message = Printable.text(message.utf8, limit: 400)
  }

  /// About a file or folder as a whole.
  init(_ path: String, _ message: String) {
    self.init(place: Place(path: path), about: path, message: message)
  }

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
