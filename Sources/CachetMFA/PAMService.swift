import CTerminal

/// What libpam calls a program that asks it.
enum PAMService {
  /// By this name the broker has passwords and accounts judged.
  static let ofBroker = "cachet-mfa-password"

  /// Whether this host has a file for the service `name`. Without one libpam follows `other`, and a
  /// line of ours is not asked.
  ///
  /// There is no doubt about what `verify` and self-service call themselves, who do not ask libpam, nor
  /// where all services stand in pam.conf.
  static func isKnown(_ name: String) -> Bool {
    // As libpam spells it.
    let file = name.lowercased()
    let places = ["/etc/pam.d/", "/usr/lib/pam.d/"]
    guard file != "cachet-mfa", unsafe is_there(places[0]) else { return true }
    return places.contains { place in unsafe is_there(place + file) }
  }
}
