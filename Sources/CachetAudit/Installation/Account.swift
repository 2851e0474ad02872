import Glibc

/// An account of this host, as the modes of files see it.
struct Account: Sendable {
  let user: uid_t
  let groups: Set<gid_t>

  init?(_ name: String) {
    guard let entry = unsafe getpwnam(name) else { return nil }
    user = unsafe entry.pointee.pw_uid
    var count: Int32 = 64
    var list = [gid_t](repeating: 0, count: Int(count))
    guard unsafe getgrouplist(name, entry.pointee.pw_gid, &list, &count) >= 0 else { return nil }
    groups = Set(list.prefix(Int(count)))
  }

  func canWrite(_ file: Folder.Status) -> Bool {
    if user == 0 { return true }
    // The owner can change the mode, whatever it is.
    if file.owner == user { return true }
    guard let list = file.access else {
      return groups.contains(file.group) ? file.mode & 0o020 != 0 : file.isWritableByOthers
    }
    if let own = list.entries.first(where: { $0.who == .user(user) }) { return own.bits & 2 != 0 }
    var ways = list.entries.filter { entry in
      if case .group(let group) = entry.who { groups.contains(group) } else { false }
    }.map(\.bits)
    if groups.contains(file.group) { ways.append(list.group) }
    return ways.isEmpty ? file.isWritableByOthers : ways.contains { $0 & 2 != 0 }
  }
}
