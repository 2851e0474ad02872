internal import OTP
public import Store

/// What the policy says of a PAM service.
///
/// libpam lowers the letters of a service's name, so case does not count where one key has one value.
extension Policy {
  /// The door that a PAM service is: what `door.SERVICE` says, else `local`.
  public borrowing func door(of service: Span<UInt8>) -> Door {
    var door = Door.local
    eachEntry(of: .door) { (name, value) in
      guard equalIgnoringCase(name, service), let named = Door(rawValue: value[0]) else {
        return true
      }
      door = named
      return false
    }
    return door
  }

  /// Seconds for which the broker takes the same answer again at `service`; `nil` for not at all.
  borrowing func session(at service: Quoted) -> Int64? {
    var seconds: Int64?
    eachEntry(of: .session) { (name, value) in
      let isMeant = service.withBytes { (own: Span<UInt8>) in equalIgnoringCase(own, name) }
      guard isMeant else { return true }
      seconds = Int64(truncatingIfNeeded: bigEndian(value))
      return false
    }
    return seconds
  }

  /// Whether the broker decides at `service` about the very user who asks.
  borrowing func allowsOneself(at service: Quoted) -> Bool {
    var isListed = false
    eachEntry(of: .selfServices) { (name, _) in
      isListed = service.withBytes { (own: Span<UInt8>) in equalIgnoringCase(own, name) }
      return !isListed
    }
    return isListed
  }
}
