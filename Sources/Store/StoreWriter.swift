internal import CPlatform
internal import OTP

/// Making a store, and changing records: always under the writers' lock, always whole.
extension Store {
  /// Makes what is missing of a store at `location`; what is there stays.
  ///
  /// Order: folders, key, run folder, attempts, and `store.id` last, so that a store that was cut
  /// short is not believed, and making it again completes it.
  public static func make(at location: StoreLocation) throws(StoreFailure) {
    try mustNotBeElsewhere(location)
    let folder = try makePath(location.data, location.owners)
    try folder.locked(.folder) { () throws(StoreFailure) in
      _ = try folder.makeFolder(usersFolder, part: .users)
      let keyFolder =
        location.key.isNamed
        ? try location.key.open(location.owners, part: .hostKey)
        : try makePath(location.key.folder, location.owners)
      folder.removeLeftovers()
      keyFolder.removeLeftovers()
      try makeKey(location.key.name, in: keyFolder, for: folder)
      let run = try makePath(location.run, location.owners)
      _ = try AttemptTable(in: run)
      run.removeLeftovers()
      let keys = try KeyRing(location.key.name, in: keyFolder)
      do throws(StoreFailure) {
        try StoreID.verify(in: folder, under: keys)
      } catch {
        guard case .missing = error.defect else { throw error }
        var id = InlineArray<16, UInt8>(repeating: 0)
        var room = id.mutableSpan
        do throws(OTPFailure) { try fillRandom(&room) } catch {
          throw StoreFailure(.storeID, .crypto(error))
        }
        try StoreID.write(in: folder, under: keys.current, id: id.span)
      }
    }
  }

  /// Throws where a key is there and the users it is for are not: such a store is not mounted, and
  /// a new one in its place would know nobody. Making a store puts the users before the key.
  public static func mustNotBeElsewhere(_ location: StoreLocation) throws(StoreFailure) {
    do throws(StoreFailure) {
      _ = try HostKey(location.key.name, in: location.key.open(location.owners, part: .hostKey))
    } catch {
      guard case .missing = error.defect else { throw error }
      return
    }
    let folder = try TrustedFolder(location.data, owners: location.owners, part: .users)
    _ = try folder.folder(usersFolder, part: .users)
  }

  /// A key is made only where the store was never signed: a lost key is not silently replaced.
  private static func makeKey(
    _ name: FileName, in keys: borrowing TrustedFolder, for store: borrowing TrustedFolder
  ) throws(StoreFailure) {
    do throws(StoreFailure) {
      _ = try HostKey(name, in: keys)
    } catch {
      guard case .missing = error.defect else { throw error }
      var id = InlineArray<16, UInt8>(repeating: 0)
      var room = id.mutableSpan
      do throws(StoreFailure) {
        try StoreID.read(in: store, into: &room)
      } catch {
        guard case .missing = error.defect else { throw error }
        try HostKey().create(name, in: keys)
        return
      }
      throw error
    }
  }

  /// Opens the folder at `path`; makes its last component, mode 0700, if that is missing.
  public static func makePath(
    _ path: Path, _ owners: Owners
  ) throws(StoreFailure) -> TrustedFolder {
    do throws(StoreFailure) {
      return try TrustedFolder(path, owners: owners, part: .folder)
    } catch {
      guard case .missing = error.defect else { throw error }
      guard let own = path.withBytes({ FileLocation(path: $0) }) else { throw error }
      let parent = try TrustedFolder(own.folder, owners: owners, part: .folder, above: true)
      return try parent.makeFolder(own.name, part: .folder)
    }
  }

  /// Changes the record of `account`, or makes it, as `change` says.
  ///
  /// `change` sees the credentials as they are on disk and the state page; what it makes of them
  /// appears at once, or, where it throws, not at all. A new record is built aside and renamed.
  public borrowing func edit<R>(
    _ account: AccountName, uid: UInt32,
    _ change: (inout Credentials, borrowing StatePage, borrowing KeyRing) throws(StoreFailure) -> R
  ) throws(StoreFailure) -> R {
    try writing { () throws(StoreFailure) -> R in
      // Keys that were read before `key rotate` came to its end would seal what nobody can open.
      try withKeys { (keys: borrowing KeyRing) throws(StoreFailure) in
        try StoreID.verify(in: folder, under: keys)
      }
      if let record = try record(of: account, uid: uid) {
        record.folder.removeLeftovers()
        return try withKeys { (keys: borrowing KeyRing) throws(StoreFailure) -> R in
          var credentials = try Credentials.read(in: record.folder)
          let result = try change(&credentials, record.state, keys)
          try record.state.sync()
          try credentials.replace(in: record.folder)
          return result
        }
      }
      return try withKeys { (keys: borrowing KeyRing) throws(StoreFailure) -> R in
        try create(account, uid: uid, keys, change)
      }
    }
  }

