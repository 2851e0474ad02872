internal import OTP
internal import Store

/// What a policy says in one word or number; its lists are entries of the form.
struct PolicySettings {
  var digits = 6
  var window = 1
  var unenrolledAllowed = false
  var firstEnroll = FirstEnrolment.invitation
  var enrollBy: Int64?
  var throttle = ThrottleRules()

  /// Bytes of the settings in the form.
  static var length: Int { 24 }

  init() {}

  /// Reads the settings of a form; `nil` for a number that no policy has.
  init?(reading bytes: Span<UInt8>) {
    guard bytes.count == PolicySettings.length, bytes[2] <= 1, bytes[3] <= 1 else { return nil }
    digits = Int(bytes[0])
    window = Int(bytes[1])
    unenrolledAllowed = bytes[2] == 1
    firstEnroll = bytes[3] == 1 ? .password : .invitation
    throttle.after = Int(bytes[4])
    throttle.lockAfter = Int(bytes[5])
    throttle.unprovenAccountLimit = Int(bigEndian(bytes.extracting(6..<8)))
    throttle.first = Int(bigEndian(bytes.extracting(8..<12)))
    throttle.longest = Int(bigEndian(bytes.extracting(12..<16)))
    let end = Int64(truncatingIfNeeded: bigEndian(bytes.extracting(16..<24)))
    enrollBy = end == 0 ? nil : end
    // Whoever may pass without a factor may until a day.
    guard end >= 0, !unenrolledAllowed || end > 0, digits >= 6, digits <= 8, window <= 10,
      throttle.after > 0,
      throttle.first > 0, throttle.longest >= throttle.first, throttle.lockAfter > 0,
      throttle.unprovenAccountLimit > 0
    else { return nil }
  }

  /// Writes the settings to the start of `room`, which has space for them.
  func write(to room: inout MutableSpan<UInt8>) {
    room[0] = UInt8(truncatingIfNeeded: digits)
    room[1] = UInt8(truncatingIfNeeded: window)
    room[2] = unenrolledAllowed ? 1 : 0
    room[3] = firstEnroll == .password ? 1 : 0
    room[4] = UInt8(truncatingIfNeeded: throttle.after)
    room[5] = UInt8(truncatingIfNeeded: throttle.lockAfter)
    writeBigEndian(UInt64(throttle.unprovenAccountLimit), to: &room, 6..<8)
    writeBigEndian(UInt64(throttle.first), to: &room, 8..<12)
    writeBigEndian(UInt64(throttle.longest), to: &room, 12..<16)
    writeBigEndian(UInt64(enrollBy ?? 0), to: &room, 16..<24)
  }

  /// Takes the value of a key that has one; `false` where it is not a value of that key.
  mutating func take(_ key: PolicyKey, _ value: Span<UInt8>) -> Bool {
    switch key {
    case .digits: return PolicySettings.number(key, value, &digits)
    case .window: return PolicySettings.number(key, value, &window)
    case .throttleAfter: return PolicySettings.number(key, value, &throttle.after)
    case .throttleFirst: return PolicySettings.number(key, value, &throttle.first)
    case .throttleLongest: return PolicySettings.number(key, value, &throttle.longest)
    case .lockAfter: return PolicySettings.number(key, value, &throttle.lockAfter)
    case .unprovenAccountLimit:
      return PolicySettings.number(key, value, &throttle.unprovenAccountLimit)
    case .unenrolled:
      switch value {
      case "deny": unenrolledAllowed = false
      case "allow": unenrolledAllowed = true
      default: return false
      }
    case .firstEnroll:
      switch value {
      case "invitation": firstEnroll = .invitation
      case "password": firstEnroll = .password
      default: return false
      }
    case .enrollBy:
      enrollBy = PolicyDate.end(of: value)
      return enrollBy != nil
    case .requiredGroups, .exemptUsers, .exemptGroups, .door, .enrollByGroup, .brokerAllow,
      .session, .selfServices:
      return false
    }
    return true
  }

  /// Reads a number that `key` may have into `setting`; `false` for anything else.
  @inline(never)
  static func number(_ key: PolicyKey, _ value: Span<UInt8>, _ setting: inout Int) -> Bool {
    guard let range = key.range, let number = OTP.number(value, atMost: range.upperBound),
      number >= range.lowerBound
    else { return false }
    setting = number
    return true
  }
}
