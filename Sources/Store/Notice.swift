/// What a person must hear at the next session.
public enum Notice: UInt8, Sendable {
  case recoveryCodeUsed = 0
  case factorAdded = 1
  case factorRemoved = 2
  case recoveryCodesReplaced = 3
  case invitationUsed = 4
  case factorRenamed = 5

  var bit: UInt64 { 1 << UInt64(rawValue) }
}

/// Notices, one bit each.
public struct Notices: Sendable {
  let rawValue: UInt64

  public var isEmpty: Bool { rawValue == 0 }

  public func contains(_ notice: Notice) -> Bool { rawValue & notice.bit != 0 }
}
