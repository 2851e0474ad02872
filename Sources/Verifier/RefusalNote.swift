/// Why the last answer was refused, as the state page keeps it for the next prompt.
enum RefusalNote: UInt8 {
  case none = 0
  case wrong = 1
  case used = 2
  case stale = 3

  init(_ reason: Reason) {
    switch reason {
    case .usedCode: self = .used
    case .staleCode: self = .stale
    case .wrongCode: self = .wrong
    case .code, .recoveryCode, .invitation, .exemptUser, .exemptGroup, .outOfScope, .grace,
      .wrongOneTimeSecret, .usedOneTimeSecret, .expiredInvitation, .notACode, .noAnswer,
      .samePassword, .placeholder, .repeated, .unknownUser, .notEnrolled, .disabled,
      .noFirstFactor, .throttled, .locked, .wrongPassword, .accountShut, .notAllowed, .sessionOver,
      .password, .conversation, .badOption, .optionConflict, .noUser, .enrolled, .invited, .store,
      .policy, .accountLookup, .clock, .broker:
      self = .none
    }
  }
}
