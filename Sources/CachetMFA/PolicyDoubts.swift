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
    eachEntry(of: .brokerAllow) { (_, rule) in
      doubts += Policy.doubts(ofRule: text(rule))
      return true
    }
    doubts += doubtsOfServices()
    let today = String(Times.utc(Times.now).prefix(10))
    if let end = enrollBy, end <= Times.now { doubts.append("the day of enroll-by is over") }
    eachEntry(of: .enrollByGroup) { (name, day) in
      if text(day) < today { doubts.append("the day of enroll-by.\(text(name)) is over") }
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
      eachEntry(of: key) { (name, rule) in
        let name = key == .brokerAllow ? Policy.names(ofRule: text(rule))[1] : text(name)
        service(name, key, "\(other) there, perhaps by the password alone")
        return true
      }
      service(PAMService.ofBroker, key, "\(other) which passwords are right for the broker")
    }
    for key in [PolicyKey.door, .session] {
      eachEntry(of: key) { (name, _) in
        service(text(name), key, "nobody signs in there")
        return true
      }
    }
    return doubts
  }

  /// PEER, SERVICE and GROUP of `PEER : SERVICE : GROUP`.
  static func names(ofRule rule: String) -> [String] {
    rule.split(separator: ":").map { name in
      String(name.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" })
    }
  }

  private static func doubts(ofRule rule: String) -> [String] {
    let names = names(ofRule: rule).map { Array($0.utf8) }
    guard let peer = names.first, let group = names.last else { return [] }
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
