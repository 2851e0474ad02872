internal import CPlatform
internal import OTP

/// Writing: whole files and folders that appear at once, or not at all.
extension TrustedFolder {
  /// Replaces the file `name` by `bytes`: temporary file, fsync, rename, fsync of the folder.
  public borrowing func replace(
    _ name: FileName, with bytes: Span<UInt8>, part: StoreFailure.Part
  ) throws(StoreFailure) {
    let temporary = try writeTemporary(bytes, part: part)
    let renamed = name.withCString { to in
      temporary.withCString { from in unsafe renameat(descriptor, from, descriptor, to) }
    }
    guard renamed == 0 else {
      let code = last_errno()
      remove(temporary)
      throw TrustedFolder.unwritable(part, code)
    }
    try sync(part: part)
  }

  /// Creates the file `name` with `bytes`; one that is there already stays and is `exists`.
  public borrowing func create(
    _ name: FileName, with bytes: Span<UInt8>, followedByZeros zeros: Int = 0,
    part: StoreFailure.Part
  ) throws(StoreFailure) {
    let temporary = try writeTemporary(bytes, followedByZeros: zeros, part: part)
    do throws(StoreFailure) {
      try rename(temporary, to: name, part: part)
    } catch {
      remove(temporary)
      throw error
    }
  }

  /// Makes the folder `name`, mode 0700, if it is not there, and opens it.
  public borrowing func makeFolder(
    _ name: FileName, part: StoreFailure.Part
  ) throws(StoreFailure) -> TrustedFolder {
    let made = name.withCString { unsafe mkdirat(descriptor, $0, 0o700) }
    if made != 0, last_errno() != EEXIST {
      throw TrustedFolder.unwritable(part, last_errno())
    }
    if made == 0 { try sync(part: part) }
    return try folder(name, part: part)
  }

  /// Renames `old` to `new`, which must not be there; both in this folder.
  public borrowing func rename(
    _ old: FileName, to new: FileName, part: StoreFailure.Part
  ) throws(StoreFailure) {
    let renamed = old.withCString { from in
      new.withCString { to in unsafe rename_new(descriptor, from, to) }
    }
    guard renamed == 0 else { throw TrustedFolder.unwritable(part, last_errno()) }
    try sync(part: part)
  }

  /// Renames the file `new` to `name`, which it replaces.
  public borrowing func replace(
    _ name: FileName, by new: FileName, part: StoreFailure.Part
  ) throws(StoreFailure) {
    let renamed = name.withCString { to in
      new.withCString { from in unsafe renameat(descriptor, from, descriptor, to) }
    }
    guard renamed == 0 else { throw TrustedFolder.unwritable(part, last_errno()) }
    try sync(part: part)
  }

  /// Removes a file; what is not there already is removed.
  public borrowing func remove(_ name: FileName) {
    _ = name.withCString { unsafe unlinkat(descriptor, $0, 0) }
  }

  /// Removes an empty folder.
  public borrowing func removeFolder(_ name: FileName) {
    _ = name.withCString { unsafe unlinkat(descriptor, $0, AT_REMOVEDIR) }
  }

  /// Puts the folder's own entries on disk.
  public borrowing func sync(part: StoreFailure.Part) throws(StoreFailure) {
    let code = TrustedFolder.syncRetrying(descriptor)
    guard code == 0 else { throw TrustedFolder.unwritable(part, code) }
  }

  /// The errno of a failed fsync, or 0.
  private static func syncRetrying(_ file: Int32) -> Int32 {
    while fsync(file) != 0 {
      if last_errno() != EINTR { return last_errno() }
    }
    return 0
  }

  /// Removes what a crash left behind: files whose names begin with `.tmp-`. Only under the lock.
  public borrowing func removeLeftovers() {
    forEachName { (name: FileName) in
      if name.hasPrefix(".tmp-") { remove(name) }
    }
  }

  /// Calls `body` for each entry but `.` and `..`; `false` where the folder could not be listed.
  @discardableResult
  public borrowing func forEachName(_ body: (FileName) -> Void) -> Bool {
    guard let stream = unsafe open_stream(descriptor) else { return false }
    defer { unsafe closedir(stream) }
    while let entry = unsafe next_name(stream) {
      guard let name = unsafe withBytes(of: entry, { FileName($0) }), !name.isDots else { continue }
      body(name)
    }
    return last_errno() == 0
  }

