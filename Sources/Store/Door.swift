internal import OTP

/// The way a person came in. Failures and last sign-ins are kept per door.
///
/// The raw value is the door's place in the state page (`docs/formats.md`).
public enum Door: UInt8, Sendable {
  case ssh = 0
  case local = 1
  case web = 2
  case `self` = 3

  /// The door's word in the policy and in the audit line.
  public var name: StaticString {
    switch self {
    case .ssh: "ssh"
    case .local: "local"
    case .web: "web"
    case .self: "self"
    }
  }

  /// The door that the policy calls `name`.
  public init?(name: Span<UInt8>) {
    switch name {
    case "ssh": self = .ssh
    case "local": self = .local
    case "web": self = .web
    case "self": self = .self
    default: return nil
    }
  }
}
