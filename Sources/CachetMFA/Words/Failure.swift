import OTP
import Store
import Verifier

/// Why a verb did not do what it was asked.
enum Failure: Error {
  // The command line
  case notRoot
  case forRoot(option: String)
  case badPath(option: String, value: String)
  case userMissing
  case twoUsers
  case badName(String)
  case badIssuer(String)
  case badNumber(option: String, value: Int, allowed: ClosedRange<Int>)
  case badExpiry(String)
  case factorMissing
  case eraseOneFactor
  case noCode(Person, Site)
  case nobodyToAsk(Question)

  // Files
  case store(StoreFailure, Site, Person?)
  case policy(PolicyFailure, file: String, word: String? = nil)
  case policyText(StoreFailure, Site)
  case file(String, errno: Int32)
  case noFolder(for: Site)
  case noPolicyText(Site)
  case noAppliedPolicy(Site)
  case output
  case auditMissing(errno: Int32)

  // What is typed or read
  case uri(URIFailure)
  case crypto(OTPFailure)
  case notConfirmed
  case inputEnded
  case cancelled

  // Accounts
  case unknownAccount(String)
  case noAccountButRecord(String, Site)
  case accountTooLarge(String)
  case accountsSilent(String, errno: Int32)

  // Records
  case notEnrolled(Person, Site)
  case noRecord(String)
  case noInvitation(Person)
  case disabled(Person, Site)
  case noFactor(String, Person, Site)
  case otherOwner(record: String, uid: UInt32, account: Person)
  case recordTaken(Person, Site)
  case damagedRecords(Int)
  case rotationUnfinished(Int, Site)

  // The broker
  case noBroker
  case broker(Remote.Refusal, Person, Site)

  // Decisions
  case decided(Decision, Person, Site)
  case wouldShutOut(String, Site, disabled: Bool)

  enum Question { case uri, removal }
}

/// What ends up as the exit status.
enum Exit: Int32 {
  case yes = 0
  case refused = 1
  case unavailable = 2
  case usage = 64
  case notPermitted = 77
}

/// An error in the words of `cachet-mfa`: lower case, no full stop, and a hint where there is one.
struct Complaint {
  let error: String
  var hint: String?
  let exit: Exit

  init(_ error: String, hint: String? = nil, _ exit: Exit) {
    self.error = error
    self.hint = hint
    self.exit = exit
  }

  /// What the argument parser says, in our voice.
  static func usage(_ message: String) -> Complaint {
    var words = message.split(separator: "\n").first.map(String.init) ?? message
    if words.hasSuffix(".") { words.removeLast() }
    return Complaint(
      printable(words.prefix(1).lowercased() + words.dropFirst()),
      hint: "'cachet-mfa --help' lists the verbs, 'cachet-mfa help VERB' explains one", .usage)
  }

  func write() {
    let colours = Terminal.takesColours(2)
    let sheet = Sheet()
    line("error", error, colour: "31", colours, sheet)
    if let hint { line("hint", hint, colour: "36", colours, sheet) }
    sheet.write(to: 2)
  }

  private func line(
    _ word: String, _ text: String, colour: String, _ colours: Bool, _ sheet: Sheet
  ) {
    let label = colours ? "\u{1b}[1;\(colour)m\(word):\u{1b}[0m" : word + ":"
    sheet.append("cachet-mfa: \(label) \(text)\n")
  }
}