  /// Changes an existing record without any key: disabling and removing work when it is lost.
  public borrowing func editWithoutKey<R>(
    _ account: AccountName, uid: UInt32,
    _ change: (inout Credentials, borrowing StatePage) throws(StoreFailure) -> R
  ) throws(StoreFailure) -> R {
    try writing { () throws(StoreFailure) -> R in
      guard let record = try record(of: account, uid: uid) else {
        throw StoreFailure(.record, .missing)
      }
      record.folder.removeLeftovers()
      var credentials = try Credentials.read(in: record.folder)
      let result = try change(&credentials, record.state)
      try record.state.sync()
      try credentials.replace(in: record.folder)
      return result
    }
  }

  private borrowing func create<R>(
    _ account: AccountName, uid: UInt32, _ keys: borrowing KeyRing,
    _ change: (inout Credentials, borrowing StatePage, borrowing KeyRing) throws(StoreFailure) -> R
  ) throws(StoreFailure) -> R {
    let aside = try FileName.temporary(".new-", part: .record)
    let folder = try users.makeFolder(aside, part: .record)
    do throws(StoreFailure) {
      var credentials = try Credentials(uid: uid, key: keys.latest)
      try StatePage.create(for: credentials.record, in: folder)
      let state = try StatePage(of: credentials.record, in: folder)
      let result = try change(&credentials, state, keys)
      try state.sync()
      try credentials.replace(in: folder)
      try users.rename(aside, to: account.folder(), part: .record)
      return result
    } catch {
      // By name, not by descriptor: once renamed the record is the user's, whatever fsync said.
      removeUnfinishedRecords()
      throw error
    }
  }

  /// Renames the record of `old` to `new`; sealed secrets are bound to the uid and still open.
  public borrowing func rename(
    _ old: AccountName, to new: AccountName
  ) throws(StoreFailure) {
    try writing { () throws(StoreFailure) in
      try users.rename(old.folder(), to: new.folder(), part: .record)
    }
  }

  /// Removes the record of `account` in whatever state it is, with all it remembers of used codes.
  public borrowing func erase(_ account: AccountName) throws(StoreFailure) {
    try writing { () throws(StoreFailure) in
      let aside = try FileName.temporary(".new-", part: .record)
      do throws(StoreFailure) {
        try users.rename(account.folder(), to: aside, part: .record)
      } catch {
        guard case .unwritable(errno: ENOENT) = error.defect else { throw error }
        throw StoreFailure(.record, .missing)
      }
      removeUnfinishedRecords()
    }
  }

  /// Holds the writers' lock for the length of `body`, and first removes what a writer that was
  /// killed left behind.
  private borrowing func writing<R>(
    _ body: () throws(StoreFailure) -> R
  ) throws(StoreFailure) -> R {
    try users.locked(.users) { () throws(StoreFailure) -> R in
      removeUnfinishedRecords()
      return try body()
    }
  }

  /// Removes records whose making, or erasing, was cut short.
  private borrowing func removeUnfinishedRecords() {
    users.forEachName { (name: FileName) in
      guard name.hasPrefix(".new-") else { return }
      do throws(StoreFailure) {
        let folder = try users.folder(name, part: .record)
        folder.forEachName { (file: FileName) in folder.remove(file) }
      } catch {
        return  // Not ours to judge here: whatever it is, no user's name begins with a dot.
      }
      users.removeFolder(name)
    }
  }

  /// Calls `body` for the name of each record; `false` where the folder could not be listed.
  public borrowing func forEachRecord(_ body: (AccountName) -> Void) -> Bool {
    users.forEachName { (name: FileName) in
      let account = name.withBytes { (bytes: Span<UInt8>) in AccountName(encoded: bytes) }
      if let account { body(account) }
    }
  }
}
