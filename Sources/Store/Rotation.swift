/// `key rotate`, in steps of which each may be the last before a crash: going through all of them
/// again completes it.
///
/// 1. `prepareNextKey`; from now on records are made under the next key, and both keys are read.
/// 2. `reseal` for every record.
/// 3. `signUnderLatest`: a writer that knows the former key alone is refused from now on.
/// 4. `reseal` for every record again: what such a writer had made meanwhile.
/// 5. `adoptNextKey`.
extension Store {
  /// Makes `host.key.next`, if it is not there. Who has the store open opens it again to know it.
  public static func prepareNextKey(at location: StoreLocation) throws(StoreFailure) {
    let folder = try location.key.open(location.owners, part: .hostKey)
    guard let next = location.key.name.withSuffix(".next") else {
      throw StoreFailure(.hostKey, .missing)
    }
    do throws(StoreFailure) {
      _ = try HostKey(next, in: folder)
    } catch {
      guard case .missing = error.defect else { throw error }
      try HostKey().create(next, in: folder)
    }
  }

  /// Whether `key rotate` was begun and is not finished.
  public borrowing func isRotating() throws(StoreFailure) -> Bool {
    try withKeys { (keys: borrowing KeyRing) throws(StoreFailure) in keys.isRotating }
  }

  /// Seals the factors of `account` under the latest key; `false` where they are, or are gone.
  public borrowing func reseal(_ account: AccountName) throws(StoreFailure) -> Bool {
    try users.locked(.users) { () throws(StoreFailure) in
      guard let record = try record(of: account) else { return false }
      record.folder.removeLeftovers()
      return try withKeys { (keys: borrowing KeyRing) throws(StoreFailure) in
        let latest = keys.latest
        var credentials = try Credentials.read(in: record.folder)
        guard credentials.key != latest else { return false }
        try keys.with(latest, or: StoreFailure(.hostKey, .missing)) {
          (key: borrowing HostKey) throws(StoreFailure) in
          try credentials.reseal(from: keys, to: key)
        }
        try credentials.replace(in: record.folder)
        return true
      }
    }
  }

  /// Signs `store.id` under the latest key.
  public borrowing func signUnderLatest() throws(StoreFailure) {
    try users.locked(.users) { () throws(StoreFailure) in
      folder.removeLeftovers()
      var id = InlineArray<16, UInt8>(repeating: 0)
      var room = id.mutableSpan
      try StoreID.read(in: folder, into: &room)
      let own = id.span
      try withKeys { (keys: borrowing KeyRing) throws(StoreFailure) in
        try keys.with(keys.latest, or: StoreFailure(.hostKey, .missing)) {
          (key: borrowing HostKey) throws(StoreFailure) in
          try StoreID.write(in: folder, under: key, id: own)
        }
      }
    }
  }

  /// Puts `host.key.next` in the place of `host.key`. Only when nothing needs the former one.
  public static func adoptNextKey(at location: StoreLocation) throws(StoreFailure) {
    let folder = try location.key.open(location.owners, part: .hostKey)
    guard let next = location.key.name.withSuffix(".next") else {
      throw StoreFailure(.hostKey, .missing)
    }
    try folder.replace(location.key.name, by: next, part: .hostKey)
  }
}

/// Runs `body`, which opens the store, and once more where it met a key that it had not read:
/// `key rotate` may have come between reading the keys and reading what is sealed under them.
public func despiteRotation<R: ~Copyable>(
  _ body: () throws(StoreFailure) -> R
) throws(StoreFailure) -> R {
  var mayRetry = true
  while true {
    do throws(StoreFailure) { return try body() } catch {
      guard mayRetry, case .otherKey = error.defect else { throw error }
      mayRetry = false
    }
  }
}
