import CXattr
import Glibc

/// Whom the ACL of a file names beside its owner and its group. With one, the mode's middle digit is
/// no longer what the group may, but the mask over all of them.
struct AccessList: Sendable, Equatable {
  enum Who: Sendable, Equatable { case user(uid_t), group(gid_t) }

  struct Entry: Sendable, Equatable {
    let who: Who
    /// What is left of it behind the mask: 4 to read, 2 to write.
    let bits: UInt16
  }

  let entries: [Entry]
  /// What the file's own group may.
  let group: UInt16

  /// From the attribute as the kernel gives it: a version, then tag, permissions and number of each
  /// entry, all little endian (linux/posix_acl_xattr.h). `nil` where it is nothing of the kind.
  init?(_ bytes: [UInt8]) {
    func number(_ start: Int, _ count: Int) -> UInt32 {
      bytes[start..<start + count].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
    guard bytes.count >= 4, bytes.count % 8 == 4, number(0, 4) == 2 else { return nil }
    var (own, mask, named) = (UInt16(0), UInt16(7), [Entry]())
    for start in stride(from: 4, to: bytes.count, by: 8) {
      let bits = UInt16(number(start + 2, 2))
      switch number(start, 2) {
      case 0x01, 0x20: break  // the owner and the others, as the mode has them
      case 0x02: named.append(Entry(who: .user(number(start + 4, 4)), bits: bits))
      case 0x04: own = bits
      case 0x08: named.append(Entry(who: .group(number(start + 4, 4)), bits: bits))
      case 0x10: mask = bits
      default: return nil
      }
    }
    group = own & mask
    entries = named.map { Entry(who: $0.who, bits: $0.bits & mask) }
  }

  /// `nil` where the file at `path` has none, or is on a file system that has none at all.
  init?(of path: String, named name: String) throws(Obstacle) {
    let attribute = "system.posix_acl_access"
    let size = unsafe getxattr(path, attribute, nil, 0)
    guard size >= 0 else {
      let code = errno
      guard [ENODATA, EOPNOTSUPP, ENOENT, ENOTDIR].contains(code) else {
        throw .unreadable(path: name, errno: code)
      }
      return nil
    }
    var bytes = [UInt8](repeating: 0, count: size)
    let count = unsafe getxattr(path, attribute, &bytes, size)
    guard count >= 0 else { throw .unreadable(path: name, errno: errno) }
    guard let list = AccessList(Array(bytes.prefix(count))) else {
      throw .damaged(path: name, what: "has an ACL that is not understood")
    }
    self = list
  }
}

extension AccessList.Who: CustomStringConvertible {
  var description: String {
    switch self {
    case .user(let number):
      "user \(unsafe getpwuid(number).map { unsafe String(cString: $0.pointee.pw_name) } ?? "\(number)")"
    case .group(let number):
      "group \(unsafe getgrgid(number).map { unsafe String(cString: $0.pointee.gr_name) } ?? "\(number)")"
    }
  }
}
