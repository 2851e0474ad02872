internal import OTP

/// The store of one host, opened for one decision.
public struct Store: ~Copyable {
  public let folder: TrustedFolder
  let users: TrustedFolder
  private let ring: KeyRing?
  /// Why there are no keys, or why the store is not believed to be this host's.
  private let doubt: StoreFailure?

  public static var usersFolder: FileName { FileName("users") }

  /// Opens the folders at `location`, reads the keys and verifies `store.id`.
  ///
  /// A missing key or a wrong `store.id` is no failure yet: a record that is found still answers
  /// recovery codes. It becomes one where somebody asks for a key, or where no record is found.
  public init(at location: StoreLocation) throws(StoreFailure) {
    let folder = try TrustedFolder(location.data, owners: location.owners, part: .folder)
    let users = try folder.folder(Store.usersFolder, part: .users)
    var doubt: StoreFailure? = nil
    var ring: KeyRing? = nil
    do throws(StoreFailure) {
      // Twice: what knows no key but a former one would look like a store whose key is lost.
      ring = try despiteRotation { () throws(StoreFailure) in
        let keys = try KeyRing(
          location.key.name, in: location.key.open(location.owners, part: .hostKey))
        try StoreID.verify(in: folder, under: keys)
        return keys
      }
    } catch {
      doubt = error
    }
    self.folder = folder
    self.users = users
    self.ring = ring
    self.doubt = doubt
  }

  /// The record of `account` in the store at `location`, for who needs nothing else of the store.
  @inline(never)
  public static func record(
    of account: AccountName, uid: UInt32, at location: StoreLocation
  ) throws(StoreFailure) -> Record? {
    try Store(at: location).record(of: account, uid: uid)
  }

  /// Lends the keys; throws why there are none, or why this is not believed to be the store.
  public borrowing func withKeys<R: ~Copyable>(
    _ body: (borrowing KeyRing) throws(StoreFailure) -> R
  ) throws(StoreFailure) -> R {
    if let doubt { throw doubt }
    switch ring {
    case .some(let keys): return try body(keys)
    case .none: throw StoreFailure(.hostKey, .missing)
    }
  }

  /// Throws unless keys and `store.id` are sound, so that what is not there may be believed.
  public borrowing func mustBeTrusted() throws(StoreFailure) {
    if let doubt { throw doubt }
  }

  /// The record of `account`; `nil` only where this is this host's store and holds none.
  @inline(never)
  public borrowing func record(
    of account: AccountName, uid: UInt32
  ) throws(StoreFailure) -> Record? {
    guard let record = try record(of: account) else { return nil }
    guard record.credentials.uid == uid else { throw StoreFailure(.credentials, .wrongUser) }
    return record
  }

  /// The record called `account`, whoever's it is: for administration, never for a decision.
  public borrowing func record(of account: AccountName) throws(StoreFailure) -> Record? {
    do throws(StoreFailure) {
      return try Record(in: try users.folder(try account.folder(), part: .record))
    } catch {
      guard case .missing = error.defect, case .record = error.part else { throw error }
      try mustBeTrusted()
      return nil
    }
  }
}

/// One user's record: what was enrolled, and what sign-ins left behind.
public struct Record: ~Copyable {
  let folder: TrustedFolder
  public let credentials: Credentials
  public let state: StatePage

  init(in folder: consuming TrustedFolder) throws(StoreFailure) {
    let credentials = try Credentials.read(in: folder)
    let state = try StatePage(of: credentials.record, in: folder)
    self.folder = folder
    self.credentials = credentials
    self.state = state
  }
}

extension AccountName {
  /// The name of the account's folder.
  func folder() throws(StoreFailure) -> FileName {
    let name = encoded.withBytes { (bytes: Span<UInt8>) in FileName(bytes) }
    guard let name else { throw StoreFailure(.record, .missing) }
    return name
  }
}
