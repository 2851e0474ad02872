import ArgumentParser
import CTerminal
import OTP
import Store
import Verifier

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check a code as a sign-in would: a right one is used, a wrong one counts.")

  @OptionGroup var whose: Whose
  @Flag(help: "Read the code from standard input, without a question.")
  var stdin = false
  @OptionGroup var places: Places

  func run() throws(Failure) {
    let site = try places.site()
    let person = try whose.person(at: site)
    let output = Output(places)
    // As a sign-in opens it, but with words: what is wrong with the store is told before the code.
    _ = try site.open()
    _ = try site.appliedPolicy()
    let request = Request(
      user: Quoted(Array(person.name.utf8).span), account: .found(person.account),
      service: Quoted(Array("cachet-mfa".utf8).span), mode: .prompt, isProven: true,
      caller: getuid())
    var host = VerifyHost(asks: !stdin && Terminal.canAsk, site: site)
    let decision = SignIn.run(request, at: site.location, host: &host)
    let factor = site.factorName(of: decision, person)
    output.object { json in
      json.field("user", person.name)
      json.field("outcome", "\(decision.outcome.name)")
      json.field("reason", "\(decision.reason.name)")
      if let factor { json.field("factor", factor) } else { json.null("factor") }
      if let wait = decision.wait { json.field("wait", Int(wait)) } else { json.null("wait") }
      if let offset = decision.offset {
        json.field("offset", Int(offset))
      } else {
        json.null("offset")
      }
    }
    if case .accepted = decision.outcome {
      output.line("\(person.name): right, and used now: \(factor ?? "a code")")
    }
    try output.flush()
    guard case .accepted = decision.outcome else { throw .decided(decision, person, site) }
  }
}

/// A sign-in at the command line.
private struct VerifyHost: SignInHost, ~Copyable {
  let asks: Bool
  let site: Site

  func now() -> Int64 { Times.now }

  mutating func ask<R>(
    _ prompt: borrowing TextLine, _ body: (inout VerifyHost, Span<UInt8>) -> R
  ) -> R? {
    var room = [UInt8](repeating: 0, count: 256)
    var span = room.mutableSpan
    defer { cleanse(&span) }
    // The same question as everywhere, without what our own prompt puts behind it.
    let question = prompt.withBytes { (bytes: Span<UInt8>) in
      text(bytes.extracting(0..<max(0, bytes.count - 2)))
    }
    let count =
      asks
      ? Terminal.askSecret(question, into: &span) : Terminal.readLine(into: &span)
    guard let count else { return nil }
    return body(&self, span.span.extracting(0..<count))
  }

  mutating func withEarlierPassword<R>(
    _ body: (inout VerifyHost, Span<UInt8>) -> R
  ) -> R? { nil }

  mutating func leave(password: Span<UInt8>) -> Bool { true }

  mutating func log(_ line: borrowing TextLine, isWarning: Bool) {
    Journal.write(copy line, at: site)
  }
}

extension Site {
  /// What was shown, for people.
  fileprivate func factorName(of decision: Decision, _ person: Person) -> String? {
    switch decision.use {
    case .none: return nil
    case .recoveryCode: return "recovery code"
    case .invitation: return "invitation"
    case .totp(let id):
      let found = try? trying(person) { () throws(StoreFailure) -> FactorName? in
        let store = try Store(at: location)
        guard let record = try store.record(of: person.account.name, uid: person.uid) else {
          return nil
        }
        return record.credentials.factor(id)?.name
      }
      return found?.spelled ?? "factor \(id.rawValue)"
    }
  }
}
