import CTerminal
import Store
import Verifier

/// The person at the keyboard.
enum Caller {
  /// Who signed in (`/proc/self/loginuid`, which the kernel keeps through su and sudo), else the real
  /// user id. SUDO_UID and the like are whatever somebody set them to.
  static var uid: UInt32 { loginUID ?? getuid() }

  static var isRoot: Bool { geteuid() == 0 }

  static var account: AccountLookup { Account.find(uid: uid) }

  /// The account's name, or its number where it has none.
  static var name: String {
    if case .found(let account) = account { account.spelled } else { String(uid) }
  }

  private static var loginUID: UInt32? {
    let file = unsafe open_file("/proc/self/loginuid")
    guard file >= 0 else { return nil }
    defer { close(file) }
    var room = [UInt8](repeating: 0, count: 16)
    let count = unsafe read(file, &room, room.count)
    guard count > 0, let uid = UInt32(String(decoding: room[..<count], as: UTF8.self)),
      uid != UInt32.max
    else { return nil }
    return uid
  }
}

extension Account {
  /// The name for people; bytes that are not UTF-8 as U+FFFD.
  var spelled: String { name.withBytes { (bytes: Span<UInt8>) in printable(text(bytes)) } }
}
