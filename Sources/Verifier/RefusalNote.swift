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
    case .code, .recoveryCode, .invitation, .unmarked, .exemptUser, .exemptGroup, .outOfScope,
      .grace, .wrongOneTimeSecret, .usedOneTimeSecret, .expiredInvitation, .notACode, .noAnswer,
      .samePassword, .placeholder, .repeated, .unknownUser, .notEnrolled, .disabled, .noFirstFactor,
      .throttled, .locked, .wrongPassword, .accountShut, .notAllowed, .sessionOver, .conversation,
      .badOption, .optionConflict, .noUser, .badName, .noFactor, .notConsecutive, .notConfirmed,
      .full, .nameTaken, .sameSecret, .stepUsed, .lastFactor, .lapsed, .enrolled, .invited,
      .noSecondFactor, .store, .policy, .accountLookup, .clock, .password, .broker, .busy, .tooLate,
      .guessed:
      self = .none
    }
  }
}
