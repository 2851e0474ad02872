internal import CPlatform
internal import OTP
internal import Store

/// Whether an account is in a group, as far as the name services can be believed.
public enum Membership: Sendable {
  case member
  /// The group is there, every lookup succeeded, and the account is not in it.
  case notMember
  /// The group is absent, or something could not be read.
  case doubt
}

/// The groups of one account, read once and then asked by name.
///
/// `getgrouplist` hides the failures of name services, so a list of its own proves nothing by what
/// it lacks: an account is outside a group only when the group's entry was found, the list is
/// complete, and a question that passes through every name service was answered.
public struct Groups: ~Copyable {
  /// Room for more groups than any host here has; a longer list is a doubt.
  private static let most = 1_024

  private let account: Account
  private let listed: InlineArray<1_024, UInt32>
  private let count: Int
  private let complete: Bool

  /// Reads the groups of `account`.
  public init(of account: Account) {
    var room = InlineArray<1_024, UInt32>(repeating: 0)
    var held = Int32(Groups.most)
    let name = account.name.withBytes { (bytes: Span<UInt8>) in CName(bytes) }
    let gid = account.gid
    var gids = room.mutableSpan
    let rc = unsafe gids.withUnsafeMutableBufferPointer { list -> Int32 in
      guard let base = list.baseAddress, let name else { return -1 }
      return unsafe name.withCString { unsafe getgrouplist($0, gid, base, &held) }
    }
    // -1: more groups than room, or no memory. `held` may then count what was not written.
    let fits = rc >= 0 && held >= 0 && Int(held) <= Groups.most
    self.account = account
    listed = room
    count = fits ? Int(held) : 0
    complete = fits
  }

  /// Whether the account is in the group that is called `groupName`.
  public borrowing func membership(in groupName: Span<UInt8>) -> Membership {
    let seen = evidence(for: groupName)
    guard case .notMember = seen else { return seen }
    return areWhole ? .notMember : .doubt
  }

  /// Whether the list is complete and every name service can be asked: what is not found, is not.
  var areWhole: Bool { complete && Groups.everyServiceAnswers() }

  /// Whether the account is positively found in the group; what is in doubt is `false`.
  ///
  /// Asks no more than that needs: a service that is down cannot make a member of anybody.
  public borrowing func contain(_ groupName: Span<UInt8>) -> Bool {
    if case .member = evidence(for: groupName) { true } else { false }
  }

  /// What the group's entry and the account's list say.
  private borrowing func evidence(for groupName: Span<UInt8>) -> Membership {
    guard let name = CName(groupName) else { return .doubt }
    let own = account.name
    var gid: UInt32 = 0
    let entry = unsafe Groups.lookUp(name) { (rc, found) -> Membership in
      // As with accounts, only 0 with an entry is found. An absent group may be one whose service
      // is down: a doubt, like a failure.
      guard rc == 0, let found = unsafe found else { return .doubt }
      gid = unsafe found.pointee.gr_gid
      guard var next = unsafe found.pointee.gr_mem else { return .notMember }
      while let member = unsafe next.pointee {
        let isOwn = unsafe withBytes(of: member) { (spelled: Span<UInt8>) in
          own.withBytes { (own: Span<UInt8>) in equal(own, spelled) }
        }
        if isOwn { return .member }
        unsafe next += 1
      }
      return .notMember
    }
    guard case .notMember = entry else { return entry }
    return account.gid == gid || lists(gid) ? .member : .notMember
  }

  /// Whether there is such a group; `nil` where the name services do not say.
  public static func exists(_ groupName: Span<UInt8>) -> Bool? {
    guard let name = CName(groupName) else { return false }
    return unsafe lookUp(name) { (rc, found) in unsafe rc == 0 ? found != nil : nil }
  }

  private borrowing func lists(_ gid: UInt32) -> Bool {
    var i = 0
    while i < count {
      if listed[i] == gid { return true }
      i += 1
    }
    return false
  }

  /// Whether each name service for groups can be asked: a group that no file can hold is looked up,
  /// so the question passes through all of them, and the last one's failure is not hidden.
  private static func everyServiceAnswers() -> Bool {
    let probe: StaticString = "cachet-mfa:nobody"
    let text = unsafe Span(_unsafeStart: probe.utf8Start, count: probe.utf8CodeUnitCount)
    guard let name = CName(text) else { return false }
    return unsafe lookUp(name) { (rc, _) in rc == 0 }
  }

  /// Asks for a group's entry; lends `body` what `getgrnam_r` returned and found.
  ///
  /// 32 KiB hold some 1,900 members of eight letters. A larger entry is ERANGE, and makes each lookup
  /// ERANGE that reads past it in `/etc/group`.
  @unsafe private static func lookUp<R>(
    _ name: CName, _ body: (Int32, UnsafeMutablePointer<group>?) -> R
  ) -> R {
    var room = InlineArray<32_768, UInt8>(repeating: 0)
    var bytes = room.mutableSpan
    var entry = unsafe group()
    var found: UnsafeMutablePointer<group>?
    return unsafe bytes.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return body(EINVAL, nil) }
      assumeNameServiceFailure()
      let rc = unsafe name.withCString {
        unsafe getgrnam_r(
          $0, &entry, base.assumingMemoryBound(to: CChar.self), buffer.count, &found)
      }
      return unsafe body(rc, found)
    }
  }
}
