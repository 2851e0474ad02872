/// Where a store's parts are: the compiled-in places, or one folder that the caller named.
public struct StoreLocation: Sendable {
  /// Holds `store.id` and `users`.
  public let data: Path
  /// Holds `attempts`; volatile.
  public let run: Path
  public var key: FileLocation
  public var policy: FileLocation
  public let owners: Owners

  /// The places of an installed system; root alone may own anything in them.
  public static var system: StoreLocation {
    StoreLocation(
      data: Path("/var/lib/cachet-mfa"), run: Path("/run/cachet-mfa"),
      settings: Path("/etc/cachet-mfa"), owners: .root)
  }

  /// Everything in `folder`, which may be root's or the effective user's.
  public init(folder: Path) {
    self.init(data: folder, run: folder.appending("/run"), settings: folder, owners: .caller)
  }

  @inline(never)
  private init(data: Path, run: Path, settings: Path, owners: Owners) {
    self.data = data
    self.run = run
    key = FileLocation(folder: settings, name: FileName("host.key"))
    policy = FileLocation(folder: settings, name: FileName("policy.applied"))
    self.owners = owners
  }
}

/// A file by its folder and its name in there.
public struct FileLocation: Sendable {
  public let folder: Path
  public let name: FileName
  /// Named by the caller: the folder merely leads there, and a sticky one of root's will do.
  let isNamed: Bool

  init(folder: Path, name: FileName) {
    self.folder = folder
    self.name = name
    isNamed = false
  }

  /// Splits the absolute path of a file; `nil` where it is not one.
  public init?(path: Span<UInt8>) {
    guard path.count > 1, path[0] == UInt8(ascii: "/") else { return nil }
    var slash = path.count - 1
    while path[slash] != UInt8(ascii: "/") { slash -= 1 }
    guard let name = FileName(path.extracting((slash + 1)..<path.count)),
      let folder = Path(path.extracting(0..<max(slash, 1)))
    else { return nil }
    self.folder = folder
    self.name = name
    isNamed = true
  }

  /// Opens the folder.
  public func open(
    _ owners: Owners, part: StoreFailure.Part
  ) throws(StoreFailure) -> TrustedFolder {
    try TrustedFolder(folder, owners: owners, part: part, above: isNamed)
  }
}
