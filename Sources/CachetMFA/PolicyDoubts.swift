import Store
import Verifier

extension Policy {
  /// Warns of each doubt about the policy in `file`.
  func tellDoubts(about file: String) {
    for doubt in doubts() { Terminal.tell("cachet-mfa: warning: \(file): \(doubt)\n") }
  }

  /// What the policy says that has no effect here, or not the one it seems to have: names that this
  /// host does not know, and days that are over.
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
    let today = String(Times.utc(Times.now).prefix(10))
    if let end = enrollBy, end <= Times.now { doubts.append("the day of enroll-by is over") }
    eachEntry(of: .enrollByGroup) { (name, day) in
      if text(day) < today { doubts.append("the day of enroll-by.\(text(name)) is over") }
      return true
    }
    return doubts
  }

  /// Of `PEER : SERVICE : GROUP`.
  private static func doubts(ofRule rule: String) -> [String] {
    let names = rule.split(separator: ":").map {
      Array($0.utf8.filter { $0 != 0x20 && $0 != 0x09 })
    }
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
  let key = "\(key.name)" + (key == .enrollByGroup ? text(name) : "")
  return "\(key): there is no \(kind) \(quoted(text(name))) on this host, so \(effect)"
}
