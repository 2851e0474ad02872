/// A row of the table `actions` of 2.4 and 2.5. It holds whom an event is about: for changes of the
/// page that is who made them, for accounts it is the account, and who changed it is not recorded.
struct ActionRow: Sendable {
  /// In the order in which a row's values are handed over.
  static let columns = ["id", "class_name", "username", "created_at"]

  let id: Int
  let occurrence: Occurrence

  /// `nil` where the values are none of such a row.
  init?(_ values: [String?], clock: (LocalTime) -> Moment) {
    guard values.count == Self.columns.count, let id = values[0].flatMap({ Int($0) }), id > 0,
      let name = values[1]?.split(separator: "\\").last, let stamp = values[3]
    else { return nil }
    var cursor = Cursor(Array(stamp.utf8)[...])
    guard let local = LocalTime(&cursor) else { return nil }
    var event = Printable.text(name.utf8, limit: 60)
    if event.hasSuffix("Event") { event.removeLast("Event".count) }
    self.id = id
    occurrence = Occurrence(
      time: clock(local), kind: Self.kind(of: event),
      user: values[2].map { Printable.name($0.utf8) }, detail: event)
  }

  private static func kind(of event: String) -> Occurrence.Kind {
    switch event {
    case "UserLoggedIn": .signIn
    case "UserLoggedOut": .signOut
    case "UserPassedTwoAuth": .codeAccepted
    case "UserFailedTwoAuth": .codeRefused
    case "UserEnabledTwoAuth": .secondFactorOn
    case "UserDisabledTwoAuth": .secondFactorOff
    case "UserRegeneratedApiToken": .keyRegenerated
    case "UserWasCreated", "UserAcceptedInvite": .userCreated
    case "UserWasRemoved": .userRemoved
    case let other where other.hasSuffix("WasRemoved"): .removed
    default: .changed
    }
  }
}
