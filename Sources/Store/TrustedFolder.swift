internal import CPlatform
public import OTP

/// Whom files may belong to: root, and the effective user where `store=DIR` was given.
public struct Owners: Sendable {
  let alsoUser: uid_t

  /// Root alone: the compiled-in places.
  public static var root: Owners { Owners(alsoUser: 0) }
  /// Root and the effective user: a store that the caller named.
  public static var caller: Owners { Owners(alsoUser: geteuid()) }

  func include(_ owner: uid_t) -> Bool { owner == 0 || owner == alsoUser }
}

/// A folder that was reached without following a link and belongs to nobody else.
public struct TrustedFolder: ~Copyable {
  let descriptor: Int32
  let owners: Owners

  private init(descriptor: Int32, owners: Owners) {
    self.descriptor = descriptor
    self.owners = owners
  }

  deinit { close(descriptor) }

  /// Where the walk is: `above` the store a root-owned sticky folder will do.
  private enum Level { case above, store }

  /// Opens the store's folder at `path`, or with `above` a folder that merely leads to a file.
  public init(
    _ path: Path, owners: Owners, part: StoreFailure.Part, above: Bool = false
  ) throws(StoreFailure) {
    guard path[0] == UInt8(ascii: "/") else { throw StoreFailure(part, .missing) }
    var ahead = path.component(from: 0)
    // "/" is a folder like any other: the store itself, or one above it.
    var current = try TrustedFolder.step(
      into: FileName("/"), from: AT_FDCWD, owners: owners,
      level: ahead != nil || above ? .above : .store, part: part)
    while let here = ahead {
      ahead = path.component(from: here.upperBound)
      let next: Int32
      do throws(StoreFailure) {
        guard let name = path.withBytes({ FileName($0.extracting(here)) }) else {
          throw StoreFailure(part, .missing)
        }
        next = try TrustedFolder.step(
          into: name, from: current, owners: owners,
          level: ahead != nil || above ? .above : .store, part: part)
      } catch {
        close(current)
        throw error
      }
      close(current)
      current = next
    }
    self.init(descriptor: current, owners: owners)
  }

  /// Opens the folder `name` inside; from the store down every rule is strict.
  @inline(never)
  public borrowing func folder(
    _ name: FileName, part: StoreFailure.Part
  ) throws(StoreFailure) -> TrustedFolder {
    TrustedFolder(
      descriptor: try TrustedFolder.step(
        into: name, from: descriptor, owners: owners, level: .store, part: part),
      owners: owners)
  }

  @inline(never)
  private static func step(
    into name: FileName, from folder: Int32, owners: Owners, level: Level,
    part: StoreFailure.Part
  ) throws(StoreFailure) -> Int32 {
    let opened = openRetrying(
      name, in: folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0)
    guard opened >= 0 else {
      throw StoreFailure(part, defect(of: last_errno(), name, in: folder))
    }
    var facts = file_facts()
    guard unsafe file_facts_of(opened, &facts) == 0 else {
      let code = last_errno()
      close(opened)
      throw StoreFailure(part, .unreadable(errno: code))
    }
    guard owners.include(facts.owner) else {
      close(opened)
      throw StoreFailure(part, .foreignOwner)
    }
    let sticky = level == .above && facts.owner == 0 && is_sticky(facts.mode)
    guard !is_writable_by_others(facts.mode) || sticky else {
      close(opened)
      throw StoreFailure(part, .writableByOthers)
    }
    return opened
  }

  static func openRetrying(
    _ name: FileName, in folder: Int32, _ flags: Int32, _ mode: mode_t
  ) -> Int32 {
    while true {
      let opened = name.withCString { unsafe open_at(folder, $0, flags, mode) }
      if opened >= 0 || last_errno() != EINTR { return opened }
    }
  }

  private static func defect(
    of code: Int32, _ name: FileName, in folder: Int32
  ) -> StoreFailure.Defect {
    switch code {
    case ENOENT: .missing
    case ELOOP: .symbolicLink
    case ENOTDIR:
      name.withCString { unsafe is_symlink_at(folder, $0) } ? .symbolicLink : .notAFolder
    default: .unreadable(errno: code)
    }
  }

