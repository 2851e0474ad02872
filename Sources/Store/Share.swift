internal import CPlatform
internal import OTP

/// A user's share of `self.sock`: of the connections that are served there at a time, no more than
/// these are of one user.
///
/// Each holds a lock on one byte behind the end of a file that stays empty, at a place that is the
/// user's alone. The kernel drops it with the process, and nobody but root can open the file.
public enum Share {
  public static var file: FileName { FileName("shares") }
  /// Connections of one user.
  static var most: Int { 8 }

  /// Takes one for `uid`, for as long as this process lives; `false` where all of them are taken.
  public static func take(
    for uid: UInt32, in folder: borrowing TrustedFolder
  ) throws(StoreFailure) -> Bool {
    // Never closed: that would drop the lock.
    let descriptor = try folder.openTable(file, length: 0, part: .shares) {
      () throws(StoreFailure) in
      try folder.create(file, with: Span<UInt8>(), part: .shares)
    }
    var place = Int(uid) * most
    let end = place + most
    while place < end {
      if lock_byte(descriptor, place) == 0 { return true }
      switch last_errno() {
      case EAGAIN, EACCES: place += 1
      case EINTR: continue
      default: throw StoreFailure(.shares, .notLockable(errno: last_errno()))
      }
    }
    return false
  }
}
