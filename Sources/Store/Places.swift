internal import CPlatform

/// Places that processes take, for as long as they live: of each row so many as it has.
///
/// A place is a lock on one byte behind the end of a file that stays empty. The kernel drops it with the
/// process, and only root can open the file.
struct Places: ~Copyable {
  static var file: FileName { FileName("shares") }

  struct Row {
    let start: Int
    let places: Int
  }

  /// Never closed: that would drop the locks.
  private let descriptor: Int32

  /// Opens the file in `folder`, and makes it first if it is not there.
  init(in folder: borrowing TrustedFolder) throws(StoreFailure) {
    descriptor = try folder.openTable(Places.file, length: 0, part: .shares) {
      () throws(StoreFailure) in
      try folder.create(Places.file, with: Span<UInt8>(), part: .shares)
    }
  }

  /// Takes a place of `row`; `false` where all of them are taken.
  func take(in row: Row) throws(StoreFailure) -> Bool {
    var place = row.start
    while place < row.start + row.places {
      if lock_byte(descriptor, off_t(place)) == 0 { return true }
      switch last_errno() {
      case EAGAIN, EACCES: place += 1
      case EINTR: continue
      default: throw StoreFailure(.shares, .notLockable(errno: last_errno()))
      }
    }
    return false
  }
}