  /// Opens the regular file `name` under every rule; the caller closes the descriptor.
  borrowing func open(
    _ name: FileName, writing: Bool = false, part: StoreFailure.Part
  ) throws(StoreFailure) -> (descriptor: Int32, size: Int64) {
    let access = writing ? O_RDWR : O_RDONLY
    let opened = TrustedFolder.openRetrying(
      name, in: descriptor, access | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0)
    guard opened >= 0 else {
      let code = last_errno()
      switch code {
      case ENOENT: throw StoreFailure(part, .missing)
      case ELOOP: throw StoreFailure(part, .symbolicLink)
      case EISDIR, ENXIO, ENODEV: throw StoreFailure(part, .notARegularFile)
      default: throw StoreFailure(part, .unreadable(errno: code))
      }
    }
    do throws(StoreFailure) {
      return (opened, try check(opened, writing: writing, part: part))
    } catch {
      close(opened)
      throw error
    }
  }

  private borrowing func check(
    _ opened: Int32, writing: Bool, part: StoreFailure.Part
  ) throws(StoreFailure) -> Int64 {
    var facts = file_facts()
    guard unsafe file_facts_of(opened, &facts) == 0 else {
      throw StoreFailure(part, .unreadable(errno: last_errno()))
    }
    guard is_regular(facts.mode) else { throw StoreFailure(part, .notARegularFile) }
    guard owners.include(facts.owner) else { throw StoreFailure(part, .foreignOwner) }
    guard !is_writable_by_others(facts.mode) else {
      throw StoreFailure(part, .writableByOthers)
    }
    // No name at all: a writer has put another file in its place since it was opened. What is only
    // read is whole as it was; what would be written there is lost.
    guard facts.links == 1 || facts.links == 0 && !writing else {
      throw StoreFailure(part, .hardLinked)
    }
    return facts.size
  }

  /// Whether somebody else than its owner may read the file `name`, by its mode.
  public borrowing func isReadableByOthers(
    _ name: FileName, part: StoreFailure.Part
  ) throws(StoreFailure) -> Bool {
    let file = try open(name, part: part)
    defer { close(file.descriptor) }
    var facts = file_facts()
    guard unsafe file_facts_of(file.descriptor, &facts) == 0 else {
      throw StoreFailure(part, .unreadable(errno: last_errno()))
    }
    return is_readable_by_others(facts.mode)
  }

  /// Reads the whole of `name` into `room`; what does not fit is `tooLarge`. Returns the length.
  @inline(never)
  public borrowing func read(
    _ name: FileName, into room: inout MutableSpan<UInt8>, part: StoreFailure.Part
  ) throws(StoreFailure) -> Int {
    let file = try open(name, part: part)
    defer { close(file.descriptor) }
    guard file.size <= Int64(room.count) else { throw StoreFailure(part, .tooLarge) }
    let count = try TrustedFolder.read(file.descriptor, into: &room, part: part)
    guard Int64(count) == file.size else { throw StoreFailure(part, .truncated) }
    return count
  }

  /// The whole of `name` in memory of its own; more than `most` bytes are `tooLarge`.
  public borrowing func contents(
    of name: FileName, atMost most: Int, part: StoreFailure.Part
  ) throws(StoreFailure) -> SecretBytes {
    let file = try open(name, part: part)
    defer { close(file.descriptor) }
    guard file.size <= Int64(most) else { throw StoreFailure(part, .tooLarge) }
    guard file.size > 0 else { throw StoreFailure(part, .truncated) }
    return try SecretBytes(count: Int(file.size), or: StoreFailure(part, .crypto(.memory))) {
      (room: inout MutableSpan<UInt8>) throws(StoreFailure) in
      let count = try TrustedFolder.read(file.descriptor, into: &room, part: part)
      guard count == room.count else { throw StoreFailure(part, .truncated) }
    }
  }

  /// Reads until the end of the file or of `room`; how much there was.
  private static func read(
    _ descriptor: Int32, into room: inout MutableSpan<UInt8>, part: StoreFailure.Part
  ) throws(StoreFailure) -> Int {
    var count = 0
    while count < room.count {
      let got = unsafe room.withUnsafeMutableBytes { bytes -> Int in
        guard let base = bytes.baseAddress else { return 0 }
        return unsafe CPlatform.read(descriptor, base + count, bytes.count - count)
      }
      if got < 0 {
        if last_errno() == EINTR { continue }
        throw StoreFailure(part, .unreadable(errno: last_errno()))
      }
      if got == 0 { break }
      count += got
    }
    return count
  }
}
