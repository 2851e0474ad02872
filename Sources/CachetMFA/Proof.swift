import OTP
import Verifier

/// What somebody shows before their enrolment is changed: two codes, a code and the password, an
/// invitation, or the password alone.
struct Proof {
  enum Reason {
    case change(Remote.Status)
    case enrolment(Remote.Status)
  }

  private let answer: Sheet
  private let second: Sheet?
  private let flags: RemoteQuestion.Flags

  /// Asks `person` for what is needed.
  init(of person: Person, _ reason: Reason) throws(Failure) {
    switch try Proof.kind(of: person, reason) {
    case .codes: try self.init(byCodesOf: person)
    case .password: try self.init(byPasswordOf: person)
    case .invitation(let typed): self.init(typed)
    }
  }

  private enum Kind {
    case codes, password
    case invitation(Sheet)
  }

  /// What it is to be. Who is enrolled has codes; whoever has an invitation may use it to enrol.
  private static func kind(of person: Person, _ reason: Reason) throws(Failure) -> Kind {
    guard case .enrolment(let status) = reason else { return .codes }
    let facts = status.facts
    let other: Kind? = facts.isEnrolled ? .codes : status.passwordEnrolls ? .password : nil
    if let other, facts.invitation == nil { return other }
    let hint =
      switch other {
      case .codes: " (or nothing: codes)"
      case .password: " (or nothing: password)"
      case .invitation, .none: ""
      }
    let typed = try Terminal.secret("invitation of \(person.name)" + hint)
    return typed.count == 0 ? other ?? .invitation(typed) : .invitation(typed)
  }

  private init(_ answer: Sheet) { (self.answer, second, flags) = (answer, nil, .init()) }

  private init(byPasswordOf person: Person) throws(Failure) {
    answer = try Terminal.secret("password of \(person.name)", isPassword: true)
    second = nil
    var flags = RemoteQuestion.Flags()
    flags[.verifiesPassword] = true
    self.flags = flags
  }

  private init(byCodesOf person: Person) throws(Failure) {
    let first = try Terminal.secret("code of \(person.name), or a recovery code")
    let second = try Terminal.secret("the code after it, or a recovery code (or nothing: password)")
    guard second.count == 0 else {
      (answer, self.second, flags) = (first, second, .init())
      return
    }
    let password = try Terminal.secret("password of \(person.name)", isPassword: true)
    first.withBytes { (code: Span<UInt8>) in password.append(code) }
    answer = password
    self.second = nil
    var flags = RemoteQuestion.Flags()
    flags[.verifiesPassword] = true
    flags[.splits] = true
    self.flags = flags
  }

  /// Writes what was typed.
  func write(to writer: inout FrameWriter, _ room: inout MutableSpan<UInt8>) {
    writer.add(.flags, byte: flags.rawValue, to: &room)
    answer.withBytes { (text: Span<UInt8>) in writer.add(.answer, text, to: &room) }
    second?.withBytes { (text: Span<UInt8>) in writer.add(.second, text, to: &room) }
  }
}

extension Terminal {
  /// What is typed; of anything but a password without blanks at its ends.
  fileprivate static func secret(
    _ question: String, isPassword: Bool = false
  ) throws(Failure) -> Sheet {
    var room = [UInt8](repeating: 0, count: 512)
    var span = room.mutableSpan
    defer { cleanse(&span) }
    guard let count = askSecret(question, into: &span) else { throw .inputEnded }
    let typed = Sheet()
    typed.append(
      span.span.extracting(isPassword ? 0..<count : trimmed(span.span, 0..<count)))
    return typed
  }
}
