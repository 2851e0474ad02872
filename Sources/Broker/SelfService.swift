internal import CPlatform
internal import OTP
internal import Store
internal import Verifier

/// What users ask about the account that is theirs. Whose it is the kernel says, and nobody else.
///
/// Each change is allowed by `consent` first, made by the store, and written to the journal.
struct SelfService {
  let account: Account
  let frame: Frame
  let location = StoreLocation.system

  /// `nil` where `peer` has no account.
  init?(_ frame: Frame, of peer: UInt32) {
    guard case .found(let account) = Account.find(uid: peer) else { return nil }
    self.account = account
    self.frame = frame
  }

  /// Does what is asked and writes the reply into `room`; its length, `nil` where there is none.
  func answer(_ bytes: Span<UInt8>, into room: inout MutableSpan<UInt8>) -> Int? {
    guard let event else { return frame.kind == .status ? status(into: &room) : nil }
    do throws(Refusal) {
      switch frame.kind {
      case .begin: return try begin(bytes, into: &room)
      case .finish: return try finish(bytes, into: &room)
      case .rename: return try rename(bytes, into: &room)
      case .remove: return try remove(bytes, into: &room)
      case .regenerate: return try regenerate(bytes, into: &room)
      case .status, .decide, .account, .reply: return nil
      }
    } catch {
      log(event, error)
      var writer = FrameWriter()
      error.write(to: &writer, &room)
      return writer.finish(.reply, in: &room)
    }
  }

  /// The verb, for the journal; `nil` for what changes nothing.
  private var event: StaticString? {
    switch frame.kind {
    case .begin, .finish: "enroll"
    case .rename: "rename"
    case .remove: "remove"
    case .regenerate: "recovery-codes"
    case .status, .decide, .account, .reply: nil
    }
  }

  // MARK: what there is

  /// The record as it is, and what policy says; what of it cannot be read is told besides.
  private func status(into room: inout MutableSpan<UInt8>) -> Int? {
    var text = TextRoom()
    var trouble: Refusal?
    var rules = ThrottleRules()
    do throws(Refusal) {
      let policy = try policy()
      rules = policy.throttle
      write(policy, to: &text)
    } catch {
      trouble = error
    }
    do throws(Refusal) {
      try stored { (store: borrowing Store) throws(StoreFailure) in
        if let record = try store.record(of: account.name, uid: account.uid) {
          try RecordText.write(record, rules.proven, now: clock_seconds(), to: &text)
        }
      }
      // Of its own: what `stored` runs twice must not have written anything.
      try stored { (store: borrowing Store) throws(StoreFailure) in try store.mustBeTrusted() }
    } catch {
      trouble = error
    }
    do throws(StoreFailure) {
      try RecordText.writeStrangers(
        account.name, at: location, rules.ceiling, now: clock_seconds(), to: &text)
    } catch {
      trouble = Refusal(error)
    }
    var writer = FrameWriter()
    if let trouble { trouble.write(to: &writer, &room) } else { accept(&writer, &room) }
    text.withBytes { (text: Span<UInt8>) in writer.add(.facts, text, to: &room) }
    return writer.finish(.reply, in: &room)
  }

  /// `scope SCOPE GRACE`, the end of grace or 0; `first invitation` or `first password`.
  private func write(_ policy: borrowing Policy, to text: inout TextRoom) {
    text.append("scope ")
    text.append(policy.scope(of: account).name)
    text.append(" ")
    text.append(decimal: (policy.unenrolledAllowed ? policy.graceEnds(of: account) : nil) ?? 0)
    let isPassword = policy.passwordEnrolls(account, now: clock_seconds())
    text.append(isPassword ? "\nfirst password\n" : "\nfirst invitation\n")
  }

  // MARK: what all have in common

  func policy() throws(Refusal) -> Policy {
    do throws(NoPolicy) { return try Policy(at: location) } catch {
      switch error {
      case .file(let failure): throw Refusal(failure)
      case .form(let failure):
        let line = Int32(truncatingIfNeeded: failure.line)
        throw Refusal(Decision(.unavailable, .policy, .line(line)))
      }
    }
  }

  /// Runs `body` with the store, twice where its key has changed meanwhile: nothing may have been
  /// changed or shown when that is found out.
  func stored<R: ~Copyable>(
    _ body: (borrowing Store) throws(StoreFailure) -> R
  ) throws(Refusal) -> R {
    do throws(StoreFailure) {
      return try despiteRotation { () throws(StoreFailure) in try body(Store(at: location)) }
    } catch {
      throw Refusal(error)
    }
  }

  /// The name that the field `tag` holds; `nil` where there is no such field.
  func name(_ tag: Frame.Tag, _ bytes: Span<UInt8>) throws(Refusal) -> FactorName? {
    guard let range = frame[tag] else { return nil }
    guard let name = FactorName(bytes.extracting(range)) else {
      throw Refusal(.badName)
    }
    return name
  }

  func accept(_ writer: inout FrameWriter, _ room: inout MutableSpan<UInt8>) {
    writer.add(.outcome, byte: Decision.Outcome.accepted.rawValue, to: &room)
  }

  // MARK: the journal

  /// Every change is a warning: whoever did not make it should hear of it.
  func log(factor: FactorID? = nil) {
    guard let event else { return }
    var line = line(event, .accepted)
    if let factor {
      line.append(" factor=totp:")
      line.append(decimal: Int64(factor.rawValue))
    }
    Host.log(line, isWarning: true)
  }

  private func log(_ event: StaticString, _ refusal: Refusal) {
    var line = line(event, refusal.decision.outcome)
    line.append(reasonOf: refusal.decision)
    Host.log(line, isWarning: true)
  }

  private func line(_ event: StaticString, _ outcome: Decision.Outcome) -> TextLine {
    var line = TextLine()
    line.append("event=")
    line.append(event)
    line.append(" outcome=")
    line.append(outcome.name)
    line.field(" user=", account.name.withBytes { (name: Span<UInt8>) in Quoted(name) })
    line.append(" door=self")
    return line
  }
}
