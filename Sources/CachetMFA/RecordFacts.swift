import OTP
import Store
import Verifier

/// What the record of a user says, and what strangers tried, read at one time.
///
/// Read from `RecordText`, which is what the broker sends: root and everybody else see the same.
struct RecordFacts {
  struct Factor {
    let name: String
    let algorithm: String
    let digits: Int
    let period: Int
    let created: Int64
    /// Start of the step of the last sign-in; 0 for never.
    let lastUsed: Int64
  }

  /// What one door remembers.
  struct DoorFacts {
    let door: String
    let lastSignIn: Int64
    let refused: Int
    /// Seconds until a code is evaluated again; nil while locked.
    let wait: Int64?
  }

  private(set) var factors: [Factor] = []
  private(set) var disabledAt: Int64 = 0
  private(set) var codes: (left: Int, total: Int, created: Int64)?
  private(set) var invitation: (expires: Int64, isUsed: Bool)?
  private(set) var doors: [DoorFacts] = []
  private(set) var lastUse: (time: Int64, with: String)?
  /// Refused without a proven first factor, from anywhere, and the seconds until one from an address
  /// that is not known is looked at.
  private(set) var strangers: (refused: Int, wait: Int64) = (0, 0)

  var isEnrolled: Bool { !factors.isEmpty }

  /// Whether there is an invitation that still opens a sign-in.
  var isInvited: Bool {
    guard let invitation else { return false }
    return !invitation.isUsed && invitation.expires > Times.now
  }

  /// The facts of `person`; those of a user who has no record are all empty.
  init(
    of person: Person, in store: borrowing Store, _ limits: AttemptLimits
  ) throws(StoreFailure) {
    self.init()
    if let record = try store.record(of: person.account.name, uid: person.uid) {
      try read(record, limits)
    }
  }

  init(_ record: borrowing Record, _ limits: AttemptLimits) throws(StoreFailure) {
    self.init()
    try read(record, limits)
  }

  /// The facts that `lines` tell; what is said there of other things is passed over.
  init(reading lines: String) {
    for line in lines.split(separator: "\n") { read(line) }
  }

  private init() {}

  private mutating func read(
    _ record: borrowing Record, _ limits: AttemptLimits
  ) throws(StoreFailure) {
    var room = TextRoom()
    try RecordText.write(record, limits, now: Times.now, to: &room)
    read(room)
  }

  /// Reads what strangers tried to sign in as `person`.
  mutating func readStrangers(
    of person: Person, at location: StoreLocation, _ limits: AttemptLimits
  ) throws(StoreFailure) {
    var room = TextRoom()
    try RecordText.writeStrangers(
      person.account.name, at: location, limits, now: Times.now, to: &room)
    read(room)
  }

  private mutating func read(_ room: borrowing TextRoom) {
    let lines = room.withBytes { (bytes: Span<UInt8>) in text(bytes) }
    for line in lines.split(separator: "\n") { read(line) }
  }

  private mutating func read(_ line: Substring) {
    var words = Words(line)
    switch words.next() {
    case "disabled": disabledAt = words.number()
    case "factor":
      let (algorithm, digits, period) = (words.next(), words.number(), words.number())
      let (created, lastUsed) = (words.number(), words.number())
      factors.append(
        Factor(
          name: words.rest, algorithm: algorithm, digits: Int(digits), period: Int(period),
          created: created, lastUsed: lastUsed))
    case "codes":
      codes = (Int(words.number()), Int(words.number()), words.number())
    case "invitation": invitation = (words.number(), words.number() != 0)
    case "door":
      let (door, lastSignIn, refused) = (words.next(), words.number(), words.number())
      let wait = words.number()
      doors.append(
        DoorFacts(
          door: door, lastSignIn: lastSignIn, refused: Int(refused), wait: wait < 0 ? nil : wait))
    case "last": lastUse = (words.number(), words.rest)
    case "strangers": strangers = (Int(words.number()), words.number())
    default: break
    }
  }

  // MARK: telling

