internal import CPlatform
internal import OTP
public import Store

/// An account of this host, as the account database tells it.
public struct Account: Sendable {
  public let uid: UInt32
  /// The primary group.
  public let gid: UInt32
  /// `pw_name` as the database spells it, which need not be what was typed.
  public let name: AccountName

  public init(uid: UInt32, gid: UInt32, name: AccountName) {
    self.uid = uid
    self.gid = gid
    self.name = name
  }
}

/// What the account database answered. Only `unknown` says that there is no such account.
public enum AccountLookup: Sendable {
  case found(Account)
  case unknown
  /// The entry does not fit into 16 KiB.
  case oversized
  /// A name service failed, with its errno: nothing is known.
  case failed(Int32)
}

extension Account {
  /// Looks up the account that somebody called `typed`.
  ///
  /// A name that no account can have (`AccountName.isPlausible`) is unknown without a question to
  /// any name service.
  public static func find(named typed: Span<UInt8>) -> AccountLookup {
    guard AccountName.isPlausible(typed), let name = CName(typed) else { return .unknown }
    return unsafe find { (entry, buffer, size, found) in
      unsafe name.withCString { unsafe getpwnam_r($0, entry, buffer, size, found) }
    }
  }

  /// Looks up the account with the number `uid`.
  public static func find(uid: UInt32) -> AccountLookup {
    unsafe find { (entry, buffer, size, found) in
      unsafe getpwuid_r(uid, entry, buffer, size, found)
    }
  }

  private typealias Question = (
    UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
    UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
  ) -> Int32

  /// Asks, and reads glibc's answer: 0 with an entry is found, 0 without one is unknown to a
  /// service that answered, and anything else (ENOENT and ESRCH too: that is how a service that is
  /// down may look) is a failure.
  private static func find(_ ask: Question) -> AccountLookup {
    var room = InlineArray<16_384, UInt8>(repeating: 0)
    var bytes = room.mutableSpan
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>?
    return unsafe bytes.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return .failed(EINVAL) }
      assumeNameServiceFailure()
      let rc = unsafe ask(
        &entry, base.assumingMemoryBound(to: CChar.self), buffer.count, &found)
      guard rc == 0 else { return rc == ERANGE ? .oversized : .failed(rc) }
      guard let known = unsafe found, let spelled = unsafe known.pointee.pw_name else {
        return .unknown
      }
      // An account whose name has no place in the store cannot be enrolled: unknown to us.
      guard let name = unsafe withBytes(of: spelled, { AccountName($0) }) else { return .unknown }
      return unsafe .found(
        Account(uid: known.pointee.pw_uid, gid: known.pointee.pw_gid, name: name))
    }
  }
}

/// Presets errno, which glibc returns as it stands when a name service fails without setting it:
/// a 0 left there would turn "the service is down" into "no such entry".
func assumeNameServiceFailure() {
  unsafe __errno_location().pointee = EIO
}

/// A name with the NUL that C wants: 1 to 255 bytes, none of them NUL.
public struct CName {
  private var room = InlineArray<256, UInt8>(repeating: 0)

  public init?(_ name: Span<UInt8>) {
    guard name.count > 0, name.count <= 255 else { return nil }
    var i = 0
    while i < name.count {
      guard name[i] != 0 else { return nil }
      room[i] = name[i]
      i += 1
    }
  }

  @unsafe public func withCString<R>(_ body: (UnsafePointer<CChar>) -> R) -> R {
    unsafe withUnsafePointer(to: room) { room in
      unsafe body(UnsafeRawPointer(room).assumingMemoryBound(to: CChar.self))
    }
  }
}
