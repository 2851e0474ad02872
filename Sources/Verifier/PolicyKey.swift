internal import OTP

/// A key of `policy.conf`. `cachet-mfa-policy(5)` documents each.
public enum PolicyKey: UInt8, Sendable {
  case digits = 0
  case window = 1
  case unenrolled = 2
  case enrollBy = 3
  /// `enroll-by.GROUP`
  case enrollByGroup = 4
  case firstEnroll = 5
  case requiredGroups = 6
  case exemptUsers = 7
  case exemptGroups = 8
  /// `door.SERVICE`
  case door = 9
  case throttleAfter = 10
  case throttleFirst = 11
  case throttleLongest = 12
  case lockAfter = 13
  case unprovenAccountLimit = 14
  case brokerAllow = 15
  /// `session.SERVICE`
  case session = 16
  case selfServices = 17

  /// The key as it is written; where a name follows, up to and with the dot.
  public var name: StaticString {
    switch self {
    case .digits: "digits"
    case .window: "window"
    case .unenrolled: "unenrolled"
    case .enrollBy: "enroll-by"
    case .enrollByGroup: "enroll-by."
    case .firstEnroll: "first-enroll"
    case .requiredGroups: "required-groups"
    case .exemptUsers: "exempt-users"
    case .exemptGroups: "exempt-groups"
    case .door: "door."
    case .throttleAfter: "throttle-after"
    case .throttleFirst: "throttle-first"
    case .throttleLongest: "throttle-longest"
    case .lockAfter: "lock-after"
    case .unprovenAccountLimit: "unproven-account-limit"
    case .brokerAllow: "broker-allow"
    case .session: "session."
    case .selfServices: "self-services"
    }
  }

  /// The numbers that the key takes; nil where its value is no number.
  public var range: ClosedRange<Int>? {
    switch self {
    case .digits: 6...8
    case .window: 0...10
    case .throttleAfter: 1...10
    case .throttleFirst: 1...3_600
    case .throttleLongest: 1...86_400
    case .lockAfter: 10...100
    case .unprovenAccountLimit: 20...4_000  // counted in 12 bits
    case .session: 30...43_200
    case .unenrolled, .enrollBy, .enrollByGroup, .firstEnroll, .requiredGroups, .exemptUsers,
      .exemptGroups, .door, .brokerAllow, .selfServices:
      nil
    }
  }

  /// Whether the value is a list of names. Such keys may stand on several lines, which add up.
  public var isList: Bool {
    switch self {
    case .requiredGroups, .exemptUsers, .exemptGroups, .selfServices: true
    case .digits, .window, .unenrolled, .enrollBy, .enrollByGroup, .firstEnroll, .door,
      .throttleAfter, .throttleFirst, .throttleLongest, .lockAfter, .unprovenAccountLimit,
      .brokerAllow, .session:
      false
    }
  }

  /// Whether its names are PAM services, whose letters libpam lowers, and not accounts or groups.
  var namesServices: Bool { self == .door || self == .session || self == .selfServices }

  /// Whether each name of the list is followed by the reason why it stands there.
  public var takesReasons: Bool { self == .exemptUsers || self == .exemptGroups }

  /// The key that is written `word` and is followed by no name.
  init?(word: Span<UInt8>) {
    switch word {
    case "digits": self = .digits
    case "window": self = .window
    case "unenrolled": self = .unenrolled
    case "enroll-by": self = .enrollBy
    case "first-enroll": self = .firstEnroll
    case "required-groups": self = .requiredGroups
    case "exempt-users": self = .exemptUsers
    case "exempt-groups": self = .exemptGroups
    case "throttle-after": self = .throttleAfter
    case "throttle-first": self = .throttleFirst
    case "throttle-longest": self = .throttleLongest
    case "lock-after": self = .lockAfter
    case "unproven-account-limit": self = .unprovenAccountLimit
    case "broker-allow": self = .brokerAllow
    case "self-services": self = .selfServices
    default: return nil
    }
  }
}
