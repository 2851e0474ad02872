internal import OTP
internal import Store

/// The text of one line of `broker-allow`: which account may ask about whom, at which service.
///
/// `PEER : SERVICE : GROUP`, each a bare name: places in the text, since no span can be kept.
public struct BrokerRule {
  let peer: Range<Int>
  let service: Range<Int>
  let group: Range<Int>

  /// Reads a value; `nil` where it is not three bare names.
  init?(_ value: Span<UInt8>) {
    var names = InlineArray<3, Range<Int>>(repeating: 0..<0)
    var start = 0
    var i = 0
    while i < 3 {
      var end = start
      while end < value.count, value[end] != UInt8(ascii: ":") { end += 1 }
      let name = trimmed(value, start..<end)
      guard !name.isEmpty, name.count <= PolicyWord.longest else { return nil }
      var place = name.lowerBound
      while place < name.upperBound {
        guard PolicyWord.isPlain(value[place]) else { return nil }
        place += 1
      }
      names[i] = name
      i += 1
      guard (i == 3) == (end == value.count) else { return nil }
      start = end + 1
    }
    (peer, service, group) = (names[0], names[1], names[2])
  }
}

extension BrokerRule {
  /// Peer and group in what `Policy.eachEntry` shows of a rule beside its service.
  public struct Names {
    public let peer: Range<Int>
    public let group: Range<Int>

    /// - Parameter detail: the length of the peer's name, that name, and the group's.
    public init(_ detail: Span<UInt8>) {
      let end = 1 + Int(detail[0])
      (peer, group) = (1..<end, end..<detail.count)
    }
  }
}

extension Policy {
  /// Whether `account` is one of those whose sign-ins at `service` `peer` may have decided: some
  /// `broker-allow` names the peer and the service, and a group that the account is in.
  ///
  /// Never uid 0. A group that no name service knows has no members; where one could not be asked,
  /// it may have.
  borrowing func membership(
    of account: Account, among peer: AccountName, at service: Quoted
  ) -> Membership {
    guard account.uid != 0, has(.brokerAllow) else { return .notMember }
    let groups = Groups(of: account)
    var membership = Membership.notMember
    eachEntry(of: .brokerAllow) { (name, detail) in
      let names = BrokerRule.Names(detail)
      let isMeant =
        peer.withBytes { (own: Span<UInt8>) in equal(own, detail.extracting(names.peer)) }
        && service.withBytes { (own: Span<UInt8>) in equalIgnoringCase(own, name) }
      guard isMeant else { return true }
      if groups.contain(detail.extracting(names.group)) {
        membership = .member
      } else if !groups.areWhole {
        membership = .doubt
      }
      return membership != .member
    }
    return membership
  }
}