  /// Holds the writers' lock of this folder for the length of `body`. Sign-ins never take it.
  ///
  /// Waits for another writer for ten seconds at most; then the failure says `busy`.
  public borrowing func locked<R, E: Error>(
    or failure: (StoreFailure.Defect) -> E, _ body: () throws(E) -> R
  ) throws(E) -> R {
    let own = TrustedFolder.openRetrying(
      FileName("."), in: descriptor, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    guard own >= 0 else { throw failure(.notLockable(errno: last_errno())) }
    defer { close(own) }
    var waited = 0
    while flock(own, LOCK_EX | LOCK_NB) != 0 {
      let code = last_errno()
      guard code == EWOULDBLOCK || code == EINTR else {
        throw failure(.notLockable(errno: code))
      }
      guard waited < 1000 else { throw failure(.busy) }
      pause_milliseconds(10)
      waited += 1
    }
    return try body()
  }

  /// The same; what keeps from it is a failure of `part`.
  public borrowing func locked<R>(
    _ part: StoreFailure.Part, _ body: () throws(StoreFailure) -> R
  ) throws(StoreFailure) -> R {
    try locked(or: { StoreFailure(part, $0) }, body)
  }

  private borrowing func writeTemporary(
    _ bytes: Span<UInt8>, followedByZeros zeros: Int = 0, part: StoreFailure.Part
  ) throws(StoreFailure) -> FileName {
    let name = try FileName.temporary(".tmp-", part: part)
    let file = TrustedFolder.openRetrying(
      name, in: descriptor, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw TrustedFolder.unwritable(part, last_errno()) }
    var code = TrustedFolder.write(bytes, to: file)
    var left = zeros
    let blank = InlineArray<4096, UInt8>(repeating: 0)
    while code == 0, left > 0 {
      code = TrustedFolder.write(blank.span.extracting(0..<min(left, 4096)), to: file)
      left -= 4096
    }
    if code == 0 { code = TrustedFolder.syncRetrying(file) }
    close(file)
    guard code == 0 else {
      remove(name)
      throw TrustedFolder.unwritable(part, code)
    }
    return name
  }

  /// Writes all of `bytes`; the errno of what failed, or 0.
  private static func write(_ bytes: Span<UInt8>, to file: Int32) -> Int32 {
    var written = 0
    while written < bytes.count {
      let put = unsafe bytes.withUnsafeBytes { room -> Int in
        guard let base = room.baseAddress else { return 0 }
        return unsafe CPlatform.write(file, base + written, room.count - written)
      }
      if put < 0 {
        if last_errno() == EINTR { continue }
        return last_errno()
      }
      guard put > 0 else { return EIO }
      written += put
    }
    return 0
  }

  static func unwritable(_ part: StoreFailure.Part, _ code: Int32) -> StoreFailure {
    switch code {
    case ENOSPC, EDQUOT: StoreFailure(part, .noRoom)
    case EEXIST, ENOTEMPTY: StoreFailure(part, .exists)
    default: StoreFailure(part, .unwritable(errno: code))
    }
  }
}

extension FileName {
  /// A fresh name behind `prefix`.
  static func temporary(
    _ prefix: StaticString, part: StoreFailure.Part
  ) throws(StoreFailure) -> FileName {
    var random = InlineArray<8, UInt8>(repeating: 0)
    var room = random.mutableSpan
    do throws(OTPFailure) { try fillRandom(&room) } catch {
      throw StoreFailure(part, .crypto(error))
    }
    return FileName(prefix, unique: bigEndian(random.span))
  }

  public func hasPrefix(_ prefix: StaticString) -> Bool {
    let length = prefix.utf8CodeUnitCount
    return count >= length
      && withBytes { (bytes: Span<UInt8>) in prefix ~= bytes.extracting(0..<length) }
  }

  var isDots: Bool { withBytes { (bytes: Span<UInt8>) in "." ~= bytes || ".." ~= bytes } }
}
