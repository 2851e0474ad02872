/// What belongs together.
enum Grouping: Sendable {
  case user, address, everything
  /// By address where there is one, the rest together.
  case addressOrNone

  /// `nil` where an event has none.
  func key(of event: TrailEvent) -> String? {
    switch self {
    case .user: event.occurrence.user
    case .address: event.occurrence.address.map(Self.network)
    case .addressOrNone: event.occurrence.address.map(Self.network) ?? ""
    case .everything: ""
    }
  }

  /// Whoever has one address of IPv6 has a whole network of them.
  private static func network(_ address: String) -> String {
    let parts = address.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count > 3 else { return address }
    return parts.prefix(4).joined(separator: ":") + "::/64"
  }
}
