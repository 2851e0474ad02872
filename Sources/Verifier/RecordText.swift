internal import OTP
public import Store

/// What the record of a user says at one time, as text: nothing in it is secret.
///
/// ```
/// disabled TIME
/// factor ALGORITHM DIGITS PERIOD CREATED USED NAME
/// codes LEFT TOTAL CREATED
/// invitation EXPIRES USED
/// door DOOR SIGN-IN REFUSED WAIT
/// last TIME WITH
/// strangers REFUSED WAIT
/// ```
///
/// Times are seconds since the epoch, 0 for never. WAIT is in seconds, -1 while the door is locked.
/// What is not there has no line; `disabled`, the doors and `strangers`, which is no part of the record,
/// have one always.
public enum RecordText {
  public static func write(
    _ record: borrowing Record, _ limits: AttemptLimits, now: Int64, to text: inout TextRoom
  ) throws(StoreFailure) {
    text.append("disabled")
    end(&text, record.credentials.disabledAt)
    var i = 0
    while let factor = record.credentials.factors[i] {
      try write(factor, record, to: &text)
      i += 1
    }
    if let set = record.credentials.set(of: .recovery) {
      text.append("codes")
      field(&text, Int64(try left(of: set, record)))
      field(&text, Int64(set.hashes.count))
      end(&text, set.created)
    }
    if let set = record.credentials.set(of: .invitation) {
      text.append("invitation")
      field(&text, set.expires)
      end(&text, try left(of: set, record) == 0 ? 1 : 0)
    }
    var number: UInt8 = 0
    while let door = Door(rawValue: number) {
      let attempts = try record.state.attempts(at: door, now: now, limits)
      text.append("door ")
      text.append(door.name)
      field(&text, try record.state.lastSignIn(at: door))
      field(&text, Int64(attempts.refused))
      end(&text, attempts.wait ?? -1)
      number += 1
    }
    guard let last = try record.state.lastUse() else { return }
    text.append("last")
    field(&text, last.time)
    text.append(" ")
    write(last.use, record, to: &text)
    text.append("\n")
  }

  /// Attempts on `account` without a proven first factor, from anywhere.
  public static func writeStrangers(
    _ account: AccountName, at location: StoreLocation, _ limits: AttemptLimits, now: Int64,
    to text: inout TextRoom
  ) throws(StoreFailure) {
    let found = try AttemptTable.strangers(account, at: location, now: now, limits)
    text.append("strangers")
    field(&text, Int64(found.refused))
    end(&text, found.wait)
  }

  private static func write(
    _ factor: SealedFactor, _ record: borrowing Record, to text: inout TextRoom
  ) throws(StoreFailure) {
    let last = try record.state.lastAccepted(of: factor.id, factor.parameters)
    text.append("factor ")
    text.append(factor.parameters.algorithm.name)
    field(&text, Int64(factor.parameters.digits))
    field(&text, Int64(factor.parameters.period))
    field(&text, factor.created)
    // The step that confirmed the factor was no sign-in.
    field(&text, last > factor.created ? last : 0)
    text.append(" ")
    factor.name.withBytes { (name: Span<UInt8>) in text.append(name) }
    text.append("\n")
  }

  private static func write(
    _ use: StatePage.Use, _ record: borrowing Record, to text: inout TextRoom
  ) {
    switch use {
    case .recoveryCode: text.append("recovery code")
    case .invitation: text.append("invitation")
    case .factor(let id):
      guard let factor = record.credentials.factor(id) else {
        return text.append("a removed factor")
      }
      factor.name.withBytes { (name: Span<UInt8>) in text.append(name) }
    }
  }

  /// How many secrets of `set` are unused.
  private static func left(
    of set: OneTimeSet, _ record: borrowing Record
  ) throws(StoreFailure) -> Int {
    guard let used = try record.state.used(of: set) else { return 0 }
    let all = UInt32(truncatingIfNeeded: (1 << set.hashes.count) - 1)
    return (all & ~used).nonzeroBitCount
  }

  private static func field(_ text: inout TextRoom, _ number: Int64) {
    text.append(" ")
    text.append(decimal: number)
  }

  private static func end(_ text: inout TextRoom, _ number: Int64) {
    field(&text, number)
    text.append("\n")
  }
}