  func write(to json: JSON) {
    json.field("enrolled", isEnrolled)
    json.field("disabled", time: disabledAt)
    json.array("factors") {
      for factor in factors {
        json.object {
          json.field("name", factor.name)
          json.field("algorithm", factor.algorithm)
          json.field("digits", factor.digits)
          json.field("period", factor.period)
          json.field("created", time: factor.created)
          json.field("last_used", time: factor.lastUsed)
        }
      }
    }
    json.object("recovery_codes") {
      json.field("left", codes?.left ?? 0)
      json.field("total", codes?.total ?? 0)
      json.field("created", time: codes?.created ?? 0)
    }
    if let invitation {
      json.object("invitation") {
        json.field("expires", time: invitation.expires)
        json.field("used", invitation.isUsed)
      }
    } else {
      json.null("invitation")
    }
    json.array("doors") {
      for door in doors {
        json.object {
          json.field("door", door.door)
          json.field("last_sign_in", time: door.lastSignIn)
          json.field("refused", door.refused)
          json.field("wait", Int(door.wait ?? 0))
          json.field("locked", door.wait == nil)
        }
      }
    }
    if let lastUse {
      json.object("last_sign_in") {
        json.field("time", time: lastUse.time)
        json.field("with", lastUse.with)
      }
    } else {
      json.null("last_sign_in")
    }
    json.object("strangers") {
      json.field("refused", strangers.refused)
      json.field("wait", Int(strangers.wait))
    }
  }

  func write(to output: Output, _ person: Person) {
    output.line("\(person.name): \(summary)")
    for factor in factors {
      let used = factor.lastUsed > 0 ? "last used \(Times.local(factor.lastUsed))" : "never used"
      let kind =
        "\(factor.algorithm), \(factor.digits) digits, "
        + "\(factor.period) s"
      output.line(
        RecordFacts.label("factor")
          + "\(quoted(factor.name)): \(kind), since \(Times.local(factor.created)), \(used)")
    }
    if let codes {
      output.line(
        RecordFacts.label("recovery codes")
          + "\(codes.left) of \(codes.total) left, made \(Times.local(codes.created))")
    }
    if let invitation {
      let end = Times.local(invitation.expires)
      let state =
        invitation.expires <= Times.now
        ? "expired \(end)"
        : invitation.isUsed
          ? "used to sign in, opens an enrolment until \(end)" : "good until \(end)"
      output.line(RecordFacts.label("invitation") + state)
    }
    for door in doors where door.refused > 0 || door.lastSignIn > 0 {
      output.line(RecordFacts.label(door.door) + door.words)
    }
    if let lastUse {
      output.line(
        RecordFacts.label("last sign-in") + "\(Times.local(lastUse.time)) with \(lastUse.with)")
    }
    if strangers.refused > 0 {
      let wait =
        strangers.wait == 0
        ? ""
        : "; from a new address the next try in \(Times.length(strangers.wait)), "
          + "'cachet-mfa unlock' ends the wait"
      output.line(
        RecordFacts.label("strangers") + "\(strangers.refused) refused within a day" + wait)
    }
  }

  private var summary: String {
    let state = isEnrolled ? "enrolled" : isInvited ? "invited, not enrolled" : "not enrolled"
    return disabledAt > 0 ? "disabled since \(Times.local(disabledAt)), \(state)" : state
  }

  /// The word before each fact.
  static func label(_ word: String) -> String {
    "  " + word + String(repeating: " ", count: max(1, 18 - word.count))
  }
}

extension RecordFacts.DoorFacts {
  fileprivate var words: String {
    var words: [String] = []
    if lastSignIn > 0 { words.append("last sign-in \(Times.local(lastSignIn))") }
    if refused > 0 { words.append(counted(refused, "wrong code")) }
    switch wait {
    case .none: words.append("locked, 'cachet-mfa unlock' opens it")
    case .some(0): break
    case .some(let seconds): words.append("next try in \(Times.length(seconds))")
    }
    return words.joined(separator: ", ")
  }
}

/// The words of a line, one after the other.
struct Words {
  private var left: Substring

  init(_ line: some StringProtocol) { left = Substring(line) }

  /// The next word, empty where there is none.
  mutating func next() -> String {
    let word = left.prefix { $0 != " " }
    left = left.dropFirst(word.count + 1)
    return String(word)
  }

  /// The next word as a number, 0 where it is none.
  mutating func number() -> Int64 { Int64(next()) ?? 0 }

  /// All that is left.
  var rest: String { String(left) }
}
