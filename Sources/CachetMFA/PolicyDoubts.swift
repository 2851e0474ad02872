import OTP
import Store
import Verifier

extension Policy {
  /// Warns of each doubt about the policy in `file`.
  func tellDoubts(about file: String) { Policy.tell(doubts(), about: file) }

  static func tell(_ doubts: [String], about file: String) {
    for doubt in doubts { Terminal.tell("cachet-mfa: warning: \(file): \(doubt)\n") }
  }

  /// What the policy says that has no effect here, or not the one it seems to have: names of people,
  /// groups and services that this host does not know, and days that are over.
  ///
  /// What the name services cannot tell is no doubt.
  func doubts() -> [String] {
    var doubts: [String] = []
    func groups(_ key: PolicyKey, _ effect: String) {
      eachEntry(of: key) { (name, _) in
        if Groups.exists(name) == false { doubts.append(unknown("group", name, key, effect)) }
        return true
      }
    }
    groups(.requiredGroups, "everybody is asked for a second factor")
    groups(.exemptGroups, "it exempts nobody")
    groups(.enrollByGroup, "its day counts for everybody")
    eachEntry(of: .exemptUsers) { (name, _) in
      if case .unknown = Account.find(named: name) {
        doubts.append(unknown("account", name, .exemptUsers, "it exempts nobody"))
      }
      return true
    }
    eachEntry(of: .brokerAllow) { (_, detail) in
      doubts += Policy.doubts(peer: rulePeer(detail), group: ruleGroup(detail))
      return true
    }
    doubts += doubtsOfServices()
    if let end = enrollBy, end <= Times.now { doubts.append("the day of enroll-by is over") }
    eachEntry(of: .enrollByGroup) { (name, end) in
      if bigEndian(end) <= UInt64(max(0, Times.now)) {
        doubts.append("the day of enroll-by.\(text(name)) is over")
      }
      return true
    }
    return doubts
  }

  /// PAM services that the policy names, or that the broker needs for it, and this host does not have:
  /// each once.
  func doubtsOfServices() -> [String] {
    var doubts: [String] = []
    var told: Set<String> = []
    func service(_ name: String, _ key: PolicyKey, _ effect: String) {
      guard !PAMService.isKnown(name), told.insert(name.lowercased()).inserted else { return }
      doubts.append(unknown("PAM service", Array(name.utf8).span, key, effect))
    }
    let other = "/etc/pam.d/other decides"
    for key in [PolicyKey.brokerAllow, .selfServices] where has(key) {
      eachEntry(of: key) { (name, _) in
        service(text(name), key, "\(other) there, perhaps by the password alone")
        return true
      }
      service(PAMService.ofBroker, key, "\(other) which passwords are right for the broker")
    }
    for key in [PolicyKey.door, .session] {
      eachEntry(of: key) { (name, _) in
        service(text(name), key, "\(other) there, perhaps by the password alone")
        return true
      }
    }
    return doubts
  }

  private static func doubts(peer: String, group: String) -> [String] {
    let (peer, group) = (Array(peer.utf8), Array(group.utf8))
    var doubts: [String] = []
    if case .unknown = Account.find(named: peer.span) {
      doubts.append(unknown("account", peer.span, .brokerAllow, "nobody may ask by it"))
    }
    if Groups.exists(group.span) == false {
      doubts.append(unknown("group", group.span, .brokerAllow, "it allows nothing"))
    }
    return doubts
  }
}

private func unknown(
  _ kind: String, _ name: Span<UInt8>, _ key: PolicyKey, _ effect: String
) -> String {
  let key = "\(key.name)" + ("\(key.name)".hasSuffix(".") ? text(name) : "")
  return "\(key): there is no \(kind) \(quoted(text(name))) on this host, so \(effect)"
}
